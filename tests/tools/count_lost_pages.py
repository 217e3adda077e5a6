#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""count_lost_pages.py DUMP: descriptors of a 64-bit little-endian kdump-compressed file that lead beyond its end."""
import struct
import sys

data = open(sys.argv[1], 'rb').read()
block, sub, bitmaps = struct.unpack_from('<3I', data, 428)
start = (1 + sub + bitmaps) * block
half = bitmaps // 2 * block
stored = sum(bin(byte).count('1') for byte in data[start - half:start])
lost = 0
for at in range(start, start + stored * 24, 24):
    if at + 24 > len(data):
        lost += 1
        continue
    offset, size = struct.unpack_from('<qI', data, at)
    lost += not offset or offset + size > len(data)
print(lost)
