# SPDX-License-Identifier: GPL-2.0-or-later
"""Page compression through the shared libraries themselves."""
import ctypes
import zlib

NONE, ZLIB, LZO, SNAPPY, ZSTD = 0, 1, 2, 4, 0x20
BY_NAME = {'none': NONE, 'zlib': ZLIB, 'lzo': LZO, 'snappy': SNAPPY, 'zstd': ZSTD}
MIXED = [NONE, ZLIB, LZO, SNAPPY, ZSTD]
_libs = {}


def _lib(name):
    if name not in _libs:
        _libs[name] = ctypes.CDLL(name)
    return _libs[name]


def _lzo(data):
    out = ctypes.create_string_buffer(len(data) + len(data) // 16 + 67)
    n = ctypes.c_size_t()
    work = ctypes.create_string_buffer(16384 * 8)
    if _lib('liblzo2.so.2').lzo1x_1_compress(data, ctypes.c_size_t(len(data)), out, ctypes.byref(n), work):
        raise ValueError('lzo')
    return out.raw[:n.value]


def _snappy(data):
    lib = _lib('libsnappy.so.1')
    lib.snappy_max_compressed_length.restype = ctypes.c_size_t
    n = ctypes.c_size_t(lib.snappy_max_compressed_length(ctypes.c_size_t(len(data))))
    out = ctypes.create_string_buffer(n.value)
    if lib.snappy_compress(data, ctypes.c_size_t(len(data)), out, ctypes.byref(n)):
        raise ValueError('snappy')
    return out.raw[:n.value]


def _zstd(data):
    lib = _lib('libzstd.so.1')
    lib.ZSTD_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(2 * len(data) + 1024)
    n = lib.ZSTD_compress(out, ctypes.c_size_t(len(out)), data, ctypes.c_size_t(len(data)), 1)
    if n > len(out):
        raise ValueError('zstd')
    return out.raw[:n]


def compress(codec, data):
    """(flags, bytes) as a page descriptor has them: raw when compression does not help."""
    if codec == NONE:
        return NONE, data
    out = {ZLIB: lambda d: zlib.compress(d, 1), LZO: _lzo, SNAPPY: _snappy, ZSTD: _zstd}[codec](data)
    return (codec, out) if len(out) < len(data) else (NONE, data)
