#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# All types of real kernels: BTF against DWARF, and against what gcc makes of their definitions.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512)
sets "${names[@]}"
TYPES=$BUILD/tests/tools/kernel_types
DUMP=tests/corpus/tiny61.kdump		# any: types are taken from the vmlinux

# types VMLINUX: answers to stdin; times and memory in $T/types.err
types() { "$TYPES" -t "$1" "$DUMP" 2>"$T/types.err"; }

for name in "${names[@]}"; do
	vmlinux=${set[$name]}/vmlinux
	must "$name: objcopy" objcopy --rename-section .BTF=.nothing "$vmlinux" "$T/dwarf"
	echo all | types "$vmlinux" >"$T/btf.all"
	echo all | types "$T/dwarf" >"$T/dwarf.all"
	peak=$(sed -n 's/.* \([0-9]*\) KiB: all$/\1/p' "$T/types.err")
	ok "$name: all types of DWARF in $peak KiB" test "${peak:-99999}" -lt $((64 * 1024 + 128))
	ok "$name: more than 9000 types" test "$(grep -c '^== ' "$T/btf.all")" -gt 9000
	"$BUILD/tests/tools/nested_types" "$T/dwarf" | sort -u >"$T/nested"
	tests/tools/compare_types.py "$T/btf.all" "$T/dwarf.all" "$T/nested" >"$T/compared"
	result $? "$name: BTF and DWARF say the same of all of them"
	cut -c 1-160 "$T/compared" | while read -r line; do diag "$name: $line"; done

	# everything in one source, and the size and all offsets of each struct and union
	tags=$(sed -n 's/^== \(struct\|union\) //p' "$T/btf.all" | sort -u | tr '\n' ' ')
	printf 'whole-all\nasserts %s\n' "$tags" | types "$vmlinux" >"$T/all.c"
	ok "$name: more than 30000 offsets" test "$(grep -c '^_Static_assert' "$T/all.c")" -gt 30000
	ok "$name: all types of BTF compile, to their sizes and offsets" gcc -std=gnu11 -w -fsyntax-only "$T/all.c"
	# single ones, and out of DWARF
	few='task_struct mm_struct net_device inode sock sk_buff page module rq kmem_cache bio request_queue'
	for from in "$vmlinux" "$T/dwarf"; do
		printf 'whole %s\nasserts %s\n' "$few" "$few" | types "$from" >"$T/few.c"
		ok "$name: a dozen of ${from##*/}" gcc -std=gnu11 -w -fsyntax-only "$T/few.c"
	done
	rm -f "$T/dwarf"
done

done_testing
