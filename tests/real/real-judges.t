#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The newest crash and drgn, and libkdumpfile: what each makes of a dump, it makes of elf, kdump-compressed and
# level-31/dump. Dumps that a tool does not open itself are no matter of ours; which these are is printed.
. tests/real/lib.sh
need_root
need_fuse

x86=(v510-512 v61-512 v612-512 v7-512 q61-512)
foreign=(a64-512 a64-kexec armlpae-512 i386pae ppc64el ppc64el-hash s390x riscv64 mips64el)
sets judges "${x86[@]}" "${foreign[@]}"
newest_judges
tool kdumpfile_pages -lkdumpfile -lz

views=(elf kdump-compressed level-31/dump)
diag "$(paste -sd, "${set[judges]}/version")"

# of_drgn FILE VMLINUX OUT: tasks and stacks; without VMLINUX the platform only
of_drgn() {
	if [[ -e $2 ]]; then
		drgn_run "$1" "$2" "$top/tests/tools/drgn_tasks.py"
	else
		timeout -k 5 120 "${drgn[@]}" -q --no-default-symbols -c "$1" -e 'print(prog.platform)'
	fi >"$3" 2>"$3.err"
}

for name in "${x86[@]}" "${foreign[@]}"; do
	folder=${set[$name]} mnt=$T/$name kernel=${set[$name]}/vmlinux
	dump=$folder/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	mount_dump "$dump" "$mnt" || { fail "mount of $name"; continue; }

	# drgn
	if of_drgn "$dump" "$kernel" "$T/expected"; then
		diag "$name: drgn: $(grep -c '^task' "$T/expected") tasks, $(grep -c '^   ' "$T/expected") frames"
		for view in "${views[@]}"; do
			of_drgn "$mnt/$view" "$kernel" "$T/got"
			is $? 0 "$name: drgn opens $view" || diag "$(tail -n 3 "$T/got.err")"
			same "$T/got" "$T/expected" "$name: $view: the same tasks and stacks" ||
				diag "$(diff "$T/got" "$T/expected" | head)"
		done
	else
		diag "$name: drgn does not open the original: $(tail -n 1 "$T/expected.err")"
		for view in "${views[@]}"; do
			of_drgn "$mnt/$view" "$kernel" "$T/got"
			status=$?
			((status < 124))
			result $? "$name: drgn neither hangs nor dies on $view (status $status)"
			diag "$(grep -c '^task' "$T/got") tasks; $(tail -n 1 "$T/got.err")"
		done
	fi

	# libkdumpfile
	expected=$(pages "$dump")
	if [[ $expected =~ ^[1-9][0-9]*\ pages, ]]; then
		is "$(pages "$mnt/elf")" "$expected" "$name: libkdumpfile: the same pages from elf"
		for view in kdump-compressed level-31/dump; do
			like "$(pages "$mnt/$view")" '^[1-9][0-9]* pages, ' "$name: libkdumpfile opens $view"
		done
	else
		diag "$name: libkdumpfile does not open the original: $expected"
	fi
	ok "$name: unmount" unmount "$mnt"
done

# crash of this architecture
for name in "${x86[@]}"; do
	folder=${set[$name]} mnt=$T/$name kernel=${set[$name]}/vmlinux
	[[ $name != q61-512 ]] || kernel=${set[v61-512]}/vmlinux
	dump=$folder/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	commands=(sys log ps "bt -a" "foreach bt" mod "vtop $(symbol "$name" init_task)")
	if crash_run "$T/expected" "$kernel" "$dump" "${commands[@]}" 2>/dev/null; then
		diag "$name: crash: $(lines "$T/expected") lines"
		mount_dump "$dump" "$mnt" || { fail "mount of $name"; continue; }
		# crash makes more of the registers of running CPUs when they come in QEMU's own file of this format
		cp "$T/expected" "$T/expected.kdump"
		[[ ! -e $folder/kdump-zlib ]] || crash_run "$T/expected.kdump" "$kernel" "$folder/kdump-zlib" "${commands[@]}"
		for view in "${views[@]}"; do
			crash_run "$T/got" "$kernel" "$mnt/$view" "${commands[@]}"
			result $? "$name: crash opens $view"
			expected=$T/expected
			[[ $view == elf ]] || expected=$T/expected.kdump
			same "$T/got" "$expected" "$name: $view: the same" || diag "$(diff "$T/got" "$expected" | head)"
		done
		ok "$name: unmount" unmount "$mnt"
	else
		diag "$name: crash does not open the original: $(grep . "$T/expected.all" | tail -n 1)"
	fi
done
done_testing
