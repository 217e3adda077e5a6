#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# i386 with PAE by QEMU; with RIG_ALL=yes /proc/vmcore of it, and i386 without PAE (tests/corpus has a small dump). The
# machines have high memory (vmalloc= sees to that): the direct map ends before it.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets i386pae ${RIG_ALL:+i386 i386pae-kexec}

# low_memory SET: bytes of the direct map, by the kernel's own table of its address space or the size of memory
low_memory() {
	tr -d '\r' <"${set[$1]}/console.log" | sed -n 's/.*\] \([0-9]*\)MB LOWMEM available.*/\1/p' | head -n 1
}

check() {	# SET DUMP LEVELS
	local mib
	mib=$(low_memory "$1")
	like "$mib" '^[1-9][0-9]+$' "$1: the console tells how much low memory there is"
	info_has "$1" "$2" "architecture: i386" "page-table-levels: $3" "page-size: 4096" "direct-map: 0xc0000000"
	log_is_complete "$1" "$2"
	[[ $2 == elf-paging ]] || free_pages "$1" "$2"	# that one has mapped pages only
	# Reads of kcore where nothing is mapped leave the guest with what it read before.
	grep -v '^vmalloc' "${set[$1]}/truth/kcore" >"$T/kcore"
	pages_agree "$1" "$2" kcore "$T/kcore" 400
	translates "$1" "$2" --linear "0xc0000000:0:$((mib << 20))"
}

for dump in elf elf-paging kdump-zlib; do check i386pae $dump 3; done
[[ ! -v set[i386] ]] || for dump in elf kdump-zlib; do check i386 $dump 2; done
[[ ! -v set[i386pae-kexec] ]] || check i386pae-kexec vmcore 3
done_testing
