# SPDX-License-Identifier: GPL-2.0-or-later
"""tiny61-write.py ELF PAGES OUT: those pages of QEMU's ELF dump as a kdump-compressed file. See make-tiny61."""
import collections
import struct
import sys
import zlib

elf_name, pages_name, out_name = sys.argv[1:]
elf = open(elf_name, 'rb').read()
reasons = {int(pfn): reason for pfn, reason in (line.split() for line in open(pages_name))}
BLOCK = 4096



def compress(page):
    """zlib at its best, which every tool reads: (flags, bytes)."""
    return min((0, page), (1, zlib.compress(page, 9)), key=lambda c: len(c[1]))


phoff, = struct.unpack_from('<Q', elf, 32)
phnum, = struct.unpack_from('<H', elf, 56)
loads, notes = [], b''
for i in range(phnum):
    kind, _, offset, _, paddr, filesz, _, _ = struct.unpack_from('<IIQQQQQQ', elf, phoff + 56 * i)
    if kind == 4:
        notes += elf[offset:offset + filesz]
    elif kind == 1 and paddr < 1 << 32:
        loads.append((paddr, offset, filesz))
# RAM only: QEMU's dump has its firmware just below 4 GiB too
ram = [load for load in loads if load[0] < 0xc0000000]
max_pfn = max(paddr + size for paddr, _, size in ram) // BLOCK


def page_at(pfn):
    for paddr, offset, size in ram:
        if paddr <= pfn * BLOCK < paddr + size:
            at = offset + pfn * BLOCK - paddr
            return elf[at:at + BLOCK]
    return None


half = (max_pfn + 8 * BLOCK - 1) // (8 * BLOCK) * BLOCK
bitmap1, bitmap2 = bytearray(half), bytearray(half)
kept = []
for pfn in range(max_pfn):
    if page_at(pfn) is None:
        continue
    bitmap1[pfn // 8] |= 1 << pfn % 8
    if pfn in reasons:
        bitmap2[pfn // 8] |= 1 << pfn % 8
        kept.append(pfn)

sub_blocks = (104 + len(notes) + BLOCK - 1) // BLOCK
descs_at = BLOCK * (1 + sub_blocks) + 2 * half
data_at = descs_at + 24 * len(kept)
data, descs, sizes = bytearray(BLOCK), bytearray(), collections.Counter()
for pfn in kept:
    page = page_at(pfn)
    if any(page):
        flags, stored = compress(page)
        descs += struct.pack('<QIIQ', data_at + len(data), len(stored), flags, 0)
        data += stored
        sizes[reasons[pfn]] += len(stored)
    else:
        descs += struct.pack('<QIIQ', data_at, BLOCK, 0, 0)

text_at = notes.index(b'OSRELEASE=')
text_len = notes.index(b'\0', text_at) - text_at if b'\0' in notes[text_at:] else len(notes) - text_at
info = dict(line.split('=', 1) for line in notes[text_at:text_at + text_len].decode().splitlines() if '=' in line)
header = bytearray(BLOCK)
header[0:8] = b'KDUMP   '
struct.pack_into('<i', header, 8, 6)
for i, text in enumerate(('Linux', '(none)', info['OSRELEASE'], '#1 SMP', 'x86_64', '(none)')):
    header[12 + 65 * i:12 + 65 * i + len(text)] = text.encode()
struct.pack_into('<IiiIIIIIIi', header, 424, 1, BLOCK, sub_blocks, 2 * half // BLOCK, max_pfn, 0, 0, 0, 0, 2)
sub = bytearray(BLOCK * sub_blocks)
struct.pack_into('<qiiQQQQQQQQQQQ', sub, 0, int(info['NUMBER(phys_base)']), 31, 0, 0, 0, BLOCK + 104 + text_at, text_len,
                 BLOCK + 104, len(notes), 0, 0, 0, 0, max_pfn)
sub[104:104 + len(notes)] = notes
with open(out_name, 'wb') as out:
    out.write(header + sub + bitmap1 + bitmap2 + descs + data)
print('%d pages of %d; bytes by reason: %s' % (len(kept), max_pfn, dict(sizes.most_common())), file=sys.stderr)
