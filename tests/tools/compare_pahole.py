#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Definitions of structs and unions as kernel_types ("all") and as pahole print them: compare_pahole.py OURS PAHOLE

Of each of pahole's there has to be one of ours with the same members: type, name, offset, bits and size, also of members of
unnamed members. Blanks, attributes and "[0]" for "[]" do not count, and neither does what pahole does to pointers: const
of a pointer is printed in front of what it points to, of an array that is pointed to the brackets are lost, and arrays of
arrays are turned around (version 1.24, where BTF does not have them flat), a pointer to a function that does not return is
no C at all. An unnamed member of a type that has a name
(gcc -fms-extensions) is spelled out by kernel_types: those definitions are counted.
"""
import re
import sys

MEMBER = re.compile(r"^(.*?)/\*\s*(\d+)(?:\s*:\s*(\d+))?\s+(\d+)\s*\*/\s*$")


def members(text):
    out = []
    for line in text.split("\n"):
        m = MEMBER.match(line)
        if m:
            words = re.sub(r"__attribute__\(\((?:[^()]|\([^()]*\))*\)\)|/\*.*?\*/", "", m[1])
            out.append((re.sub(r"\s+", "", words).replace("[0]", "[]"), m[2], m[3], m[4]))
    return out


def loosely(list_of_members):
    """Without const, without the brackets of what is pointed to, dimensions in order of size."""
    def loose(words):
        words = re.sub(r"^volatile(.*?)\(\)(\(.*\))\*(\w+);$", r"\1(*\3)\2;", words)
        words = re.sub(r"\((\*\w+)\)(\[\d*\])+", r"\1", words).replace("const", "")
        return re.sub(r"(\[\d*\]){2,}", lambda m: "".join(sorted(re.findall(r"\[\d*\]", m[0]))), words)
    return [(loose(words), *rest) for words, *rest in list_of_members]


def read_ours(path):
    found = {}
    with open(path, errors="surrogateescape") as f:
        for part in re.split(r"^== ", f.read(), flags=re.M)[1:]:
            key, _, body = part.partition("\n")
            if key.split()[0] in ("struct", "union"):
                found.setdefault(key, []).append(members(body))
    return found


def read_pahole(path):
    with open(path, errors="surrogateescape") as f:
        for m in re.finditer(r"^((?:struct|union) \w+) \{\n(.*?)^\}[^\n]*;", f.read(), flags=re.S | re.M):
            yield m[1], members(m[2])


def main():
    ours = read_ours(sys.argv[1])
    equal = loose = total = spelled = 0
    bad = []
    for key, its in read_pahole(sys.argv[2]):
        total += len(its)
        if its in ours.get(key, []):
            equal += 1
        elif loosely(its) in [loosely(o) for o in ours.get(key, [])]:
            loose += 1
        elif any(re.fullmatch(r"(struct|union)\w+;", words) for words, *_ in its):
            spelled += 1
        else:
            bad.append((key, its, ours.get(key, [[]])[0]))
    print("%d members: %d definitions equal, %d but for const and dimensions, %d with members of types "
          "that are spelled out, %d different" % (total, equal, loose, spelled, len(bad)))
    for key, its, other in bad:
        print(key, [pair for pair in zip(its, other) if pair[0] != pair[1]][:3])
    sys.exit(bool(bad) or equal < 1000)


main()
