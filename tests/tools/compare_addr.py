#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_addr.py [--lost] FOLDER ADDRESSES: each line of what tests/tools/drgn_addr.py printed against FOLDER/<address> of a mount's addr/.
# Prints those that differ, then how many there were of each kind. --lost: where it says that something is not in the dump it
# may lack lines, but not in more than a tenth of them. Status 1: some differ, or there were none.
import collections
import re
import sys

may_lack = sys.argv[1] == "--lost"
folder, addresses = sys.argv[1 + may_lack:]
lost = 0
total, differ = collections.Counter(), collections.Counter()
for line in open(addresses):
    kind, address, *expected = line.rstrip("\n").split("\t")
    total[kind] += 1
    try:
        with open("%s/%s" % (folder, address), encoding="latin-1") as f:
            ours = f.read()
    except OSError as error:
        ours = error.strerror
    lacks = [e for e in expected if not re.search(e, ours, re.M)]
    if lacks and may_lack and "not in the dump" in ours:
        lost += 1
    elif lacks:
        differ[kind] += 1
        print(kind, address, "lacks", lacks, "has", ours.splitlines())
print(", ".join("%d %s" % (total[kind], kind) + (" (%d differ)" % differ[kind] if differ[kind] else "") for kind in total) +
      (", %d not in the dump" % lost if may_lack else ""))
sys.exit(bool(differ) or not total or lost * 10 > sum(total.values()))
