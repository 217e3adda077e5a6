# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: drgn_addr.py NUMBER SEED: what NUMBER random addresses of each kind are. One address a line, fields with tabs between:
# the kind, the address, and for each line that addr/<address> must have a regular expression.
import random
import re
import sys

import drgn
import drgn.helpers.linux.slab
from drgn.helpers.linux.cpumask import for_each_possible_cpu
from drgn.helpers.linux.fs import for_each_mount, inode_for_each_page, inode_path
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.mm import (PageCompound, PageSlab, PageTail, for_each_page, for_each_vmap_area, page_flags,
                                   page_size, page_to_phys, page_to_virt)
from drgn.helpers.linux.module import for_each_module
from drgn.helpers.linux.percpu import per_cpu_ptr
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.slab import for_each_slab_cache, slab_cache_for_each_allocated_object, slab_object_info

number = int(sys.argv[1])
random.seed(int(sys.argv[2]))
page_bytes = prog["PAGE_SIZE"].value_()
FAULTS = (drgn.FaultError, LookupError, ValueError, drgn.ObjectAbsentError)
# CPUs that were stopped by a panic are offline, and have their lists
drgn.helpers.linux.slab.for_each_online_cpu = for_each_possible_cpu


def text(raw):
    return re.escape("".join(chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in raw))


def tell(kind, address, *lines):
    print(kind, hex(address), *("^" + line for line in lines), sep="\t")


def cut(objects):
    objects = list(objects)
    return random.sample(objects, min(number, len(objects)))


def stacks():
    tasks = [task for task in for_each_task(prog) if task.stack]
    try:
        size = prog["thread_union"].type_.size
    except LookupError:
        try:
            size = prog.type("union thread_union").size
        except LookupError:
            size = 16384
    for _ in range(number):
        task = random.choice(tasks)
        at = random.randrange(size)
        tell("stack", task.stack.value_() + at, r"stack: of task %d %s, task_struct at %#x, \+%#x of %#x$" % (
            task.pid.value_(), text(task.comm.string_()), task.value_(), at, size))
    # those of x86 end with what the processor has of struct fpu, or have it behind them
    size = min(slab_object_info(tasks[-1]).slab_cache.object_size.value_(), tasks[-1].type_.type.size)
    for _ in range(number):
        task = random.choice(tasks)
        at = random.randrange(size)
        tell("task", task.value_() + at, r"task: %d %s, task_struct at %#x\+%#x$" % (
            task.pid.value_(), text(task.comm.string_()), task.value_(), at))


def waiting(cache, known={}):
    """Objects that were freed, and wait for RCU in a CPU's sheaf: drgn calls them allocated."""
    if cache.value_() not in known:
        found = known[cache.value_()] = set()
        if cache.type_.type.has_member("cpu_sheaves") and cache.cpu_sheaves:
            for cpu in for_each_possible_cpu(prog):
                sheaf = per_cpu_ptr(cache.cpu_sheaves, cpu).rcu_free.read_()
                found.update(sheaf.objects[i].value_() for i in range(sheaf.size if sheaf else 0))
    return known[cache.value_()]


def slab_lines(cache, obj, address, allocated):
    lines = [r"slab: %s, .* kmem_cache at %#x$" % (text(cache.name.string_()), cache.value_())]
    if address >= obj:
        use = "free$" if not allocated else "freed, and waits for RCU$" if obj in waiting(cache) else "in use$"
        lines.append(r"object: %#x\+%#x, %s" % (obj, address - obj, use))
    return lines


def slabs():
    found = []
    caches = list(for_each_slab_cache(prog))
    random.shuffle(caches)
    for cache in caches:
        if len(found) >= number:
            break
        try:
            objects = [obj.value_() for obj in slab_cache_for_each_allocated_object(cache, "void")]
        except FAULTS:
            continue
        size = cache.object_size.value_()
        found += [(cache, obj, obj + random.randrange(size)) for obj in random.sample(objects, min(16, len(objects)))]
    for cache, obj, address in cut(found):
        tell("slab", address, *slab_lines(cache, obj, address, True))


def objects(slab_pages):
    """A fifth of them free ones."""
    told, used = 0, 0
    for page in random.choices(slab_pages, k=30 * number):
        if told == number:
            break
        address = page_to_virt(page).value_() + random.randrange(page_size(page).value_())
        try:
            info = slab_object_info(prog, address)
        except FAULTS:
            continue
        if info is None or address >= info.address + info.slab_cache.object_size.value_():
            continue
        if info.allocated and used >= number - number // 5:
            continue
        used += bool(info.allocated)
        first = page_to_virt(drgn.cast("struct page *", info.slab)).value_()
        # behind the last object drgn says what would be there
        if info.address >= first + int(info.slab.objects) * info.slab_cache.size.value_():
            tell("object", address, "object: none")
        else:
            tell("object", address, *slab_lines(info.slab_cache, info.address, address, info.allocated))
        told += 1


def direct(pages):
    flags = {}
    for name, bit in reversed(prog.type("enum pageflags").enumerators):
        if not name.startswith("__"):
            flags[bit] = name[3:]
    for page in [page for page in pages[:3 * number] if not (PageCompound(page) and PageTail(page))][:number]:
        at = random.randrange(page_bytes)
        value = int(page_flags(page))
        names = "|".join(name for bit, name in sorted(flags.items()) if value >> bit & 1)
        tell("direct", page_to_virt(page).value_() + at, "direct-map: ", r"physical: %#x(, |$)" % (page_to_phys(page).value_() + at),
             "page: pfn .* struct page at %#x" % page.value_(), "flags: %s$" % re.escape(names),
             "refcount: %d$" % page._refcount.counter.value_())


def files(pages):
    supers = list_for_each_entry("struct super_block", prog["super_blocks"].address_of_(), "s_list")
    inodes, found = [], []
    for sb in supers:
        try:
            # a device file has the pages of the device
            inodes += [i for i in list_for_each_entry("struct inode", sb.s_inodes.address_of_(), "i_sb_list")
                       if i.i_mapping.nrpages and i.i_mapping == i.i_data.address_of_()]
        except FAULTS:
            continue
    for inode in inodes:
        try:
            cached = list(inode_for_each_page(inode))
            path = inode_path(inode)
        except FAULTS:
            continue
        for index, page in random.sample(cached, min(8, len(cached))):
            found.append((inode, path, int(index), page))
    for inode, path, index, page in cut(found):
        at = random.randrange(page_bytes)
        tell("file", page_to_virt(page).value_() + at, r"file: %s, inode %d of %s, at %#x$" % (
            "/?" + text(path) if path else r"\(no name\)", inode.i_ino.value_(), text(inode.i_sb.s_id.string_()), index * page_bytes))


def vmalloc():
    for area in random.choices(list(for_each_vmap_area(prog)), k=number):
        first, end = area.va_start.value_(), area.va_end.value_()
        line = "vmalloc: %#x-%#x" % (first, end)
        try:
            vm = area.vm
            if vm and vm.caller:
                line += ".* by %s" % re.escape(prog.symbol(vm.caller.value_()).name)
        except FAULTS:
            pass
        tell("vmalloc", random.randrange(first, end), line)


def modules():
    ranges = []
    for module in for_each_module(prog):
        name = module.name.string_()
        try:
            ranges += [(name, mem.base.value_(), mem.size.value_()) for mem in module.mem]
        except AttributeError:
            ranges += [(name, layout.base.value_(), layout.size.value_()) for layout in (module.core_layout, module.init_layout)]
    ranges = [(name, base, size) for name, base, size in ranges if base and size]
    for _ in range(number if ranges else 0):
        name, base, size = random.choice(ranges)
        tell("module", base + random.randrange(size), "module: %s, %#x bytes at %#x$" % (text(name), size, base))


def percpu():
    first, end = (prog.symbol(name).address for name in ("__per_cpu_start", "__per_cpu_end"))
    symbols = [s for s in prog.symbols() if first <= s.address < end and s.size]
    cpus = list(for_each_possible_cpu(prog))
    for symbol in random.choices(symbols, k=number):
        cpu, at = random.choice(cpus), random.randrange(symbol.size)
        var = per_cpu_ptr(drgn.Object(prog, "void *", symbol.address), cpu).value_()
        tell("percpu", var + at, r"per-cpu: of CPU %d, .*@%d\+%#x$" % (cpu, cpu, at))
    # those of every cache of slabs, and of every mount
    pointers = [getattr(cache, member) for cache in for_each_slab_cache(prog) for member in ("cpu_slab", "cpu_sheaves")
                if cache.type_.type.has_member(member)]
    pointers += [mount.mnt_pcp for mount in for_each_mount(prog["init_task"].nsproxy.mnt_ns)]
    pointers = [pointer for pointer in pointers if pointer]
    for pointer in random.choices(pointers, k=number):
        cpu, at = random.choice(cpus), random.randrange(pointer.type_.type.size)
        tell("allocated", per_cpu_ptr(pointer, cpu).value_() + at,
             "per-cpu: of CPU %d, pointer %#x$" % (cpu, pointer.value_() + at))


pages = list(for_each_page(prog))
# it goes through all memory for each cache
slab_pages = [page for page in pages if PageSlab(page)]
drgn.helpers.linux.slab.for_each_page = lambda prog: slab_pages
random.shuffle(pages)
for kind in (stacks, slabs, vmalloc, modules, percpu):
    kind()
objects(slab_pages)
for kind in (direct, files):
    kind(pages)
