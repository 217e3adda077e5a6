/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/repage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/pages_over.h"

struct repage {
	struct pages_over over;		/* first */
	unsigned int shift;		/* log2 of how many of the smaller pages are in a larger one */
};

static const struct repage *repage_of(const struct pages *ps)
{
	return (const struct repage *)ps;
}

/* --- smaller pages than those below ------------------------------------------------------------------------------- */

static void smaller_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct repage *rp = repage_of(ps);
	uint64_t skipped = pfn & (((uint64_t)1 << rp->shift) - 1);

	pages_run(rp->over.below, pfn >> rp->shift, out);
	out->first = pfn;
	out->count = min_u64(out->count, UINT64_MAX >> rp->shift);
	out->count = min_u64((out->count << rp->shift) - skipped, ps->max_pfn - pfn);
}

static uint64_t smaller_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct repage *rp = repage_of(ps);
	uint64_t skipped = pfn & (((uint64_t)1 << rp->shift) - 1);
	uint64_t lost = pages_lost(rp->over.below, pfn >> rp->shift, ((skipped + count - 1) >> rp->shift) + 1);

	return lost ? min_u64((lost << rp->shift) - skipped, count) : 0;
}

static int smaller_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct repage *rp = repage_of(ps);
	uint64_t ratio = (uint64_t)1 << rp->shift, size = pages_size(ps);
	char *at = buf, *page = NULL;
	int r = 0;

	while (count && !r) {
		uint64_t skipped = pfn & (ratio - 1), n = min_u64(count, ratio - skipped);

		if (n == ratio) {
			n = count & ~(ratio - 1);
			r = pages_read_run(rp->over.below, pfn >> rp->shift, n >> rp->shift, at);
		} else {
			if (!page)
				page = malloc(pages_size(rp->over.below));
			r = page ? pages_read_run(rp->over.below, pfn >> rp->shift, 1, page) : -ENOMEM;
			if (!r)
				memcpy(at, page + skipped * size, n * size);
		}
		pfn += n;
		count -= n;
		at += n * size;
	}
	free(page);
	return r;
}

/* --- larger ones -------------------------------------------------------------------------------------------------- */

/* The first part of a larger page that is not in the run, or its end. */
static uint64_t end_of(const struct repage *rp, const struct page_run *run)
{
	uint64_t end;

	return __builtin_add_overflow(run->first, run->count, &end) ? rp->over.below->max_pfn : end;
}

static void larger_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct repage *rp = repage_of(ps);
	uint64_t first = pfn << rp->shift, end = min_u64((pfn + 1) << rp->shift, rp->over.below->max_pfn);
	enum page_state state = PAGE_ABSENT;
	struct page_run run;

	pages_run(rp->over.below, first, &run);
	if (end_of(rp, &run) >= end) {		/* whole pages of one state */
		*out = (struct page_run){ pfn, max_u64((end_of(rp, &run) >> rp->shift) - pfn, 1), run.state, false };
		out->count = min_u64(out->count, ps->max_pfn - pfn);
		return;
	}
	/* of several: anything stored makes it DATA, anything left out EXCLUDED */
	for (; first < end; first = end_of(rp, &run)) {
		pages_run(rp->over.below, first, &run);
		if (page_is_kept(run.state))
			state = PAGE_DATA;
		else if (run.state == PAGE_EXCLUDED && state != PAGE_DATA)
			state = PAGE_EXCLUDED;
	}
	*out = (struct page_run){ pfn, 1, state, false };
}

static uint64_t larger_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct repage *rp = repage_of(ps);

	return pages_lost(rp->over.below, pfn << rp->shift, count << rp->shift) >> rp->shift;
}

static int larger_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct repage *rp = repage_of(ps);

	return pages_read_bytes(rp->over.below, pfn << ps->page_shift, count << ps->page_shift, buf, HOLES_ZERO);
}

struct pages *repage_new(const struct pages *below, unsigned int page_shift)
{
	static const struct pages_ops smaller = {
		.read = smaller_read, .run = smaller_run, .lost = smaller_lost, .compressed = pages_over_compressed,
	};
	static const struct pages_ops larger = {
		.read = larger_read, .run = larger_run, .lost = larger_lost, .compressed = pages_over_compressed,
	};
	struct repage *rp = calloc(1, sizeof(*rp));

	if (!rp)
		return NULL;
	rp->over.below = below;
	if (page_shift < below->page_shift) {
		rp->shift = below->page_shift - page_shift;
		rp->over.pages = (struct pages){ &smaller, page_shift, below->max_pfn << rp->shift };
	} else {
		rp->shift = page_shift - below->page_shift;
		rp->over.pages = (struct pages){
			&larger, page_shift, (below->max_pfn + ((uint64_t)1 << rp->shift) - 1) >> rp->shift
		};
	}
	return &rp->over.pages;
}

void repage_free(struct pages *ps)
{
	free(ps);
}
