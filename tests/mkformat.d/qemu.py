# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's migration stream, version 3, after docs/devel/migration of QEMU, and libvirt's header before it.

Options: machine=TYPE, section=PAGES (of one section), passes=2 (all pages twice, first with other contents), shuffle=SEED,
fill=1 (any page of equal bytes is sent as one), mapped=1 (mapped-ram), base=BYTES (mapped: as if so many were before it in
the file), align=BYTES (mapped: of pages in the file), leave=EOF|devices|vmdesc (end before), footers=0, config=0, bits=N, nodes=N (memory in N blocks), xbzrle=1,
postcopy=3|4 (it is advised, begun), htab=1, attributes=1 (such sections among those of memory), note=PADDR+BYTES (of the guest's own note).
names=NAME:NAME... (of the blocks of memory, one for each node), first=BYTES (of the first node), rtc=1 (the clock has the
sizes of memory), hole=ADDRESS (of the end of memory below 4 GiB), plugged=NAME@PADDR+BYTES,... (ranges of memory there are
in such a block), virtio_mem=early|late (blocks of plugged= whose names have a '/' are those of such devices), bitmaps=FLAGS (a section of bitmaps of disks that begins so), shared=NAME (such a block is not
sent: capability x-ignore-shared).
libvirt: the same, compress=gzip|bzip2|xz|lzop|zstd, partial=1, big=1.
"""
import bz2
import gzip
import json
import lzma
import os
import random
import shutil
import struct
import subprocess

PAGE = 4096
ZERO, MEM_SIZE, DATA, EOS, CONTINUE, XBZRLE = 2, 4, 8, 0x10, 0x20, 0x40
ALIGN = 1 << 20
FOUR_GIB = 1 << 32
SEGMENTS = 'es cs ss ds fs gs'.split()
REGS = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split()
# structures that are made damaged variants of: those of large memories are all alike
STRUCTS_MAX = 60


class Block:
    def __init__(self, name, size, places):
        """places: [(offset in the block, paddr, length)]"""
        self.name, self.size, self.places = name, size, places

    def pages(self, memory):
        """(offset in the block, bytes) of pages that have memory."""
        for offset, paddr, length in self.places:
            for start, size in memory.ranges:
                first, end = max(start, paddr), min(start + size, paddr + length)
                for at in range(first // PAGE * PAGE, end, PAGE):
                    yield offset + at - paddr, memory.read(at, PAGE)


def pc_hole(machine, ram):
    if 'q35' in machine:
        return 0x80000000 if ram >= 0xb0000000 else ram
    return 0xc0000000 if ram >= 0xe0000000 else ram


def plugged_of(options):
    """[Block] of plugged=NAME@PADDR+BYTES,..."""
    found = []
    for word in filter(None, options.get('plugged', '').split(',')):
        name, place = word.split('@')
        paddr, size = (int(n, 0) for n in place.split('+'))
        found.append(Block(name, size, [(0, paddr, size)]))
    return found


def blocks_of(memory, machine, nodes, options):
    plugged = plugged_of(options)
    own = [(s, n) for s, n in memory.ranges if not any(b.places[0][1] <= s < b.places[0][1] + b.size for b in plugged)]
    end = max([s + n for s, n in own if s + n != FOUR_GIB], default=0)
    rom = [n for s, n in memory.ranges if s + n == FOUR_GIB]
    names = options['names'].split(':') if 'names' in options else None
    if machine.startswith('virt'):
        blocks = [Block(names[0] if names else 'mach-virt.ram', end - (1 << 30), [(0, 1 << 30, end - (1 << 30))])]
        return sorted(blocks + plugged, key=lambda b: -b.size)
    if end > FOUR_GIB:
        hole = int(options.get('hole', '0x80000000' if 'q35' in machine else '0xc0000000'), 0)
        ram = end - FOUR_GIB + hole
        assert 'hole' in options or machine == 'microvm' or pc_hole(machine, ram) == hole
    else:
        ram = hole = end
    if nodes == 1:
        blocks = [Block(names[0] if names else 'pc.ram', ram, [(0, 0, hole), (hole, FOUR_GIB, ram - hole)])]
    else:
        blocks, each = [], int(options.get('first', ram // nodes // PAGE * PAGE))
        for i in range(nodes):
            start, stop = i * each, ram if i == nodes - 1 else (i + 1) * each
            below = max(0, min(stop, hole) - start)
            blocks.append(Block(names[i] if names else 'ram-node%d' % i, stop - start,
                                [(0, start, below), (below, max(start, hole) - hole + FOUR_GIB, stop - start - below)]))
    options['cmos'] = (hole, ram - hole)
    blocks.append(Block('vga.vram', 3 * PAGE, []))
    if rom:
        blocks.append(Block('pc.bios', rom[0], [(0, FOUR_GIB - rom[0], rom[0])]))
    # QEMU has them by size, those of equal size as they were made
    return sorted(plugged + blocks, key=lambda b: -b.size)


class Stream:
    def __init__(self, memory, out, options):
        self.memory, self.out = memory, out
        self.machine = options.get('machine', 'pc-i440fx-7.2')
        self.base = int(options.get('base', 0)) - out.tell()
        self.options = options
        self.structs = 0

    def opt(self, name, default):
        return int(self.options.get(name, default))

    def struct(self, name, fields):
        self.structs += 1
        if self.structs < STRUCTS_MAX:
            self.out.struct(name, '>', fields)
        else:
            self.out.data(b''.join(struct.pack('>' + code, value) for _, code, value in fields))

    def text(self, s):
        raw = s.encode()
        return [('length', 'B', len(raw)), ('', '%ds' % len(raw), raw)]

    def section(self, kind, number, name=None, version=4):
        fields = [('type', 'B', kind), ('id', 'I', number)]
        if name is not None:
            fields += self.text(name) + [('instance', 'I', 0), ('version', 'I', version)]
        self.struct('section', fields)

    def footer(self, number):
        if self.opt('footers', 1):
            self.struct('footer', [('type', 'B', 0x7e), ('id', 'I', number)])

    def configuration(self):
        raw = self.machine.encode()
        self.struct('configuration', [('type', 'B', 7), ('length', 'I', len(raw)), ('', '%ds' % len(raw), raw)])
        if 'bits' in self.options:
            self.struct('bits', [('type', 'B', 5)] + self.text('configuration/target-page-bits') +
                        [('version', 'I', 1), ('bits', 'I', self.opt('bits', 12))])
        capabilities = ['mapped-ram'] * self.opt('mapped', 0) + ['x-ignore-shared'] * ('shared' in self.options)
        if capabilities:
            self.struct('capabilities', [('type', 'B', 5)] + self.text('configuration/capabilities') +
                        [('version', 'I', 1), ('count', 'I', len(capabilities))] + sum(map(self.text, capabilities), []))
        self.struct('uuid', [('type', 'B', 5)] + self.text('configuration/uuid') +
                    [('version', 'I', 1), ('', '16s', bytes(range(16)))])

    def mapped_block(self, block):
        bits, words = bytearray(), -(-block.size // PAGE // 64) or 1
        bits = bytearray(8 * words)
        bitmap = self.out.tell() + 28
        align = self.opt('align', ALIGN)
        pages = -(-(self.base + bitmap + len(bits)) // align) * align - self.base
        self.struct('mapped', [('version', 'I', 1), ('page_size', 'Q', PAGE), ('bitmap_offset', 'Q', self.base + bitmap),
                               ('pages_offset', 'Q', self.base + pages)])
        for offset, page in block.pages(self.memory):
            if page.strip(b'\0'):
                bits[offset // PAGE // 8] |= 1 << offset // PAGE % 8
                self.out.seek(pages + offset)
                self.out.data(page)
        self.out.seek(bitmap)
        self.out.data(bytes(bits))
        self.out.seek(pages + block.size)

    def page(self, block, offset, page, last):
        kind = ZERO if not page.strip(b'\0') or self.opt('fill', 0) and page == page[:1] * PAGE else DATA
        raw = b'' if block is last else bytes([len(block.name)]) + block.name.encode()
        head = offset | kind | (CONTINUE if block is last else 0)
        if kind == ZERO:
            raw += page[:1]
        if self.structs < STRUCTS_MAX:
            self.struct('page', [('header', 'Q', head), ('', '%ds' % len(raw), raw)])
        else:
            self.out.data(struct.pack('>Q', head) + raw)
        if kind == DATA:
            self.out.data(page)

    def each_page(self, blocks):
        passes, seed = self.opt('passes', 1), self.options.get('shuffle')
        for n in range(passes):
            found = ((b, offset, page if n == passes - 1 else bytes(x ^ 0x55 for x in page) if offset % 8192 else bytes(PAGE))
                     for b in blocks for offset, page in b.pages(self.memory))
            if seed is not None and n:
                found = list(found)
                random.Random(seed).shuffle(found)
            yield from found

    def ram(self, blocks):
        mapped = self.opt('mapped', 0)
        self.section(1, 2, 'ram')
        self.struct('sizes', [('header', 'Q', sum(b.size for b in blocks) | MEM_SIZE)])
        for b in blocks:
            self.struct('block', self.text(b.name) + [('size', 'Q', b.size)] + [('address', 'Q', 0)] * ('shared' in self.options))
            if mapped:
                self.mapped_block(b)
        self.struct('eos', [('header', 'Q', EOS)])
        self.footer(2)
        if self.opt('postcopy', 0):
            self.struct('command', [('type', 'B', 8), ('command', 'H', self.opt('postcopy', 0)), ('length', 'H', 16),
                                    ('', '16s', bytes(16))])
        if self.opt('htab', 0):
            self.section(1, 3, 'spapr/htab', 1)
            self.struct('htab', [('shift', 'I', 20)])
            self.footer(3)
            self.section(2, 3)
            self.struct('htab', [('more', 'I', 0), ('index', 'I', 7), ('valid', 'H', 2), ('invalid', 'H', 3), ('', '32s', b'H' * 32),
                                 ('index', 'I', 0), ('valid', 'H', 0), ('invalid', 'H', 0)])
            self.footer(3)
        if 'bitmaps' in self.options:
            self.section(1, 4, 'dirty-bitmap', 1)
            self.struct('bitmaps', [('flags', 'B', self.opt('bitmaps', 1))])
            self.footer(4)
            self.section(2, 4)
            self.struct('bitmaps', [('flags', 'B', 1)])
            self.footer(4)
        if self.opt('attributes', 0):
            self.section(1, 8, 's390-storage_attributes', 0)
            self.struct('attributes', [('flags', 'Q', 0x5002), ('count', 'Q', 10), ('', '10s', b'A' * 10), ('flags', 'Q', 8),
                                       ('flags', 'Q', 1)])
            self.footer(8)
        self.struct('command', [('type', 'B', 8), ('command', 'H', 2), ('length', 'H', 4), ('', '4s', bytes(4))])
        most, last, n = self.opt('section', 10000), None, 0
        self.section(2, 2)
        for b, offset, page in self.each_page([] if mapped else [b for b in blocks if b.name != self.options.get('shared')]):
            if n == most:
                self.struct('eos', [('header', 'Q', EOS)])
                self.footer(2)
                self.section(2, 2)
                n = 0
            self.page(b, offset, page, last)
            last, n = b, n + 1
        self.struct('eos', [('header', 'Q', EOS)])
        self.footer(2)
        self.section(3, 2)
        if self.opt('xbzrle', 0):
            self.struct('xbzrle', [('header', 'Q', XBZRLE | CONTINUE)])
        self.struct('eos', [('header', 'Q', EOS)])
        self.footer(2)

    # --- devices: fields are (name, bytes) or (name, element bytes, count, bytes of all)

    def device(self, number, name, fields, subsections=(), instance=0, before=()):
        self.struct('section', [('type', 'B', 4), ('id', 'I', number)] + self.text(name) +
                    [('instance', 'I', instance), ('version', 'I', 12)])
        desc = {'name': name, 'instance_id': instance, 'vmsd_name': name, 'version': 12, 'fields': list(before)}
        for field in fields:
            self.out.data(field[-1])
            if len(field) == 2:
                desc['fields'].append({'name': field[0], 'type': 'buffer', 'size': len(field[1])})
            else:
                desc['fields'].append({'name': field[0], 'array_len': field[2], 'type': 'uint64', 'size': field[1]})
        for sub, raw in subsections:
            self.struct('subsection', [('type', 'B', 5)] + self.text(sub) + [('version', 'I', 1)])
            self.out.data(raw)
            desc.setdefault('subsections', []).append(
                {'vmsd_name': sub, 'version': 1, 'fields': [{'name': 'x', 'type': 'buffer', 'size': len(raw)}]})
        self.footer(number)
        return desc

    def cpu(self, number, instance, cpu):
        def segment(s):
            return struct.pack('>IQII', s['selector'], s['base'], s['limit'], s['flags'])

        def word(value):
            return struct.pack('>Q', value)
        fields = [('env.regs', 8, 16, b''.join(word(cpu[r]) for r in REGS)), ('env.eip', word(cpu['rip'])),
                  ('env.eflags', word(cpu['rflags'])), ('env.hflags', bytes(4)), ('env.fpregs', 10, 8, bytes(80)),
                  ('env.segs', 20, 6, b''.join(segment(cpu[s]) for s in SEGMENTS))]
        fields += [('env.' + s, segment(cpu[s])) for s in ('ldt', 'tr', 'gdt', 'idt')]
        fields += [('env.cr[%d]' % i, word(cpu['cr'][i])) for i in (0, 2, 3, 4)]
        fields += [('env.efer', word(0xd01)), ('env.kernelgsbase', word(0))]
        return self.device(number, 'cpu', fields, [('cpu/a', bytes(8)), ('cpu/second', b'\5\0\0')], instance)

    def virtio_mem(self, block):
        """what such a device says of its memory: two of its pieces of 2 MiB are plugged in"""
        pieces = block.size >> 21
        bits = struct.pack('>Q', 3) + bytes(8 * (-(-pieces // 64) - 1))
        return struct.pack('>QQQI', block.places[0][1], block.size, 2 << 20, 0), bits

    def cmos(self):
        below, above = self.options['cmos']
        raw = bytearray(128)
        raw[0x30:0x32] = struct.pack('<H', min(0xffff, max(0, below - (1 << 20)) >> 10))
        raw[0x34:0x36] = struct.pack('<H', max(0, below - (16 << 20)) >> 16)
        raw[0x5b:0x5e] = struct.pack('<I', above >> 16)[:3]
        return bytes(raw)

    def devices(self):
        inner = {'name': 's', 'type': 'struct', 'size': 17, 'struct': {
            'vmsd_name': 's', 'version': 1, 'fields': [{'name': 'env.eip', 'type': 'uint64', 'size': 8}],
            'subsections': [{'vmsd_name': 's/u', 'version': 1, 'fields': []}]}}
        found = [self.device(5, 'timer', [('a', b'\6' * 8), ('b', 4, 100, bytes(400))])]
        self.struct('section', [('type', 'B', 4), ('id', 'I', 6)] + self.text('odd') + [('instance', 'I', 0), ('version', 'I', 1)])
        self.out.data(bytes(8) + b'\5\3s/u' + bytes(4))
        self.footer(6)
        found.append({'name': 'odd', 'instance_id': 0, 'size': 17, 'fields': [inner]})
        for i, cpu in enumerate(self.memory.x86_cpus()):
            found.append(self.cpu(10 + i, i, cpu))
        if self.opt('rtc', 0):
            found.append(self.device(90, 'mc146818rtc', [('cmos_data', self.cmos()), ('cmos_index', b'\0')]))
        if self.options.get('virtio_mem') == 'late':
            for i, b in enumerate(b for b in plugged_of(self.options) if '/' in b.name):
                place, bits = self.virtio_mem(b)
                raw = bytes(1111) + place + struct.pack('>QQQ', b.size, 4 << 20, 4 << 20) + bits + b'\0'
                found.append(self.device(70 + i, b.name.rpartition('/')[0] + '/virtio-mem', [('virtio', raw)]))
        if 'note' in self.options:
            paddr, size = self.options['note'].split('+')
            found.append(self.device(99, 'vmcoreinfo', [
                ('has_vmcoreinfo', b'\1'), ('vmcoreinfo.host_format', b'\0\1'), ('vmcoreinfo.guest_format', b'\0\1'),
                ('vmcoreinfo.size', struct.pack('>I', int(size, 0))), ('vmcoreinfo.paddr', struct.pack('>Q', int(paddr, 0)))]))
        return {'page_size': PAGE, 'devices': found}

    def write(self):
        leave = self.options.get('leave')
        self.struct('header', [('magic', '4s', b'QEVM'), ('version', 'I', 3)])
        if self.opt('config', 1):
            self.configuration()
        if self.options.get('virtio_mem') == 'early':
            for i, b in enumerate(b for b in plugged_of(self.options) if '/' in b.name):
                self.section(4, 50 + i, b.name.rpartition('/')[0] + '/virtio-mem-early', 1)
                place, bits = self.virtio_mem(b)
                self.struct('virtio-mem', [('address', 'Q', b.places[0][1]), ('bytes', 'Q', b.size), ('block', 'Q', 2 << 20),
                                           ('node', 'I', 0), ('plugged', 'Q', 4 << 20), ('', '%ds' % len(bits), bits)])
                self.footer(50 + i)
        self.ram(blocks_of(self.memory, self.machine, self.opt('nodes', 1), self.options))
        if leave == 'devices':
            return
        description = json.dumps(self.devices()).encode()
        if leave == 'EOF':
            return
        self.struct('eof', [('type', 'B', 0)])
        if leave == 'vmdesc':
            return
        self.struct('vmdesc', [('type', 'B', 6), ('length', 'I', len(description))])
        self.out.data(description)


def write_savevm(memory, out, options):
    """QEMU's migration stream: virsh save, virsh dump, QMP migrate to a file"""
    Stream(memory, out, options).write()


def write_mapped(memory, out, options):
    """the same with the capability mapped-ram"""
    Stream(memory, out, dict(options, mapped='1')).write()


METHODS = 'raw gzip bzip2 xz lzop zstd'.split()
OPEN = {'gzip': gzip.open, 'bzip2': bz2.open, 'xz': lzma.open}


def write_libvirt(memory, out, options):
    """what virsh save writes: libvirt's header, and QEMU's stream in one of several compressions"""
    method = options.get('compress', 'raw')
    order = '>' if options.get('big') else '<'
    xml = b"<domain type='kvm'><name>guest</name></domain>\n\0"
    magic = b'LibvirtQemudPart' if options.get('partial') else b'LibvirtQemudSave'
    out.struct('libvirt', order, [
        ('magic', '16s', magic), ('version', 'I', 2), ('data_len', 'I', len(xml)), ('was_running', 'I', 1),
        ('compressed', 'I', METHODS.index(method)), ('cookie_offset', 'I', 0), ('', '56s', bytes(56))])
    out.data(xml)
    out.place('stream')
    if method == 'raw':
        Stream(memory, out, options).write()
        return
    plain, packed = out.path + '.plain', out.path + '.packed'
    with open(plain, 'w+b') as f:
        part = type(out).__new__(type(out))
        part.path, part.f, part.others, part.field_list, part.places = plain, f, [], [], {}
        Stream(memory, part, options).write()
        f.flush()
        if method in OPEN:
            f.seek(0)
            with OPEN[method](packed, 'wb') as to:
                shutil.copyfileobj(f, to, 1 << 20)
        else:
            with open(packed, 'wb') as to:
                subprocess.run([method, '-c', plain], stdout=to, check=True)
    with open(packed, 'rb') as f:
        shutil.copyfileobj(f, out.f, 1 << 20)
    os.unlink(plain)
    os.unlink(packed)


FORMATS = {'qemu-savevm': write_savevm, 'qemu-mapped-ram': write_mapped, 'libvirt': write_libvirt}
