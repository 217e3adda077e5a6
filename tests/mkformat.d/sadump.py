# SPDX-License-Identifier: GPL-2.0-or-later
"""sadump as Fujitsu's firmware writes it: structures from makedumpfile's sadump_mod.h and crash's sadump.h.

Options: block=BYTES, version=0|1|N, disks=N, excluded=FIRST-LAST (pages of the machine that are not dumped), cpus=none,
zone=MINUTES (of the time stamp), states=BYTES (room for one CPU's registers), order=APIC[,APIC...] (of the CPUs).
"""
import uuid

SYSTEM, DISK_SET = uuid.UUID(int=0x5a5a1111 << 96 | 1), uuid.UUID(int=0x5a5a2222 << 96 | 2)
TIME = (2023, 11, 14, 22, 13, 20)            # 1700000000
GPRS = 'r15 r14 r13 r12 r11 r10 r9 r8 rax rcx rdx rbx rsp rbp rsi rdi'.split()
SELECTORS = 'es cs ss ds fs gs'.split()


def volume(n):
    return uuid.UUID(int=0x5a5a3333 << 96 | n)


def guid(name, value):
    return [(name, '16s', value.bytes_le)]


def efi_time(name, zone):
    year, month, day, hour, minute, second = TIME
    minutes = hour * 60 + minute - (0 if zone == 2047 else zone)         # local = UTC - zone
    day, minutes = day + minutes // 1440, minutes % 1440
    return [(name + '.year', 'H', year), ('', 'B', month), (name + '.day', 'B', day), ('', 'B', minutes // 60),
            ('', 'B', minutes % 60), (name + '.second', 'B', second), ('', 'B', 0), ('', 'I', 0), (name + '.zone', 'h', zone),
            ('', 'B', 0), ('', 'B', 0)]


class Dump:
    def __init__(self, memory, options):
        self.memory, self.block = memory, int(options.get('block', 4096))
        self.version, self.zone = int(options.get('version', 1)), int(options.get('zone', 0))
        self.disks = int(options.get('disks', 3))
        self.stride = int(options.get('states', 1024))
        self.cpus = [] if options.get('cpus') == 'none' else memory.x86_cpus()
        apics = [int(a) for a in options['order'].split(',')] if 'order' in options else range(len(self.cpus))
        self.states = dict(zip(apics, self.cpus))
        self.nr_cpus = max(self.states) + 1 if self.states else 0
        self.excluded = set()
        if 'excluded' in options:
            first, last = (int(n, 0) for n in options['excluded'].split('-'))
            self.excluded = set(range(first, last + 1))
        self.pages = -(-memory.end // self.block)
        self.pages = max([self.pages] + [pfn + 1 for pfn in self.excluded])
        self.stored = sum(1 for _ in self.stored_pfns())
        self.sub_blocks = -(-(4 + self.nr_cpus * (16 + self.stride)) // self.block) if self.cpus else 0
        self.bitmap_blocks = -(-self.pages // (8 * self.block))

    def stored_pfns(self):
        last = -1
        for start, length in self.memory.ranges:
            for pfn in range(start // self.block, -(-(start + length) // self.block)):
                if pfn > last and pfn not in self.excluded:
                    yield pfn
                last = max(pfn, last)

    def headers(self, extra_blocks):
        """Bytes before the pages on the first disk."""
        return (2 + extra_blocks + self.sub_blocks + 2 * self.bitmap_blocks) * self.block

    def partition(self, out, disk, used):
        out.struct('partition', '<', [
            ('signature', '8s', b'sadump\0\0'), ('enable', 'I', 1), ('reboot', 'I', 30), ('compress', 'I', 0),
            ('recycle', 'I', 0), ('', '64s', b'')] + guid('sadump_id', SYSTEM) + guid('disk_set_id', DISK_SET) +
            guid('vol_id', volume(max(disk, 1))) + efi_time('time', self.zone) +
            [('set_disk_set', 'I', disk), ('', 'I', 0), ('used_device', 'Q', used)])
        magic = [0x12345678]
        while len(magic) < (self.block - 168) // 4:
            magic.append((magic[-1] + 7) * 11 & 0xffffffff)
        out.struct('magic', '<', [('first' if not i else 'last' if i == len(magic) - 1 else '', 'I', m)
                                  for i, m in enumerate(magic)])

    def media(self, out):
        out.struct('media', '<', guid('sadump_id', SYSTEM) + guid('disk_set_id', DISK_SET) + efi_time('time', self.zone) +
                   [('sequential_num', 'B', 1), ('term_cord', 'B', 0), ('disk_set_header_size', 'B', 0),
                    ('disks_in_use', 'B', 1)])
        out.pad(self.block)

    def disk_set(self, out):
        out.struct('diskset', '<', [('disk_set_header_size', 'I', 1), ('disk_num', 'I', self.disks),
                                    ('disk_set_size', 'Q', self.stored * self.block)])
        for n in range(2, self.disks + 1):
            out.struct('volume', '<', guid('id', volume(n)) + [('vol_size', 'Q', 1 << 30), ('status', 'I', 0),
                                                               ('cache_size', 'I', 0)])
        out.pad(self.block)

    def header(self, out):
        narrow = self.pages & 0xffffffff if self.version == 0 else 0
        out.struct('header', '<', [('signature', '8s', b'sadump\0\0'), ('header_version', 'I', self.version), ('', 'I', 0)] +
                   efi_time('timestamp', self.zone) + [
            ('status', 'I', 0), ('compress', 'I', 0), ('block_size', 'I', self.block), ('extra_hdr_size', 'I', 0),
            ('sub_hdr_size', 'I', self.sub_blocks), ('bitmap_blocks', 'I', self.bitmap_blocks),
            ('dumpable_bitmap_blocks', 'I', self.bitmap_blocks), ('max_mapnr', 'I', narrow or self.pages & 0xffffffff),
            ('total_ram_blocks', 'I', self.stored), ('device_blocks', 'I', 0), ('written_blocks', 'I', self.stored),
            ('current_cpu', 'I', 0), ('nr_cpus', 'I', self.nr_cpus), ('', 'I', 0)])
        if self.version:
            out.struct('header64', '<', [('max_mapnr_64', 'Q', self.pages), ('total_ram_blocks_64', 'Q', self.stored),
                                         ('device_blocks_64', 'Q', 0), ('written_blocks_64', 'Q', self.stored)])
        out.pad(self.block)

    def state(self, out, cpu):
        wide = self.memory.machine == 'x86_64'
        start = out.tell()

        def at(offset):
            out.data(b'\0' * (start + offset - out.tell()))
        at(464)
        out.struct('state', '<', [(name + 'Upper', 'I', cpu[name]['base'] >> 32) for name in ('gdt', 'ldt', 'idt')])
        at(576)
        out.struct('state', '<', [('Cr4', 'I', cpu['cr'][4] & 0xffffffff)])
        at(652)
        out.struct('state', '<', [field for name in ('gdt', 'idt', 'ldt') for field in (
            (name + 'Lower', 'I', cpu[name]['base'] & 0xffffffff), (name + 'Limit', 'I', cpu[name]['limit']))])
        at(796)
        out.struct('state', '<', [('', 'Q', cpu[name]) for name in GPRS] + [('', 'Q', 0), ('', 'I', 0)] +
                   [('', 'I', cpu[name]['selector']) for name in SELECTORS + ['ldt', 'tr']] +
                   [('', 'Q', 0x400), ('', 'Q', 0xffff0ff0), ('Rip', 'Q', cpu['rip']), ('Efer', 'Q', 0xd01 if wide else 0),
                    ('', 'Q', cpu['rflags']), ('Cr3', 'Q', cpu['cr'][3]), ('Cr0', 'Q', cpu['cr'][0])])
        at(self.stride)

    def sub_header(self, out):
        if not self.cpus:
            return
        out.struct('sub', '<', [('size', 'I', self.nr_cpus * self.stride)])
        for apic in range(self.nr_cpus):
            out.struct('apic', '<', [('ApicId', 'Q', apic), ('Ldr', 'Q', 1 << 24)])
        for apic in range(self.nr_cpus):
            if apic in self.states:
                self.state(out, self.states[apic])
            else:
                out.data(bytes(self.stride))
        out.pad(self.block)

    def bitmap(self, out, name, pfns):
        bits = bytearray(self.bitmap_blocks * self.block)
        for pfn in pfns:
            bits[pfn >> 3] |= 0x80 >> (pfn & 7)
        out.place(name)
        out.data(bytes(bits))

    def bitmaps(self, out):
        self.bitmap(out, 'ram', set(self.stored_pfns()) | self.excluded)
        self.bitmap(out, 'dumpable', self.stored_pfns())
        out.place('pages')

    def page_bytes(self):
        for pfn in self.stored_pfns():
            yield self.memory.read(pfn * self.block, self.block)


def write_single(memory, out, options):
    """sadump: Fujitsu's stand-alone dump on one partition"""
    dump = Dump(memory, options)
    dump.partition(out, 0, dump.headers(0) + dump.stored * dump.block)
    dump.header(out)
    dump.sub_header(out)
    dump.bitmaps(out)
    for page in dump.page_bytes():
        out.data(page)
    out.place('end')


def write_media(memory, out, options):
    """sadump: a media backup"""
    dump = Dump(memory, options)
    dump.media(out)
    write_single(memory, out, options)


def write_set(memory, out, options):
    """sadump: a disk set"""
    dump = Dump(memory, options)
    share = -(-dump.stored // dump.disks)
    counts = [max(0, min(share, dump.stored - share * i)) for i in range(dump.disks)]
    files = [out] + [out.other(str(n)) for n in range(2, dump.disks + 1)]
    for i, (f, count) in enumerate(zip(files, counts)):
        dump.partition(f, i + 1, (dump.headers(1) if not i else dump.block) + count * dump.block)
        f.pad(dump.block)
    dump.disk_set(out)
    dump.header(out)
    dump.sub_header(out)
    dump.bitmaps(out)
    pages = dump.page_bytes()
    for f, count in zip(files, counts):
        for _ in range(count):
            f.data(next(pages))
        f.place('end')


for write in (write_single, write_media, write_set):
    write.machines = ['x86_64', 'i386']

FORMATS = {'sadump': write_single, 'sadump-media': write_media, 'sadump-set': write_set}
