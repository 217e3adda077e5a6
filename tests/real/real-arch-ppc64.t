#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# ppc64le with radix and with hashed page tables, 64 KiB pages. QEMU's dumps have no VMCOREINFO note, and their headers
# are in the byte order of what the CPU was doing, which is not the kernel's here.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets ppc64el ppc64el-hash

check() {	# SET DUMP
	info_has "$1" "$2" "architecture: ppc64le" "page-table-levels: 4" "direct-map: 0xc000000000000000"
	log_is_complete "$1" "$2"
	pages_agree "$1" "$2" kcore "${set[$1]}/truth/kcore" 350	# of 64 KiB
	translates "$1" "$2" --linear "0xc000000000000000:0:0x20000000"
}

for dump in elf kdump-zlib; do check ppc64el $dump; done
check ppc64el-hash elf
free_pages ppc64el kdump-zlib

# The hashed page table has no entries for page structs: the first of them is where the kernel's list says.
like "$("$VMCOREFS" --cat vtop/0xc00c000000000000 "${set[ppc64el-hash]}/elf")" 'mapped without tables' "hash: page structs"
like "$("$VMCOREFS" --cat vtop/0xc00c000000000000 "${set[ppc64el]}/elf")" 'page 2 MiB' "radix: page structs"
done_testing
