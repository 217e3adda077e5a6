#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# 32-bit ARM with LPAE, and with RIG_ALL=yes with short descriptors (tests/corpus has a small dump of such a one). QEMU's
# dumps have no VMCOREINFO note; its kdump files do not say what machine it is. Memory starts at 0x40000000; armlpae-512 has
# high memory.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets armlpae-512 ${RIG_ALL:+armv7}

check() {	# SET DUMP LEVELS MIB
	local mib
	info_has "$1" "$2" "architecture: arm" "page-table-levels: $3" "page-size: 4096" \
		"direct-map: 0xc0000000 is physical 0x40000000"
	log_is_complete "$1" "$2"
	free_pages "$1" "$2"
	translates "$1" "$2" --linear "0xc0000000:0x40000000:$(($4 << 20))"
}

for dump in elf kdump-zlib; do check armlpae-512 $dump 3 240; done
[[ ! -v set[armv7] ]] || for dump in elf kdump-zlib; do check armv7 $dump 2 256; done
done_testing
