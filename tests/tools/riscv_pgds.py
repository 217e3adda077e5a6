#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Top page tables of riscv64 processes in an ELF dump, and what they map: riscv_pgds.py ELF ROOT LEVELS LIMIT

A process's table has the kernel's half of the kernel's own table, which is at the physical address ROOT. Prints a line
"PGD VADDR PADDR" for up to LIMIT pages of each; by the RISC-V manual alone.
"""
import mmap, struct, sys

path, root, levels, limit = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3]), int(sys.argv[4])
with open(path, "rb") as f:
    m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
phoff, = struct.unpack_from("<Q", m, 32)
phnum, = struct.unpack_from("<H", m, 56)
loads = [struct.unpack_from("<IIQQQQQQ", m, phoff + i * 56) for i in range(phnum)]
loads = [(p[2], p[4], p[5]) for p in loads if p[0] == 1]


def table(paddr):
    for offset, start, size in loads:
        if start <= paddr < start + size:
            return m[offset + paddr - start:offset + paddr - start + 4096]
    return bytes(4096)


def leaves(paddr, level, vaddr):
    for i, entry in enumerate(struct.unpack("<512Q", table(paddr))[:256 if level == levels - 1 else 512]):
        at, to = vaddr | i << (12 + 9 * level), (entry >> 10 & (1 << 44) - 1) << 12
        if entry & 1 and entry & 14:
            yield at, to
        elif entry & 1 and level:
            yield from leaves(to, level - 1, at)


half = table(root)[2048:]
for offset, start, size in loads:
    at = offset
    while (at := m.find(half, at, offset + size)) >= 0:
        pgd = start + at - offset - 2048
        if pgd % 4096 == 0 and pgd != root:
            for n, (vaddr, paddr) in enumerate(leaves(pgd, levels - 1, 0)):
                if n < limit:
                    print(f"{pgd:#x} {vaddr:#x} {paddr:#x}")
        at += 8
