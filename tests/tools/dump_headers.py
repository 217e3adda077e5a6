#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dump_headers.py FILE: all fields of the headers of a kdump-compressed file or of an ELF core, "name: value", one a line.

It shares no code with vmcorefs, so that it can judge it. Notes and texts are shown by length and checksum, their places
by what they follow. PT_LOADs are not shown: elfcmp.c compares them.
"""
import hashlib
import struct
import sys

UTS = ("sysname", "nodename", "release", "version", "machine", "domainname")
STRUCTS = (     # struct disk_dump_header behind utsname, struct kdump_sub_header: (64-bit, 32-bit as on i386 and in QEMU's)
    ("6xqqIiiiIIIIIi", "2xiiIiiiIIIIIi"),
    ("QiiQQQQQQQQQQQ", "IiiIIQIQIQIQQQ"),
)
MAIN = ("timestamp.sec", "timestamp.usec", "status", "block_size", "sub_hdr_size", "bitmap_blocks", "max_mapnr",
        "total_ram_blocks", "device_blocks", "written_blocks", "current_cpu", "nr_cpus")
SUB = ("phys_base", "dump_level", "split", "start_pfn", "end_pfn", "offset_vmcoreinfo", "size_vmcoreinfo", "offset_note",
       "size_note", "offset_eraseinfo", "size_eraseinfo", "start_pfn_64", "end_pfn_64", "max_mapnr_64")


def decode(f, order, narrow):
    """None: the numbers make no sense in this byte order and word size."""
    head = f[:464]
    main = dict(zip(MAIN, struct.unpack_from(order + STRUCTS[0][narrow], head, 402)))
    block, sub = main["block_size"], main["sub_hdr_size"]
    if block not in (4096, 8192, 16384, 32768, 65536) or not 0 < sub < 1 << 20:
        return None
    return main, dict(zip(SUB, struct.unpack_from(order + STRUCTS[1][narrow], f, block)))


def text(raw):
    return "%d bytes %s" % (len(raw), hashlib.sha256(raw).hexdigest()[:16])


def show_kdump(name, f):
    for order, narrow in (("<", 0), (">", 0), ("<", 1), (">", 1)):
        fields = decode(f, order, narrow)
        if fields:
            break
    else:
        sys.exit("%s: no header of a kdump-compressed file" % name)
    main, sub = fields
    print("form:", "%s-endian, %d-bit" % ("big" if order == ">" else "little", 32 if narrow else 64))
    print("signature:", f[:8].decode("latin-1"))
    print("header_version:", struct.unpack_from(order + "i", f, 8)[0])
    for i, field in enumerate(UTS):
        raw = f[12 + 65 * i:12 + 65 * (i + 1)]
        print("utsname.%s: %r%s" % (field, raw.split(b"\0")[0].decode("latin-1"), "" if raw[-1] == 0 else " without an end"))
    for field in MAIN:
        print("%s: %#x" % (field, main[field]))
    note, info, erase = ((sub["offset_" + x], sub["size_" + x]) for x in ("note", "vmcoreinfo", "eraseinfo"))
    for field in SUB:
        if not field.startswith("offset_"):
            print("%s: %#x" % (field, sub[field]))
    end = main["block_size"] + struct.calcsize(order + STRUCTS[1][narrow])
    print("offset_note:", "behind the sub header" if note[0] == end else "%#x" % note[0])
    print("offset_vmcoreinfo:", "in the notes at %#x" % (info[0] - note[0]) if info[0] and note[0] <= info[0] and
          info[0] + info[1] <= note[0] + note[1] else "%#x" % info[0])
    print("offset_eraseinfo:", "none" if not erase[0] else "behind the bitmaps" if
          erase[0] > (1 + main["sub_hdr_size"] + main["bitmap_blocks"]) * main["block_size"] else "%#x" % erase[0])
    print("note:", text(f[note[0]:sum(note)]))
    print("vmcoreinfo:", text(f[info[0]:sum(info)]))
    if erase[0]:
        with open(name, "rb") as stream:
            stream.seek(erase[0])
            print("eraseinfo:", text(stream.read(erase[1])))


EHDR = ("type", "machine", "version", "entry", "phoff", "shoff", "flags", "ehsize", "phentsize", "phnum", "shentsize",
        "shnum", "shstrndx")


def show_elf(f):
    wide, order = f[4] == 2, ">" if f[5] == 2 else "<"
    print("e_ident:", f[:16].hex())
    ehdr = dict(zip(EHDR, struct.unpack_from(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), f, 16)))
    for field in EHDR:
        # how many segments there are is elfcmp.c's
        if field != "phnum":
            print("e_%s: %#x" % (field, ehdr[field]))
    notes = 0
    for i in range(ehdr["phnum"]):
        at = ehdr["phoff"] + i * ehdr["phentsize"]
        if wide:
            kind, flags, offset, vaddr, paddr, filesz, memsz, align = struct.unpack_from(order + "IIQQQQQQ", f, at)
        else:
            kind, offset, vaddr, paddr, filesz, memsz, flags, align = struct.unpack_from(order + "IIIIIIII", f, at)
        if kind == 1:
            if flags != 7 or align:
                print("PT_LOAD %d: flags %#x align %#x" % (i, flags, align))
            continue
        notes += 1
        print("segment %d: type %#x flags %#x vaddr %#x paddr %#x filesz %#x memsz %#x align %#x" %
              (i, kind, flags, vaddr, paddr, filesz, memsz, align))
        print("note: %s%s" % (text(f[offset:offset + filesz]),
              " behind the program headers" if offset == ehdr["phoff"] + ehdr["phnum"] * ehdr["phentsize"] else ""))


with open(sys.argv[1], "rb") as file:
    start = file.read(1 << 22)
if start[:4] == b"\x7fELF":
    show_elf(start)
else:
    show_kdump(sys.argv[1], start)
