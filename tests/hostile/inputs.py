# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged inputs of a sample: one field or two set to a boundary value, the file cut at a structure, bytes of it anywhere
changed, a piece of it put onto another; texts besides in the ways of texts. By seed."""
import os
import random

import samples

LONGEST = 1 << 20        # bytes that a line becomes


def numbers(size, now, length):
    """Unlikely values for a number of so many bytes that is now this, in a file of this length."""
    top = 1 << 8 * size
    wanted = [0, 1, 2, 3, now - 1, now + 1, 2 * now, now ^ 1, top - 1, top - 2, top // 2, top // 2 - 1, length, length - 1,
              length + 1, length // 4096, 4095, 4096, 1 << 16, 1 << 24, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 45, 1 << 51,
              1 << 52, top - 4096]
    return sorted({v % top for v in wanted if v < top} - {now})


def texts(size):
    """The same for digits in a text, which keep their number."""
    wanted = [b'0', b'9', b'f', b'7', b'x', b'-']
    return [w * size for w in wanted] + [b'1'.rjust(size, b'0'), b'8'.ljust(size, b'0'), b'-1'.ljust(size, b'0')[:size],
                                         b'\n'.ljust(size, b'0'), b'2'.ljust(size, b' '), b'\0'.ljust(size, b'1')]


def field_change(sample, field, rng):
    """A random boundary value: (what is changed, suffix, offset, bytes)."""
    suffix, name, offset, size, order = field
    if order == 't':
        raw = rng.choice(texts(size))
        return '%s=%r' % (name, raw.decode()), suffix, offset, raw
    endian = 'big' if order in '>P' else 'little'
    with open(sample.path + suffix, 'rb') as f:
        f.seek(offset)
        now = int.from_bytes(f.read(size), endian)
    if order in 'pP' and rng.random() < 0.5:
        # a pointer: to itself or another object, into the middle of one, to its neighbour
        value = (rng.choice(sample.addresses) + rng.choice((0, 0, 1, 8, 0xff8))) % (1 << 8 * size)
    else:
        value = rng.choice(numbers(size, now, os.path.getsize(sample.path + suffix)))
    return '%s=%#x' % (name, value), suffix, offset, value.to_bytes(size, endian)


def cuts(sample):
    for suffix, places in sample.places.items():
        length = os.path.getsize(sample.path + suffix)
        for place in sorted(places):
            for size in (place - 1, place, place + 1):
                if 0 <= size < length:
                    yield suffix, size


def any_bytes(sample, rng):
    """Bytes anywhere, most of them near the start or a field: (name, [(suffix, offset, bytes)])."""
    changes = []
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        suffix = rng.choice(sample.suffixes)
        length = os.path.getsize(sample.path + suffix)
        near = [f for f in sample.fields if f[0] == suffix]
        at = rng.randrange(length)
        if near and rng.random() < 0.6:
            at = min(length - 1, rng.choice(near)[2] + rng.randrange(16))
        elif rng.random() < 0.5:
            at = rng.randrange(min(length, 8192))
        raw = bytes(rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256))) for _ in range(rng.choice((1, 1, 2, 4, 8))))
        changes.append((suffix, at, raw[:length - at]))
    return 'bytes ' + ', '.join('%s@%#x=%s' % (s, at, raw.hex()) for s, at, raw in changes), changes


def piece(sample, rng):
    """A piece onto another, or as noise: what should be one structure is another, or none."""
    suffix = rng.choice(sample.suffixes)
    areas = [a[1:] for a in sample.areas] if not suffix else []
    areas += [(p, 64) for p in sample.places.get(suffix, ())]
    length = os.path.getsize(sample.path + suffix)
    areas = [a for a in areas if a[0] < length] or [(0, 64)]
    (to, size), (start, _) = rng.choice(areas), rng.choice(areas)
    size = max(1, min(size, length - to, rng.choice((16, 64, 512, 4096))))
    what = rng.choice(('copy', 'noise', 'ones', 'zeroes'))
    with open(sample.path + suffix, 'rb') as f:
        f.seek(start)
        raw = {'copy': f.read(size), 'noise': rng.randbytes(size), 'ones': b'\xff' * size, 'zeroes': bytes(size)}[what]
    return '%s%s@%#x+%#x of %#x' % (what, suffix, to, size, start), [(suffix, to, raw)]


def line_changes(rng, line, lines):
    """What a line may become: functions, as some of it is long."""
    words = line.split()
    digits = [bytes([c]) for c in line]
    return (
        lambda: b'', lambda: line + b'\n' + line, lambda: line[:rng.randrange(len(line) + 1)],
        lambda: line + b'x' * 100000, lambda: (line[:100] + b'\n') * 20000,
        lambda: b''.join(c * 400 if c.isdigit() else c for c in digits),
        lambda: b''.join(bytes([rng.choice(b'09f-')]) if c.isdigit() else c for c in digits),
        lambda: line + bytes(range(256)), lambda: line[:len(line) // 2] + b'\0' + line[len(line) // 2:],
        lambda: b'\x1b[2J\r' + line,
        lambda: line.split(b'=')[0] + b'=' + rng.choice((b'', b'0', b'-1', b'f' * 16, b'7' + b'f' * 15, b'4096', b'9' * 400)),
        lambda: b' '.join(rng.sample(words, len(words))), lambda: line.replace(b'.', b'..' * 50), lambda: line + b'.next' * 2000,
        lambda: b'[' * 3000 + line, lambda: b'for x in ' + line, lambda: b'for x in x via x\n' * 500,
        lambda: rng.choice(lines).rstrip(b'\n'),
    )


def text_change(sample, seed):
    """A whole text, changed."""
    rng = random.Random(seed)
    with open(sample.path, 'rb') as f:
        lines = f.read().splitlines(True)
    for _ in range(rng.choice((1, 1, 2, 3))):
        i = rng.randrange(len(lines))
        new = rng.choice(line_changes(rng, lines[i].rstrip(b'\n')[:100000], lines))()
        lines[i] = new[:LONGEST] + b'\n'
    whole = b''.join(lines)
    return whole[:-1] if rng.random() < 0.2 else whole


def plan(sample, n, seed):
    """n inputs, each (name, [(suffix, offset, bytes)], (suffix, length) or None, seed of a text or None). The first are those
    of a smaller n."""
    rng = random.Random('%s %s' % (seed, sample.name))
    where = list(cuts(sample))
    rng.shuffle(where)
    fields = list(sample.fields)
    rng.shuffle(fields)
    turn = 0
    for i in range(n):
        kind = i % 8
        if sample.is_text and kind < 6:
            yield 'text', [], None, '%s %s %d' % (seed, sample.name, i)
        elif kind == 4 and where:
            suffix, size = where[i // 8 % len(where)]
            # every other time something is wrong in what is left, too
            change = field_change(sample, rng.choice(fields), rng) if fields and i // 8 % 2 else None
            yield ('cut%s@%#x' % (suffix, size) + (', ' + change[0] if change else ''), [change[1:]] if change else [],
                   (suffix, size), None)
        elif kind == 5 or not fields:
            yield (*any_bytes(sample, rng), None, None)
        elif kind == 6:
            yield (*piece(sample, rng), None, None)
        else:
            # each field in turn, so that none is left out; every other time with a second one
            chosen = [fields[turn % len(fields)]] + ([rng.choice(fields)] if kind in (1, 3, 7) else [])
            turn += 1
            changes = [field_change(sample, field, rng) for field in chosen]
            yield ', '.join(c[0] for c in changes), [c[1:] for c in changes], None, None


def make(sample, path, changes, cut, seed):
    if seed is not None:
        with open(path, 'wb') as f:
            f.write(text_change(sample, seed))
        return
    samples.copy(sample, path)
    for suffix, offset, raw in changes:
        with open(path + suffix, 'r+b') as f:
            f.seek(offset)
            f.write(raw)
    if cut:
        os.truncate(path + cut[0], cut[1])
