#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The dumps of other architectures, those that are in the rig's cache: what QEMU and the guest told of them fits
# together, and we read what there is to read without knowing page tables.
. tests/real/lib.sh

fact() { sed -n "s/^$2: //p" "${set[$1]}/facts"; }
view() { "$VMCOREFS" --cat "$@" 2>"$T/err" || diag "$*: $(cat "$T/err")"; }

# uname -m of the guest, the names info may have for it, what readelf calls its ELF files. QEMU gives a PC whose
# firmware ends at 4 GiB the 64-bit class, and (7.2, without KVM) any pseries machine the big-endian one.
machines='
aarch64 aarch64|arm64 ELF64, little endian, AArch64
armv7l  arm|armv7l ELF32, little endian, ARM
i686    i386|i686 ELF(32|64), little endian, Intel 80386
ppc64le ppc64|ppc64le ELF64, (little|big) endian, PowerPC64
s390x   s390x ELF64, big endian, IBM S/390
riscv64 riscv64 ELF64, little endian, RISC-V
mips64  mips64|mips64el ELF64, little endian, MIPS R3000
'
names() { awk -v machine="$1" '$1 == machine { print $2 }' <<<"$machines"; }
expected_elf() { sed -n "s/^$1 *[^ ]* //p" <<<"$machines"; }
elf_header() {
	readelf -h "$1" 2>/dev/null |
		sed -n 's/^ *Class: *\(.*\)/\1/p; s/^ *Data:.*, \(.*\)/\1/p; s/^ *Machine: *\(.*\)/\1/p' |
		paste -sd, | sed 's/,/, /g'
}

pages_free() { awk '$1 == "nr_free_pages" { n += $2 } END { print n }' "$1"; }

check_set() {
	local name=$1 dir=${set[$1]} dump release machine pages free mem
	release=$(fact "$name" release)
	machine=$(fact "$name" machine)
	pages=$(fact "$name" page_size)
	like "$(fact "$name" panic)" '^Kernel panic - not syncing: ' "$name: the console has the panic"

	# The facts themselves: two places where the kernel counts free memory, and its own symbols.
	free=$(($(pages_free "$dir/truth/zoneinfo") * pages / 1024))
	mem=$(sed -n 's/^MemFree: *\([0-9]*\) kB/\1/p' "$dir/truth/meminfo")
	[[ $mem -gt 20000 && $((free > mem ? free - mem : mem - free)) -le $((mem / 20)) ]]
	result $? "$name: zoneinfo and meminfo agree on what is free" || diag "$free kB, $mem kB"
	[[ $(zcat "$dir/truth/kallsyms.gz" | grep -c ' [Tt] ') -ge 10000 ]]
	result $? "$name: kallsyms has addresses" || diag "$(zcat "$dir/truth/kallsyms.gz" | head -n 3)"
	if grep -q '^CONFIG_PROC_KCORE=y' "$dir/config"; then
		[[ $(lines "$dir/truth/kcore") -ge 300 ]]
		result $? "$name: hundreds of pages of kernel memory" || diag "$(lines "$dir/truth/kcore")"
	else
		skip "$name: hundreds of pages of kernel memory" "the kernel has no /proc/kcore"
	fi

	for dump in "$dir"/elf "$dir"/kdump-zlib "$dir"/vmcore; do
		[[ -e $dump ]] || continue
		[[ $dump == */kdump-zlib ]] ||
			like "$(elf_header "$dump")" "^$(expected_elf "$machine")$" "$name/${dump##*/}: for $machine"
		check_dump "$name" "$dump" "$release"
	done
}

# check_dump SET FILE RELEASE
check_dump() {
	local name=$1/${2##*/} dump=$2 info stored arch
	info=$(view info "$dump")
	arch=$(sed -n 's/^architecture: //p' <<<"$info")
	if [[ ${arch,,} == unknown ]]; then
		skip "$name: info names the architecture" "info says '$arch'"
	else
		like "${arch,,}" "^($(names "$(fact "$1" machine)"))$" "$name: info names the architecture"
	fi
	if [[ $info == *"vmcoreinfo: none"* ]]; then
		skip "$name: info names the kernel" "no VMCOREINFO was found in memory"
	else
		like "$info" "release: ${3//+/\\+}"$'\n' "$name: info names the kernel"
	fi
	# In a vmcore the memory of the crash kernel is missing.
	stored=$(sed -n 's/^pages-stored: .*(\([0-9]*\) MiB)/\1/p' <<<"$info")
	[[ $stored -ge $(($(fact "$1" memory_mib) * 6 / 10)) && $stored -le $(($(fact "$1" memory_mib) + 1)) ]]
	result $? "$name: the memory of the machine" || diag "$stored MiB"
	[[ $name == */vmcore || $stored -ge $(fact "$1" memory_mib) ]]
	result $? "... all of it" || diag "$stored MiB"
	view "phys/$(fact "$1" vmcoreinfo_address)+0x400" "$dump" >"$T/bytes"
	like "$(tr -d '\0' <"$T/bytes" | grep -a OSRELEASE)" "OSRELEASE=${3//+/\\+}$" "$name: VMCOREINFO is where the guest said"
	[[ $(view elf "$dump" | grep -acF "$(fact "$1" panic)") -ge 1 ]]
	result $? "$name: the panic is in memory"
}

found=0
for name in $(tests/rig/rig list | awk '{ print $1 }'); do
	dir=$(tests/rig/rig path "$name" 2>/dev/null) && [[ -e $dir/facts ]] || continue
	set[$name]=$dir
	found=$((found + 1))
	check_set "$name"
done
[[ $found -gt 0 ]] || skip_all "the rig has made no dump of another architecture (tests/rig/rig list)"

done_testing
