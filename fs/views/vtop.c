/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "fs/views/texts.h"

static void put_size(struct outbuf *out, uint64_t bytes)
{
	if (bytes >> 30)
		out_printf(out, "%llu GiB", (unsigned long long)(bytes >> 30));
	else if (bytes >> 20)
		out_printf(out, "%llu MiB", (unsigned long long)(bytes >> 20));
	else
		out_printf(out, "%llu KiB", (unsigned long long)(bytes >> 10));
}

/* pgd as people have it: a kernel virtual address (mm->pgd), else physical, or what a CPU's register held. */
static int space_of_pgd(const struct kernel *k, uint64_t pgd, uint64_t vaddr, struct space *out)
{
	uint64_t paddr, span;

	if (k->has_space && !space_vtop(&k->space, pgd, &paddr, &span))
		pgd = paddr;
	return space_user(&k->space, pgd, vaddr, out);
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

int render_vtop(struct engine *e, const uint64_t *pgd, uint64_t vaddr, struct outbuf *out)
{
	const struct kernel *k = e->kernel;
	struct space of_pgd;
	const struct space *s = &k->space;
	struct walk w;
	int r;

	if (!k->has_space && !(pgd && k->can_walk))
		return -ENOTSUP;
	if (pgd) {
		r = space_of_pgd(k, *pgd, vaddr, &of_pgd);
		if (r)
			return r;
		s = &of_pgd;
	}
	r = space_walk(s, vaddr, &w);
	if (r && (r != -EFAULT || !w.nsteps || !w.steps[w.nsteps - 1].entry))
		return r;
	if (pgd)
		out_printf(out, "root  0x%016llx\n", (unsigned long long)s->tables.root);
	out_printf(out, "vaddr 0x%016llx\n", (unsigned long long)vaddr);
	put_steps(s, &w, out);
	if (r)
		out_printf(out, "not mapped\n");
	else if (w.window)
		out_printf(out, "mapped without tables\n");
	if (!r)
		out_printf(out, "paddr 0x%016llx\n", (unsigned long long)w.paddr);
	return 0;
}
