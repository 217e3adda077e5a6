#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# arm64 6.1, 4K pages, 48 bits, KASLR: QEMU's ELF and kdump-compressed (in blocks of 64 KiB), with and (RIG_ALL=yes)
# without a VMCOREINFO note, and /proc/vmcore.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets a64-512 a64-kexec ${RIG_ALL:+a64-novmci}

for dump in a64-512/elf a64-512/kdump-zlib a64-novmci/elf a64-novmci/kdump-zlib a64-kexec/vmcore; do
	name=${dump%/*}
	[[ -v set[$name] ]] || continue
	info_has "$name" "${dump#*/}" "architecture: aarch64" "page-table-levels: 4" "cpus: 2|registers: of 2 CPUs"
	log_is_complete "$name" "${dump#*/}"
	kernel_pages "$name" "${dump#*/}"
	[[ $dump == */kdump-zlib ]] || free_pages "$name" "${dump#*/}"
done

# PHYS_OFFSET is what the kernel says on its console when it panics.
offset=$(tr -d '\r' <"${set[a64-512]}/console.log" | sed -n 's/.*PHYS_OFFSET: 0x//p' | tail -n 1)
is "$("$VMCOREFS" --cat info "${set[a64-512]}/elf" | sed -n 's/^direct-map: 0xffff000000000000 is physical 0x//p')" \
	"$offset" "the linear map starts at PHYS_OFFSET"

# drgn, which cannot read QEMU's dump as it is, reads our ELF of it.
cat >"$T/read.py" <<'END'
import sys, zlib
right = 0
for line in open(sys.argv[1]):
    _, address, size, crc = line.split()
    right += zlib.crc32(prog.read(int(address, 16), int(size))) == int(crc, 16)
print(right)
END
must "mount" mount_dump "${set[a64-512]}/elf" "$T/mnt"
is "$(drgn -q -c "$T/mnt/elf" -s "${set[a64-512]}/vmlinux" "$T/read.py" "${set[a64-512]}/truth/kcore" 2>&1 | tail -n 1)" \
	"$(lines "${set[a64-512]}/truth/kcore")" "drgn reads all of these pages in elf"
ok "unmount" unmount "$T/mnt"
done_testing
