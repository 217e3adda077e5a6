# SPDX-License-Identifier: GPL-2.0-or-later
"""For drgn: the copies that the CPUs have of per-CPU variables, by their symbols: "name cpu address" a line."""
from drgn import FaultError
from drgn.helpers.linux.cpumask import for_each_possible_cpu

names = ("runqueues", "this_cpu_off", "cpu_info", "softnet_data", "timer_bases", "tick_cpu_sched", "vm_event_states")
for name in names:
    try:
        base = prog.symbol(name).address
    except LookupError:
        continue
    for cpu in for_each_possible_cpu(prog):
        print(name, cpu, hex((base + prog["__per_cpu_offset"][cpu].value_()) % (1 << 64)))
