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
	mount_judged "$name" || continue
	drgn_run "$dump" "$folder/vmlinux" "$top/tests/tools/drgn_proc.py" >"$T/$name.expected" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	ok "$name: more than 800 files" test "$(lines "$T/$name.expected")" -gt 800
	tests/tools/compare_proc.py "$T/$name/proc" "$T/$name.expected" >"$T/compared"
	result $? "$name: $(tail -n 1 "$T/compared")"
	head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$name: $line"; done
	is "$(readlink "$T/$name/proc/self")" 1 "$name: the first process wrote to sysrq-trigger"
	ok "$name: no task is lost" bash -c "! grep -E '^tasks:|proc/<pid>' '$T/$name/info'"
	# tools that are in the distribution; those of the machine's files have a test of their own
	"$VMCOREFS" --exec 'ps -eLo pid,tid,ppid,pgid,sid,tty,psr,pri,ni,stat,wchan,rss,vsz,comm' "$dump" >"$T/out" 2>"$T/err"
	is $? 0 "$name: ps -eLo" || diag "$(tail -n 3 "$T/err")"
	is "$(($(lines "$T/out") - 1))" "$(find "$T/$name/proc" -mindepth 3 -maxdepth 3 -path '*/task/*' | wc -l)" "... all threads"
	"$VMCOREFS" --exec 'pmap -x 1' "$dump" >"$T/out" 2>"$T/err"
	is $? 0 "$name: pmap -x" || diag "$(tail -n 3 "$T/err")"
	"$VMCOREFS" --exec 'stat -Lc %F:%i /proc/[0-9]*/fd/*' "$dump" 2>/dev/null | sed -n 's/^\(socket\|fifo\):/\1 /p' | sort >"$T/ours"
	perl -ne 'while (/"(socket|pipe):\[(\d+)\]"/g) { print $1 eq "pipe" ? "fifo" : $1, " $2\n" }' \
		<(grep -P '^\d+/fd\t' "$T/$name.expected") | sort >"$T/theirs"
	same "$T/ours" "$T/theirs" "$name: sockets and pipes have their kind and number when they are followed" ||
		diag "$(diff "$T/ours" "$T/theirs" | head -n 5)"
	ok "$name: there are some" test -s "$T/ours"
	if [[ $name == v612-512 ]]; then
		# counters are exact there: page tables tell the same
		for status in "$T/$name"/proc/[0-9]*/status; do
			sed -n 's/^VmRSS:/Rss:/p' "$status" | tr -s '\t ' ' '
		done >"$T/theirs"
		cat "$T/$name"/proc/[0-9]*/smaps_rollup | grep '^Rss:' | tr -s '\t ' ' ' >"$T/ours"
		same "$T/ours" "$T/theirs" "$name: what page tables have is what counters say" || diag "$(diff "$T/ours" "$T/theirs" | head -n 5)"
	fi
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
