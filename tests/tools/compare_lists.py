#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_lists.py FOLDER LISTS: each list of what tests/tools/drgn_lists.py printed against FOLDER/<name> of a mount's list/: the
# same elements in the same order. Prints those that differ, then how many lists and elements there were of each kind.
# Status 1: some differ.
import collections
import re
import sys

folder, lists = sys.argv[1:]
heads, elements, differ = collections.Counter(), collections.Counter(), collections.Counter()


def element(line):
    """[index] or [first ... last], the address, comments and columns."""
    indices, address = re.match(r"(?:\[(.*?)\]\t)?(\S+)", line).groups()
    return [int(n, 0) for n in (indices.split(" ... ") if indices else [])] + [int(address, 0)]


def compare(kind, name, expected):
    heads[kind] += 1
    elements[kind] += len(expected)
    try:
        with open("%s/%s" % (folder, name), encoding="latin-1") as f:
            lines = f.read().splitlines()
    except OSError as error:
        lines = ["/* %s */" % error.strerror]
    ours = [element(line) for line in lines if not line.startswith("/*")]
    # of several indices of one entry drgn tells the last in maple trees only, but there also of one
    if kind == "maple":
        ours = [[e[0]] + e if len(e) == 2 else e for e in ours]
    else:
        ours = [[e[0], e[-1]] if len(e) == 3 else e for e in ours]
    if ours != expected or any(line.startswith("/*") for line in lines):
        differ[kind] += 1
        print(kind, name, "has", len(ours), "elements, drgn", len(expected), [a for a in zip(ours, expected) if a[0] != a[1]][:1],
              lines[-1:])


kind = None
for line in open(lists):
    if line.startswith("=\t"):
        if kind:
            compare(kind, name, expected)
        _, kind, name = line.rstrip("\n").split("\t")
        expected = []
    else:
        expected.append([int(n, 0) for n in line.split()])
if kind:
    compare(kind, name, expected)
print(", ".join("%d %s with %d elements" % (heads[kind], kind, elements[kind]) + (" (%d differ)" % differ[kind] if differ[kind] else "")
                for kind in heads))
sys.exit(bool(differ) or not heads)
