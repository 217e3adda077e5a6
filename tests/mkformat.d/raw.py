# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory without any headers: an image whose offsets are physical addresses, and a file for each bank of memory."""


def fill(out, memory, base, ranges):
    for start, length in ranges:
        for at, piece in memory.pieces_of(start, length):
            if piece.strip(b'\0'):
                out.seek(at - base)
                out.data(piece)
    last, length = ranges[-1]
    out.f.truncate(last + length - base)


def write(memory, out, options):
    """raw image: file offset = physical address"""
    fill(out, memory, 0, memory.ranges)


write.options = '--raw'

GAP = 16 << 20


def banks(memory):
    """Ranges with less than 16 MiB between them are one bank."""
    found = []
    for start, length in memory.ranges:
        if found and start - sum(found[-1][-1]) < GAP:
            found[-1].append((start, length))
        else:
            found.append([(start, length)])
    if len(found) == 1 and len(found[0]) > 1:
        found = [found[0][:1], found[0][1:]]
    return found


def names(memory, path):
    return [(path if i == 0 else '%s.%d' % (path, i + 1), bank) for i, bank in enumerate(banks(memory))]


def write_banks(memory, out, options):
    """ramdump: a file for each bank of memory"""
    for i, bank in enumerate(banks(memory)):
        fill(out if i == 0 else out.other(i + 1), memory, bank[0][0], bank)


def banks_options(memory, path):
    return '--ramdump ' + ','.join('%s@%x' % (name, bank[0][0]) for name, bank in names(memory, path))


write_banks.options = banks_options

FORMATS = {'raw': write, 'ramdump': write_banks}
