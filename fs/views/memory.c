/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pfn/, phys/ and virt/: bytes of memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/views/engine.h"
#include "fs/views/names.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/address.h"

#define RANGE_LIMIT ((uint64_t)1 << 40)		/* bytes in one phys/ or virt/ file */
#define PFN_BITS 56

static int parse_pfn(struct engine *e, const struct view_at *dir, const char *name, uint64_t *pfn)
{
	struct page_run run;
	int r = name_number(name, pfn);

	(void)dir;
	if (r)
		return r;
	pages_run(e->pages, *pfn, &run);
	return run.state == PAGE_ABSENT || *pfn >> PFN_BITS ? -ENOENT : 0;
}

static int format_pfn(struct engine *e, uint64_t pfn, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%#llx", (unsigned long long)pfn);
	return 0;
}

static int size_of_page(struct engine *e, const struct view_at *at, struct view_size *out)
{
	(void)at;
	out->size = out->data_bytes = pages_size(e->pages);
	return 0;
}

/* A layout of one piece: physical memory. */
static int open_physical(struct engine *e, uint64_t paddr, uint64_t len, struct layout **out)
{
	struct layout *l = layout_new();
	int r = l ? layout_add_pages(l, e->pages, paddr, len, HOLES_FAIL) : -ENOMEM;

	if (r)
		layout_unref(l);
	else
		*out = l;
	return r;
}

static int open_page(struct engine *e, const struct view_at *at, struct layout **out)
{
	unsigned int shift = e->pages->page_shift;

	return open_physical(e, at->key << shift, (uint64_t)1 << shift, out);
}

/* "<addr>+<len>": without a length, what is left of the page. f: of the kernel's addresses; NULL: of physical ones. */
static int parse_range(const struct engine *e, const struct facts *f, const char *name, uint64_t *addr, uint64_t *len)
{
	uint64_t end;
	int r = name_range(f, name, addr, len);

	if (r)
		return r;
	if (!*len)
		*len = pages_size(e->pages) - (*addr & (pages_size(e->pages) - 1));
	return *len > RANGE_LIMIT || add_overflows(*addr, *len - 1, &end) ? -ENOENT : 0;
}

static void put_range(uint64_t addr, uint64_t len, char *buf, size_t size)
{
	snprintf(buf, size, "%#llx+%#llx", (unsigned long long)addr, (unsigned long long)len);
}

static int text_of_phys(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct page_run run;
	uint64_t addr, len;
	int r = parse_range(e, NULL, name, &addr, &len);

	(void)dir;
	if (r)
		return r;
	pages_run(e->pages, addr >> e->pages->page_shift, &run);
	if (run.state == PAGE_ABSENT)
		return -ENOENT;
	put_range(addr, len, buf, size);
	return 0;
}

static int text_of_virt(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	uint64_t addr, len, paddr, span;
	int r = parse_range(e, e->facts, name, &addr, &len);

	(void)dir;
	if (!r)
		r = space_vtop(&e->kernel->space, addr, &paddr, &span);
	if (!r)
		put_range(addr, len, buf, size);
	return r;
}

static int size_of_range(struct engine *e, const struct view_at *at, struct view_size *out)
{
	uint64_t addr;
	int r = parse_range(e, NULL, at->text, &addr, &out->size);

	out->data_bytes = out->size;
	return r;
}

static int open_phys(struct engine *e, const struct view_at *at, struct layout **out)
{
	uint64_t addr, len;
	int r = parse_range(e, NULL, at->text, &addr, &len);

	return r ? r : open_physical(e, addr, len, out);
}

struct virtual_range {
	const struct kernel *k;
	uint64_t vaddr;
};

static int read_virtual(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct virtual_range *v = arg;

	return kernel_read(v->k, v->vaddr + off, buf, n);
}

static int open_virt(struct engine *e, const struct view_at *at, struct layout **out)
{
	struct virtual_range *v = malloc(sizeof(*v));
	struct layout *l = layout_new();
	uint64_t len;
	int r = -ENOMEM;

	if (!v || !l || layout_own(l, v, free)) {
		free(v);
		layout_unref(l);
		return r;
	}
	v->k = e->kernel;
	r = parse_range(e, NULL, at->text, &v->vaddr, &len);
	if (!r)
		r = layout_add_call(l, read_virtual, v, len);
	if (r)
		layout_unref(l);
	else
		*out = l;
	return r;
}

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const char *why_no_symbol(const struct engine *e, const char *name)
{
	return address_why_not(e->facts, name);
}

static const struct names_ops pfn_names = { .parse = parse_pfn, .format = format_pfn, .wide = true };
static const struct names_ops phys_names = { .text = text_of_phys };
static const struct names_ops virt_names = { .text = text_of_virt, .why_not = why_no_symbol };

static const struct view_row rows[] = {
	{ .path = "pfn", .cost = "none", .use = "`xxd`",
	  .help = "pfn/<n>: one page frame, n decimal or 0x hex", .type = VIEW_FOLDER },
	{ .path = "pfn/<n>", .type = VIEW_BYTES, .names = &pfn_names, .size = size_of_page, .open = open_page },
	{ .path = "phys", .cost = "none", .use = "`xxd`",
	  .help = "phys/<addr>[+<len>]: bytes at a physical address; one page without <len>",
	  .type = VIEW_FOLDER },
	{ .path = "phys/<addr>[+<len>]", .type = VIEW_BYTES, .names = &phys_names, .size = size_of_range,
	  .open = open_phys },
	{ .path = "virt", .cost = "none", .use = "`xxd`",
	  .help = "virt/<addr>[+<len>]: bytes at a kernel virtual address or symbol", .type = VIEW_FOLDER,
	  .missing = missing_space },
	{ .path = "virt/<addr>[+<len>]", .type = VIEW_BYTES, .names = &virt_names, .size = size_of_range,
	  .open = open_virt },
};

VIEW_FAMILY(memory, rows);
