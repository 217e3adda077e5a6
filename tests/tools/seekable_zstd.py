#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A file in zstd's seekable format (zstd/contrib/seekable_format/zstd_seekable_compression_format.md).

    seekable_zstd.py [--sums] [--lie] IN OUT FRAME_BYTES

Frames are made by zstd(1). --sums: with the checksum of each frame's content in the table. --lie: the table says of the
second frame that it has a byte less, and of the third that it has one more.
"""
import struct
import subprocess
import sys

MASK = (1 << 64) - 1
P = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotl(v, n):
    return (v << n | v >> (64 - n)) & MASK


def xxh64(data):
    """XXH64 with seed 0, from its description (xxhash_spec.md)."""
    def step(acc, lane):
        return rotl((acc + lane * P[1]) & MASK, 31) * P[0] & MASK
    at = 0
    if len(data) >= 32:
        acc = [(P[0] + P[1]) & MASK, P[1], 0, -P[0] & MASK]
        while at + 32 <= len(data):
            lanes = struct.unpack_from('<4Q', data, at)
            acc = [step(a, lane) for a, lane in zip(acc, lanes)]
            at += 32
        h = sum(rotl(a, n) for a, n in zip(acc, (1, 7, 12, 18))) & MASK
        for a in acc:
            h = ((h ^ step(0, a)) * P[0] + P[3]) & MASK
    else:
        h = P[4]
    h = (h + len(data)) & MASK
    while at + 8 <= len(data):
        h = (rotl(h ^ step(0, struct.unpack_from('<Q', data, at)[0]), 27) * P[0] + P[3]) & MASK
        at += 8
    if at + 4 <= len(data):
        h = (rotl(h ^ struct.unpack_from('<I', data, at)[0] * P[0] & MASK, 23) * P[1] + P[2]) & MASK
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * P[4] & MASK, 11) * P[0] & MASK
    h = (h ^ h >> 33) * P[1] & MASK
    h = (h ^ h >> 29) * P[2] & MASK
    return h ^ h >> 32


def main():
    args = [a for a in sys.argv[1:] if not a.startswith('--')]
    sums, lie = '--sums' in sys.argv, '--lie' in sys.argv
    name, out, frame = args[0], args[1], int(args[2])
    table, n = b'', 0
    with open(name, 'rb') as f, open(out, 'wb') as o:
        while True:
            data = f.read(frame)
            if not data:
                break
            packed = subprocess.run(['zstd', '-q', '--no-check', '-c'], input=data, stdout=subprocess.PIPE, check=True).stdout
            o.write(packed)
            says = len(data) + ((n == 2) - (n == 1) if lie else 0)
            table += struct.pack('<II', len(packed), says)
            if sums:
                table += struct.pack('<I', xxh64(data) & 0xffffffff)
            n += 1
        table += struct.pack('<IBI', n, 0x80 if sums else 0, 0x8F92EAB1)
        o.write(struct.pack('<II', 0x184D2A5E, len(table)) + table)


main()
