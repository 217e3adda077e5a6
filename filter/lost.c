/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/lost.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/pages_over.h"

struct without_lost {
	struct pages_over over;		/* first */
	bool no_excluded;
};

static void lost_run(const struct pages *ps, uint64_t pfn, struct page_run *run)
{
	const struct without_lost *w = (const struct without_lost *)ps;

	pages_over_run(ps, pfn, run);
	if (run->lost || (w->no_excluded && run->state == PAGE_EXCLUDED))
		run->state = PAGE_ABSENT;
	run->lost = false;
}

/* What it has is not known to be lost. */
static const struct pages_ops lost_ops = {
	.read = pages_over_read,
	.run = lost_run,
	.places = pages_over_places,
	.compressed = pages_over_compressed,
};

static bool exceeds(uint64_t pages, uint64_t few, uint64_t each_bits, uint64_t there)
{
	uint64_t bits;

	return pages > few && (mul_overflows(pages, each_bits, &bits) || bits / 8 > there);
}

unsigned int lost_too_many(const struct pages *ps, uint64_t each_bytes)
{
	uint64_t lost = 0, readable = 0, excluded = 0, there;
	struct page_run run;

	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		lost += run.lost ? run.count : 0;
		readable += page_is_kept(run.state) && !run.lost ? run.count : 0;
		excluded += run.state == PAGE_EXCLUDED ? run.count : 0;
	}
	if (mul_overflows(readable, pages_size(ps), &there))
		return 0;
	return (exceeds(lost, LOST_FEW, each_bytes * 8, there) ? LOST_PAGES : 0) |
	       (exceeds(excluded, EXCLUDED_FEW, 1, there) ? LOST_EXCLUDED : 0);
}

struct pages *lost_leave_out(const struct pages *below, unsigned int claims)
{
	struct without_lost *w = malloc(sizeof(*w));
	struct page_run run;
	uint64_t end = 0;

	if (!w)
		return NULL;
	for (uint64_t pfn = 0; pfn < below->max_pfn; pfn += run.count) {
		pages_run(below, pfn, &run);
		if (page_is_kept(run.state) && !run.lost)
			end = pfn + run.count;
	}
	*w = (struct without_lost){ pages_over(&lost_ops, below), claims & LOST_EXCLUDED };
	w->over.pages.max_pfn = end;
	return &w->over.pages;
}

void lost_free(struct pages *ps)
{
	free(ps);
}
