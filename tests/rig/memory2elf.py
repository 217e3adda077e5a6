#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory of a machine that QEMU cannot dump, as an ELF core: memory2elf.py OUT E-MACHINE [ADDRESS FILE]...

64 bit, little-endian, one PT_LOAD per file, no notes. The files are what pmemsave wrote; they are removed.
"""

import os
import shutil
import struct
import sys

EHDR, PHDR = "<16sHHIQQQIHHHHHH", "<IIQQQQQQ"


def main():
    out, machine = sys.argv[1], int(sys.argv[2])
    parts = [(int(address, 0), name) for address, name in zip(sys.argv[3::2], sys.argv[4::2])]
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    offset = 4096
    with open(out, "wb") as f:
        f.write(struct.pack(EHDR, ident, 4, machine, 1, 0, struct.calcsize(EHDR), 0, 0, struct.calcsize(EHDR),
                            struct.calcsize(PHDR), len(parts), 0, 0, 0))
        for address, name in parts:
            size = os.path.getsize(name)
            f.write(struct.pack(PHDR, 1, 7, offset, 0, address, size, size, 0))
            offset += size
        f.write(bytes(4096 - f.tell()))
        for _, name in parts:
            with open(name, "rb") as memory:
                shutil.copyfileobj(memory, f, 1 << 20)
            os.remove(name)


if __name__ == "__main__":
    main()
