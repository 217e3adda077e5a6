# SPDX-License-Identifier: GPL-2.0-or-later
"""Stand-alone dumps of s390, from the structures of s390-tools (include/dump/s390_dump.h) and what its dump tools write."""
import struct
import zlib

PLAIN, EXTENDED = 0xa8190173618f23fd, 0xa8190173618f23fe
MIB = 1 << 20
TOD_1970 = 2208988800 * 1000000 << 12
NT_PRSTATUS, NT_FPREGSET, NT_TIMER, NT_TODCMP, NT_TODPREG, NT_CTRS, NT_PREFIX = 1, 2, 0x301, 0x302, 0x303, 0x304, 0x305


def tod(options):
    return TOD_1970 + (int(options.get('time', 1700000000)) * 1000000 << 12)


def saved_registers(mem):
    """{lowcore: the 512 bytes at its 0x1200} of CPUs that have notes."""
    saved = {}
    cpu = {}
    for name, kind, desc in list(mem.each_note()) + [('CORE', NT_PRSTATUS, None)]:
        if kind == NT_PRSTATUS and name == 'CORE':
            if NT_PREFIX in cpu:
                area = bytearray(512)
                regs = cpu[NT_PRSTATUS][112:]
                area[0x80:0x100] = regs[16:144]
                area[0x100:0x110] = regs[:16]
                area[0x140:0x180] = regs[144:208]
                area[0x118:0x11c] = cpu[NT_PREFIX]
                for note, at, size in ((NT_TODPREG, 0x124, 4), (NT_TIMER, 0x128, 8), (NT_TODCMP, 0x130, 8),
                                       (NT_CTRS, 0x180, 128)):
                    area[at:at + size] = cpu[note] if note in cpu else bytes(size)
                if NT_FPREGSET in cpu:
                    area[0x11c:0x120] = cpu[NT_FPREGSET][:4]
                    area[:0x80] = cpu[NT_FPREGSET][8:136]
                saved[int.from_bytes(cpu[NT_PREFIX], 'big')] = bytes(area)
            cpu = {}
        cpu[kind] = desc
    return saved


class WithRegisters:
    """Memory, with the registers where a CPU that is stopped stores them."""

    def __init__(self, mem, saved):
        self.mem, self.saved, self.end = mem, saved, mem.end

    def read(self, paddr, n):
        out = bytearray(self.mem.read(paddr, n))
        for lowcore, area in self.saved.items():
            for i in range(max(paddr, lowcore + 0x1200), min(paddr + n, lowcore + 0x1400)):
                out[i - paddr] = area[i - lowcore - 0x1200]
        return bytes(out)


def header(mem, out, options, magic, version, lowcores, volume=None, entry=0):
    first = lambda name, default: int(options.get(name, default), 0) if name in options else default    # noqa: E731
    out.struct('header', '>', [
        ('magic', 'Q', magic), ('version', 'I', first('version', version)), ('hdr_size', 'I', 4096), ('', 'I', 4),
        ('page_size', 'I', 4096), ('mem_size', 'Q', mem.end), ('mem_start', 'Q', 0), ('mem_end', 'Q', mem.end),
        ('num_pages', 'I', mem.end // 4096), ('', 'I', 0), ('tod', 'Q', tod(options)), ('', 'Q', 0xff00000028178000),
        ('arch', 'I', first('arch', 2)), ('volnr', 'I', volume or 0), ('build_arch', 'I', 2),
        ('mem_size_real', 'Q', mem.end), ('mvdump', 'B', volume is not None), ('cpu_cnt', 'H', len(lowcores)),
        ('real_cpu_cnt', 'H', len(lowcores)), ('zlib_version', 'B', 1 if entry else 0), ('zlib_entry_size', 'I', entry)])
    out.seek(0x200)
    if volume is not None:
        out.struct('volumes', '>', [('mvdump_sign', 'Q', magic), ('zipl_time', 'Q', 0x1234567890)])
    out.seek(0x800)
    for i, lowcore in enumerate(lowcores):
        out.struct('lowcore', '>', [('address', 'I', lowcore)])
    out.seek(0xfff)
    out.data(b'\0')


def end_marker(out, options):
    out.struct('end', '>', [('text', 'Q', 0x44554d505f454e44), ('tod', 'Q', tod(options) + (5000000 << 12))])


def prepared(mem, options):
    """memory, lowcores. registers=yes: those of the notes; lowcores=A,B: what is in memory there."""
    if options.get('registers') == 'yes':
        saved = saved_registers(mem)
        return WithRegisters(mem, saved), list(saved)
    return mem, [int(a, 0) for a in options['lowcores'].split(',')] if 'lowcores' in options else []


def copy(mem, out, first, end):
    for at in range(first, end, MIB):
        out.data(mem.read(at, min(MIB, end - at)))


def write_plain(mem, out, options):
    """s390 stand-alone dump"""
    mem, lowcores = prepared(mem, options)
    header(mem, out, options, PLAIN, 5, lowcores)
    copy(mem, out, 0, mem.end)
    end_marker(out, options)
    out.pad(4096)


class Segments:
    """The segments of memory that is not zero, in multiples of unit: [(start, length)]."""

    def __init__(self, mem, options, most):
        unit = int(options.get('unit', MIB if mem.end >= 64 * MIB else 4096))
        self.list, start = [], None
        for at in list(range(0, mem.end, unit)) + [mem.end]:
            length = min(unit, mem.end - at)
            data = mem.read(at, length)
            full = at == start or data.count(0) < length
            if start is not None and (not full or at - start >= most or (at == unit and most < 1 << 40)):
                self.list.append((start, at - start))
                start = None
            if full and length and start is None:
                start = at


def segment(mem, out, start, length, stop, entry, block):
    """One segment; entry: bytes of memory in a compressed piece, 0: none."""
    head = out.tell()
    if not entry:
        out.struct('segment', '>', [('start', 'Q', start), ('len', 'Q', length), ('stop', 'Q', -stop % (1 << 64)),
                                    ('size_on_disk', 'I', 0)])
        out.pad(4096)
        copy(mem, out, start, start + length)
        return
    offsets = []
    out.seek(head + 4096)
    for at in range(start, start + length, entry):
        data = mem.read(at, min(entry, start + length - at))
        packed = zlib.compress(data, 1)
        place = (out.tell() - head - 4096) // block
        if len(packed) >= len(data):
            packed, place = data, place | 0x80000000
        offsets.append(place)
        out.data(packed)
        out.pad(block, b'\xa5')
    end = out.tell()
    out.seek(head)
    out.struct('segment', '>', [('start', 'Q', start), ('len', 'Q', length), ('stop', 'Q', -stop % (1 << 64)),
                                ('size_on_disk', 'I', (end - head - 4096) // block)])
    out.seek(head + 0x30)
    out.struct('entries', '>', [('count', 'I', len(offsets))] + [('offset%d' % i, 'I', v) for i, v in enumerate(offsets)])
    out.seek(end)


def write_extended(mem, out, options):
    """extended s390 stand-alone dump, compressed with zlib (compress=none: not)"""
    mem, lowcores = prepared(mem, options)
    compress = options.get('compress', 'zlib') == 'zlib'
    entry = int(options.get('entry', MIB if mem.end >= 64 * MIB else 8192)) if compress else 0
    header(mem, out, options, EXTENDED, 2 if compress else 1, lowcores, None, entry)
    found = Segments(mem, options, 1011 * entry if compress else 1 << 60).list
    for i, (start, length) in enumerate(found):
        # the dump tools leave the first one as it is: its memory becomes their work area
        segment(mem, out, start, length, i == len(found) - 1, entry if i else 0, int(options.get('block', 4096)))
    end_marker(out, options)
    out.pad(4096)


def write_volumes(mem, out, options):
    """multi-volume s390 stand-alone dump (extended=yes: extended), the files in another order than the volumes"""
    mem, lowcores = prepared(mem, options)
    count = int(options.get('volumes', 3))
    files = [out] + [out.other(str(i + 2)) for i in range(count - 1)]
    files = files[-1:] + files[:-1]
    if options.get('extended') == 'yes':
        write_extended_volumes(mem, files, options, lowcores)
        return
    size = -(-mem.end // 4096 // count) * 4096
    for i, f in enumerate(files):
        header(mem, f, options, PLAIN, 5, lowcores, i)
        copy(mem, f, i * size, min((i + 1) * size, mem.end))
        if i == count - 1:
            end_marker(f, options)
            f.pad(4096)


def write_extended_volumes(mem, files, options, lowcores):
    """Each volume has room for a share of what is not zero, and has been used before."""
    found = Segments(mem, options, 1 << 60).list
    share = -(-sum(length for _, length in found) // len(files) // MIB) * MIB
    for i, f in enumerate(files):
        header(mem, f, options, EXTENDED, 1, lowcores, i)
        room = share
        while found and room:
            start, length = found.pop(0)
            if length > room:
                found.insert(0, (start + room, length - room))
                length = room
            room -= length
            segment(mem, f, start, length, not found, 0, 4096)
        if not found:
            end_marker(f, options)
        else:
            # the rest of the volume: what an older dump left there, too small for another segment
            f.data(struct.pack('>QQQQ', mem.end - 4096, 4096, 0, 0).ljust(4096, b'\0') + b'\x5a' * (MIB - 8192))
        f.pad(4096)


write_plain.machines = write_extended.machines = write_volumes.machines = ('s390x',)
FORMATS = {'s390': write_plain, 's390-ext': write_extended, 's390-volumes': write_volumes}
