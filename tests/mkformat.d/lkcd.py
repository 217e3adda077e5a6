# SPDX-License-Identifier: GPL-2.0-or-later
"""LKCD: the header files of its patches (vmdump.h, dump.h, asm/dump.h) and dump_rle.c.

    version=1..10      (8)           compress=none|rle|zlib   (zlib; up to version 3 always rle)
    word=4|8           (the machine's; of the header up to version 7)
    big=0|1            (the memory's)
    order=up|down|mixed|holes    of the records: by address, backwards, odd pages first, runs of three by turns
    mclx=0|1           Mission Critical Linux's variants: page numbers in records; 1: a cache of offsets behind the header
    live=1  virt=1     the other magic number; addresses as of early i386 kernels
    twice=1            every fourth page once more at the end, with other contents
    rle=libkdumpfile   numbers of bytes instead of repetitions
    buffer=N           version 9: bytes before the first record (65536)
    zero=1             pages of zeroes as records without data
    noend=1  num=N  cpus=N   no end mark; the header's number of pages; CPUs in the header (2)
    flags=N            flags of the third record
"""
import re
import struct
import zlib

FIRST = 65536
RAW, COMPRESSED, END = 1, 2, 4
UTS = ('Linux', 'host', '2.6.5-7.97', '#1 SMP', None, '(none)')
WIDE = ('x86_64', 'ppc64', 's390x', 'aarch64', 'riscv64')
PT_REGS = {'x86_64': 21, 'i386': 15, 'i686': 15}


REPEATED = re.compile(rb'(.)\1+|\0', re.DOTALL)


def rle(data, plus=0):
    """A zero, the number of repetitions (of bytes if plus is 1), the value; bytes that are alone as themselves."""
    def packed(match):
        value, count = match.group()[0], len(match.group())
        full, rest = divmod(count, 256 - plus)
        out = bytes((0, 255, value)) * full
        if rest > 2 or (rest == 2 and not value):
            return out + bytes((0, rest - 1 + plus, value))
        return out + (bytes((value,)) * rest if value else b'\0\0' * rest)
    return REPEATED.sub(packed, data)


def pack(page, compress, options):
    """(flags, data) of a page."""
    if options.get('zero') and not any(page):
        return RAW, b''
    if compress == 'rle':
        data = rle(page, int(options.get('rle') == 'libkdumpfile'))
    else:
        data = zlib.compress(page, 1) if compress == 'zlib' else page
    return (COMPRESSED, data) if len(data) < len(page) else (RAW, page)


def ordered(pages, order):
    if order == 'up':
        return pages
    pages = list(pages)
    if order == 'down':
        return pages[::-1]
    if order == 'mixed':
        return [p for p in pages if p[0] % 2] + [p for p in pages if not p[0] % 2]
    if order == 'holes':
        return [p for p in pages if p[0] // 3 % 2] + [p for p in pages if not p[0] // 3 % 2]
    raise ValueError(order)


def uts_fields(machine):
    return [('', '65s', (s or machine).encode()) for s in UTS]


def header(version, word, machine, options, num, pages_end, compress, mclx):
    magic = 0xa8190173618f23cd if options.get('live') else 0xa8190173618f23ed
    kind = {'none': 0, 'rle': 1, 'zlib': 2}[compress]
    long = 'Q' if word == 8 else 'I'
    fields = [('dh_magic_number', 'Q', magic), ('dh_version', 'I', version | mclx), ('dh_header_size', 'I', 0),
              ('dh_dump_level', 'I', 8), ('dh_page_size', 'I', 4096), ('dh_memory_size', 'Q', num),
              ('dh_memory_start', 'Q', 0xc0000000), ('dh_memory_end', 'Q', magic)]
    if version == 1:
        fields += [('dh_esp', 'I', 0xc0345678), ('dh_eip', 'I', 0xc0123456)]
    fields += [('dh_num_pages', 'I', int(options.get('num', num))), ('', '256s', b'Oops: 0002\n')]
    if version < 8 and word == 8:
        fields += [('', '4s', b'')]
    time = 'Q' if version >= 8 else long
    fields += [('tv_sec', time, 1100000000), ('tv_usec', time, 250000)] + uts_fields(machine)
    if version < 8:
        fields += [('', '2s', b'')]
    if version > 1:
        fields += [('dh_current_task', 'Q' if version >= 8 else long, 0)]
    if version >= 5:
        fields += [('dh_dump_compress', 'I', kind), ('dh_dump_flags', 'I', 0), ('dh_dump_device', 'I', 0x803)]
    if version >= 9:
        fields += [('dh_dump_buffer_size', 'Q', int(options.get('buffer', FIRST)))]
    return fields


def asm_header(version, machine, word, cpus):
    """dump_header_asm_t; of each CPU registers with numbers of its own, but for CPU 1, who wrote the dump."""
    n = PT_REGS.get(machine)
    if version == 1 or not n:
        return []
    code = '%d%s' % (n, 'Q' if word == 8 else 'I')

    def regs(cpu):
        return struct.pack('<' + code, *(0x1000 * (cpu + 1) + i for i in range(n)))
    size = (16 if word == 8 else 24) + 8 + n * word * (cpus + 1) + cpus * 3 * word
    fields = [('dha_magic_number', 'Q', 0xdeaddead), ('dha_version', 'I', 5), ('dha_header_size', 'I', size)]
    if word == 4:
        fields += [('dha_esp', 'I', 1), ('dha_eip', 'I', 2)]
    fields += [('', '%ds' % (n * word), regs(1)), ('dha_smp_num_cpus', 'I', cpus), ('dha_dumping_cpu', 'I', 1)]
    for cpu in range(cpus):
        fields += [('', '%ds' % (n * word), b'' if cpu == 1 else regs(cpu))]
    return fields + [('', '%ds' % (cpus * 3 * word), b'')]


def size_of(fields):
    return sum(struct.calcsize('<' + code) for _, code, _ in fields)


def write_lkcd(memory, out, options):
    """Linux Kernel Crash Dump"""
    version = int(options.get('version', 8))
    big = bool(int(options.get('big', memory.big)))
    machine = options.get('machine', memory.machine)
    word = int(options.get('word', 8 if machine in WIDE else 4))
    compress = 'rle' if version < 5 else options.get('compress', 'zlib')
    mclx = {None: 0, '0': 0x80000000, '1': 0x40000000}[options.get('mclx')]
    order = '>' if big else '<'
    shift, base = (12 if mclx else 0), (0xc0000000 if options.get('virt') else 0)
    num = sum(1 for _ in memory.pages()) if len(memory.ranges) < 100 else 0

    fields = header(version, word, machine, options, num, memory.end, compress, mclx)
    size = size_of(fields)
    fields[2] = ('dh_header_size', 'I', size)
    out.struct('header', order, fields)
    if mclx == 0x40000000:
        out.data(bytes(32768))
    out.struct('asm', order, asm_header(version, machine, word, int(options.get('cpus', 2))))
    first = int(options.get('buffer', FIRST)) if version >= 9 else FIRST
    out.place('first')
    out.data(bytes(first - out.tell()))

    records = 0

    def record(address, flags, data):
        nonlocal records
        records += 1
        if records == 3 and options.get('flags'):
            flags = int(options['flags'], 0)
        if flags != END and mclx:
            flags |= mclx
        fields = [('dp_address', 'Q', address), ('dp_size', 'I', len(data)), ('dp_flags', 'I', flags)]
        if records < 6 or flags & END:
            out.struct('page', order, fields)
        else:
            out.data(struct.pack(order + 'QII', *(v for _, _, v in fields)))
        out.data(data)

    again = []
    for pfn, page in ordered(memory.pages(), options.get('order', 'up')):
        address = (pfn * 4096 >> shift) + base
        record(address, *pack(page, compress, options))
        if options.get('twice') and not pfn % 4:
            again.append(address)
    for address in again:
        record(address, *pack(b'again' * 819 + b'!', compress, options))
    if not options.get('noend'):
        record(0, END, b'')
    out.place('end')


FORMATS = {'lkcd': write_lkcd}
