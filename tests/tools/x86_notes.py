#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""x86_notes.py ELF: the registers in the notes of an ELF core of an x86 machine, a line for each note.

By struct elf_prstatus and struct user_regs_struct of the kernel, and by QEMU's QEMUCPUState.
"""
import struct
import sys

WIDE = 'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs'
NARROW = 'ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss'
QEMU = 'rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags'
SEGMENTS = 'cs ds es fs gs ss ldt tr gdt idt'


def line(kind, names, values):
    print(kind, *('%s=%x' % pair for pair in zip(names, values)))


with open(sys.argv[1], 'rb') as f:
    head = f.read(64)
    wide = head[4] == 2
    phoff, = struct.unpack_from('<Q' if wide else '<I', head, 32 if wide else 28)
    f.seek(phoff)
    phdr = f.read(56)
    offset, = struct.unpack_from('<Q' if wide else '<I', phdr, 8 if wide else 4)
    size, = struct.unpack_from('<Q' if wide else '<I', phdr, 32 if wide else 16)
    assert struct.unpack_from('<I', phdr)[0] == 4, 'the first program header is not PT_NOTE'
    f.seek(offset)
    notes = f.read(size)
at = 0
while at + 12 <= len(notes):
    namesz, descsz, kind = struct.unpack_from('<III', notes, at)
    name = notes[at + 12:at + 12 + namesz].rstrip(b'\0').decode()
    at += 12 + (namesz + 3) // 4 * 4
    desc = notes[at:at + descsz]
    at += (descsz + 3) // 4 * 4
    if name == 'CORE' and kind == 1 and descsz == 336:
        line('prstatus', ['pid'] + WIDE.split(), struct.unpack_from('<I', desc, 32) + struct.unpack_from('<27Q', desc, 112))
    elif name == 'CORE' and kind == 1 and descsz == 144:
        line('prstatus', ['pid'] + NARROW.split(), struct.unpack_from('<I', desc, 24) + struct.unpack_from('<17I', desc, 72))
    elif name == 'QEMU':
        segments = [struct.unpack_from('<4IQ', desc, 152 + 24 * i) for i in range(10)]
        line('qemu', ['version', 'size'] + QEMU.split() + SEGMENTS.split() + ['%s.base' % s for s in SEGMENTS.split()] +
             ['cr%d' % i for i in range(5)],
             struct.unpack_from('<II18Q', desc) + tuple(s[0] for s in segments) + tuple(s[4] for s in segments) +
             struct.unpack_from('<5Q', desc, 392))
    else:
        print(name, kind, descsz)
