#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# All types of real kernels: BTF against DWARF, definitions against pahole and against what gcc makes of them.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512)
declare -A compiler=([i386pae]="gcc -m32" [armlpae-512]=arm-linux-gnueabihf-gcc [a64-512]=aarch64-linux-gnu-gcc
	[ppc64el]=powerpc64le-linux-gnu-gcc [s390x]=s390x-linux-gnu-gcc)
sets "${names[@]}" "${!compiler[@]}"
TYPES=$BUILD/tests/tools/kernel_types
DUMP=tests/corpus/tiny61.kdump		# any: types are taken from the vmlinux

# source_of ALL: the questions for one source of everything, and the size and all offsets of each struct and union in ALL,
# but for names of several types, of which only the source knows the numbers
source_of() {
	printf 'whole-all\nasserts '
	sed -n 's/^== \(struct\|union\) //p' "$1" | sort | uniq -u | tr '\n' ' '
	echo
}
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

	if command -v pahole >/dev/null; then	# it knows no declaration tags, of which it complains
		pahole -F btf "$vmlinux" >"$T/pahole" 2>"$T/pahole.err"
		tests/tools/compare_pahole.py "$T/btf.all" "$T/pahole" >"$T/compared"
		result $? "$name: the definitions are those of pahole: $(head -n 1 "$T/compared")"
	else
		skip "$name: the definitions are those of pahole" "pahole is not installed"
	fi

	source_of "$T/btf.all" | types "$vmlinux" >"$T/all.c"
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

# other machines: both byte orders, 32 and 64 bits. Their vmlinux has DWARF, that of arm64 also BTF.
for name in "${!compiler[@]}"; do
	vmlinux=${set[$name]}/vmlinux DUMP=${set[$name]}/elf
	echo all | types "$vmlinux" >"$T/all"
	source_of "$T/all" | types "$vmlinux" >"$T/all.c"
	ok "$name: more than 30000 offsets" test "$(grep -c '^_Static_assert' "$T/all.c")" -gt 30000
	# shellcheck disable=SC2086 # has an option
	ok "$name: all types compile, to their sizes and offsets" ${compiler[$name]} -std=gnu11 -w -fsyntax-only "$T/all.c"
done

done_testing
