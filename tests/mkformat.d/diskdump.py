# SPDX-License-Identifier: GPL-2.0-or-later
"""diskdump: include/linux/diskdump.h of Red Hat's kernels, as its savecore left it for crash, which reads page descriptors.

    compress=none|zlib (zlib)   bitmaps=1|2 (2)   version=N (1)   status=N (0; 8 is added when pages are compressed)
    word=4|8  big=0|1           (the machine's)   cpu=N (0)       the CPU that wrote it, of cpus=N (2)
"""
import struct
import zlib

WIDE = ('x86_64', 'ppc64', 's390x', 'aarch64', 'riscv64', 'ia64')
GREGS = {'x86_64': 27, 'i386': 17, 'i686': 17, 'ppc64': 48, 'ia64': 128}
BLOCK = 4096
UTS = ('Linux', 'host', '2.6.9-42', '#1 SMP', None, '(none)')


def write_diskdump(memory, out, options):
    """diskdump"""
    machine = options.get('machine', memory.machine)
    word = int(options.get('word', 8 if machine in WIDE else 4))
    big = bool(int(options.get('big', memory.big)))
    order, long = '>' if big else '<', 'Q' if word == 8 else 'I'
    compress, two = options.get('compress', 'zlib') == 'zlib', options.get('bitmaps', '2') == '2'
    pfns = [pfn for start, size in memory.ranges for pfn in range(start // BLOCK, -(-(start + size) // BLOCK))]
    pfns = sorted(set(pfns))
    max_mapnr = pfns[-1] + 1
    blocks = -(-(-(-max_mapnr // 8)) // BLOCK)
    bitmap = bytearray(blocks * BLOCK)
    for pfn in pfns:
        bitmap[pfn // 8] |= 1 << pfn % 8
    cpus = int(options.get('cpus', 2))

    out.struct('header', order, [('', '8s', b'DISKDUMP'), ('header_version', 'i', int(options.get('version', 1)))] +
               [('', '65s', (s or machine).encode()) for s in UTS] +
               [('', '%ds' % (6 if word == 8 else 2), b''), ('tv_sec', long, 1150000000), ('tv_nsec', long, 987654321),
                ('status', 'I', int(options.get('status', 0)) | (8 if compress else 0)), ('block_size', 'I', BLOCK),
                ('sub_hdr_size', 'I', 1), ('bitmap_blocks', 'I', blocks * (2 if two else 1)), ('max_mapnr', 'I', max_mapnr),
                ('total_ram_blocks', 'I', len(pfns)), ('device_blocks', 'I', 0), ('written_blocks', 'I', len(pfns)),
                ('current_cpu', 'I', int(options.get('cpu', 0))), ('nr_cpus', 'I', cpus)])
    out.data(struct.pack(order + long * cpus, *(0 for _ in range(cpus))))
    out.pad(BLOCK)
    out.place('sub')
    n = GREGS.get(machine, 0)
    out.data(struct.pack(order + long * n, *(0x1000 + i for i in range(n))))
    out.pad(BLOCK)
    out.place('bitmap1')
    out.data(bitmap)
    if two:
        out.place('bitmap2')
        out.data(bitmap)
    desc_at = out.tell()
    out.place('descs')
    at = desc_at + 24 * len(pfns)
    descs = []
    out.seek(at)
    out.place('data')
    for pfn, page in memory.pages():
        data, flags = page, 0
        if compress:
            data = zlib.compress(page, 1)
            data, flags = (data, 1) if len(data) < BLOCK else (page, 0)
        descs.append((at, len(data), flags, 0))
        out.data(data)
        at += len(data)
    out.place('end')
    out.seek(desc_at)
    for i, desc in enumerate(descs):
        if i < 5:
            out.struct('desc', order, list(zip(('offset', 'size', 'flags', 'page_flags'), 'QIIQ', desc)))
        else:
            out.data(struct.pack(order + 'QIIQ', *desc))


FORMATS = {'diskdump': write_diskdump}
