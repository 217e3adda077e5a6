# SPDX-License-Identifier: GPL-2.0-or-later
# The architectures: a table of how to emulate one, and what to compile for it with.

# shellcheck disable=SC2034 # used by the other parts
# name | Debian's name | qemu-system-... | machine | cpu | bus of virtio devices | consoles | compiler
# The second console, if there is one, is the crash kernel's.
# QEMU 7.2 emulates cmpxchg16b wrongly, which kernels from 6.12 on do not survive.
ARCHES='
x86_64   | amd64    | x86_64   | pc                | qemu64,-cx16 | pci | ttyS0 ttyS1 | gcc
i386     | i386     | i386     | pc                | qemu32       | pci | ttyS0 ttyS1 | gcc -m32 -isystem /usr/include/x86_64-linux-gnu
arm64    | arm64    | aarch64  | virt              | cortex-a72   | pci | ttyAMA0     | aarch64-linux-gnu-gcc
armhf    | armhf    | arm      | virt,highmem=off  | cortex-a15   | pci | ttyAMA0     | arm-linux-gnueabihf-gcc
ppc64el  | ppc64el  | ppc64    | pseries           | power9       | pci | hvc0        | powerpc64le-linux-gnu-gcc
s390x    | s390x    | s390x    | s390-ccw-virtio   | max          | ccw | ttysclp0    | s390x-linux-gnu-gcc
riscv64  | riscv64  | riscv64  | virt              | rv64         | pci | ttyS0       | riscv64-linux-gnu-gcc
mips64el | mips64el | mips64el | malta             | 5KEc         | pci | ttyS0 ttyS1 | mips64el-linux-gnuabi64-gcc
'

# arch_use NAME: sets ARCH and what the table has of it.
arch_use() {
	local name debian qemu machine cpu bus consoles compiler
	while IFS='|' read -r name debian qemu machine cpu bus consoles compiler; do
		[ "${name// /}" = "$1" ] || continue
		ARCH=$1 DEBIAN=${debian// /} QEMU=qemu-system-${qemu// /} MACHINE=${machine// /}
		CPU=${cpu// /} BUS=${bus// /} COMPILER=$compiler
		read -r CONSOLE CAPTURE_CONSOLE <<<"$consoles"
		return 0
	done <<<"$ARCHES"
	die "no architecture with the name $1"
}
