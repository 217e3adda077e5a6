#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# proc/<pid>/: what drgn says of every task with the kernel's DWARF, in the text of /proc; without a vmlinux. Level 31 says what it lacks.
. tests/real/lib.sh
need_root
need_fuse

names=(v510-512 v61-512 v612-512 v7-512 a64-512)
sets judges "${names[@]}"
newest_judges

for name in "${names[@]}"; do
	folder=${set[$name]} dump=${set[$name]}/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	mkdir "$T/$name"
	mount_dump "$dump" "$T/$name" || { fail "$name: mount"; continue; }
	# QEMU's dumps have no virtual addresses: drgn reads our ELF
	[[ $dump == */vmcore ]] || dump=$T/$name/elf
	drgn_run "$dump" "$folder/vmlinux" "$top/tests/tools/drgn_proc.py" >"$T/$name.expected" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	ok "$name: more than 800 files" test "$(lines "$T/$name.expected")" -gt 800
	tests/tools/compare_proc.py "$T/$name/proc" "$T/$name.expected" >"$T/compared"
	result $? "$name: $(tail -n 1 "$T/compared")"
	head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$name: $line"; done
	is "$(readlink "$T/$name/proc/self")" 1 "$name: the first process wrote to sysrq-trigger"
	ok "$name: no task is lost" bash -c "! grep -E '^tasks:|proc/<pid>' '$T/$name/info'"
	if [[ $name == v61-512 || $name == v7-512 ]]; then
		# pages of processes are gone: no text is made up, and all else is the same
		cp "$T/$name/level-31/dump" "$T/dump.31"
		mount_dump "$T/dump.31" "$T/$name.31" || fail "$name: mount of level 31"
		grep -v '/cmdline' "$T/$name.expected" >"$T/expected.31"
		tests/tools/compare_proc.py "$T/$name.31/proc" "$T/expected.31" >"$T/compared"
		result $? "$name: level 31: $(tail -n 1 "$T/compared")"
		head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$name: $line"; done
		cat "$T/$name.31/proc/1/cmdline" >"$T/out" 2>"$T/err"
		is $? 1 "$name: level 31: no cmdline"
		like "$(cat "$T/err")" 'No data available' "... as it is not in the dump"
		ok "... but the auxiliary vector is, which is the kernel's" cmp "$T/$name/proc/1/auxv" "$T/$name.31/proc/1/auxv"
		unmount "$T/$name.31"
	fi
	unmount "$T/$name"
done
done_testing
