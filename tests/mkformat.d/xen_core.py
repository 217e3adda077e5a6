# SPDX-License-Identifier: GPL-2.0-or-later
"""Cores of Xen domains as 'xl dump-core' writes them: docs/misc/dump-core-format.txt and the public headers of Xen."""
import random
import re
import struct

PAGE = 4096
MAGIC_PV, MAGIC_HVM = 0xf00febed, 0xf00febee
USER_REGS = 'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi'.split()
ELF_MACHINES = {'x86_64': 62, 'i386': 3, 'aarch64': 183}
ADDRESS = 0x000ffffffffff000
START_KERNEL_MAP = 0xffffffff80000000


class Machine:
    """The machine frames of a paravirtualised domain: its own numbers; or 2 MiB blocks of them in another order, with the
    page tables written for that."""

    def __init__(self, mem, options):
        self.mem, self.tables, self.blocks = mem, {}, None
        if options.get('machine') != 'shuffled':
            return
        blocks = sorted({at >> 21 for start, length in mem.ranges for at in range(start, start + length, PAGE)})
        order = blocks[:]
        random.Random(5).shuffle(order)
        self.blocks = {block: (1 << 11) + new for block, new in zip(blocks, order)}
        text = mem.vmcoreinfo.decode()
        symbol = re.search(r'^SYMBOL\((?:init_top_pgt|swapper_pg_dir)\)=([0-9a-f]+)', text, re.M)
        if symbol:
            base = re.search(r'^NUMBER\(phys_base\)=(-?\d+)', text, re.M)
            self.add_table(int(symbol.group(1), 16) - START_KERNEL_MAP + int(base.group(1)), 3)

    def has(self, paddr):
        return any(start <= paddr < start + length for start, length in self.mem.ranges)

    def address(self, paddr):
        if self.blocks is None or not self.has(paddr):
            return paddr
        return self.blocks[paddr >> 21] << 21 | paddr & (1 << 21) - 1

    def add_table(self, paddr, level):
        if paddr // PAGE in self.tables or not self.has(paddr):
            return
        self.tables[paddr // PAGE] = level
        if not level:
            return
        for entry, in struct.iter_unpack('<Q', self.mem.read(paddr, PAGE)):
            if entry & 1 and not (entry & 0x80 and level < 3):
                self.add_table(entry & ADDRESS, level - 1)

    def page(self, pfn, data):
        if pfn not in self.tables:
            return data
        entries = []
        for entry, in struct.iter_unpack('<Q', data):
            if entry & 1:
                low = entry & ADDRESS
                entry = entry & ~ADDRESS | self.address(low & ~0x1000 if entry & 0x80 and self.tables[pfn] else low)
            entries.append(entry)
        return struct.pack('<512Q', *entries)


def note(out, order, name, kind, fields):
    out.struct(name, order, [('namesz', 'I', 4), ('descsz', 'I', sum(struct.calcsize(c) for _, c, _ in fields)),
                             ('type', 'I', kind), ('', '4s', b'Xen\0')] + fields)


def contexts(out, cpus, machine, pv):
    """struct vcpu_guest_context of x86_64"""
    for cpu in cpus:
        start = out.tell()
        out.seek(start + 512)
        in_kernel = not cpu['cs']['selector'] & 3
        out.struct('context', '<', [('flags', 'Q', 4 if pv and in_kernel else 0)])
        out.data(struct.pack('<15Q', *(cpu[name] for name in USER_REGS)))
        out.data(struct.pack('<IIQ', 0, 0, cpu['rip']))
        # a paravirtualised kernel runs in ring 3
        out.data(struct.pack('<Q', cpu['cs']['selector'] | (3 if pv else 0)))
        out.data(struct.pack('<QQ', cpu['rflags'], cpu['rsp']))
        out.data(struct.pack('<5Q', *(cpu[name]['selector'] for name in 'ss es ds fs gs'.split())))
        out.seek(start + 4984)
        cr = cpu['cr'][:]
        cr[3] = machine.address(cr[3])
        out.struct('control', '<', [('cr%d' % i, 'Q', v) for i, v in enumerate(cr)])
        out.seek(start + 5144)
        gs = cpu['gs']['base']
        out.data(struct.pack('<QQQ', cpu['fs']['base'], gs if in_kernel else 0x77, 0x77 if in_kernel else gs))


def write(mem, out, options, pv):
    order = '>' if mem.big else '<'
    machine = Machine(mem, options)
    cpus = mem.x86_cpus() if mem.machine == 'x86_64' else []
    count = sum(1 for _ in numbers(mem))
    listed = '.xen_p2m' if pv else '.xen_pfn'
    names = ['', '.shstrtab', '.note.Xen', '.xen_prstatus', '.xen_pages', listed]
    strings = b''.join(name.encode() + b'\0' for name in names)
    places = {'.note.Xen': (64 + 64 * len(names), 16 + 16 + 32 + 16 + 1280 + 16 + 8)}
    places['.xen_prstatus'] = (sum(places['.note.Xen']), 5168 * len(cpus))
    places['.xen_pages'] = (-(-sum(places['.xen_prstatus']) // PAGE) * PAGE, count * PAGE)
    places[listed] = (sum(places['.xen_pages']), count * (16 if pv else 8))
    places['.shstrtab'] = (sum(places[listed]), len(strings))
    sizes = {'.xen_prstatus': 5168, '.xen_pages': PAGE, '.xen_p2m': 16, '.xen_pfn': 8}

    out.struct('ehdr', order, [
        ('', '4s', b'\x7fELF'), ('class', 'B', 2), ('data', 'B', 2 if mem.big else 1), ('', '10s', b'\1'), ('type', 'H', 4),
        ('machine', 'H', ELF_MACHINES.get(mem.machine, 0)), ('', 'I', 1), ('', 'Q', 0), ('phoff', 'Q', 0),
        ('shoff', 'Q', 64), ('', 'I', 0), ('ehsize', 'H', 64), ('phentsize', 'H', 56), ('phnum', 'H', 0),
        ('shentsize', 'H', 64), ('shnum', 'H', len(names)), ('shstrndx', 'H', 1)])
    for name in names:
        offset, size = places.get(name, (0, 0))
        kind = {'': 0, '.shstrtab': 3, '.note.Xen': 7}.get(name, 1)
        out.struct('shdr' + name, order, [
            ('name', 'I', strings.index(b'\0' + name.encode() + b'\0') + 1 if name else 0), ('type', 'I', kind),
            ('', 'Q', 0), ('', 'Q', 0), ('offset', 'Q', offset), ('size', 'Q', size), ('link', 'I', 0), ('info', 'I', 0),
            ('align', 'Q', PAGE if name == '.xen_pages' else 0), ('entsize', 'Q', sizes.get(name, 0))])
    note(out, order, 'none', 0x2000000, [])
    note(out, order, 'header', 0x2000001, [('magic', 'Q', MAGIC_PV if pv else MAGIC_HVM), ('vcpus', 'Q', len(cpus)),
                                           ('pages', 'Q', count), ('page_size', 'Q', PAGE)])
    note(out, order, 'xen', 0x2000002, [('major', 'Q', 4), ('minor', 'Q', 17), ('', '16s', b'.5'), ('', '144s', b'gcc'),
                                        ('', '1024s', b'xen-3.0-x86_64'), ('', '64s', b''),
                                        ('virt_start', 'Q', 0xffff800000000000), ('page_size', 'Q', PAGE)])
    note(out, order, 'format', 0x2000003, [('version', 'Q', 1)])
    out.place('prstatus')
    contexts(out, cpus, machine, pv)
    out.pad(PAGE)
    out.place('pages')
    order_of_pages = list(numbers(mem))
    if options.get('order') == 'shuffled':
        random.Random(6).shuffle(order_of_pages)
        for pfn in order_of_pages:
            out.data(machine.page(pfn, mem.read(pfn * PAGE, PAGE)))
    else:
        for pfn, data in mem.pages():
            out.data(machine.page(pfn, data))
    few = count <= 64
    for start in range(0, count, 4096 if not few else 1):
        part = order_of_pages[start:start + (4096 if not few else 1)]
        values = [v for pfn in part for v in ([pfn, machine.address(pfn * PAGE) // PAGE] if pv else [pfn])]
        if few:
            out.struct('page', order, [('mfn' if i else 'pfn', 'Q', v) for i, v in enumerate(values)])
        else:
            out.data(struct.pack('%s%dQ' % (order, len(values)), *values))
    out.struct('shstrtab', order, [('', '%ds' % len(strings), strings)])


def numbers(mem):
    last = -1
    for start, length in mem.ranges:
        for pfn in range(max(start // PAGE, last + 1), -(-(start + length) // PAGE)):
            yield pfn
            last = pfn


def write_hvm(mem, out, options):
    """Xen domain core (xl dump-core), HVM or PVH (order=shuffled: its pages in no order)"""
    write(mem, out, options, False)


def write_pv(mem, out, options):
    """Xen domain core (xl dump-core), paravirtualised (machine=shuffled: machine frames and page tables that differ)"""
    write(mem, out, options, True)


write_hvm.machines = write_pv.machines = ('x86_64',)
FORMATS = {'xc-core': write_hvm, 'xc-core-pv': write_pv}
