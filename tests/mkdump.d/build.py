# SPDX-License-Identifier: GPL-2.0-or-later
"""Description -> bytes. Every format module returns an Image: bytes, named places, structs that 'set' can reach."""
import re

import elf
import flattened
import kdump


def image(d):
    inner = d.format.replace('flattened-', '')
    if inner in ('kdump', 'diskdump'):
        return kdump.build(d)
    if inner in ('elf', 'elf32'):
        return elf.build(d)
    raise ValueError('unknown format ' + d.format)


def place(img, text):
    m = re.fullmatch(r'\s*(\w+)\s*(?:([+-])\s*(\w+))?\s*', text)
    base = img.places[m.group(1)] if m.group(1) in img.places else int(m.group(1), 0)
    return base + (int(m.group(3), 0) * (1 if m.group(2) == '+' else -1) if m.group(2) else 0)


def dump(d):
    img = image(d)
    for field, value in d.sets:
        if not field.startswith('flat.'):
            img.set(field, value)
    data = img.bytes()
    if d.truncate is not None:
        data = data[:place(img, d.truncate)]
    if d.format.startswith('flattened-'):
        data = flattened.wrap(d, data)
    return data[:len(data) - d.cut] if d.cut else data


def fields(d):
    names = image(d).fields()
    if d.format.startswith('flattened-'):
        names += ['flat.type', 'flat.version', 'flat.offset', 'flat.size']
    return names
