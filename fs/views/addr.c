/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr/: what an address is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/views/engine.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/address.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/debuginfo/sections.h"
#include "kernel/mm/page.h"
#include "kernel/mm/percpu.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/tasks.h"
#include "kernel/vfs/path.h"

struct question {
	struct engine *e;
	struct kreader *r;
	struct knames names;
	struct outbuf *out;
	uint64_t vaddr;
	struct task_layout tasks;
};

static unsigned long long number(uint64_t n)
{
	return n;
}

static const char *reason(int error)
{
	return error == -ENODATA ? "not in the dump" : strerror(-error);
}

/* --- symbols, per-CPU areas --------------------------------------------------------------------------------------- */

static void put_symbol(const struct question *q)
{
	char symbol[VIEW_NAME_BYTES];
	const struct modules *modules;
	const struct module_range *range;
	const struct module *in = NULL;
	const char *section = section_at(q->e->facts, q->vaddr);

	if (!facts_modules(q->e->facts, &modules, NULL))
		in = modules_at(modules, q->vaddr, &range);
	/* between two variables and behind the last one nothing has a symbol */
	if ((section || in) && !address_format(q->e->facts, q->vaddr, symbol, sizeof(symbol)))
		out_printf(q->out, "symbol: %s\n", symbol);
	if (section)
		out_printf(q->out, "section: %s\n", section);
	if (in)
		out_printf(q->out, "module: %s, %#llx bytes at %#llx\n", in->name, number(range->bytes), number(range->vaddr));
}

struct nearest_below {
	uint64_t vaddr;
	struct symbol found;
};

static int find_below(void *arg, const struct symbol *sym)
{
	struct nearest_below *n = arg;

	if (sym->vaddr > n->vaddr)
		return 1;
	if (!n->found.name || sym->vaddr > n->found.vaddr)
		n->found = *sym;
	return 0;
}

static void put_percpu(const struct question *q)
{
	const struct symbols *symbols;
	struct percpu_place place;
	struct nearest_below n;
	int r = percpu_find(q->r, &q->names, q->vaddr, &place);

	if (r) {
		if (r != -ENOENT)
			out_printf(q->out, "per-cpu: not known: %s\n", reason(r));
		return;
	}
	n = (struct nearest_below){ .vaddr = place.pointer };
	if (place.is_static && !facts_symbols(q->e->facts, &symbols, NULL))
		symbols_each(symbols, find_below, &n);
	out_printf(q->out, "per-cpu: of CPU %u, ", place.cpu);
	if (n.found.name)
		out_printf(q->out, "%s@%u+0x%llx\n", n.found.name, place.cpu, number(place.pointer - n.found.vaddr));
	else
		out_printf(q->out, "pointer %#llx\n", number(place.pointer));
}

/* --- tasks -------------------------------------------------------------------------------------------------------- */

#define STACKS_TRIED 64u

struct task_match {
	struct question *q;
	struct task found;
	enum { IN_NO_TASK, IN_TASK, IN_STACK } in;
	unsigned int tried;
};

/* Where stacks are in the vmalloc range, one is an area: of the first ones in any case, but for the boot CPU's idle task. */
static int learn_stack_bytes(void *arg, const struct task *task)
{
	struct task_match *s = arg;
	struct question *q = s->q;
	struct vmalloc_area area;

	if (task->stack && !vmalloc_find(q->r, &q->names, task->stack, &area) && area.first == task->stack)
		q->tasks.stack_bytes = area.pages << q->e->kernel->page_shift;
	kreader_take(q->r, NULL);
	return q->tasks.stack_bytes || ++s->tried == STACKS_TRIED;
}

/* The nearest: a task_struct may be shorter than its type, as its end is what this processor has of struct fpu. */
static int match_task(void *arg, const struct task *task)
{
	struct task_match *s = arg;
	const struct question *q = s->q;

	if (task->stack && q->vaddr - task->stack < q->tasks.stack_bytes) {
		s->found = *task;
		s->in = IN_STACK;
		return 1;
	}
	if (q->vaddr - task->vaddr < q->tasks.task.at.bytes && (s->in == IN_NO_TASK || task->vaddr > s->found.vaddr)) {
		s->found = *task;
		s->in = IN_TASK;
	}
	return 0;
}

static void put_task(struct question *q)
{
	struct task_match s = { .q = q };
	int r = task_layout(&q->names, &q->tasks);

	if (r)
		return;
	if (!q->tasks.stack_bytes)
		tasks_each(q->r, &q->names, &q->tasks, learn_stack_bytes, &s);
	kreader_take(q->r, NULL);
	tasks_each(q->r, &q->names, &q->tasks, match_task, &s);
	r = kreader_take(q->r, NULL);
	if (s.in == IN_NO_TASK) {
		if (r)
			out_printf(q->out, "tasks: not all are known: %s\n", reason(r));
		return;
	}
	out_printf(q->out, s.in == IN_TASK ? "task: %d " : "stack: of task %d ", s.found.pid);
	out_printable(q->out, s.found.comm, true);
	out_printf(q->out, ", task_struct at %#llx", number(s.found.vaddr));
	if (s.in == IN_TASK)
		out_printf(q->out, "+0x%llx\n", number(q->vaddr - s.found.vaddr));
	else
		out_printf(q->out, ", +0x%llx of %#llx\n", number(q->vaddr - s.found.stack), number(q->tasks.stack_bytes));
}

/* --- vmalloc ------------------------------------------------------------------------------------------------------ */

static void put_vmalloc(const struct question *q)
{
	char caller[VIEW_NAME_BYTES];
	struct vmalloc_area area;
	int r = vmalloc_find(q->r, &q->names, q->vaddr, &area);

	kreader_take(q->r, NULL);
	if (r == -ENOENT)
		return;
	if (r) {
		out_printf(q->out, "vmalloc: not known: %s\n", reason(r));
		return;
	}
	out_printf(q->out, "vmalloc: %#llx-%#llx", number(area.first), number(area.end));
	if (area.pages)
		out_printf(q->out, ", %llu pages", number(area.pages));
	if (area.paddr)
		out_printf(q->out, ", of physical memory at %#llx", number(area.paddr));
	if (area.caller && !address_format(q->e->facts, area.caller, caller, sizeof(caller)))
		out_printf(q->out, ", by %s", caller);
	out_char(q->out, '\n');
}

/* --- pages -------------------------------------------------------------------------------------------------------- */

/* Where the struct of a page is. */
static bool struct_of(const struct memmap *m, uint64_t pfn, uint64_t *vaddr)
{
	for (size_t i = 0; m && i < m->nsections; i++) {
		const struct memmap_section *s = &m->sections[i];

		if (pfn - s->first < s->count) {
			*vaddr = s->vaddr + (pfn - s->first) * m->struct_bytes;
			return true;
		}
	}
	return false;
}

/* Of which page it is in the struct. */
static bool page_of(const struct memmap *m, uint64_t vaddr, uint64_t *pfn)
{
	for (size_t i = 0; m && i < m->nsections; i++) {
		const struct memmap_section *s = &m->sections[i];

		if (vaddr - s->vaddr < s->count * m->struct_bytes) {
			*pfn = s->first + (vaddr - s->vaddr) / m->struct_bytes;
			return true;
		}
	}
	return false;
}

static void put_file(const struct question *q, const struct page_facts *page)
{
	unsigned int shift = q->e->kernel->page_shift;
	struct file_name file;

	if (page->mapping & PAGE_MAPPING_BITS || !page->mapping)
		return;
	if (file_of_mapping(q->r, &q->names, page->mapping, &file) || !file.inode) {
		kreader_take(q->r, NULL);
		return;
	}
	out_printf(q->out, "file: ");
	out_printable(q->out, *file.path ? file.path : "(no name)", true);
	out_printf(q->out, ", inode %llu of ", number(file.ino));
	out_printable(q->out, file.super, true);
	out_printf(q->out, ", at 0x%llx\n", number((page->index << shift) + (page->vaddr - page->head) / q->e->memmap->struct_bytes *
							    ((uint64_t)1 << shift)));
}

static void put_slab(const struct question *q, const struct page_facts *page, uint64_t offset)
{
	static const char *const uses[] = {
		[SLAB_USED] = "in use", [SLAB_FREE] = "free", [SLAB_FREE_AFTER_RCU] = "freed, and waits for RCU",
		[SLAB_NOT_KNOWN] = "in use or free: its list is damaged or not in the dump",
	};
	uint64_t before = (page->vaddr - page->head) / q->e->memmap->struct_bytes;
	struct slab_object o;
	uint64_t first = q->vaddr - offset - (before << q->e->kernel->page_shift);
	int r = slab_find_object(q->r, &q->names, page->head, first, q->vaddr, &o);

	kreader_take(q->r, NULL);
	if (r) {
		out_printf(q->out, "slab: not known: %s\n", r == -ENOENT ? "no allocator that is known here" : reason(r));
		return;
	}
	out_printf(q->out, "slab: ");
	out_printable(q->out, o.name, true);
	out_printf(q->out, ", %llu objects of %llu bytes, kmem_cache at %#llx\n", number(o.objects), number(o.size), number(o.cache));
	if (o.use == SLAB_NO_OBJECT)
		out_printf(q->out, "object: none, behind the last one\n");
	else if (q->vaddr < o.vaddr)
		out_printf(q->out, "object: in front of %#llx, %s\n", number(o.vaddr), uses[o.use]);
	else
		out_printf(q->out, "object: %#llx+0x%llx, %s\n", number(o.vaddr), number(q->vaddr - o.vaddr), uses[o.use]);
}

/* direct: vaddr is the address by which the kernel has slabs. */
static void put_page(const struct question *q, uint64_t paddr, bool direct)
{
	const struct pageclass *pc = &q->e->rules;
	unsigned int shift = q->e->kernel->page_shift;
	uint64_t pfn = paddr >> shift, vaddr;
	struct page_layout layout;
	struct page_facts page, head;
	const struct types *types;
	int r;

	if (!struct_of(q->e->memmap, pfn, &vaddr) || page_layout(&q->names, &layout) || facts_types(q->e->facts, &types, NULL))
		return;
	r = page_read(q->r, &layout, vaddr, &page);
	if (!r)
		r = page_read(q->r, &layout, page.head, &head);
	out_printf(q->out, "page: pfn %#llx, struct page at %#llx", number(pfn), number(vaddr));
	if (r) {
		out_printf(q->out, ": %s\n", reason(r));
		return;
	}
	if (page.head != vaddr)
		out_printf(q->out, ", tail of that at %#llx", number(page.head));
	out_printf(q->out, "\nflags: ");
	page_put_flags(types, head.flags, q->out);
	out_printf(q->out, "\nrefcount: %d\nmapcount: %d\nmapping: %#llx%s\nindex: %#llx\n", page.refcount, page.mapcount,
		   number(page.mapping), (page.mapping & PAGE_MAPPING_BITS) == PAGE_MAPPING_ANON ? " (anonymous)" : "", number(page.index));
	if ((head.flags & pc->slab) || (pc->has_slab_type && (head.type == pc->slab_type || head.type >> 24 == pc->slab_type >> 24))) {
		if (direct)
			put_slab(q, &page, q->vaddr & (((uint64_t)1 << shift) - 1));
	} else {
		put_file(q, &page);
	}
}

static const char *not_there(const struct question *q, uint64_t paddr)
{
	struct page_run run;

	pages_run(q->e->pages, paddr >> q->e->pages->page_shift, &run);
	return run.state == PAGE_EXCLUDED ? ", not in the dump" : run.state == PAGE_ABSENT ? ", where the dump knows no memory" : "";
}

static void put_memory(const struct question *q)
{
	const struct kernel *k = q->e->kernel;
	struct mapping direct;
	uint64_t paddr, span, pfn;
	bool is_direct;
	int r = kernel_place(k, q->vaddr, &paddr, &span);

	if (page_of(q->e->memmap, q->vaddr, &pfn))
		out_printf(q->out, "vmemmap: struct page of pfn %#llx\n", number(pfn));
	is_direct = !kernel_direct_map(k, &direct) && q->vaddr - direct.vaddr < direct.len;
	if (is_direct)
		out_printf(q->out, "direct-map: at %#llx\n", number(direct.vaddr));
	if (r) {
		out_printf(q->out, "physical: %s\n", r == -EFAULT ? "not mapped" : reason(r));
		return;
	}
	out_printf(q->out, "physical: %#llx%s\n", number(paddr), not_there(q, paddr));
	put_page(q, paddr, is_direct);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static int text_of_address(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	uint64_t vaddr;
	int r = address_parse(e->facts, name, strlen(name), &vaddr);

	(void)dir;
	if (!r)
		snprintf(buf, size, "%#llx", number(vaddr));
	return r;
}

static int render_address(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct question q = { .e = e, .names = facts_names(e->facts), .out = out };
	int r = address_parse(NULL, at->text, strlen(at->text), &q.vaddr);

	if (!r)
		r = kreader_open(e->kernel, &q.r);
	if (r)
		return r;
	out_printf(out, "address: 0x%0*llx\n", (int)e->kernel->word_bytes * 2, number(q.vaddr));
	put_symbol(&q);
	put_percpu(&q);
	put_task(&q);
	put_vmalloc(&q);
	put_memory(&q);
	kreader_close(q.r);
	return 0;
}

static const char *why_no_symbol(const struct engine *e, const char *name)
{
	return address_why_not(e->facts, name);
}

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const struct names_ops names = { .text = text_of_address, .why_not = why_no_symbol };

static const struct view_row rows[] = {
	{ .path = "addr", .cost = "reads the kernel", .use = "you",
	  .help = "addr/<addr>: what is there: symbol, task, stack, slab object, vmalloc area, page, file", .type = VIEW_FOLDER,
	  .missing = missing_space },
	{ .path = "addr/<addr>", .type = VIEW_TEXT, .names = &names, .render = render_address },
};

VIEW_FAMILY(addr, rows);
