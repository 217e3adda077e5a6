#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the classes of pages in a mount those that the guest's kernel had in /proc/kpageflags?

    page_classes.py MOUNT KPAGEFLAGS.gz big|little

A class is what a level leaves out: pages whose bit is in level-0/dump and not in level-N/dump. Prints "class ours
kernel's both" in pages, for those of which the guest's kernel has flags. What flags mean: the kernel's
Documentation/admin-guide/mm/pagemap.rst, include/linux/kernel-page-flags.h.
"""
import gzip
import struct
import sys

LRU, SLAB, BUDDY, ANON, TAIL, HUGE, HWPOISON, PRIVATE = (1 << n for n in (5, 7, 10, 12, 16, 17, 19, 35))


def bitmap(path):
    """The second bitmap of a kdump-compressed file, and the size of its pages."""
    with open(path, "rb") as f:
        head = f.read(4096)
        # status, block_size, sub_hdr_size, bitmap_blocks: behind a struct timeval of 64 or of 32 bits
        for at in 424, 412:
            for order in "<>":
                block, sub, blocks = struct.unpack_from(order + "iii", head, at + 4)
                if block in (4096, 16384, 65536) and 0 < sub < 4096 and 0 < blocks < 1 << 20:
                    f.seek((1 + sub + blocks // 2) * block)
                    return f.read(blocks // 2 * block), block
    sys.exit(f"{path}: not kdump-compressed")


def stored(path):
    """Bit n for page n."""
    return int.from_bytes(bitmap(path)[0], "little")


def pages_with(flags, test):
    """Bit n for page n: the pages whose flags pass. The tail of a compound page is what its head is."""
    bits = bytearray(len(flags) // 8 + 1)
    head = 0
    for pfn, value in enumerate(flags):
        if not value & TAIL:
            head = value
        if test(head | value):
            bits[pfn // 8] |= 1 << pfn % 8
    return int.from_bytes(bits, "little")


def main():
    mount, path, order = sys.argv[1:]
    with gzip.open(path) as f:
        raw = f.read()
    flags = struct.unpack(("<" if order == "little" else ">") + f"{len(raw) // 8}Q", raw)
    known = pages_with(flags, lambda v: not v & HWPOISON)
    level = {n: stored(f"{mount}/level-{n}/dump.none") for n in (0, 2, 4, 8, 16)}
    ours = {
        "free": level[0] & ~level[16],
        "user": level[0] & ~level[8],
        "cache": level[0] & ~level[2],
        "cache-private": level[2] & ~level[4],
    }
    theirs = {
        "free": pages_with(flags, lambda v: v & BUDDY),
        "user": pages_with(flags, lambda v: v & (ANON | HUGE)),
        "cache": pages_with(flags, lambda v: v & LRU and not v & (ANON | PRIVATE)),
        "cache-private": pages_with(flags, lambda v: v & LRU and v & PRIVATE and not v & ANON),
    }
    for name in ours:
        a, b = ours[name] & known, theirs[name] & level[0]
        print(name, *(bin(n).count("1") for n in (a, b, a & b)))


if __name__ == "__main__":
    main()
