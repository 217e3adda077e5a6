#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# s390x: big-endian, three levels of tables. QEMU's dumps have no VMCOREINFO note.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets s390x

for dump in elf kdump-zlib; do
	info_has s390x $dump "architecture: s390x" "page-table-levels: 3" "page-size: 4096" "cpus: 2|registers: of 2 CPUs"
	log_is_complete s390x $dump
	# No KASLR in this kernel's way of booting: kernel, modules and memory are in one range, memory at its address.
	free_pages s390x $dump
	kernel_pages s390x $dump
	translates s390x $dump --linear 0:0:0x10000000
done

# Without VMCOREINFO the control registers lead to the same tables.
cp --sparse=always "${set[s390x]}/elf" "$T/wiped"
must "VMCOREINFO is wiped" chmod u+w "$T/wiped"
must "VMCOREINFO is wiped" tests/tools/wipe-vmcoreinfo "$T/wiped"
is "$("$VMCOREFS" --cat info "$T/wiped" 2>/dev/null | grep ^vmcoreinfo:)" "vmcoreinfo: none" "there is none"
for name in _stext init_task __this_module; do
	address=0x$(zcat "${set[s390x]}/truth/kallsyms.gz" | awk -v name=$name '$3 == name { print $1; exit }')
	"$VMCOREFS" --cat "vtop/$address" "${set[s390x]}/elf" >"$T/with"
	"$VMCOREFS" --cat "vtop/$address" "$T/wiped" >"$T/without" 2>/dev/null
	same "$T/without" "$T/with" "s390x: $name by the registers"
done
done_testing
