# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: lists and trees of every kind there is, NUMBER heads of each at most (drgn_lists.py NUMBER SEED [addresses]), and what is on them.
# Before the elements of each a line "= KIND NAME", where NAME is that of a file in list/; an element is a line with its address,
# one of a tree by indices "index address".
import functools
import random
import sys

import drgn
from drgn.helpers.linux.cpumask import for_each_possible_cpu
from drgn.helpers.linux.fs import for_each_mount
from drgn.helpers.linux.idr import idr_for_each
from drgn.helpers.linux.list import hlist_for_each_entry, list_for_each_entry
from drgn.helpers.linux.llist import llist_for_each_entry
from drgn.helpers.linux.mapletree import mt_for_each
from drgn.helpers.linux.percpu import per_cpu
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.radixtree import radix_tree_for_each
from drgn.helpers.linux.rbtree import rbtree_inorder_for_each_entry
from drgn.helpers.linux.xarray import xa_for_each

number = int(sys.argv[1])
random.seed(int(sys.argv[2]))
FAULTS = (drgn.FaultError, LookupError, ValueError, drgn.ObjectAbsentError, AttributeError)
tasks = list(for_each_task(prog))
supers = list(list_for_each_entry("struct super_block", prog["super_blocks"].address_of_(), "s_list"))
inodes = [i for sb in supers for i in list_for_each_entry("struct inode", sb.s_inodes.address_of_(), "i_sb_list")]
mounts = list(for_each_mount(prog["init_task"].nsproxy.mnt_ns))
mms = {t.mm.value_(): t.mm for t in tasks if t.mm}.values()
cpus = list(for_each_possible_cpu(prog))


def tell(kind, name, elements):
    """Those that a panic tore are no judge's."""
    try:
        lines = [" ".join("%#x" % n for n in e) for e in elements]
    except FAULTS:
        return
    print("=", kind, name, sep="\t")
    for line in lines:
        print(line)


def cut(heads):
    heads = list(heads)
    return random.sample(heads, min(number, len(heads)))


def has(type_name, member):
    try:
        return prog.type(type_name).has_member(member)
    except LookupError:
        return False


def linked(kind, walk, type_name, link, owners, owner_type, member, empty=lambda head: False):
    """Lists whose heads are members of objects. Those that have elements, where there are such."""
    found = []
    for owner in owners:
        try:
            head = functools.reduce(lambda obj, name: obj.member_(name), member.split("."), owner)
            if not empty(head):
                found.append((owner, head))
        except FAULTS:
            pass
    for owner, head in cut(found):
        tell(kind, "%s.%s@%s@%#x.%s" % (type_name, link, owner_type, owner.value_(), member),
             ((e.value_(),) for e in walk("struct " + type_name, head.address_of_(), link)))


def head_name(name, head, cpu=None):
    """A type and an address, where the kernel has no symbols of data."""
    if cpu is not None:
        return "%s@%d" % (name, cpu)
    return name if len(sys.argv) < 4 else "%s@%#x" % (head.type_.tag, head.address_)


def variable(kind, walk, type_name, link, name, cpu=None):
    try:
        head = prog[name] if cpu is None else per_cpu(prog[name], cpu)
        walked = walk("struct " + type_name, head.address_of_(), link)
        tell(kind, "%s.%s@%s" % (type_name, link, head_name(name, head, cpu)), ((e.value_(),) for e in walked))
    except FAULTS:
        pass


def rb(type_name, root, link):
    return rbtree_inorder_for_each_entry(type_name, root, link)


def ll(type_name, head, link):
    return llist_for_each_entry(type_name, head.first, link)


def no_list(head):
    return head.next == head.address_of_()


def no_first(head):
    return not head.first


def no_rb(root):
    return not root.rb_node


for name, type_name, link in (("modules", "module", "list"), ("super_blocks", "super_block", "s_list"),
                              ("slab_caches", "kmem_cache", "list"), ("net_namespace_list", "net", "list"), ("crypto_alg_list", "crypto_alg", "cra_list"),
                              ("workqueues", "workqueue_struct", "list"), ("vmap_area_list", "vmap_area", "list")):
    variable("list", list_for_each_entry, type_name, link, name)
linked("list", list_for_each_entry, "inode", "i_sb_list", supers, "super_block", "s_inodes", no_list)
linked("list", list_for_each_entry, "task_struct", "sibling", tasks, "task_struct", "children", no_list)
linked("list", list_for_each_entry, "mount", "mnt_child", mounts, "mount", "mnt_mounts", no_list)
alias = "d_alias" if has("struct dentry", "d_alias") else "d_u.d_alias"
linked("hlist", hlist_for_each_entry, "dentry", alias, inodes, "inode", "i_dentry", no_first)
sib = ("hlist", hlist_for_each_entry, "d_sib", "d_children", no_first) if has("struct dentry", "d_sib") else (
    "list", list_for_each_entry, "d_child", "d_subdirs", no_list)
roots = [sb.s_root for sb in supers if sb.s_root]
linked(sib[0], sib[1], "dentry", sib[2], roots, "dentry", sib[3], sib[4])
linked("rbtree", rb, "kernfs_node", "rb",
       [sb.s_root.d_inode.i_private and drgn.cast("struct kernfs_node *", sb.s_root.d_inode.i_private) for sb in supers
        if sb.s_root and sb.s_type.name.string_() in (b"sysfs", b"cgroup2")], "kernfs_node", "dir.children", no_rb)
linked("rbtree", rb, "vm_area_struct", "vm_rb", mms, "mm_struct", "mm_rb", no_rb)
variable("rbtree", rb, "vmap_area", "rb_node", "vmap_area_root")
variable("rbtree", rb, "vmap_area", "rb_node", "free_vmap_area_root")
mappings = [i.i_mapping for i in inodes if i.i_mapping == i.i_data.address_of_()]
linked("rbtree-cached", lambda t, root, link: rb(t, root.rb_root.address_of_(), link), "vm_area_struct", "shared.rb", mappings,
       "address_space", "i_mmap", lambda root: no_rb(root.rb_root))
variable("llist", ll, "vmap_area", "purge_list", "vmap_purge_list")
for cpu in cpus:
    for name in ("raised_list", "lazy_list"):
        variable("llist", ll, "irq_work", "node.llist" if has("struct irq_work", "node") else "llnode", name, cpu)
    variable("llist", ll, "__call_single_data", "node.llist" if has("struct __call_single_data", "node") else "llist",
             "call_single_queue", cpu)
    for i, base in enumerate(per_cpu(prog["hrtimer_bases"], cpu).clock_base):
        if base.active.rb_root.rb_root.rb_node:
            tell("rbtree-cached", "timerqueue_node.node@hrtimer_cpu_base@hrtimer_bases@%d.clock_base[%d].active.rb_root" % (cpu, i),
                 ((e.value_(),) for e in rb("struct timerqueue_node", base.active.rb_root.rb_root.address_of_(), "node")))

if has("struct mm_struct", "mm_mt"):
    for mm in cut(mms):
        tell("maple", "vm_area_struct@mm_struct@%#x.mm_mt" % mm,
             ((first, last, e.value_()) for first, last, e in mt_for_each(mm.mm_mt.address_of_())))
for mapping in cut(m for m in mappings if m.nrpages):
    tell("xarray", "page@address_space@%#x.i_pages" % mapping,
         ((index, e.value_()) for index, e in xa_for_each(mapping.i_pages.address_of_())))
tell("idr", "pid@init_pid_ns.idr", ((index, e.value_()) for index, e in idr_for_each(prog["init_pid_ns"].idr.address_of_())))
for kind, walk, type_name, name in (("maple", mt_for_each, "irq_desc", "sparse_irqs"),
                                    ("radix", radix_tree_for_each, "irq_desc", "irq_desc_tree"),
                                    ("idr", idr_for_each, "cgroup_root", "cgroup_hierarchy_idr"),
                                    ("idr", idr_for_each, "worker_pool", "worker_pool_idr"),
                                    ("idr", idr_for_each, "bpf_prog", "prog_idr")):
    try:
        head = prog[name]
        tell(kind, "%s@%s" % (type_name, head_name(name, head)), ([*at, e.value_()] for *at, e in walk(head.address_of_())))
    except FAULTS:
        pass
