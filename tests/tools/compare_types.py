#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two answers to kernel_types' "all" about one kernel, from its BTF and from its DWARF: compare_types.py BTF DWARF NESTED

Every definition is held against the other one's. What pahole does when it makes BTF out of DWARF explains some differences;
they are counted, by rule and with names. NESTED: what nested_types says, the types of functions' own, which BTF has and
the index of DWARF has not. What no rule explains is printed after them, and fails.
"""
import re
import sys
from collections import Counter, defaultdict


def read(path):
    types = defaultdict(list)
    key = None
    with open(path, errors="surrogateescape") as lines:
        for line in lines:
            if line.startswith("== "):
                key = line[3:].rstrip("\n")
                types[key].append("")
            else:
                types[key][-1] += line
    return types


def squeeze(text):
    return re.sub(r"\s+", " ", text)


def product(m):
    n = 1
    for count in re.findall(r"\d+", m[0]):
        n *= int(count)
    return "[%d]" % n


def flat(text):
    """pahole: btf_encoder__add_array() multiplies the dimensions of an array of arrays."""
    return re.sub(r"\[\d+\](\[\d+\])+", product, text)


def unsigned_enums(text):
    """pahole before 1.24 knows no signs, and no enumerators of more than 32 bits."""
    def value(m):
        v = int(m[1]) & 0xffffffff
        return " = %d," % (v - (1 << 32) if v >> 31 else v)
    return re.sub(r" = (-?\d+)(?:ULL)?,", value, text)


# each with those before it
RULES = [
    ("equal", lambda s: s),
    ("arrays of arrays are flat in BTF", flat),
    ("enums without sign, or cut to 32 bits", unsigned_enums),
]


def explain(btf, dwarf):
    """The rule by which one of btf's definitions is that of DWARF, or None."""
    btf = [squeeze(b) for b in btf]
    dwarf = squeeze(dwarf)
    for name, rule in RULES:
        dwarf = rule(dwarf)
        btf = [rule(b) for b in btf]
        if dwarf in btf:
            return name
    return None


def main():
    btf, dwarf = read(sys.argv[1]), read(sys.argv[2])
    with open(sys.argv[3]) as lines:
        nested = set(line.rstrip("\n") for line in lines)
    count, names = Counter(), defaultdict(list)

    def note(rule, key):
        count[rule] += 1
        names[rule].append(key)

    for key, definitions in dwarf.items():
        if key not in btf:
            note("ONLY IN DWARF", key)
            continue
        rule = explain(btf[key], definitions[0]) or "DIFFERENT"
        note(rule, key)
        if len(btf[key]) > 1 and rule != "DIFFERENT":
            note("of these, several of one name in BTF, and that of DWARF among them", key)
    for key in btf:
        if key not in dwarf:
            note("a function's own, which the index of DWARF has not" if key in nested else "ONLY IN BTF", key)
    for rule, n in count.most_common():
        print("%6d %s%s" % (n, rule, "" if rule == "equal" else ": " + ", ".join(names[rule])))
    for key in names["DIFFERENT"]:
        print("--- %s\n%s%s" % (key, "".join(btf[key]), dwarf[key][0]))
    sys.exit(any(rule.isupper() for rule in count))


main()
