# SPDX-License-Identifier: GPL-2.0-or-later
# In gdb -x: what kernel_facts should answer, by gdb's reading of DWARF. TYPES: names; files QUESTIONS and ANSWERS are written.
import os

import gdb

INTS = {gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL}
WORDS = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union", gdb.TYPE_CODE_ENUM: "enum",
         gdb.TYPE_CODE_FUNC: "function", gdb.TYPE_CODE_PTR: "pointer", gdb.TYPE_CODE_ARRAY: "array",
         gdb.TYPE_CODE_VOID: "void"}


def plain(t):
    return t.strip_typedefs().unqualified()


def show(t, depth=0):
    t = plain(t)
    word = "int" if t.code in INTS else WORDS[t.code]
    known = t.code not in (gdb.TYPE_CODE_VOID, gdb.TYPE_CODE_FUNC)
    text = " %s %d" % (word, t.sizeof if known else 0)
    if t.code in INTS and t.code != gdb.TYPE_CODE_BOOL and t.is_signed:
        text += " signed"
    if t.name in ("char", "signed char", "unsigned char"):
        text += " char"
    if t.code == gdb.TYPE_CODE_ARRAY:
        first, last = t.range()
        text += " of %d" % (last - first + 1 if t.sizeof else 0)     # a flexible one has a first element here
    elif t.code == gdb.TYPE_CODE_PTR:
        text += " ->"
    if t.code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR) and depth <= 8:
        # gdb does not complete declarations here
        text += show(t.target(), depth + 1)
    return text


def members(t, start=0):
    for f in plain(t).fields():
        if not f.name:
            yield from members(f.type, start + f.bitpos)
        else:
            yield f.name, start + f.bitpos, f.bitsize, f.type


def place(at, bits, t):
    if not bits:
        return "%d" % (at // 8)
    unit = plain(t).sizeof * 8
    return "%d:%d:%d" % (at // unit * unit // 8, at % unit, bits)


with open(os.environ["QUESTIONS"], "w") as questions, open(os.environ["ANSWERS"], "w") as answers:
    for name in os.environ["TYPES"].split():
        for kind in ("struct ", "union ", ""):
            try:
                t = gdb.lookup_type(kind + name)
                break
            except gdb.error:
                pass
        for member, at, bits, its in members(t):
            questions.write(f"member {name} {member}\n")
            answers.write(f"{name}.{member}: {place(at, bits, its)}{show(its)}\n")
