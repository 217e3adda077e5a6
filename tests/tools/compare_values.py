#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_values.py FOLDER VALUES: each line of what tests/tools/drgn_values.py printed against FOLDER/<name> of a mount's json/.
# Prints those that differ, then how many there were. Status 1: some differ, or there were none.
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


def same(ours, theirs):
    if isinstance(theirs, list):
        theirs = [byte & 0xff for byte in theirs]
        if isinstance(ours, list):
            ours = [byte & 0xff for byte in ours]
            if ours != theirs and 0 in theirs:  # a string ends with its NUL
                theirs = theirs[:theirs.index(0)]
        return ours == theirs
    return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)


differ = total = strings = pointers = 0
for line in open(sys.argv[2]):
    expected = json.loads(line)
    total += 1
    try:
        with open("%s/%s" % (sys.argv[1], expected["name"])) as f:
            answer = json.load(f)
        ours = plain(answer)
    except OSError as error:
        answer, ours = {}, None
        if expected["value"] is not None:
            ours = error.strerror
    if not same(ours, expected["value"]):
        differ += 1
        print(expected["name"], "ours", ours, "drgn's", expected["value"], str(answer)[:200])
print(total, "values", differ, "differ")
sys.exit(differ > 0 or total == 0)
