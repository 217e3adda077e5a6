# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory that is written in a format: physical ranges, registers, names."""
import struct

from description import Description
import cstruct

PAGE = 4096
MACHINES = {3: 'i386', 8: 'mips', 21: 'ppc64', 22: 's390x', 40: 'arm', 62: 'x86_64', 183: 'aarch64', 243: 'riscv64'}
QEMU_REGS = ('rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags').split()
QEMU_SEGMENTS = 'cs ds es fs gs ss ldt tr gdt idt'.split()


class Memory:
    """ranges: [(paddr, length)], sorted, disjoint, page multiples unless the source has others."""

    def __init__(self, machine='x86_64', big=False, release=''):
        self.ranges, self.machine, self.big, self.release = [], machine, big, release
        self.notes, self.vmcoreinfo = b'', b''

    def read(self, paddr, n):
        """n bytes; zeroes where there is no memory."""
        out = bytearray(n)
        for start, length in self.ranges:
            first, end = max(start, paddr), min(start + length, paddr + n)
            if first < end:
                out[first - paddr:end - paddr] = self.read_range(first, end - first)
        return bytes(out)

    def pieces(self, most=1 << 20):
        """(paddr, bytes) of everything, in order."""
        for start, length in self.ranges:
            yield from self.pieces_of(start, length, most)

    def pieces_of(self, start, length, most=1 << 20):
        """The same of a part of one range."""
        for at in range(start, start + length, most):
            yield at, self.read_range(at, min(most, start + length - at))

    def pages(self, size=PAGE):
        """(pfn, bytes) of all pages that have memory, in order."""
        last = -1
        for start, length in self.ranges:
            for pfn in range(start // size, -(-(start + length) // size)):
                if pfn > last:
                    yield pfn, self.read(pfn * size, size)
                    last = pfn

    @property
    def end(self):
        return self.ranges[-1][0] + self.ranges[-1][1]

    def each_note(self):
        order, at = '>' if self.big else '<', 0
        while at + 12 <= len(self.notes):
            namesz, descsz, kind = struct.unpack_from(order + 'III', self.notes, at)
            name = self.notes[at + 12:at + 12 + namesz].rstrip(b'\0').decode()
            at += 12 + -(-namesz // 4) * 4
            yield name, kind, self.notes[at:at + descsz]
            at += -(-descsz // 4) * 4

    def x86_cpus(self):
        """Registers from QEMU's notes; one CPU with made-up ones when there are none."""
        cpus = []
        for name, _, desc in self.each_note():
            if name != 'QEMU':
                continue
            cpu = dict(zip(QEMU_REGS, struct.unpack_from('<18Q', desc, 8)))
            for i, segment in enumerate(QEMU_SEGMENTS):
                selector, limit, flags, _, base = struct.unpack_from('<4IQ', desc, 152 + 24 * i)
                cpu[segment] = {'selector': selector, 'limit': limit, 'flags': flags, 'base': base}
            cpu['cr'] = list(struct.unpack_from('<5Q', desc, 392))
            cpus.append(cpu)
        if not cpus:
            cpu = {name: 0x1100 + i for i, name in enumerate(QEMU_REGS)}
            for i, segment in enumerate(QEMU_SEGMENTS):
                cpu[segment] = {'selector': 8 * i, 'limit': 0xffff, 'flags': 0, 'base': 0xffff800000000000 + i}
            cpu['cr'] = [0x80050033, 0, 0x7f0000000000, 0x1234000, 0x3406e0]
            cpus.append(cpu)
        return cpus


class Described(Memory):
    def __init__(self, text):
        d = Description(text)
        super().__init__(d.machine, d.big, d.release)
        self.page_bytes, self.block = d.pages, d.block
        for pfn in sorted(d.pages):
            if self.ranges and sum(self.ranges[-1]) == pfn * self.block:
                self.ranges[-1] = (self.ranges[-1][0], self.ranges[-1][1] + self.block)
            else:
                self.ranges.append((pfn * self.block, self.block))
        self.vmcoreinfo = d.vmcoreinfo
        self.notes = b''.join(cstruct.note(d.big, name, kind, desc) for name, kind, desc in d.notes)

    def read_range(self, paddr, n):
        out = b''
        while len(out) < n:
            pfn, at = divmod(paddr + len(out), self.block)
            out += self.page_bytes[pfn][at:at + n - len(out)]
        return out


class Core(Memory):
    """An ELF core with physical addresses in its PT_LOADs; those must not overlap."""

    def __init__(self, f):
        self.f = f
        ident = f.read(16)
        order = '>' if ident[5] == 2 else '<'
        wide = ident[4] == 2
        f.seek(0)
        head = f.read(64)
        machine = struct.unpack_from(order + 'H', head, 18)[0]
        super().__init__(MACHINES.get(machine, str(machine)), order == '>')
        phoff, = struct.unpack_from(order + ('Q' if wide else 'I'), head, 32 if wide else 28)
        phentsize, phnum = struct.unpack_from(order + 'HH', head, 54 if wide else 42)
        self.places = []
        for i in range(phnum):
            f.seek(phoff + i * phentsize)
            raw = f.read(phentsize)
            if wide:
                kind, _, offset, _, paddr, filesz, _ = struct.unpack_from(order + 'IIQQQQQ', raw)
            else:
                kind, offset, _, paddr, filesz, _ = struct.unpack_from(order + 'IIIIII', raw)
            if kind == 4:
                f.seek(offset)
                self.notes += f.read(filesz)
            elif kind == 1 and filesz:
                self.places.append((paddr, filesz, offset))
        self.places.sort()
        self.ranges = [(paddr, length) for paddr, length, _ in self.places]
        for name, _, desc in self.each_note():
            if name == 'VMCOREINFO':
                self.vmcoreinfo = desc.rstrip(b'\0')

    def read_range(self, paddr, n):
        for start, length, offset in self.places:
            if start <= paddr and paddr + n <= start + length:
                self.f.seek(offset + paddr - start)
                return self.f.read(n)
        raise ValueError('no such range')


def load(path):
    f = open(path, 'rb')
    if f.read(4) == b'\x7fELF':
        f.seek(0)
        return Core(f)
    f.close()
    with open(path, encoding='utf-8') as text:
        return Described(text.read())
