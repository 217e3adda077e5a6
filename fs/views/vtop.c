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

int render_vtop(struct engine *e, uint64_t vaddr, struct outbuf *out)
{
	const struct kernel *k = e->kernel;
	struct walk w;
	int r;

	if (!k->has_space)
		return -ENOTSUP;
	r = k->arch->walk(&k->space, vaddr, &w);
	if (r)
		return r;
	out_printf(out, "vaddr 0x%016llx\n", (unsigned long long)vaddr);
	for (unsigned int i = 0; i < w.nsteps; i++) {
		const struct walk_step *s = &w.steps[i];
		char flags[128];

		k->arch->describe(s->entry, s->leaf, flags, sizeof(flags));
		out_printf(out, "%-5s 0x%016llx: 0x%016llx %s", s->level, (unsigned long long)s->entry_paddr,
			   (unsigned long long)s->entry, flags);
		if (s->leaf) {
			out_printf(out, " page ");
			put_size(out, w.page_bytes);
		}
		out_char(out, '\n');
	}
	out_printf(out, "paddr 0x%016llx\n", (unsigned long long)w.paddr);
	return 0;
}
