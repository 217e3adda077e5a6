#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kallsyms_nm.py KALLSYMS NM: the kernel's own lines of a /proc/kallsyms against what nm says of its vmlinux, moved by KASLR.
Prints how many, and those that nm does not have at that place."""
import sys

def table(path):
    with open(path) as f:
        for line in f:
            words = line.split()
            if len(words) == 3:
                yield int(words[0], 16), words[2]

nm = list(table(sys.argv[2]))
have = list(table(sys.argv[1]))
at = {}
for address, name in nm:
    at.setdefault(name, set()).add(address)
offset = dict((n, a) for a, n in have)["_stext"] - min(at["_stext"])
# offsets of per-CPU variables (x86_64 before 6.15) are not moved
wrong = [(a, n) for a, n in have if (a - offset if a > 1 << 32 else a) not in at.get(n, ())]
print(len(have), "symbols,", len(wrong), "wrong")
for address, name in wrong[:10]:
    print("%x %s" % (address, name), file=sys.stderr)
