# SPDX-License-Identifier: GPL-2.0-or-later
# What the guest and QEMU tell of a set with the option "facts", for tests to compare with:
#   facts          "key: value" lines
#   config         of the kernel
#   truth/         files of the guest, some compressed: kallsyms.gz iomem vmallocinfo cpuinfo kpageflags.gz kpagecount.gz
#                  kernel_page_tables (where the kernel has it); meminfo and zoneinfo are of right before the panic;
#                  kcore: pages of kernel memory as /proc/kcore had them, "KIND ADDRESS BYTES CRC32"

facts_write() {
	mkdir truth
	tar -xf facts.img -C truth || die "the guest has written no facts"
	rm facts.img
	console_block last/meminfo >truth/meminfo
	console_block last/zoneinfo >truth/zoneinfo
	[ -s truth/zoneinfo ] || die "no zoneinfo on the console"
	[ ! -e "$KERNEL/config" ] || ln "$KERNEL/config" config
	facts_lines >facts
	rm truth/page-size truth/machine truth/vmcoreinfo-address
}

# console_block NAME: what the guest printed between the lines "truth begin NAME" and "truth end".
console_block() {
	tr -d '\r' <console.log |
		awk -v begin="truth begin $1" '$0 == "truth end" { p = 0 } p { print } $0 == begin { p = 1 }'
}

facts_lines() {
	fact architecture "$ARCH"
	fact machine "$(cat truth/machine)"
	fact release "$(cat "$KERNEL/release")"
	fact page_size "$(cat truth/page-size)"
	fact va_bits "$(va_bits)"
	fact mmu "$(sed -n 's/^\(mmu\|MMU\)[[:blank:]]*: //p' truth/cpuinfo | head -n 1)"
	fact cmdline "$(console_block /proc/cmdline)"
	fact panic "$(tr -d '\r' <console.log | sed -n 's/^\[ *[0-9.]*\] \(Kernel panic - not syncing.*\)/\1/p')"
	fact vmcoreinfo_address "$(cut -d " " -f 1 truth/vmcoreinfo-address)"
	fact memory_mib "$MIB"
	fact qemu "$QEMU -M $MACHINE -cpu $(value cpu "$CPU")"
	fact qemu_version "$("$QEMU" --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')"
}

fact() { [ -z "$2" ] || echo "$1: $2"; }

# Bits of a virtual address that the page tables of the kernel translate, where that is a plain number.
va_bits() {
	case $ARCH in
	i386 | armhf) echo 32 ;;
	arm64) sed -n 's/^CONFIG_ARM64_VA_BITS=//p' "$KERNEL/config" ;;
	riscv64) sed -n 's/^mmu[[:blank:]]*: sv//p' truth/cpuinfo | head -n 1 ;;
	x86_64) sed -n 's/^address sizes.* \([0-9]*\) bits virtual/\1/p' truth/cpuinfo | head -n 1 ;;
	esac
}
