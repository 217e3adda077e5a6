# SPDX-License-Identifier: GPL-2.0-or-later
"""LiME's images, from the description in LiME's doc/README.md and lime.h: struct lime_mem_range_header."""
import zlib

MAGIC = 0x4c694d45


def header(out, order, start, end, magic=MAGIC, version=1):
    """end: the last byte's address"""
    out.struct('header', order, [('magic', 'I', magic), ('version', 'I', version), ('start', 'Q', start), ('end', 'Q', end),
                                 ('reserved', 'Q', 0)])


def records(memory, out):
    for start, length in memory.ranges:
        header(out, '>' if memory.big else '<', start, start + length - 1)
        for _, piece in memory.pieces_of(start, length):
            out.data(piece)
        out.place('data-end')


def write(memory, out, options):
    """LiME: format=lime"""
    records(memory, out)


class Deflated:
    """An output whose bytes go into a zlib stream with a window of 2 KiB, as LiME's compress=1 makes it."""

    def __init__(self, out):
        self.out, self.z = out, zlib.compressobj(1, zlib.DEFLATED, 11)

    def data(self, raw):
        self.out.data(self.z.compress(raw))

    def struct(self, _name, order, fields):
        import struct
        for _, code, value in fields:
            self.data(struct.pack(order + code, value))

    def place(self, name):
        pass

    def finish(self):
        self.out.data(self.z.flush())


def write_zlib(memory, out, options):
    """LiME: format=lime compress=1"""
    z = Deflated(out)
    records(memory, z)
    z.finish()


def write_padded(memory, out, options):
    """LiME: format=padded, a raw image"""
    for start, length in memory.ranges:
        out.seek(start)
        for _, piece in memory.pieces_of(start, length):
            out.data(piece)


write_padded.options = '--raw'

FORMATS = {'lime': write, 'lime-zlib': write_zlib, 'lime-padded': write_padded}
