#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_values.py [--lost] FOLDER VALUES: each line of what tests/tools/drgn_values.py printed against FOLDER/<name> of a mount's json/.
# Prints those that differ, then how many there were. --lost: what is not in the dump is no difference, but more than half must
# be there. Status 1: some differ, or there were none.
import errno
import json
import sys


def plain(answer):
    value = answer["value"]
    if isinstance(value, list):
        out = []
        for element in value:
            out += [plain(element)] * element.get("count", 1)
        return out
    if isinstance(value, str):
        if answer["type"].endswith("]"):
            return list(value.encode("latin-1"))
        return int(value, 16)
    return value


def same(ours, theirs, more):
    if isinstance(theirs, list):
        theirs = [byte & 0xff for byte in theirs]
        if more:                # an array of many different elements: the first ones are shown
            if len(theirs) != len(ours) + more or len(ours) < 256:
                return False
            theirs = theirs[:len(ours)]
        if isinstance(ours, list):
            ours = [byte & 0xff for byte in ours]
            if ours != theirs and 0 in theirs:  # a string ends with its NUL
                theirs = theirs[:theirs.index(0)]
        return ours == theirs
    return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)


may_lack = sys.argv[1] == "--lost"
folder, values = sys.argv[1 + may_lack:]
differ = total = lost = 0
for line in open(values):
    expected = json.loads(line)
    total += 1
    try:
        with open("%s/%s" % (folder, expected["name"])) as f:
            answer = json.load(f)
        ours = plain(answer)
    except OSError as error:
        if may_lack and error.errno == errno.ENODATA:
            lost += 1
            continue
        answer, ours = {}, None
        if expected["value"] is not None:
            ours = error.strerror
    if not same(ours, expected["value"], answer.get("more", 0)):
        differ += 1
        print(expected["name"], "ours", ours, "drgn's", expected["value"], str(answer)[:200])
print(total, "values", differ, "differ", lost, "not in the dump")
sys.exit(differ > 0 or total == 0 or lost * 2 > total)
