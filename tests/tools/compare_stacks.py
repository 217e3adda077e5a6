# SPDX-License-Identifier: GPL-2.0-or-later
# compare_stacks.py OURS DRGN: two lists of tasks with frames (list_stacks, drgn_tasks.py), by the addresses of the frames: those of
# inlined functions, which have that of the one that they are in, count once. Prints each task that differs, and figures last.
import difflib
import sys


def read(path):
    tasks, frames = {}, None
    for line in open(path, errors="replace"):
        words = line.split()
        if words and words[0] == "task":
            frames = tasks.setdefault(int(words[1]), [])
        elif words == ["released"]:
            released.add(max(tasks, key=list(tasks).index))
        elif frames is not None and words and words[0].startswith("0x"):
            frames.append((int(words[0], 16), " ".join(words[1:])))
    return tasks


def whole(frames):
    """Inlined ones come first: the last of an address is the function itself."""
    return [f for f, up in zip(frames, frames[1:] + [(0, "")]) if f[0] != up[0]]


released = set()
ours, theirs = read(sys.argv[1]), read(sys.argv[2])
tasks = equal = frames = same = 0
for pid in sorted(theirs):
    if pid in released:     # what is there now is another's: drgn takes it for its stack
        continue
    a = ours.get(pid, [])
    # what has no name is in a module whose debug information is not there, or a program's, or no frame at all
    b = [f for f in whole(theirs[pid]) if f[1] != "%#x" % f[0] or f[0] in {g[0] for g in a}]
    match = difflib.SequenceMatcher(None, [f[0] for f in a], [f[0] for f in b], autojunk=False)
    tasks += 1
    frames += len(b)
    same += sum(m.size for m in match.get_matching_blocks())
    if len(a) == len(b) and all(f[0] == g[0] for f, g in zip(a, b)):
        equal += 1
        continue
    print("task %d%s:" % (pid, "" if pid in ours else " is missing"))
    for tag, i, j, k, l in match.get_opcodes():
        if tag != "equal":
            for f in a[i:j]:
                print("  ours   %#x %s" % f)
            for f in b[k:l]:
                print("  theirs %#x %s" % f)
print("%d tasks, %d equal, %d frames, %d equal" % (tasks, equal, frames, same))
