#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# riscv64 6.12 with five levels, with RIG_ALL=yes three and four too: QEMU's dumps, which have no VMCOREINFO note.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets riscv64 ${RIG_ALL:+riscv64-sv48 riscv64-sv39}

check() {
	info_has "$1" "$2" "architecture: riscv64" "page-size: 4096" "page-table-levels: $3" "cpus: 2|registers: of 2 CPUs" "$4"
	log_is_complete "$1" "$2"
	kernel_pages "$1" "$2"
	free_pages "$1" "$2"
}
# Documentation/arch/riscv/vm-layout.rst
check riscv64 elf 5 "direct-map: 0xff60000000000000 is physical 0x80000000"
check riscv64 kdump-zlib 5 "direct-map: 0xff60000000000000 is physical 0x80000000"
[[ ! -v set[riscv64-sv48] ]] || check riscv64-sv48 elf 4 "direct-map: 0xffffaf8000000000 is physical 0x80000000"
[[ ! -v set[riscv64-sv39] ]] || check riscv64-sv39 elf 3 "direct-map: 0xffffffd600000000 is physical 0x80000000"
# 670,000 symbols, labels too, in the memory that one may take; in a mount, which has its own part of it
mkdir "$T/mnt"
mount_dump "${set[riscv64]}/elf" "$T/mnt" || fail "mount"
same "$T/mnt/proc/kallsyms" <(zcat "${set[riscv64]}/truth/kallsyms.gz") "riscv64: proc/kallsyms is that of the live kernel"
unmount "$T/mnt"
done_testing
