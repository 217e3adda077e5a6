# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole dumps of every format that is read, each with the places of its fields, for inputs.py to damage.

A Sample is files in a folder (one path, more of a set at PATH.SUFFIX) and what is known of them:
fields  [(suffix, name, offset, bytes, order)]; order '<' or '>', 'p' or 'P' the same for what may be an address, or 't' for a
        number that is text
places  {suffix: offsets where a structure begins or ends}
areas   [(name, offset, bytes)] of the first file: what may be overwritten as a whole
"""
import os
import re
import shutil
import struct
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[:0] = [os.path.join(TESTS, 'mkformat.d'), os.path.join(TESTS, 'mkdump.d')]
sys.dont_write_bytecode = True

import build                                 # noqa: E402
import contents                              # noqa: E402
import memory                                # noqa: E402
import output                                # noqa: E402
from cstruct import Abi, CStruct             # noqa: E402
from description import Description          # noqa: E402
import kdump                                 # noqa: E402

REPEATED = 12           # structures of one kind that are damaged: those of large memories are all alike
FACT = re.compile(rb'(?:SYMBOL|OFFSET|SIZE|LENGTH|NUMBER)\([\w.>-]+\)=(?:0x)?(-?[0-9a-f]+)\n|(?:PAGESIZE|KERNELOFFSET|CRASHTIME)=([0-9a-f]+)\n')

MEMORY = '''vmcoreinfo OSRELEASE=6.1.0-test
vmcoreinfo PAGESIZE=4096
vmcoreinfo SYMBOL(swapper_pg_dir)=ffffffff82000000
vmcoreinfo NUMBER(phys_base)=0000000000
vmcoreinfo SYMBOL(prb)=ffffffff82001000
vmcoreinfo SIZE(printk_ringbuffer)=80
vmcoreinfo NUMBER(SECTION_SIZE_BITS)=27
vmcoreinfo CRASHTIME=1700000000
note CORE 1 ''' + '00' * 336 + '''
page 0-3 number
page 9 random 1
page 10 text hello
page 11-12 zero
page 40 byte 7
page 0x100-0x117 random 9
'''

# NAME: statements of tests/mkdump
DESCRIBED = {
    'elf': 'format elf', 'elf-big': 'format elf\nendian big', 'elf32': 'format elf32\nelfmachine 3',
    'elf32-big': 'format elf32\nendian big\nelfmachine 20', 'elf-sections': 'format elf\nshdrs-first',
    'elf-xnum': 'format elf\nxnum 70000', 'elf-erased': 'format elf\nnote ERASEINFO 0 6572617365206120737a6520350a',
    'kdump': 'format kdump\ncodec mixed', 'kdump-none': 'format kdump\ncodec none\nexclude 200-250',
    'kdump-big': 'format kdump\nendian big\nmachine s390x', 'kdump-32': 'format kdump\nabi 32\nmachine i686',
    'kdump-32padded': 'format kdump\nabi 32padded\nendian big\nmachine ppc', 'kdump-0': 'format kdump\nversion 0',
    'kdump-3': 'format kdump\nversion 3', 'kdump-5': 'format kdump\nversion 5\neraseinfo erase a.b size 5',
    'kdump-split': 'format kdump\nsplit 0 0x108', 'kdump-one-bitmap': 'format kdump\nbitmaps 1',
    'diskdump-mkdump': 'format diskdump', 'flattened-kdump': 'format flattened-kdump\nrecords 2000',
    'flattened-shuffled': 'format flattened-kdump\nrecords 1000\norder shuffle 3\nrewrite',
    'flattened-elf': 'format flattened-elf\nrecords 8192',
}

# NAME: (format of tests/mkformat, options)
FORMATS = {
    'qemu-section': ('qemu-savevm', {'section': '3', 'fill': '1'}), 'qemu-nodes': ('qemu-savevm', {'nodes': '3'}),
    'qemu-htab': ('qemu-savevm', {'htab': '1', 'attributes': '1'}), 'qemu-postcopy': ('qemu-savevm', {'postcopy': '3'}),
    'qemu-rtc': ('qemu-savevm', {'rtc': '1'}), 'qemu-mapped-base': ('qemu-mapped-ram', {'base': '70000', 'nodes': '2'}),
    'libvirt-big': ('libvirt', {'big': '1'}), 'libvirt-gzip': ('libvirt', {'compress': 'gzip'}),
    's390-stored': ('s390-ext', {'compress': 'none'}),
    'xc-core-shuffled': ('xc-core', {'order': 'shuffled'}), 'xc-core-pv-shuffled': ('xc-core-pv', {'machine': 'shuffled'}),
}

# NAME: (program that packs its input, bytes at the start that are its header, bytes at the end)
PACKED = {
    'gzip': (['gzip', '-nc'], 24, 8), 'xz': (['xz', '-0', '-c', '--block-size=32KiB'], 48, 48),
    'zstd': (['zstd', '-qc'], 24, 8), 'lz4': (['lz4', '-q', '-B4', '-BX', '--content-size', '-c'], 32, 12),
    'lz4-legacy': (['lz4', '-q', '-l', '-c'], 16, 4), 'bzip2': (['bzip2', '-c'], 24, 12),
}


class Sample:
    def __init__(self, name, path, alone=False, options=lambda path: []):
        self.name, self.path, self.alone, self.options = name, path, alone, options
        self.suffixes, self.fields, self.places = [''], [], {'': set()}
        self.areas, self.addresses = [], []     # see contents.py
        self.views = None                       # those of judge.py
        self.is_text = False

    def field(self, name, offset, size, order, suffix=''):
        self.fields.append((suffix, name, offset, size, order))

    def arguments(self, path):
        """What the program is told, for a copy of the files at path."""
        named = self.options(path)
        if named is None:
            return []
        return named + [path + s for s in (self.suffixes if not self.alone else [''])]


def copy(sample, path):
    for suffix in sample.suffixes:
        shutil.copyfile(sample.path + suffix, path + suffix)


def add_texts(sample, data):
    """Numbers in VMCOREINFO."""
    for m in FACT.finditer(data):
        group = 1 if m.group(1) else 2
        sample.field(m.group().decode().split('=')[0], m.start(group), m.end(group) - m.start(group), 't')


def add_notes(sample, data, at, end, order):
    while at + 12 <= end:
        namesz, descsz, _ = struct.unpack_from(order + 'III', data, at)
        for i, name in enumerate(('namesz', 'descsz', 'type')):
            sample.field('note@%x.%s' % (at, name), at + 4 * i, 4, order)
        desc = at + 12 + -(-namesz // 4) * 4
        sample.places[''].update((at, at + 12, desc))
        if not data[desc:desc + 4].isalpha():
            for i in range(min(descsz // 8, 16)):
                sample.field('note@%x.word%d' % (at, i), desc + 8 * i, 8, order)
        at = desc + -(-descsz // 4) * 4
        sample.places[''].add(at)


def add_records(sample, data):
    """A flattened file: its header, and the records."""
    for i, name in enumerate(('type', 'version')):
        sample.field('flat.' + name, 16 + 8 * i, 8, '>')
    at, n = 4096, 0
    while at + 16 <= len(data):
        _, size = struct.unpack_from('>QQ', data, at)
        if n < REPEATED or at + 16 + 64 > len(data):
            sample.field('record%d.offset' % n, at, 8, '>')
            sample.field('record%d.size' % n, at + 8, 8, '>')
            sample.places[''].update((at, at + 16))
        if size >> 63:
            break
        at, n = at + 16 + size, n + 1


def described(name, statements, folder):
    d = Description(MEMORY + statements)
    image, data = build.image(d), build.dump(d)
    sample = Sample(name, os.path.join(folder, name), options=lambda path: ['-o', 'degraded'])
    with open(sample.path, 'wb') as f:
        f.write(data)
    order, seen = '>' if d.big else '<', {}
    if d.format.startswith('flattened'):
        add_records(sample, data)
        return sample
    for what, struct_ in image.structs.items():
        kind = what.split('[')[0]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > REPEATED:
            continue
        offset = next(o for o, piece in image.pieces if piece is struct_.data)
        sample.places[''].update((offset, offset + struct_.size))
        for field in struct_.names():
            start, size, _ = struct_.offsets[field]
            sample.field('%s.%s' % (what, field), offset + start, size, order)
    sample.places[''].update(image.places.values())
    for bitmap in ('bitmap1', 'bitmap2'):
        if bitmap in image.places:
            for at in (0, 1, 31, 32, 35):
                sample.field('%s+%d' % (bitmap, at), image.places[bitmap] + at, 1, order)
    if 'notes' in image.places and d.notes:
        add_notes(sample, data, image.places['notes'], min(image.places.get('bitmap1', len(data)),
                                                           image.places['notes'] + 2000), order)
    add_texts(sample, data)
    return sample


def formatted(name, write, options, folder):
    desc = os.path.join(folder, name + '.desc')
    with open(desc, 'w', encoding='utf-8') as f:
        f.write(MEMORY)
    mem, path = memory.load(desc), os.path.join(folder, name)
    out = output.Output(path)
    write(mem, out, dict(options))
    out.close()
    told = getattr(write, 'options', '-')
    if callable(told):
        sample = Sample(name, path, True, lambda p: told(mem, p).split())
        sample.arguments = sample.options       # they name the files
    else:
        sample = Sample(name, path, getattr(write, 'alone', False), lambda p: [w for w in told.split() if w != '-'])
    seen = {}
    for suffix, part in out.files():
        if suffix:
            sample.suffixes.append(suffix)
        for field, offset, size, order in part.field_list:
            kind = re.sub(r'@[0-9a-f]+', '', field) + suffix
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= REPEATED:
                sample.field(field + suffix, offset, size, order if order in '<>' else '<', suffix)
        sample.places[suffix] = set(list(part.places.values())[:400])
    with open(path, 'rb') as f:
        add_texts(sample, f.read())
    if not any(sample.places.values()):
        add_bytes(sample, 24, 8)
    return sample


def add_bytes(sample, start, end):
    """Where no structures are described: numbers of all sizes at each byte of the start and the end."""
    length = os.path.getsize(sample.path)
    for at in list(range(start)) + list(range(length - end, length)):
        for size in (1, 2, 4, 8):
            if at + size <= length:
                sample.field('byte%d/%d' % (at, size), at, size, '<')
    sample.places[''].update(list(range(min(start, length))) + [length * i // 16 for i in range(16)] + [length - end])


def packed(name, command, start, end, inner, folder):
    sample = Sample(name, os.path.join(folder, name))
    with open(inner, 'rb') as fin, open(sample.path, 'wb') as fout:
        subprocess.run(command, stdin=fin, stdout=fout, check=True)
    add_bytes(sample, start, end)
    return sample


def archive(inner, folder):
    """tar: numbers of its header are octal text."""
    sample = Sample('tar', os.path.join(folder, 'tar'))
    subprocess.run(['tar', '-C', os.path.dirname(inner), '-cf', sample.path, os.path.basename(inner)], check=True)
    for name, at, size in (('mode', 100, 7), ('size', 124, 11), ('mtime', 136, 11), ('checksum', 148, 6), ('type', 156, 1)):
        sample.field(name, at, size, 't')
    sample.field('size in binary', 124, 4, '>')
    sample.places[''].update((0, 100, 257, 512, 513, 1024))
    return sample


def xen(folder):
    sample = Sample('xen', os.path.join(folder, 'xen'))
    subprocess.run([sys.executable, os.path.join(TESTS, 'mkxen'), sample.path], check=True)
    with open(sample.path, 'rb') as f:
        data = f.read()
    notes, = struct.unpack_from('<Q', data, 64 + 8)
    add_notes(sample, data, notes, notes + struct.unpack_from('<Q', data, 64 + 32)[0], '<')
    add_texts(sample, data)
    return sample


def real(folder):
    """The bundled dump: its headers, and what VMCOREINFO says of its kernel."""
    sample = Sample('tiny61', os.path.join(folder, 'tiny61'))
    shutil.copyfile(os.path.join(TESTS, 'corpus', 'tiny61.kdump'), sample.path)
    with open(sample.path, 'rb') as f:
        data = f.read(1 << 18)
    abi = Abi(False, *kdump.ABIS['64'])
    for what, at, fields in (('hdr', 0, kdump.HEADER), ('sub', 4096, [(n, k) for _, n, k in kdump.SUB_HEADER])):
        struct_ = CStruct(abi, fields)
        for field in struct_.names():
            start, size, _ = struct_.offsets[field]
            sample.field('%s.%s' % (what, field), at + start, size, '<')
        sample.places[''].update((at, at + struct_.size))
    add_texts(sample, data)
    return sample


def beside(name, text, arguments, views, folder):
    """A text that is given beside a dump."""
    sample = Sample(name, os.path.join(folder, name))
    with open(sample.path, 'wb') as f:
        f.write(text)
    sample.arguments, sample.views, sample.is_text = arguments, views, True
    return sample


def samples(folder):
    """All of them, made in the folder; what cannot be packed here is left out and named at the end."""
    found, without = [], []
    for name, statements in DESCRIBED.items():
        found.append(described(name, statements, folder))
    plain = os.path.join(folder, 'elf')
    writers = {}
    for name in sorted(os.listdir(os.path.join(TESTS, 'mkformat.d'))):
        if name.endswith('.py') and name not in ('memory.py', 'output.py'):
            writers.update(__import__(name[:-3]).FORMATS)
    for name, write in writers.items():
        found.append(formatted(name, write, {}, folder))
    for name, (format_, options) in FORMATS.items():
        found.append(formatted(name, writers[format_], options, folder))
    for name, (command, start, end) in PACKED.items():
        if shutil.which(command[0]):
            found.append(packed(name, command, start, end, plain, folder))
        else:
            without.append(name)
    for outer, inner in (('gzip', 'flattened-kdump'), ('zstd', 'kdump-none'), ('xz', 'qemu-savevm'), ('lz4', 'kdump')):
        if shutil.which(outer) and os.path.exists(os.path.join(folder, inner)):
            found.append(packed('%s-of-%s' % (outer, inner), *PACKED[outer], os.path.join(folder, inner), folder))
    found += [archive(plain, folder), xen(folder), real(folder)]
    found += contents.samples(folder, Sample, add_texts, lambda *what: beside(*what, folder))
    return found, without
