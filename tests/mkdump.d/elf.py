# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF cores: ELF header, [section headers], PT_NOTE, PT_LOADs, [section header], notes, memory."""
from cstruct import Abi, CStruct
from image import Image
from kdump import notes_and_vmcoreinfo

PT_NULL, PT_LOAD, PT_NOTE, PN_XNUM = 0, 1, 4, 0xffff
DIRECT_MAP = {8: 0xffff888000000000, 4: 0xc0000000}


def headers(word):
    ehdr = [('e_ident', 16), ('e_type', 'half'), ('e_machine', 'half'), ('e_version', 'int'), ('e_entry', 'long'),
            ('e_phoff', 'long'), ('e_shoff', 'long'), ('e_flags', 'int'), ('e_ehsize', 'half'),
            ('e_phentsize', 'half'), ('e_phnum', 'half'), ('e_shentsize', 'half'), ('e_shnum', 'half'),
            ('e_shstrndx', 'half')]
    phdr = [('p_type', 'int'), ('p_offset', 'long'), ('p_vaddr', 'long'), ('p_paddr', 'long'), ('p_filesz', 'long'),
            ('p_memsz', 'long'), ('p_flags', 'int'), ('p_align', 'long')]
    if word == 8:
        phdr.insert(1, phdr.pop(6))
    shdr = [('sh_name', 'int'), ('sh_type', 'int'), ('sh_flags', 'long'), ('sh_addr', 'long'), ('sh_offset', 'long'),
            ('sh_size', 'long'), ('sh_link', 'int'), ('sh_info', 'int'), ('sh_addralign', 'long'),
            ('sh_entsize', 'long')]
    return ehdr, phdr, shdr


def runs(d):
    """[paddr, stored length, length in memory]: contiguous stored pages, then what was left out behind them."""
    out, size = [], d.block
    for pfn in sorted(set(d.pages) | d.excluded):
        first, length = d.partial.get(pfn, (0, size))
        paddr, stored = pfn * size + first, length if pfn in d.pages else 0
        last = out[-1] if out else None
        if last and last[0] + last[2] == paddr and (not stored or last[1] == last[2]):
            last[1] += stored
            last[2] += length
        else:
            out.append([paddr, stored, length])
    return out


def build(d):
    word = 4 if d.format.endswith('elf32') else 8
    abi = Abi(d.big, word, word, word)
    ehdr_fields, phdr_fields, shdr_fields = headers(word)
    img, ehdr = Image(), CStruct(abi, ehdr_fields)
    notes, _ = notes_and_vmcoreinfo(d)
    loads = [] if 'no-auto' in d.flags else runs(d)
    copies = 2 if 'twice' in d.flags else 1
    count = (1 if notes else 0) + copies * len(loads) + len(d.phdrs)
    total = max(count, d.xnum)
    xnum = total >= PN_XNUM
    phsize, shsize = CStruct(abi, phdr_fields).size, CStruct(abi, shdr_fields).size
    phent = d.phentsize or phsize
    sections = 2 if 'shdrs-first' in d.flags else 1 if xnum else 0
    shoff = ehdr.size if 'shdrs-first' in d.flags else ehdr.size + total * phent
    phoff = ehdr.size + (sections * shsize if 'shdrs-first' in d.flags else 0)
    where_notes = ehdr.size + total * phent + sections * shsize
    data = where_notes + len(notes) + d.pad

    at, where = data, {}
    for pfn in sorted(d.pages):
        first, length = d.partial.get(pfn, (0, d.block))
        where[pfn * d.block + first] = at
        img.put(at, d.pages[pfn][first:first + length])
        at += length

    def paddr_to_offset(paddr):
        for start, offset in where.items():
            if start <= paddr < start + d.block:
                return offset + paddr - start
        raise ValueError('no such address %#x' % paddr)

    ehdr.set('e_ident', b'\x7fELF' + bytes([1 if word == 4 else 2, 2 if d.big else 1, 1]))
    for name, value in (('e_type', 4), ('e_machine', d.elfmachine), ('e_version', 1), ('e_phoff', phoff),
                        ('e_shoff', shoff if sections else 0),
                        ('e_ehsize', ehdr.size if d.ehsize is None else int(d.ehsize)), ('e_phentsize', phent),
                        ('e_phnum', PN_XNUM if xnum else total), ('e_shentsize', shsize if sections else 0),
                        ('e_shnum', sections)):
        ehdr.set(name, value)
    img.put_struct(0, 'ehdr', ehdr)

    headers_wanted = []
    if notes:
        headers_wanted.append((PT_NOTE, where_notes, 0, 0, len(notes), len(notes)))
    for copy in range(copies):
        for paddr, stored, length in loads:
            offset = paddr_to_offset(paddr) if stored else (1 << 8 * word) - 1
            headers_wanted.append((PT_LOAD, offset, DIRECT_MAP[word] + paddr + (copy << 28), paddr, stored, length))
    for vaddr, paddr, offset, filesz, memsz in d.phdrs:
        offset = paddr_to_offset(int(offset[1:], 0)) if offset.startswith('@') else int(offset, 0)
        headers_wanted.append((PT_LOAD, offset, int(vaddr, 0), int(paddr, 0), int(filesz, 0), int(memsz, 0)))
    for i, (kind, offset, vaddr, paddr, filesz, memsz) in enumerate(headers_wanted[:max(0, count - d.blank_phdrs)]):
        phdr = CStruct(abi, phdr_fields)
        for name, value in (('p_type', kind), ('p_offset', offset), ('p_vaddr', vaddr), ('p_paddr', paddr),
                            ('p_filesz', filesz), ('p_memsz', memsz), ('p_flags', 7 if kind == PT_LOAD else 0)):
            phdr.set(name, value)
        # PT_NULLs of xnum come first, so that a reader that takes e_phnum for the count finds nothing
        img.put_struct(phoff + (total - count + i) * phent, 'phdr[%d]' % i, phdr)
    for i in range(sections):
        shdr = CStruct(abi, shdr_fields)
        if i == 0 and xnum:
            shdr.set('sh_info', total)
        img.put_struct(shoff + i * shsize, 'shdr[%d]' % i, shdr)
    img.put(where_notes, notes)
    img.places = {'header': 0, 'phdrs': phoff, 'notes': where_notes, 'data': data, 'end': at}
    return img
