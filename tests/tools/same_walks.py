#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Are tables that are named walked without a kernel as with it? same_walks.py KNOWN BARE < "PGD ADDRESS" a line

KNOWN and BARE are mounts, BARE of the same memory without what tells of the kernel. PGD: as KNOWN takes it; BARE is given the
physical address that KNOWN makes of it. Prints "mapped right wrong" and "unmapped right wrong", and on stderr the first few
that differ.
"""
import sys


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError as e:
        return e.strerror


known, bare = sys.argv[1:]
count = {"mapped": [0, 0], "unmapped": [0, 0]}
for line in sys.stdin:
    pgd, address = line.split()[:2]
    want = read(f"{known}/vtop/{pgd}:{address}")
    root = want.split()[1] if want.startswith("root") else "0x0"
    got = read(f"{bare}/vtop/{root}:{address}")
    wrong = count["mapped" if "paddr" in want else "unmapped"]
    wrong[got != want] += 1
    if got != want and wrong[1] <= 3:
        print(f"{line}known:\n{want}\nwithout:\n{got}", file=sys.stderr)
for kind, (right, wrong) in count.items():
    print(kind, right, wrong)
