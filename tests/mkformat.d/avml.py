# SPDX-License-Identifier: GPL-2.0-or-later
"""AVML's images: LiME's records, or with --compress records of version 2: a snappy framing stream (google/snappy:
framing_format.txt) and its length. Options: block=BYTES of a record, version=1|2|mixed."""
import codecs_
import ctypes

import lime

MAGIC = 0x4c4d5641
BLOCK = 16 << 20
CHUNK = 65536


def pure_crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def library_crc32c():
    """libext2fs has the only one that every Debian has; RFC 3720 B.4 tells whether it is the right one."""
    try:
        function = ctypes.CDLL('libext2fs.so.2').ext2fs_crc32c_le
    except (OSError, AttributeError):
        return pure_crc32c
    function.restype, function.argtypes = ctypes.c_uint32, [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t]
    return lambda data: function(0xffffffff, data, len(data)) ^ 0xffffffff


crc32c = library_crc32c()
assert crc32c(bytes(32)) == pure_crc32c(bytes(32)) == 0x8a9136aa


def masked(crc):
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def stream(out, data):
    begin = out.tell()
    out.struct('stream-id', '<', [('head', 'I', 0x6ff), ('name1', 'I', 0x50614e73), ('name2', 'H', 0x5970)])
    for at in range(0, len(data), CHUNK):
        piece = data[at:at + CHUNK]
        codec, raw = codecs_.compress(codecs_.SNAPPY, piece)
        out.struct('chunk', '<', [('head', 'I', (codec == codecs_.NONE) | (len(raw) + 4) << 8),
                                  ('crc', 'I', masked(crc32c(piece)))])
        out.data(raw)
    out.struct('trailer', '<', [('length', 'Q', out.tell() - begin)])


def record(out, version, start, data):
    if version == 2:
        lime.header(out, '<', start, start + len(data) - 1, MAGIC, 2)
        stream(out, data)
    else:
        lime.header(out, '<', start, start + len(data) - 1)
        out.data(data)


def blocks(memory, out, options, default):
    size, kind = int(options.get('block', BLOCK)), options.get('version', default)
    n = 0
    for first, length in memory.ranges:
        for start in range(first, first + length, size):
            data = b''.join(raw for _, raw in memory.pieces_of(start, min(size, first + length - start)))
            n += 1
            if data.strip(b'\0'):
                record(out, 1 + n % 2 if kind == 'mixed' else int(kind), start, data)


def write(memory, out, options):
    """AVML: one LiME record for 16 MiB, those of zeroes left out"""
    blocks(memory, out, options, '1')


def write_compressed(memory, out, options):
    """AVML: --compress"""
    blocks(memory, out, options, '2')


FORMATS = {'avml': write, 'avml-compressed': write_compressed}
