# SPDX-License-Identifier: GPL-2.0-or-later
from memory import MACHINES

EHDR = [('e_type', 'H'), ('e_machine', 'H'), ('e_version', 'I'), ('e_entry', 'Q'), ('e_phoff', 'Q'), ('e_shoff', 'Q'),
        ('e_flags', 'I'), ('e_ehsize', 'H'), ('e_phentsize', 'H'), ('e_phnum', 'H'), ('e_shentsize', 'H'),
        ('e_shnum', 'H'), ('e_shstrndx', 'H')]
PHDR = [('p_type', 'I'), ('p_flags', 'I'), ('p_offset', 'Q'), ('p_vaddr', 'Q'), ('p_paddr', 'Q'), ('p_filesz', 'Q'),
        ('p_memsz', 'Q'), ('p_align', 'Q')]
ET_CORE, PT_LOAD = 4, 1


def fields(names, values):
    return [(name, code, values.get(name, 0)) for name, code in names]


def write(memory, out, options):
    """ELF core with nothing but memory: no notes, no virtual addresses"""
    order = '>' if memory.big else '<'
    machine = next(number for number, name in MACHINES.items() if name == memory.machine)
    out.data(b'\x7fELF' + bytes([2, 2 if memory.big else 1, 1]) + bytes(9))
    out.struct('ehdr', order, fields(EHDR, {
        'e_type': ET_CORE, 'e_machine': machine, 'e_version': 1, 'e_phoff': 64, 'e_ehsize': 64, 'e_phentsize': 56,
        'e_phnum': len(memory.ranges)}))
    offset = 64 + 56 * len(memory.ranges)
    for paddr, length in memory.ranges:
        out.struct('phdr', order, fields(PHDR, {
            'p_type': PT_LOAD, 'p_flags': 7, 'p_offset': offset, 'p_paddr': paddr, 'p_filesz': length, 'p_memsz': length}))
        offset += length
    for _, piece in memory.pieces():
        out.data(piece)
    out.place('end')


FORMATS = {'elf-plain': write}
