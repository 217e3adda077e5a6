/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/lost.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/pages_over.h"

static void lost_run(const struct pages *ps, uint64_t pfn, struct page_run *run)
{
	pages_over_run(ps, pfn, run);
	if (run->lost)
		run->state = PAGE_EXCLUDED;
	run->lost = false;
}

/* What it has is not known to be lost. */
static const struct pages_ops lost_ops = {
	.read = pages_over_read,
	.run = lost_run,
	.places = pages_over_places,
	.compressed = pages_over_compressed,
};

bool lost_are_too_many(const struct pages *ps, uint64_t each_bytes)
{
	uint64_t lost = 0, readable = 0, all, there;
	struct page_run run;

	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (run.lost)
			lost += run.count;
		else if (page_is_kept(run.state))
			readable += run.count;
	}
	if (lost <= LOST_FEW || mul_overflows(readable, pages_size(ps), &there))
		return false;
	return mul_overflows(lost, each_bytes, &all) || all > there;
}

struct pages *lost_leave_out(const struct pages *below)
{
	struct pages_over *o = malloc(sizeof(*o));
	struct page_run run;
	uint64_t end = 0;

	if (!o)
		return NULL;
	for (uint64_t pfn = 0; pfn < below->max_pfn; pfn += run.count) {
		pages_run(below, pfn, &run);
		if (page_is_kept(run.state) && !run.lost)
			end = pfn + run.count;
	}
	*o = pages_over(&lost_ops, below);
	o->pages.max_pfn = end;
	return &o->pages;
}

void lost_free(struct pages *ps)
{
	free(ps);
}
