/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/vmemmap.h"

#include <errno.h>

#include "base/bytes.h"

/* makedumpfile keeps a page that would be the only one between two kept ones. */
#define RUN_MIN 2

/* Bytes of the large pages that map the vmemmap; 0: not known for this architecture. */
static uint64_t large_page(const struct memmap *m)
{
	const struct arch *arch = m->kernel->arch;

	return arch ? arch->vmemmap_page_bytes : 0;
}

bool vmemmap_known(const struct memmap *m)
{
	struct walk w;

	/* machine frames are not in the order of their structs */
	return large_page(m) && !m->kernel->xen && !space_walk(&m->kernel->space, m->sections[0].vaddr, &w) &&
	       w.page_bytes == large_page(m);
}

/* The structs of count pages from first on are not needed. */
static int leave_out(const struct memmap *m, const struct memmap_section *s, uint64_t first, uint64_t count,
		     struct bitmap *out)
{
	const struct space *space = &m->kernel->space;
	uint64_t page = pages_size(m->kernel->pages), large = large_page(m), nbits = bitmap_bits(out);
	uint64_t start = s->vaddr + (first - s->first) * m->struct_bytes;
	uint64_t at = round_up_u64(start, page), end = start + count * m->struct_bytes;
	int r = 0;

	end -= end % page;
	if (end <= at || end - at < RUN_MIN * page)
		return 0;
	for (uint64_t n; at < end && !r; at += n) {
		struct walk w;
		uint64_t pfn;

		n = min_u64(end - at, large - at % large);
		if (space_walk(space, at, &w) || w.page_bytes != large)
			continue;
		pfn = w.paddr / page;
		if (pfn < nbits)
			r = bitmap_set_range(out, pfn, min_u64(n / page, nbits - pfn));
	}
	return r;
}

static int find_in_section(const struct memmap *m, const struct memmap_section *s, const struct pages *ps,
			   struct bitmap *out)
{
	uint64_t end = min_u64(s->first + s->count, ps->max_pfn), first = 0, excluded = 0;
	struct page_run run;
	int r = 0;

	for (uint64_t pfn = s->first; pfn < end && !r; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (run.state == PAGE_EXCLUDED) {
			if (!excluded)
				first = pfn;
			excluded += run.count;
		} else if (excluded) {
			r = leave_out(m, s, first, excluded, out);
			excluded = 0;
		}
	}
	if (excluded && !r)
		r = leave_out(m, s, first, excluded, out);
	return r;
}

int vmemmap_find(const struct memmap *m, const struct pages *ps, struct bitmap **out)
{
	struct bitmap *found = bitmap_new(ps->max_pfn);
	int r = 0;

	if (!found)
		return -ENOMEM;
	for (size_t i = 0; i < m->nsections && !r; i++)
		r = find_in_section(m, &m->sections[i], ps, found);
	if (r) {
		bitmap_free(found);
		return r;
	}
	*out = found;
	return 0;
}
