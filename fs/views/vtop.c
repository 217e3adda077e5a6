/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "fs/views/texts.h"
#include "kernel/object/reader.h"

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

int vtop_verdict(struct engine *e, const uint64_t *pgd, uint64_t vaddr)
{
	const struct space *s;
	struct space of_pgd;
	struct walk w;
	int r = choose_space(e->kernel, pgd, vaddr, &of_pgd, &s);

	return r == -ENOTUNIQ ? -ENOTSUP : r ? r : space_walk(s, vaddr, &w);
}
