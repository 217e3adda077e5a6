# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: drgn_values.py NUMBER SEED: random members of random live objects, one JSON object a line: the name of the member as
# struct/ and json/ have it, and its value: a number, true or false, or the bytes of an array of char or of numbers. To stderr
# the list of tasks, "task ADDRESS PID".
import json
import random
import sys

import drgn
from drgn.helpers.linux.fs import for_each_file
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.pid import for_each_task

number, seed = int(sys.argv[1]), int(sys.argv[2])
random.seed(seed)
K = drgn.TypeKind
FOUND = {kind: {} for kind in ("task_struct", "mm_struct", "file", "dentry", "inode", "sock", "page", "module", "net_device",
                               "rq", "super_block", "cred")}


def add(kind, obj):
    if obj:
        FOUND[kind][obj.value_()] = obj


def collect():
    for task in for_each_task(prog):
        add("task_struct", task)
        add("mm_struct", task.mm)
        add("cred", drgn.cast("struct cred *", task.cred))
        try:
            for _, file in for_each_file(task):
                add("file", file)
        except (drgn.FaultError, ValueError, LookupError):
            pass
    for file in FOUND["file"].values():
        add("dentry", file.f_path.dentry)
        add("inode", file.f_inode)
        add("super_block", file.f_inode.i_sb)
        if file.f_inode.i_mode & 0o170000 == 0o140000:
            add("sock", drgn.cast("struct socket *", file.private_data).sk)
    for inode in list(FOUND["inode"].values()):
        node = inode.i_mapping.i_pages.xa_head.value_()
        if node and not node & 3:
            add("page", drgn.Object(prog, "struct page *", node))
    for module in list_for_each_entry("struct module", prog["modules"].address_of_(), "list"):
        add("module", module)
    try:
        for dev in list_for_each_entry("struct net_device", prog["init_net"].dev_base_head.address_of_(), "dev_list"):
            add("net_device", dev)
    except (drgn.FaultError, LookupError):
        pass
    for task in FOUND["task_struct"].values():
        try:
            add("rq", task.se.cfs_rq.rq)
        except (drgn.FaultError, AttributeError):
            pass


def peel(type_):
    while type_.kind == K.TYPEDEF:
        type_ = type_.type
    return type_


def is_char(type_):
    type_ = peel(type_)
    return type_.kind == K.INT and type_.size == 1 and "char" in type_.name


# Leaves of a type: the path, without what an unnamed bit field or a flexible array would be
def leaves(type_, path, depth=0):
    type_ = peel(type_)
    if type_.kind in (K.STRUCT, K.UNION):
        for member in type_.members or ():
            if member.name:
                yield from leaves(member.type, path + "." + member.name, depth + 1)
            elif peel(member.type).kind in (K.STRUCT, K.UNION):
                yield from leaves(member.type, path, depth + 1)
    elif type_.kind == K.ARRAY:
        if not type_.length:
            return
        if is_char(type_.type):
            yield path
        else:
            for i in {0, type_.length - 1, type_.length // 2}:
                yield from leaves(type_.type, "%s[%d]" % (path, i), depth + 1)
    elif type_.kind in (K.INT, K.BOOL, K.ENUM, K.POINTER):
        yield path


def follow(obj, path):
    name = ""
    for part in path.replace("[", ".[").split(".")[1:]:
        obj = obj[int(part[1:-1])] if part.startswith("[") else obj.member_(part)
    return obj


collect()
for task in list_for_each_entry("struct task_struct", prog["init_task"].tasks.address_of_(), "tasks"):
    print("task %#x %d" % (task.value_(), task.pid.value_()), file=sys.stderr)
known = {}
told = 0
kinds = [kind for kind in FOUND if FOUND[kind]]
print("drgn:", {kind: len(FOUND[kind]) for kind in FOUND}, file=sys.stderr)
while told < number:
    kind = random.choice(kinds)
    address = random.choice(sorted(FOUND[kind]))
    obj = FOUND[kind][address]
    if kind not in known:
        known[kind] = sorted(set(leaves(obj.type_.type, "")))
    path = random.choice(known[kind])
    try:
        value = follow(obj[0], path).value_()
    except drgn.FaultError:
        value = None
    if not value and random.random() < 0.7:     # most of a struct is zeroes
        continue
    if isinstance(value, list):
        value = [int(v) for v in value]
    elif value is not None and not isinstance(value, bool):
        value = int(value)
    print(json.dumps({"name": "%s@%#x%s" % (kind, address, path), "value": value}))
    told += 1
