# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF cores as netdump's server and the savecore of diskdumputils write them: after crash's netdump.c, which reads them.

    word=4|8     (the machine's)   4: one PT_LOAD, memory from 0 on with its holes; 8: one for each range
    paddr=N      p_paddr of the PT_LOAD of 32-bit files (0)
    partial=1    a note that says that pages were left out
"""
import struct

WIDE = ('x86_64', 'ppc64', 's390x', 'aarch64', 'riscv64', 'ia64')
ELF_MACHINES = {'i386': 3, 'i686': 3, 'x86_64': 62, 'ppc64': 21, 'ia64': 50, 'aarch64': 183, 'arm': 40, 's390x': 22,
                'mips': 8, 'riscv64': 243}
NT_PRSTATUS, NT_PRPSINFO, NT_TASKSTRUCT, NT_DISKDUMP, NT_VMCOREINFO = 1, 3, 4, 0x70000001, 0
ALIGN = 4096


def write_netdump(memory, out, options):
    """ELF of netdump"""
    word = int(options.get('word', 8 if memory.machine in WIDE else 4))
    order, long = '>' if memory.big else '<', 'Q' if word == 8 else 'I'
    notes = [('CORE', NT_PRSTATUS, bytes(336 if word == 8 else 144)), ('CORE', NT_PRPSINFO, bytes(136 if word == 8 else 124)),
             ('CORE', NT_TASKSTRUCT, struct.pack(order + long, 0xc0300000) + bytes(1684))]
    if options.get('partial'):
        notes.append(('CORE', NT_DISKDUMP, struct.pack(order + long, 1)))
    if memory.vmcoreinfo:
        notes.append(('VMCOREINFO', NT_VMCOREINFO, memory.vmcoreinfo))
    blob = b''
    for name, kind, desc in notes:
        name = name.encode() + b'\0'
        blob += struct.pack(order + 'III', len(name), len(desc), kind) + name + bytes(-len(name) % 4) + desc + bytes(-len(desc) % 4)

    loads = [(0, memory.end)] if word == 4 else memory.ranges
    ehsize, phsize = (64, 56) if word == 8 else (52, 32)
    notes_at = ehsize + phsize * (1 + len(loads))
    data_at = -(-(notes_at + len(blob)) // ALIGN) * ALIGN
    out.struct('ehdr', order, [
        ('', '16s', b'\x7fELF' + bytes([word // 4, 2 if memory.big else 1, 1])), ('e_type', 'H', 4),
        ('e_machine', 'H', ELF_MACHINES.get(memory.machine, 0)), ('e_version', 'I', 1), ('e_entry', long, 0),
        ('e_phoff', long, ehsize), ('e_shoff', long, 0), ('e_flags', 'I', 0), ('e_ehsize', 'H', ehsize),
        ('e_phentsize', 'H', phsize), ('e_phnum', 'H', 1 + len(loads)), ('e_shentsize', 'H', 0), ('e_shnum', 'H', 0),
        ('e_shstrndx', 'H', 0)])

    def phdr(name, kind, offset, vaddr, paddr, size, align):
        mask = (1 << 8 * word) - 1
        fields = [('p_type', 'I', kind), ('p_offset', long, offset), ('p_vaddr', long, vaddr & mask), ('p_paddr', long, paddr),
                  ('p_filesz', long, size & mask), ('p_memsz', long, size & mask), ('p_flags', 'I', 7), ('p_align', long, align)]
        if word == 8:
            fields.insert(1, fields.pop(6))
        out.struct(name, order, fields)

    phdr('note', 4, notes_at, 0, 0, len(blob), 0)
    at = data_at
    for paddr, size in loads:
        said = int(options.get('paddr', '0'), 0) if word == 4 else paddr
        phdr('load', 1, at, (0xffff810000000000 if word == 8 else 0xc0000000) + paddr, said, size, ALIGN)
        at += size
    out.place('notes')
    out.data(blob)
    out.place('notes-end')
    for paddr, data in memory.pieces():
        start = 0
        for first, size in (loads if word == 8 else []):
            if first <= paddr < first + size:
                break
            start += size
        out.seek(data_at + (paddr if word == 4 else start + paddr - first))
        out.data(data)
    out.place('end')


FORMATS = {'netdump': write_netdump}
