# SPDX-License-Identifier: GPL-2.0-or-later
"""VMware's saved states: structures and names from crash's vmware_vmss.[ch].

Options: id=HEX, regions=none|nosize (none: one piece of memory from address 0, holes are zeroes), merge=N (at most so
many regions; small holes become zeroes), blocks=yes (registers in blocks), cpus=none, pad=N (before the memory block),
name=compressed|partial (a memory block of this kind), room=BYTES (of other groups: crash reads 80 times the
table of groups at once, and fails on a file that is shorter), version=N (of debug.guest), packed=yes (what is reserved
for each CPU is behind all of them, as crash's code has it; its comment has it behind each).
"""
import struct

GPREGS = 'rax rcx rdx rbx rbp rsp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split()
SEGMENTS = 'es cs ss ds fs gs ldt tr'.split()
BLOCK, COMPRESSED = 63, 62


def tag(out, name, indices, size):
    raw = name.encode()
    out.struct('tag', '<', [('tag', 'H', len(raw) << 8 | len(indices) << 6 | size), ('', '%ds' % len(raw), raw)] +
               [('index%d' % i, 'I', n) for i, n in enumerate(indices)])


def value(out, name, indices, code, number):
    size = {'H': 2, 'I': 4, 'Q': 8}[code]
    tag(out, name, indices, size)
    out.struct('value', '<', [(name, code, number & (1 << 8 * size) - 1)])


def block(out, name, indices, length, in_memory, padding=0, size=BLOCK):
    tag(out, name, indices, size)
    out.struct('block', '<', [('nbytes', 'Q', length), ('nbytesinmem', 'Q', in_memory), ('padsize', 'H', padding)])
    out.data(b'\xaa' * padding)


def end(out):
    out.struct('null', '<', [('tag', 'H', 0)])


def regions_of(memory, options):
    """[(first page, pages)] of the machine"""
    regions = []
    for start, length in memory.ranges:
        first, last = start >> 12, (start + length + 4095) >> 12
        if regions and first <= sum(regions[-1]):
            regions[-1] = (regions[-1][0], last - regions[-1][0])
        else:
            regions.append((first, last - first))
    if options.get('regions') == 'none':
        return [(0, sum(regions[-1]))]
    while len(regions) > int(options.get('merge', 64)):
        i = min(range(len(regions) - 1), key=lambda k: regions[k + 1][0] - sum(regions[k]))
        regions[i:i + 2] = [(regions[i][0], sum(regions[i + 1]) - regions[i][0])]
    return regions


def write_memory(memory, regions, out):
    for first, pages in regions:
        for at in range(first, first + pages, 256):
            out.data(memory.read(at << 12, min(256, first + pages - at) << 12))


def memory_group(memory, regions, out, options, embedded):
    out.place('memory')
    if options.get('regions') != 'none':
        value(out, 'regionsCount', [], 'I', len(regions))
        page = 0
        for i, (first, pages) in enumerate(regions):
            value(out, 'regionPageNum', [i], 'I', page)
            value(out, 'regionPPN', [i], 'I', first)
            if options.get('regions') != 'nosize':
                value(out, 'regionSize', [i], 'I', pages)
            page += pages
    value(out, 'align_mask', [], 'I', 0xffff)
    if embedded:
        length = sum(pages for _, pages in regions) << 12
        kind = options.get('name')
        block(out, 'Memory', [0, 0], length, length * 2 if kind == 'partial' else length, int(options.get('pad', 0)),
              COMPRESSED if kind == 'compressed' else BLOCK)
        out.place('memory-block')
        write_memory(memory, regions, out)
        out.place('memory-block-end')
    end(out)


def cpu_group(memory, out, options):
    out.place('cpu')
    cpus = [] if options.get('cpus') == 'none' else memory.x86_cpus()
    wide = memory.machine == 'x86_64'
    value(out, 'cpu:numVCPUs', [], 'I', len(cpus))
    for n, cpu in enumerate(cpus):
        idt = cpu['idt']['base'] if wide else cpu['idt']['base'] & 0xffffffff
        if options.get('blocks'):
            block(out, 'gpregs', [n], 128, 128)
            out.struct('gpregs', '<', [(name, 'Q', cpu[name]) for name in GPREGS])
            block(out, 'CR64', [n], 72, 72)
            out.struct('CR64', '<', [('cr%d' % i, 'Q', (cpu['cr'] + [0] * 4)[i]) for i in range(9)])
            block(out, 'IDTR', [n], 10, 10)
            out.struct('IDTR', '<', [('limit', 'H', cpu['idt']['limit'] & 0xffff), ('base', 'Q', idt)])
        else:
            for name in GPREGS:
                value(out, name, [n], 'Q', cpu[name])
            for i, number in enumerate(cpu['cr']):
                value(out, 'CR64', [n, i], 'Q', number)
            value(out, 'IDTR', [n, 0], 'I', cpu['idt']['limit'])
            value(out, 'IDTR', [n, 1], 'I', idt & 0xffffffff)
            value(out, 'IDTR', [n, 2], 'I', idt >> 32)
        for i, name in enumerate(SEGMENTS):
            value(out, 'S', [n, i], 'H', cpu[name]['selector'])
            value(out, 'S.base64', [n, i], 'Q', cpu[name]['base'])
        value(out, 'rip', [n], 'Q', cpu['rip'])
        value(out, 'eflags', [n], 'I', cpu['rflags'])
    block(out, 'unknown', [], 5, 5)
    out.data(b'12345')
    end(out)


def write_state(memory, out, options, embedded):
    regions = regions_of(memory, options)
    names = ['cpu', 'other', 'memory']
    out.struct('header', '<', [('id', 'I', int(options.get('id', 'bed2bed2'), 16)), ('version', 'I', 8),
                               ('numgroups', 'I', len(names))])
    table, places = out.tell(), []
    for name in names:
        out.struct('group', '<', [('', '64s', name.encode()), ('position', 'Q', 0), ('size', 'Q', 0)])
    for name in names:
        start = out.tell()
        if name == 'cpu':
            cpu_group(memory, out, options)
        elif name == 'memory':
            memory_group(memory, regions, out, options, embedded)
        else:
            block(out, 'devices', [], int(options.get('room', 16)), int(options.get('room', 16)))
            out.data(bytes(int(options.get('room', 16))))
            end(out)
        places.append((start, out.tell() - start))
    for i, place in enumerate(places):
        out.seek(table + 80 * i + 64)
        out.data(struct.pack('<QQ', *place))
    return regions


def write_beside(memory, out, options):
    """VMware: .vmss with the memory beside it in .vmem"""
    regions = write_state(memory, out, options, False)
    vmem = out.other('vmem')
    write_memory(memory, regions, vmem)
    vmem.place('end')


def write_embedded(memory, out, options):
    """VMware: .vmss with the memory in it"""
    write_state(memory, out, options, True)


GUEST = {1: (13, 45), 3: (14, 45), 4: (14, 42), 5: (14, 42), 6: (15, 42)}     # bytes before memory, between a CPU's halves
PT_REGS = 'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs rflags rsp ss'.split()


def write_guest(memory, out, options):
    """VMware: ESXi's debug.guest with the memory beside it in debug.vmem"""
    version = int(options.get('version', 4))
    before, gap = GUEST[version]
    page = 'I' if version == 1 else 'Q'
    regions = regions_of(memory, dict(options, merge=3))
    if regions[0][0]:
        regions[0] = (0, sum(regions[0]))
    holes = [(sum(regions[i]), regions[i + 1][0] - sum(regions[i])) for i in range(len(regions) - 1)]
    pages, last = sum(n for _, n in regions), sum(regions[-1])
    cpus = memory.x86_cpus()
    out.struct('guest', '<', [('version', 'I', version), ('num_vcpus', 'I', len(cpus)), ('', 'B', 1),
                              ('', '%ds' % (before - 1), b'')])
    out.struct('memory', '<', [('last_addr', 'Q', last * 4096 - 1), ('pages', page, pages), ('', 'I', 0),
                               ('holes', 'I', len(holes))] +
               [field for i in range(2) for field in zip(('ppn', 'pages'), (page, page), (holes + [(0, 0)] * 2)[i])])
    if version == 1:
        out.data(bytes(8 * len(holes) + 4))
    for cpu in cpus:
        out.struct('vcpu', '<', [('cr0', 'I', cpu['cr'][0])] + [('cr%d' % i, 'Q', cpu['cr'][i]) for i in (2, 3, 4)] +
                   [('', '80s', b''), ('idt', 'Q', cpu['idt']['base']), ('', '%ds' % gap, b'\xee' * gap)] +
                   [('', 'Q', cpu[name]['selector'] if name in ('cs', 'ss') else cpu.get(name, 0)) for name in PT_REGS] +
                   [('', '65s', b'')])
        if not options.get('packed'):
            out.data(bytes(4096))
    if options.get('packed'):
        out.data(bytes(4096 * len(cpus)))
    out.place('end')
    vmem = out.other('vmem')
    write_memory(memory, regions, vmem)
    vmem.place('end')


write_beside.alone = write_guest.alone = True
write_guest.machines = ['x86_64']
for write in (write_beside, write_embedded):
    write.machines = ['x86_64', 'i386']

FORMATS = {'vmss': write_beside, 'vmss-embedded': write_embedded, 'vmware-guest': write_guest}
