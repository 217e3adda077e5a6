# SPDX-License-Identifier: GPL-2.0-or-later
"""C structs as a compiler lays them out, so that tests do not share a table of offsets with the readers."""
import struct


class Abi:
    def __init__(self, big, word, align64, time):
        self.big, self.word, self.align64, self.time = big, word, align64, time

    def size_align(self, kind):
        size = {'int': 4, 'half': 2, 'long': self.word, 'quad': 8, 'time': self.time}[kind]
        return size, self.align64 if size == 8 else size


class CStruct:
    """fields: [(name, kind or number of chars)]."""

    def __init__(self, abi, fields):
        self.abi, self.offsets, self.size, most = abi, {}, 0, 1
        for name, kind in fields:
            size, align = (kind, 1) if isinstance(kind, int) else abi.size_align(kind)
            self.size = -(-self.size // align) * align
            self.offsets[name] = (self.size, size, isinstance(kind, int))
            self.size += size
            most = max(most, align)
        self.size = -(-self.size // most) * most
        self.data = bytearray(self.size)

    def names(self):
        return [name for name, (_, _, chars) in self.offsets.items() if not chars]

    def set(self, name, value):
        offset, size, chars = self.offsets[name]
        if chars:
            self.data[offset:offset + size] = value[:size].ljust(size, b'\0')
        else:
            self.data[offset:offset + size] = (value & ((1 << 8 * size) - 1)).to_bytes(
                size, 'big' if self.abi.big else 'little')

    def get(self, name):
        offset, size, _ = self.offsets[name]
        return int.from_bytes(self.data[offset:offset + size], 'big' if self.abi.big else 'little')


def note(big, name, kind, desc, counted_nul=True):
    def pad(b):
        return b + bytes(-len(b) % 4)
    name = name if counted_nul else name.rstrip(b'\0')
    return struct.pack('>III' if big else '<III', len(name), len(desc), kind) + pad(name) + pad(desc)
