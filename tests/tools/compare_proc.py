#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_proc.py FOLDER EXPECTED: each line of what tests/tools/drgn_proc.py printed against FOLDER, the proc/ of a mount. Prints
# those that differ, then how many of each kind there were. Status 1: some differ, or there were none.
import collections
import json
import os
import sys

folder, expected = sys.argv[1:]


def fields(path):
    """Of stat: a name in brackets may have blanks in it."""
    with open(path, encoding="latin-1") as f:
        line = f.read()
    if "(" not in line:
        return line.split()
    first, rest = line.split(" (", 1)
    name, rest = rest.rsplit(") ", 1)
    return [first, name] + rest.split()


def compare(path, how, what):
    """What differs, as a text; empty: nothing."""
    if how == "numbers":
        ours = sorted(int(name) for name in os.listdir(path) if name.isdecimal())
        return "" if ours == what else "%s instead of %s" % (ours, what)
    if how == "links":
        ours = {name: os.readlink(os.path.join(path, name)) for name in os.listdir(path)}
        return "" if ours == what else "%s instead of %s" % (sorted(set(ours.items()) - set(what.items())),
                                                             sorted(set(what.items()) - set(ours.items())))
    if how == "link":
        ours = os.readlink(path)
        return "" if ours == what else "%r instead of %r" % (ours, what)
    if how == "fields":
        ours = fields(path)
        return ", ".join("%s: %s instead of %s" % (i, ours[int(i)], v) for i, v in what.items() if ours[int(i)] != str(v))
    with open(path, encoding="latin-1", newline="") as f:
        ours = f.read()
    if how == "mounts":
        ours = sorted(line.split(" ")[:3] for line in ours.splitlines())
        return "" if ours == sorted(what) else "%s instead of %s" % (ours, what)
    if how == "maps":           # the page of vsyscalls is in no tree
        ours = "".join(line for line in ours.splitlines(True) if not line.endswith("[vsyscall]\n"))
    if how in ("text", "maps"):
        return "" if ours == what else "%r instead of %r" % (ours, what)
    lines = dict(line.split(":", 1) for line in ours.splitlines())
    return ", ".join("%s:%s instead of %s" % (k, lines.get(k, " nothing"), v) for k, v in what.items() if lines.get(k, "").strip() != v)


total, differ = collections.Counter(), collections.Counter()
for line in open(expected):
    path, how, what = line.rstrip("\n").split("\t")
    kind = path.rsplit("/", 1)[-1]
    kind = "fdinfo" if "/fdinfo/" in path else "ns" if "/ns/" in path else kind
    total[kind] += 1
    try:
        difference = compare(os.path.join(folder, path), how, json.loads(what))
    except (OSError, IndexError, ValueError) as error:
        difference = str(error)
    if difference:
        differ[kind] += 1
        print("%s: %s" % (path, difference))
print(", ".join("%d %s" % (total[kind], kind) + (" (%d differ)" % differ[kind] if differ[kind] else "") for kind in total))
sys.exit(bool(differ) or not total)
