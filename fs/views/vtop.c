/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vtop/: the walk of the page tables to an address. */
#include "fs/views/vtop.h"

#include <errno.h>
#include <stdio.h>

#include "fs/views/names.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/address.h"
#include "kernel/object/reader.h"

#define HALF_BITS 56
#define HALF_MASK (((uint64_t)1 << HALF_BITS) - 1)

static void put_size(struct outbuf *out, uint64_t bytes)
{
	if (bytes >> 30)
		out_printf(out, "%llu GiB", (unsigned long long)(bytes >> 30));
	else if (bytes >> 20)
		out_printf(out, "%llu MiB", (unsigned long long)(bytes >> 20));
	else
		out_printf(out, "%llu KiB", (unsigned long long)(bytes >> 10));
}

static void put_steps(const struct space *s, const struct walk *w, struct outbuf *out)
{
	for (unsigned int i = 0; i < w->nsteps; i++) {
		const struct walk_step *step = &w->steps[i];
		int width = s->tables.entry_bytes * 2;
		char flags[160];

		s->arch->describe(s, step->level, step->entry, flags, sizeof(flags));
		out_printf(out, "%-5s 0x%016llx: 0x%0*llx %s", step->name, (unsigned long long)step->entry_paddr, width,
			   (unsigned long long)step->entry, flags);
		if (step->leaf) {
			out_printf(out, " page ");
			put_size(out, w->page_bytes);
		}
		out_char(out, '\n');
	}
}

/* The space to walk: the kernel's, or in of_pgd that of pgd. */
static int choose_space(const struct kernel *k, const uint64_t *pgd, uint64_t vaddr, struct space *of_pgd,
			const struct space **out)
{
	*out = pgd ? of_pgd : &k->space;
	if (!k->has_space && !(pgd && k->can_walk))
		return -ENOTSUP;
	return pgd ? kernel_user_space(k, *pgd, vaddr, of_pgd) : 0;
}

/* Where it ends without a page, and why. */
static void put_end(const struct walk *w, int r, struct outbuf *out)
{
	const struct walk_step *step = &w->steps[w->end == WALK_UNREADABLE ? w->nsteps : w->nsteps ? w->nsteps - 1 : 0];
	const char *why = r == -ENODATA ? "not in the dump" : "damaged or unreadable";

	switch (w->end) {
	case WALK_NO_TABLES:
		out_printf(out, "not mapped: no address of these page tables\n");
		break;
	case WALK_NO_ENTRY:
		out_printf(out, "not mapped: the %s entry maps nothing\n", step->name);
		break;
	case WALK_SHORT_TABLE:
		out_printf(out, "not mapped: the table ends before the entry%s%s\n", w->nsteps ? " below " : "",
			   w->nsteps ? step->name : "");
		break;
	case WALK_UNREADABLE:
		out_printf(out, "%-5s 0x%016llx: %s\nnot known: the %s entry is %s\n", step->name,
			   (unsigned long long)step->entry_paddr, why, step->name, why);
		break;
	case WALK_MAPPED:
		break;
	}
}

/* Without a kernel: what is there is read as it looks, and may look like nothing or like several things. */
static bool put_no_form(uint64_t pgd, uint64_t vaddr, int r, struct outbuf *out)
{
	const char *why = r == -EFAULT ? "what is at the root fits no form of page tables that can be told by their look" :
			  "the tables fit more than one page size or number of levels, and nothing in the dump tells which it is";

	if (r != -EFAULT && r != -ENOTUNIQ)
		return false;
	out_printf(out, "root  0x%016llx\nvaddr 0x%016llx\nnot known: %s\n", (unsigned long long)pgd,
		   (unsigned long long)vaddr, why);
	return true;
}

int render_vtop(struct engine *e, const uint64_t *pgd, uint64_t vaddr, struct outbuf *out)
{
	const struct space *s;
	struct space of_pgd;
	struct walk w;
	int r = choose_space(e->kernel, pgd, vaddr, &of_pgd, &s);

	if (pgd && put_no_form(*pgd, vaddr, r, out))
		return 0;
	if (r)
		return r;
	r = space_walk(s, vaddr, &w);
	if (r && r != -EFAULT && r != -ENODATA && r != -EIO && r != -EBADMSG)
		return r;
	if (pgd)
		out_printf(out, "root  0x%016llx\n", (unsigned long long)s->tables.root);
	out_printf(out, "vaddr 0x%016llx\n", (unsigned long long)vaddr);
	put_steps(s, &w, out);
	if (r)
		put_end(&w, r, out);
	else if (w.window)
		out_printf(out, "mapped without tables\n");
	if (!r)
		out_printf(out, "paddr 0x%016llx\n", (unsigned long long)w.paddr);
	return 0;
}

/*
 * A name as a walk. Names that are an address alone have it in their key, where one of the 56 bits of a key is enough to
 * tell those above: the addresses of either half have a row, all others one for texts.
 */
struct vtop_name {
	bool has_root;
	uint64_t root, vaddr;
};

enum half { LOWER, UPPER, OTHER };

static enum half half_of(const struct vtop_name *n)
{
	uint64_t above = n->vaddr >> HALF_BITS;

	return n->has_root ? OTHER : !above ? LOWER : above == UINT64_MAX >> HALF_BITS ? UPPER : OTHER;
}

static int parse_half(const struct engine *e, const char *name, enum half half, uint64_t *key)
{
	struct vtop_name n;
	int r = name_walk(e->facts, name, &n.has_root, &n.root, &n.vaddr);

	if (r)
		return r;
	if (half_of(&n) != half)
		return -ENOENT;
	*key = n.vaddr & HALF_MASK;
	return 0;
}

static int parse_lower(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	(void)dir;
	return parse_half(e, name, LOWER, key);
}

static int parse_upper(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	(void)dir;
	return parse_half(e, name, UPPER, key);
}

static int format_lower(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%#llx", (unsigned long long)key);
	return 0;
}

static int format_upper(struct engine *e, uint64_t key, char *buf, size_t size)
{
	return format_lower(e, key | ~HALF_MASK, buf, size);
}

static int text_of_other(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct vtop_name n;
	int r = name_walk(e->facts, name, &n.has_root, &n.root, &n.vaddr);

	(void)dir;
	if (r)
		return r;
	if (half_of(&n) != OTHER)
		return -ENOENT;
	if (n.has_root)
		snprintf(buf, size, "%#llx:%#llx", (unsigned long long)n.root, (unsigned long long)n.vaddr);
	else
		snprintf(buf, size, "%#llx", (unsigned long long)n.vaddr);
	return 0;
}

static int name_of(const struct view_at *at, struct vtop_name *n)
{
	if (at->text)
		return name_walk(NULL, at->text, &n->has_root, &n->root, &n->vaddr);
	*n = (struct vtop_name){ .vaddr = at->row->param == UPPER ? at->key | ~HALF_MASK : at->key };
	return 0;
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct vtop_name n;
	int r = name_of(at, &n);

	return r ? r : render_vtop(e, n.has_root ? &n.root : NULL, n.vaddr, out);
}

/* How the walk ends. */
static int verdict(struct engine *e, const struct view_at *at)
{
	const struct space *s;
	struct vtop_name n;
	struct space of_pgd;
	struct walk w;
	int r = name_of(at, &n);

	if (!r)
		r = choose_space(e->kernel, n.has_root ? &n.root : NULL, n.vaddr, &of_pgd, &s);
	return r == -ENOTUNIQ ? -ENOTSUP : r ? r : space_walk(s, n.vaddr, &w);
}

/* Tables that the user names need no kernel. */
static const char *missing_walks(const struct engine *e)
{
	return e->kernel->can_walk || e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const char *why_no_symbol(const struct engine *e, const char *name)
{
	return address_why_not(e->facts, name);
}

static const struct names_ops lower_names = { .parse = parse_lower, .format = format_lower, .wide = true };
static const struct names_ops upper_names = { .parse = parse_upper, .format = format_upper, .wide = true,
	.why_not = why_no_symbol };
static const struct names_ops other_names = { .text = text_of_other };

static const struct view_row rows[] = {
	{ .path = "vtop", .cost = "none", .use = "you",
	  .help = "vtop/[<pgd>:]<addr>: the page-table walk of an address or symbol", .type = VIEW_FOLDER,
	  .missing = missing_walks },
	{ .path = "vtop/<addr>", .param = UPPER, .type = VIEW_TEXT, .names = &upper_names, .there_if_made = true,
	  .render = render, .verdict = verdict },
	{ .path = "vtop/<low addr>", .param = LOWER, .type = VIEW_TEXT, .names = &lower_names, .there_if_made = true,
	  .render = render, .verdict = verdict },
	{ .path = "vtop/<pgd>:<addr>", .param = OTHER, .type = VIEW_TEXT, .names = &other_names, .there_if_made = true,
	  .render = render, .verdict = verdict },
};

VIEW_FAMILY(vtop, rows);
