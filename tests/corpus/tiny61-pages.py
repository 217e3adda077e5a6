# SPDX-License-Identifier: GPL-2.0-or-later
"""Under drgn: print 'pfn reason' of each page that the bundled dump keeps. See make-tiny61."""
from drgn import FaultError, Object
from drgn.helpers.linux.pid import for_each_task

PAGE = 4096
CACHES = {
    'task_struct', 'mm_struct', 'vm_area_struct', 'signal_cache', 'sighand_cache', 'files_cache', 'fs_cache',
    'cred_jar', 'pid', 'pid_namespace', 'filp', 'maple_node', 'radix_tree_node', 'nsproxy', 'uts_namespace',
    'mnt_cache', 'net_namespace', 'user_namespace', 'kmem_cache', 'kmem_cache_node', 'dentry',
    'sock_inode_cache', 'kmalloc-64', 'kmalloc-256',
}
PGTABLE = 0xfffffbff        # page_type of page tables: PAGE_TYPE_BASE without PG_table
ADDRESS = 0x000ffffffffff000
START_KERNEL_MAP = 0xffffffff80000000
kept = {}


def symbol(name):
    return prog.symbol(name).address


ROOT = (symbol('init_top_pgt') - START_KERNEL_MAP + prog.read_u64(symbol('phys_base'))) % (1 << 64)


def translate(va):
    """Physical address by the kernel's page tables, or None. Keeps the tables on the way."""
    table = ROOT
    for shift in (39, 30, 21, 12):
        keep(table // PAGE, 'pgtable')
        entry = prog.read_u64(table + (va >> shift) % 512 * 8, True)
        if not entry & 1:
            return None
        if shift == 12 or (shift < 39 and entry & 0x80):
            return (entry & ADDRESS & ~((1 << shift) - 1)) + va % (1 << shift)
        table = entry & ADDRESS


def keep_tables(table, shift, first):
    keep(table // PAGE, 'pgtable')
    for i in range(first, 512):
        entry = prog.read_u64(table + i * 8, True)
        if entry & 1 and not entry & 0x80 and shift > 12:
            keep_tables(entry & ADDRESS, shift - 9, 0)


def keep(pfn, reason):
    kept.setdefault(pfn, reason)


def keep_range(first, last, reason):
    """Kernel virtual addresses."""
    for va in range(first & ~(PAGE - 1), last, PAGE):
        pa = translate(va)
        if pa is not None:
            keep(pa // PAGE, reason)


keep_tables(ROOT, 39, 256)
keep_range(symbol('_sdata'), symbol('_edata'), 'data')
keep_range(symbol('__bss_start'), symbol('_end'), 'bss')
keep_range(symbol('kallsyms_offsets'), symbol('kallsyms_token_index') + 512, 'kallsyms')
keep_range(symbol('__start_BTF'), symbol('__stop_BTF'), 'btf')
# constants that are set at boot: page_offset_base and its like
keep_range(symbol('__start_ro_after_init'), symbol('__end_ro_after_init'), 'data')
keep_range(symbol('linux_banner'), symbol('linux_banner') + 256, 'banner')
# the start of the image, so that tools find it mapped and readable
keep_range(symbol('_text'), symbol('_text') + 1, 'text')

vmemmap = prog['vmemmap_base'].value_()
max_pfn = prog['max_pfn'].value_()
reserved = 1 << prog.constant('PG_reserved').value_()
slab = 1 << prog.constant('PG_slab').value_()
image = translate(symbol('_text')) // PAGE
image_end = image + (symbol('_end') - symbol('_text')) // PAGE + 1
page_size = prog.type('struct page').size
for pfn in range(max_pfn):
    address = vmemmap + pfn * page_size
    try:
        page = Object(prog, 'struct page', address=address)
        flags, kind, head = page.flags.value_(), page._mapcount.counter.value_() & 0xffffffff, page.compound_head.value_()
    except FaultError:
        continue
    if head & 1:
        head -= 1
        flags = Object(prog, 'struct page', address=head).flags.value_()
    else:
        head = address
    if kind == PGTABLE:
        keep(pfn, 'pgtable')
    elif flags & slab:
        cache = Object(prog, 'struct slab', address=head).slab_cache
        if cache and cache.name.string_().decode() in CACHES:
            keep(pfn, 'slab')
    elif flags & reserved and pfn * PAGE >= 1 << 20:
        # page tables, page structs, per-CPU areas and node data that were allocated at boot; not the kernel image
        if not image <= pfn < image_end:
            keep(pfn, 'reserved')

roots = prog['mem_section'].value_()
keep_range(roots, roots + 2048 * 8, 'sections')
keep_range(prog.read_u64(roots), prog.read_u64(roots) + PAGE, 'sections')

for task in for_each_task(prog):
    stack = task.stack.value_()
    keep_range(stack, stack + 16384, 'stack')
info = prog['vmcoreinfo_data'].value_()
keep_range(info, info + PAGE, 'vmcoreinfo')
for cpu in range(2):
    base = prog['__per_cpu_offset'][cpu].value_()
    keep_range(base, base + symbol('__per_cpu_end') - symbol('__per_cpu_start'), 'percpu')

for pfn in sorted(kept):
    print(pfn, kept[pfn])
