#!/usr/bin/env drgn
# SPDX-License-Identifier: GPL-2.0-or-later
"""Are registers where drgn has them? drgn -q -c VMCORE -s VMLINUX drgn_registers.py FILE [values]

FILE: what cpu_registers printed of the dump. Prints "frame RIGHT WRONG": places in struct pt_regs, by the debug information;
with "values", "value RIGHT WRONG" too: of the CPUs, where drgn tells them under the same names (x86_64, arm64). stderr says
what is wrong.
"""
import re
import sys
from drgn import offsetof
from drgn.helpers.linux.cpumask import for_each_online_cpu
from drgn.helpers.linux.percpu import per_cpu

# Member of struct pt_regs by the name of a register; \\1 is a number.
MEMBERS = {
    "X86_64": [(r"rflags", "flags"), (r"orig_rax", "orig_ax"), (r"r([a-z].*)", r"\1"), (r"(.*)", r"\1")],
    "I386": [(r"eflags", "flags"), (r"orig_eax", "orig_ax"), (r"e(..)", r"\1"), (r"(.*)", r"\1")],
    "AARCH64": [(r"x(\d+)", r"regs[\1]"), (r"(.*)", r"\1")],
    "ARM": [(r"r(\d+)", r"uregs[\1]")] + [(name, f"uregs[{n}]") for n, name in enumerate(
        "fp ip sp lr pc cpsr orig_r0".split(), 11)],
    "PPC64": [(r"r(\d+)", r"gpr[\1]"), (r"orig_r3", "orig_gpr3"), (r"lr", "link"), (r"cr", "ccr"), (r"(.*)", r"\1")],
    "S390X": [(r"r(\d+)", r"gprs[\1]"), (r"orig_r2", "orig_gpr2"), (r"(.*)", r"\1")],
    "MIPS": [(r"r(\d+)", r"regs[\1]"), (r"(lo|hi)", r"\1"), (r"(.*)", r"cp0_\1")],
}


def member_of(register):
    for pattern, member in MEMBERS[prog.platform.arch.name]:
        if re.fullmatch(pattern, register):
            return re.sub(f"^{pattern}$", member, register)


def check(kind, checks):
    wrong = [c for c in checks if not c[-1]]
    print(kind, len(checks) - len(wrong), len(wrong))
    for c in wrong[:5]:
        print(kind, *c, file=sys.stderr)


regs = prog.type("struct pt_regs")
frames, cpus = [], []
for line in open(sys.argv[1]):
    words = line.split()
    if words[0] == "frame":
        at = offsetof(regs, member_of(words[1]))
        frames.append((words[1], words[2], at, at == int(words[2])))
    elif words[0] == "cpu":
        cpus.append({})
    else:
        cpus[-1][words[0]] = int(words[1], 16)
check("frame", frames)

if sys.argv[2:] == ["values"]:
    values = []
    for cpu in for_each_online_cpu(prog):
        theirs = prog.stack_trace(per_cpu(prog["runqueues"], cpu).curr)[0].registers()
        for name, value in theirs.items():
            if name in cpus[cpu]:
                values.append((cpu, name, hex(value), hex(cpus[cpu][name]), cpus[cpu][name] == value))
    check("value", values)
