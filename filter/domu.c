/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/domu.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"

#define BATCH		2048u		/* page_infos read at once */
#define SAMPLES		512u		/* parts of the p2m that domu_check() looks at */
#define PART_SAMPLES	4u		/* pages of each */
#define MAX_WRONG	100u		/* one in so many may be another's: pages are on their way between domains all the time */

struct domu_pass {
	const struct xen *x;
	const struct pages *ps;
	struct bitmap *out;
	uint64_t *chunks;		/* numbers of the bitmap chunks with pages in them to judge */
};

static void *new_scratch(void *arg)
{
	(void)arg;
	return malloc(BATCH * sizeof(bool));
}

/* Pages of one run, at most BATCH: those that are not to be kept. */
static int judge(struct domu_pass *p, uint64_t mfn, uint64_t n, bool *keep)
{
	uint64_t dom0;
	int r = xen_keep_pages(p->x, mfn, n, keep, &dom0);

	if (r == -ENOMEM)
		return r;
	/* part of it may be there */
	for (uint64_t i = 0; r && i < n; i++)
		keep[i] = !xen_keep_pages(p->x, mfn + i, 1, &keep[i], &dom0) && keep[i];
	r = 0;
	for (uint64_t i = 0; i < n && !r; i++)
		if (!keep[i])
			r = bitmap_set(p->out, mfn + i);
	return r;
}

/* A chunk of the bitmap, so that threads share none. */
static int domu_item(void *arg, void *scratch, uint64_t item)
{
	struct domu_pass *p = arg;
	uint64_t mfn = p->chunks[item] * BITMAP_CHUNK_BITS, end = min_u64(mfn + BITMAP_CHUNK_BITS, p->ps->max_pfn);
	struct page_run run;
	int r = 0;

	for (; mfn < end && !r; mfn += run.count) {
		pages_run(p->ps, mfn, &run);
		run.count = min_u64(run.count, end - mfn);
		if (!page_is_kept(run.state))
			continue;
		run.count = min_u64(run.count, BATCH);
		r = judge(p, mfn, run.count, scratch);
	}
	return r;
}

int domu_find(const struct xen *x, const struct pages *ps, struct progress *progress, struct bitmap **out)
{
	struct domu_pass p = { .x = x, .ps = ps, .out = bitmap_new(ps->max_pfn) };
	struct workers_job job = {
		.run = domu_item, .scratch_new = new_scratch, .scratch_free = free, .arg = &p,
		.progress = progress,
	};
	size_t chunks = 0;
	int r = p.out ? pages_parts(ps, BITMAP_CHUNK_BITS, &p.chunks, &chunks) : -ENOMEM;

	job.items = chunks;
	if (!r)
		r = workers_run(&job);
	free(p.chunks);
	if (r)
		bitmap_free(p.out);
	else
		*out = p.out;
	return r;
}

/* Some pages of a part of the p2m. */
static void check_part(const struct xen *x, uint64_t pfn, uint64_t *wrong, uint64_t *all)
{
	uint64_t mfns[XEN_P2M_ENTRIES], dom0;
	bool keep;

	if (xen_frames(x, pfn, mfns))
		return;
	for (unsigned int i = 0; i < XEN_P2M_ENTRIES; i += XEN_P2M_ENTRIES / PART_SAMPLES) {
		if (mfns[i] == XEN_NO_FRAME)
			continue;
		++*all;
		*wrong += xen_keep_pages(x, mfns[i], 1, &keep, &dom0) || !dom0;
	}
}

int domu_check(const struct xen *x, uint64_t *wrong, uint64_t *all)
{
	uint64_t parts = div_round_up(x->dom0_pages, XEN_P2M_ENTRIES), step = max_u64(parts / SAMPLES, 1);

	*wrong = *all = 0;
	for (uint64_t part = 0; part < parts; part += step)
		check_part(x, part * XEN_P2M_ENTRIES, wrong, all);
	return *all && *wrong <= *all / MAX_WRONG ? 0 : -EINVAL;
}
