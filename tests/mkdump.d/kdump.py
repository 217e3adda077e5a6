# SPDX-License-Identifier: GPL-2.0-or-later
"""kdump-compressed files, after the declarations in makedumpfile's diskdump_mod.h."""
import codecs_ as codecs
from cstruct import Abi, CStruct, note
from description import number
from image import Image

ABIS = {  # word, alignment of 64-bit numbers, sizeof(time_t)
    '64': (8, 8, 8), '32': (4, 4, 4), '32padded': (4, 8, 4), '32time64': (4, 4, 8), '32padded-time64': (4, 8, 8),
}

HEADER = [('signature', 8), ('header_version', 'int'), ('sysname', 65), ('nodename', 65), ('release', 65),
          ('version', 65), ('machine', 65), ('domainname', 65), ('tv_sec', 'time'), ('tv_usec', 'time'),
          ('status', 'int'), ('block_size', 'int'), ('sub_hdr_size', 'int'), ('bitmap_blocks', 'int'),
          ('max_mapnr', 'int'), ('total_ram_blocks', 'int'), ('device_blocks', 'int'), ('written_blocks', 'int'),
          ('current_cpu', 'int'), ('nr_cpus', 'int')]

SUB_HEADER = [  # the version that added a field
    (0, 'phys_base', 'long'), (1, 'dump_level', 'int'), (2, 'split', 'int'), (2, 'start_pfn', 'long'),
    (2, 'end_pfn', 'long'), (3, 'offset_vmcoreinfo', 'quad'), (3, 'size_vmcoreinfo', 'long'),
    (4, 'offset_note', 'quad'), (4, 'size_note', 'long'), (5, 'offset_eraseinfo', 'quad'),
    (5, 'size_eraseinfo', 'long'), (6, 'start_pfn_64', 'quad'), (6, 'end_pfn_64', 'quad'), (6, 'max_mapnr_64', 'quad')]

GREGS = {'x86_64': 27, 'i386': 17, 'i686': 17, 'ppc64': 48, 'ia64': 128}        # ELF_NGREG
DISKDUMP_COMPRESSED = 8

DESC = [('offset', 'quad'), ('size', 'int'), ('flags', 'int'), ('page_flags', 'quad')]


def bitmap(pfns, size):
    out = bytearray(size)
    for pfn in pfns:
        out[pfn // 8] |= 1 << pfn % 8
    return out


def notes_and_vmcoreinfo(d):
    """Note bytes, and where in them the VMCOREINFO text is."""
    data = b''.join(note(d.big, *n) for n in d.notes)
    if d.vmcoreinfo and d.vmcoreinfo_in in ('note', 'both', 'bare'):
        where = len(data) + 24
        return data + note(d.big, b'VMCOREINFO\0', 0, d.vmcoreinfo, d.vmcoreinfo_in != 'bare'), where
    return data, len(data)


class Pages:
    """Page data from an offset on, with zero pages shared if wanted."""

    def __init__(self, d, offset):
        self.d, self.offset, self.data, self.descs = d, offset, bytearray(), []
        if 'sharezero' in d.flags:
            self.data += bytes(d.block)

    def add(self, page):
        if 'sharezero' in self.d.flags and not any(page):
            self.descs.append((self.offset, self.d.block, 0))
            return
        name = self.d.codec
        codec = codecs.MIXED[len(self.descs) % len(codecs.MIXED)] if name == 'mixed' else codecs.BY_NAME[name]
        flags, data = codecs.compress(codec, page)
        self.descs.append((self.offset + len(self.data), len(data), flags))
        self.data += data


def build(d):
    abi = Abi(d.big, *ABIS[d.abi])
    img, block, version = Image(), d.block, d.version
    old = 'diskdump' in d.format
    hdr = CStruct(abi, HEADER)
    sub = CStruct(abi, [(name, kind) for since, name, kind in SUB_HEADER if since <= version or version == 0])
    if old:         # elf_gregset_t
        sub = CStruct(abi, [('elf_regs[%d]' % i, 'long') for i in range(GREGS.get(d.machine, 0))])
        for i, name in enumerate(sub.offsets):
            sub.set(name, 0x1000 + i)
    known = set(sub.offsets)

    def set_sub(name, value):
        if name in known:
            sub.set(name, value)

    notes, info_at = notes_and_vmcoreinfo(d)
    tail = b'' if d.vmcoreinfo_in in ('note', 'both', 'bare') else d.vmcoreinfo
    if version in (1, 2) or old:
        notes = tail = b''
    sub_blocks = -(-(sub.size + len(notes) + len(tail)) // block)
    half = -(-(-(-d.max_mapnr // 8)) // block)
    bitmap_blocks = half * d.bitmaps
    listed = [p for p in sorted(d.pages) if d.bitmap2_end is None or p < number(d.bitmap2_end)]
    own = [p for p in listed if not d.split or d.split[0] <= p < d.split[1]]
    where_bitmap = (1 + sub_blocks) * block
    where_desc = where_bitmap + bitmap_blocks * block
    pages = Pages(d, where_desc + 24 * len(d.pages))
    for pfn in own:
        pages.add(d.pages[pfn])
    where_end = pages.offset + len(pages.data)

    compressed = codecs.BY_NAME.get(d.codec, 1)
    if old:
        compressed = DISKDUMP_COMPRESSED if compressed else 0
    hdr.set('signature', b'DISKDUMP' if old else b'KDUMP   ')
    for name, value in (('header_version', version), ('sysname', d.sysname.encode()), ('nodename', b'host'),
                        ('release', d.release.encode()), ('version', b'#1 SMP'), ('machine', d.machine.encode()),
                        ('domainname', b'(none)'), ('tv_sec', 1700000000),
                        ('status', d.status | compressed), ('block_size', block),
                        ('sub_hdr_size', sub_blocks), ('bitmap_blocks', bitmap_blocks),
                        ('max_mapnr', min(d.max_mapnr, 0xffffffff)), ('nr_cpus', 2)):
        hdr.set(name, value)
    set_sub('phys_base', d.phys_base)
    set_sub('dump_level', d.level)
    if d.split:
        for name, value in (('split', 1), ('start_pfn', d.split[0]), ('end_pfn', d.split[1]),
                            ('start_pfn_64', d.split[0]), ('end_pfn_64', d.split[1])):
            set_sub(name, value)
    where_notes = block + sub.size
    if d.vmcoreinfo and d.vmcoreinfo_in in ('header', 'both'):
        set_sub('offset_vmcoreinfo', where_notes + (info_at if not tail else len(notes)))
        set_sub('size_vmcoreinfo', len(d.vmcoreinfo))
    if notes:
        set_sub('offset_note', where_notes)
        set_sub('size_note', len(notes))
    if d.eraseinfo:
        set_sub('offset_eraseinfo', where_end)
        set_sub('size_eraseinfo', len(d.eraseinfo))
    set_sub('max_mapnr_64', d.max_mapnr)

    img.put_struct(0, 'hdr', hdr)
    img.put_struct(block, 'sub', sub)
    img.put(where_notes, notes + tail)
    img.put(where_bitmap, bitmap(set(d.pages) | d.excluded if d.bitmaps == 2 else set(d.pages), half * block))
    if d.bitmaps == 2:
        img.put(where_bitmap + half * block, bitmap(listed, half * block))
    for i, (offset, size, flags) in enumerate(pages.descs):
        desc = CStruct(Abi(d.big, 8, 8, 8), DESC)
        desc.set('offset', offset)
        desc.set('size', size)
        desc.set('flags', flags)
        img.put_struct(where_desc + 24 * i, 'desc[%d]' % i, desc)
    img.put(pages.offset, pages.data)
    img.put(where_end, d.eraseinfo)
    img.places = {'header': 0, 'sub': block, 'notes': where_notes, 'bitmap1': where_bitmap,
                  'bitmap2': where_bitmap + half * block, 'desc': where_desc, 'data': pages.offset,
                  'end': where_end + len(d.eraseinfo)}
    return img
