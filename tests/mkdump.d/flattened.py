# SPDX-License-Identifier: GPL-2.0-or-later
"""makedumpfile's flattened stream around a finished file."""
import random
import struct


def record(offset, size, data):
    mask = (1 << 64) - 1
    return struct.pack('>QQ', offset & mask, size & mask) + data


def wrap(d, data):
    sets = dict(d.sets)
    header = b'makedumpfile'.ljust(16, b'\0') + record(sets.get('flat.type', 1), sets.get('flat.version', 1), b'')
    n = d.records
    # as makedumpfile does, pieces of zeroes are not written unless they are the last
    pieces = [(o, data[o:o + n]) for o in range(0, len(data), n) if any(data[o:o + n]) or o + n >= len(data)]
    kind, _, seed = d.order.partition(' ')
    if kind == 'reverse':
        pieces.reverse()
    elif kind == 'shuffle':
        random.Random(seed).shuffle(pieces)
    if 'rewrite' in d.flags:
        rng = random.Random(1)
        wrong = [(o + s, rng.randbytes(len(p) - s)) for o, p in pieces for s in (0, len(p) // 3) if len(p) > s]
        pieces = wrong + pieces
    out = [record(o, len(p), p) for o, p in pieces]
    if 'flat.offset' in sets or 'flat.size' in sets:
        o, p = pieces[-1]
        out[-1] = record(sets.get('flat.offset', o), sets.get('flat.size', len(p)), p)
    out += [record(*r) for r in d.raw_records]
    if 'no-end' not in d.flags:
        out.append(record(-1, -1, b''))
    return header.ljust(4096, b'\0') + b''.join(out)
