# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged inputs of a sample: one field or two set to a boundary value, or the file cut at a structure. By seed."""
import os
import random

import samples


def numbers(size, now, length):
    """Unlikely values for a number of so many bytes that is now this, in a file of this length."""
    top = 1 << 8 * size
    wanted = [0, 1, 2, 3, now - 1, now + 1, 2 * now, now ^ 1, top - 1, top - 2, top // 2, top // 2 - 1, length, length - 1,
              length + 1, length // 4096, 4095, 4096, 1 << 16, 1 << 24, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 52,
              top - 4096]
    return sorted({v % top for v in wanted if v < top} - {now})


def texts(size):
    """The same for digits in a text, which keep their number."""
    wanted = [b'0', b'9', b'f', b'7', b'x', b'-']
    return [w * size for w in wanted] + [b'1'.rjust(size, b'0'), b'8'.ljust(size, b'0'), b'-1'.ljust(size, b'0')[:size],
                                         b'\n'.ljust(size, b'0'), b'2'.ljust(size, b' ')]


def field_change(sample, field, rng):
    """A random boundary value: (what is changed, suffix, offset, bytes)."""
    suffix, name, offset, size, order = field
    if order == 't':
        raw = rng.choice(texts(size))
        return '%s=%r' % (name, raw.decode()), suffix, offset, raw
    endian = 'big' if order == '>' else 'little'
    with open(sample.path + suffix, 'rb') as f:
        f.seek(offset)
        now = int.from_bytes(f.read(size), endian)
    value = rng.choice(numbers(size, now, os.path.getsize(sample.path + suffix)))
    return '%s=%#x' % (name, value), suffix, offset, value.to_bytes(size, endian)


def cuts(sample):
    for suffix, places in sample.places.items():
        length = os.path.getsize(sample.path + suffix)
        for place in sorted(places):
            for size in (place - 1, place, place + 1):
                if 0 <= size < length:
                    yield suffix, size


def plan(sample, n, seed):
    """n inputs, each (name, [(suffix, offset, bytes)], (suffix, length) or None). The first are those of a smaller n."""
    rng = random.Random('%s %s' % (seed, sample.name))
    where = list(cuts(sample))
    rng.shuffle(where)
    fields = list(sample.fields)
    rng.shuffle(fields)
    for i in range(n):
        kind = i % 5
        if (kind == 4 or not fields) and where:
            suffix, size = where[i // 5 % len(where)]
            yield 'cut%s@%#x' % (suffix, size), [], (suffix, size)
            continue
        # each field in turn, so that none is left out; every other time with a second one
        chosen = [fields[i % len(fields)]] + ([rng.choice(fields)] if kind in (1, 3) else [])
        changes = [field_change(sample, field, rng) for field in chosen]
        yield ', '.join(c[0] for c in changes), [c[1:] for c in changes], None


def make(sample, path, changes, cut):
    samples.copy(sample, path)
    for suffix, offset, raw in changes:
        with open(path + suffix, 'r+b') as f:
            f.seek(offset)
            f.write(raw)
    if cut:
        os.truncate(path + cut[0], cut[1])
