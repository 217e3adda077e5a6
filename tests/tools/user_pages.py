#!/usr/bin/env drgn
# SPDX-License-Identifier: GPL-2.0-or-later
"""What processes have in memory, by drgn's own walk of their tables: drgn -q -c VMCORE -s VMLINUX user_pages.py

A line "PGD ADDRESS BYTES" for each page of each area of each process, up to LIMIT lines: the value of mm->pgd, the first 32
bytes of the page in hexadecimal, or "-" where drgn says that nothing is mapped.
"""
from drgn import FaultError
from drgn.helpers.linux.mm import access_process_vm
from drgn.helpers.linux.pid import for_each_task
import sys

LIMIT = int(sys.argv[1])
n = 0
for task in for_each_task(prog):
    mm = task.mm
    if not mm or task.pid != task.tgid:
        continue
    areas = [mm.start_code, mm.end_code - 1, mm.start_data, mm.start_brk, mm.arg_start, mm.env_start, mm.start_stack]
    for start in areas:
        for page in range(-2, 6):
            address = (start.value_() & ~0xfff) + page * 4096
            if address < 0:
                continue
            try:
                found = access_process_vm(task, address, 32).hex()
            except FaultError:
                found = "-"
            if n < LIMIT:
                print(f"{mm.pgd.value_():#x} {address:#x} {found}")
            n += 1
