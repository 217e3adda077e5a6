#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is patched what differs? check_patched.py VMLINUX TEXT MEMORY SHIFT PATCHED

TEXT: the section .text, as objcopy has it; MEMORY: the same addresses in the dump; SHIFT: what KASLR has added. Each line of
PATCHED must tell bytes that are there and differ; bytes that differ in no line must be in a number that KASLR has moved, which
the relocations of the vmlinux tell where it has them (.rela.text). Prints what is wrong, and how many lines there are of each kind.
"""
import collections
import re
import struct
import subprocess
import sys

vmlinux, text, memory, shift, patched = sys.argv[1:]
shift = int(shift, 16)
text, memory = open(text, "rb").read(), open(memory, "rb").read()
assert len(text) == len(memory)


def section(name):
    for line in subprocess.run(["readelf", "-SW", vmlinux], capture_output=True, text=True).stdout.splitlines():
        m = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)", line)
        if m and m[1] == name:
            return [int(x, 16) for x in m.groups()[1:]]
    return None


start = section(".text")[0]
differs = {i for i, (a, b) in enumerate(zip(text, memory)) if a != b}
covered, kinds = set(), collections.Counter()
for line in open(patched):
    if line.startswith("#"):
        continue
    address, _, length, was, now, why = line.rstrip("\n").split(" ", 5)
    at, length = int(address, 16) - shift - start, int(length)
    if not 0 <= at <= len(text) - length:
        continue
    shown = min(length, 32)
    if text[at:at + shown].hex() != was.rstrip(".") or memory[at:at + shown].hex() != now.rstrip("."):
        print("wrong bytes:", line, end="")
    if covered.intersection(range(at, at + length)):
        print("told twice:", line, end="")
    if not differs.intersection(range(at, at + length)):
        print("does not differ:", line, end="")
    covered.update(range(at, at + length))
    kinds[re.sub(r" [<0].*", "", why)] += 1

moved = set()
rela = section(".rela.text")
if rela:
    with open(vmlinux, "rb") as f:
        f.seek(rela[1])
        for offset, info, _ in struct.iter_unpack("<QQq", f.read(rela[2])):
            # R_X86_64_64, PC32 (of what is linked at 0), 32, 32S
            size = {1: 8, 2: 4, 10: 4, 11: 4}.get(info & 0xffffffff)
            if size:
                moved.update(range(offset - start, offset - start + size))
else:
    for i in differs - covered:
        for size, code in ((4, "<I"), (8, "<Q")):
            for at in range(max(i - size + 1, 0), i + 1):
                if at + size <= len(text):
                    a, = struct.unpack_from(code, text, at)
                    b, = struct.unpack_from(code, memory, at)
                    if (b - a) % (1 << 8 * size) in (shift % (1 << 8 * size), -shift % (1 << 8 * size)):
                        moved.update(range(at, at + size))
left = sorted(differs - covered - moved)
for i in left[:5]:
    print("not told: %#x" % (start + shift + i))
for kind, n in sorted(kinds.items()):
    print("%s: %d" % (kind, n))
