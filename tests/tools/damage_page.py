#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""damage_page.py IN OUT PADDR: a copy of a kdump-compressed file (version 6, 64 bit, not split) in which the stored bytes
of one page are 0xff. Prints where in the file they are."""
import struct
import sys

data = bytearray(open(sys.argv[1], "rb").read())
paddr = int(sys.argv[3], 0)
# disk_dump_header: signature, version, utsname, and behind a timestamp of 16 bytes what counts blocks
at = (8 + 4 + 390 + 7) // 8 * 8 + 16
_, block, sub_blocks, bitmap_blocks, _ = struct.unpack_from("<IiiII", data, at)
bitmap = block * (1 + sub_blocks) + bitmap_blocks // 2 * block
descriptors = block * (1 + sub_blocks + bitmap_blocks)
pfn = paddr // block
if not data[bitmap + pfn // 8] >> pfn % 8 & 1:
    sys.exit("the page is not in the dump")
bits = int.from_bytes(data[bitmap:bitmap + pfn // 8 + 1], "little") & ((1 << pfn) - 1)
offset, size = struct.unpack_from("<qI", data, descriptors + 24 * bin(bits).count("1"))
data[offset:offset + size] = b"\xff" * size
open(sys.argv[2], "wb").write(data)
print(offset)
