/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/linear.h"

struct linear_run {
	uint64_t distance, wanted;	/* vaddr - paddr; the address that must be in it */
	uint64_t start, end;		/* end 0: none is open */
};

static bool has_wanted(const struct linear_run *r)
{
	return r->end && r->wanted >= r->start && r->wanted < r->end;
}

static int extend(void *arg, const struct mapping *m)
{
	struct linear_run *r = arg;

	if (m->vaddr - m->paddr != r->distance) {
		if (has_wanted(r))
			return 1;
		r->end = 0;
		return 0;
	}
	if (!r->end)
		r->start = m->vaddr;
	r->end = m->vaddr + m->len;
	return 0;
}

void linear_map_around(const struct space *s, uint64_t first, uint64_t vaddr, uint64_t paddr, struct mapping *out)
{
	struct linear_run r = { .distance = vaddr - paddr, .wanted = vaddr };

	space_each(s, first, UINT32_MAX, extend, &r);
	*out = (struct mapping){ 0 };
	if (has_wanted(&r))
		*out = (struct mapping){ .vaddr = r.start, .paddr = r.start - r.distance, .len = r.end - r.start };
}
