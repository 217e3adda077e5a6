#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What kdumpfile_pages should print for a kdump-compressed file, from the pages as another view has them:

    image_pages.py FILE RAW

Of the file only the second bitmap is read; the pages come from RAW, physical memory.
"""
import os
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from page_classes import bitmap


def main():
    bits, size = bitmap(sys.argv[1])
    count = total = 0
    with open(sys.argv[2], "rb", buffering=0) as raw:
        for at, byte in enumerate(bits):
            for bit in range(8 if byte else 0):
                if byte >> bit & 1:
                    pfn = at * 8 + bit
                    page = os.pread(raw.fileno(), size, pfn * size).ljust(size, b"\0")
                    total = (total * 0x9E3779B97F4A7C15 + (pfn << 32 | zlib.crc32(page))) & 0xFFFFFFFFFFFFFFFF
                    count += 1
    print(f"{count} pages, checksum {total:016x}")


main()
