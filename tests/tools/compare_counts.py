#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_counts.py PERCENT OURS THEIRS: two texts are the same but for their numbers, and these are close: no farther apart than so
# many percent of the larger one, and 300 besides (100 whole seconds or 1200 kB are close to nothing). Prints what is not; the last
# line has how many numbers there were, and how many of them are equal.
import re
import sys

NUMBER = re.compile(r'(?<![\w.])-?\d+(?:\.\d+)?(?![\w])')


def main():
    percent = float(sys.argv[1])
    ours, theirs = (open(name, errors='surrogateescape').read().splitlines() for name in sys.argv[2:4])
    bad = numbers = equal = 0
    if len(ours) != len(theirs):
        bad += 1
        print('%d lines, not %d' % (len(ours), len(theirs)))
    for mine, its in zip(ours, theirs):
        pattern = [re.sub(r'\s+', ' ', NUMBER.sub('#', line)) for line in (mine, its)]
        values = [[float(n) for n in NUMBER.findall(line)] for line in (mine, its)]
        numbers += len(values[1])
        equal += sum(a == b for a, b in zip(*values))
        far = [(a, b) for a, b in zip(*values) if abs(a - b) > percent / 100 * max(abs(a), abs(b)) + 300]
        if pattern[0] != pattern[1] or far or len(values[0]) != len(values[1]):
            bad += 1
            print('ours:   %s\ntheirs: %s' % (mine, its))
    print('%d numbers, %d equal' % (numbers, equal))
    return bad or not numbers


sys.exit(1 if main() else 0)
