#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_copies.py COPIES FOLDER: what a guest saved of its /proc before it panicked against FOLDER, the proc/ of a mount: files of
# processes whose content does not change when nothing happens. What happens all the same: kworkers do other work, pid 1 writes
# to sysrq-trigger, and who made the copies ends. Prints those that differ, then how many of each kind there were. Status 1:
# some differ, or there were none.
import collections
import os
import re
import sys

copies, folder = sys.argv[1:]
TEXTS = ["cmdline", "environ", "auxv", "comm", "limits", "maps", "cgroup", "oom_score_adj", "loginuid", "sessionid", "personality",
         "children"]
LINKS = ["exe", "cwd", "root"]
# lines of status whose values move, and those of the processor's mitigations
MOVING = re.compile("(Vm(Peak|HWM|RSS|PTE|Swap)|Rss|State|Threads|voluntary|nonvoluntary|Speculation|SigQ|SigPnd|ShdPnd)")
# of stat: names of states, faults, times, memory that is resident, whether it runs, on which CPU
MOVING_FIELDS = set(range(9, 17)) | {2, 19, 23, 34, 38, 41, 42}


def read(path):
    with open(path, encoding="latin-1", newline="") as f:
        return f.read()


def worker(name):
    """Without the work that it did last."""
    return re.sub("^(kworker/[^-+\n]*)[-+].*", r"\1", name)


def stat(text):
    first, rest = text.split(" (", 1)
    name, rest = rest.rsplit(") ", 1)
    return [f for i, f in enumerate([first, worker(name)] + rest.split()) if i not in MOVING_FIELDS]


def compare(kind, theirs, ours):
    if kind in LINKS or kind in ("fd", "ns"):
        return os.readlink(theirs), os.readlink(ours)
    theirs, ours = read(theirs), read(ours)
    if kind == "stat":
        return stat(theirs), stat(ours)
    if kind == "comm":
        return worker(theirs), worker(ours)
    if kind in ("wchan", "syscall"):    # of who ran then or runs now, and of what works all the time
        moves = re.match("rcu_", theirs) or {"running", "0"} & {theirs.strip(), ours.strip()}
        return ("", "") if moves else (theirs, ours)
    if kind == "children":
        there = [p for p in os.listdir(copies) if os.path.isdir(os.path.join(folder, p))]
        return [[p for p in t.split() if p in there] for t in (theirs, ours)]
    if kind == "fdinfo":        # what kinds of files say besides is not told
        return [t.splitlines()[:4] for t in (theirs, ours)]
    if kind == "status":
        return [[re.sub("\t(kworker.*)", lambda m: "\t" + worker(m[1]), l) for l in t.splitlines() if not MOVING.match(l)]
                for t in (theirs, ours)]
    if kind == "mountinfo":     # options of the file system itself only its code knows
        cut = [[l.rsplit(" ", 1)[0] + " " + l.rsplit(" ", 1)[1].split(",")[0] for l in t.splitlines()] for t in (theirs, ours)]
        return cut[0], cut[1]
    if kind == "smaps":
        told = set(l.split(":")[0] for l in ours.splitlines()) & {"Size", "KernelPageSize", "MMUPageSize", "Rss"}
        cut = [[l for l in t.splitlines() if re.match("[0-9a-f]+-", l) or l.split(":")[0] in told] for t in (theirs, ours)]
        # of Swap only none is told
        cut[1] += [l for l in ours.splitlines() if l.startswith("Swap:") and int(l.split()[1])]
        return cut[0], cut[1]
    return theirs, ours


total, differ = collections.Counter(), collections.Counter()


def check(kind, path):
    theirs, ours = os.path.join(copies, path), os.path.join(folder, path)
    if not os.path.lexists(theirs) or re.match("1/(task/1/)?fd(info)?/1$", path):
        return
    total[kind] += 1
    try:
        a, b = compare(kind, theirs, ours)
        difference = "" if a == b else "%r\n    instead of %r" % (b, a)
        if a != b and isinstance(a, list):
            difference = "%r\n    instead of %r" % ([x for x in b if x not in a], [x for x in a if x not in b])
    except (OSError, ValueError) as error:
        difference = str(error)
    if difference:
        differ[kind] += 1
        print("%s: %s" % (path, difference))


def check_task(path):
    for name in TEXTS + LINKS + ["stat", "status", "mountinfo", "smaps", "wchan", "syscall"]:
        check(name, path + "/" + name)
    for sub in ("fd", "ns", "fdinfo"):
        if os.path.isdir(os.path.join(copies, path, sub)):
            for name in os.listdir(os.path.join(copies, path, sub)):
                check(sub, "%s/%s/%s" % (path, sub, name))


for pid in sorted((p for p in os.listdir(copies) if p.isdecimal()), key=int):
    # who made the copies is gone
    if not os.path.isdir(os.path.join(folder, pid)):
        print("%s: is gone: %s" % (pid, read(os.path.join(copies, pid, "comm")).strip()))
        total["gone"] += 1
        continue
    check_task(pid)
    for tid in os.listdir(os.path.join(copies, pid, "task")):
        check_task("%s/task/%s" % (pid, tid))
print(", ".join("%d %s" % (total[kind], kind) + (" (%d differ)" % differ[kind] if differ[kind] else "") for kind in total))
sys.exit(bool(differ) or not total)
