/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/level.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/pages_over.h"
#include "base/wanted.h"

#define BATCH_PAGES 64u

struct level {
	struct pages_over over;		/* first: see level_of() */
	const struct bitmap *out[CLASSES + 1];	/* what is left out */
	unsigned int nout;
	struct bitmap *owned;		/* one of out, or NULL */
	bool no_zero;			/* what is known to be zero without looking is left out too */
};

static const struct level *level_of(const struct pages *ps)
{
	return (const struct level *)ps;
}

static void level_run(const struct pages *ps, uint64_t pfn, struct page_run *run)
{
	const struct level *l = level_of(ps);

	pages_over_run(ps, pfn, run);
	run->count = min_u64(run->count, ps->max_pfn - pfn);
	if (run->state == PAGE_ZERO && l->no_zero)
		run->state = PAGE_EXCLUDED;
	if (!page_is_kept(run->state))
		return;
	for (unsigned int i = 0; i < l->nout; i++) {
		bool set;
		uint64_t n = bitmap_run(l->out[i], pfn, &set);

		/* beyond the maps (n 0) nothing is left out */
		if (n)
			run->count = min_u64(run->count, n);
		if (set) {
			run->state = PAGE_EXCLUDED;
			return;
		}
	}
}

static const struct pages_ops level_ops = {
	.read = pages_over_read,
	.run = level_run,
	.places = pages_over_places,
	.lost = pages_over_lost,
	.compressed = pages_over_compressed,
};

static struct level *new_level(const struct pages *below)
{
	struct level *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->over = pages_over(&level_ops, below);
	return l;
}

struct pages *level_new(const struct pages *below, const struct classes *classes, unsigned int level,
			uint64_t max_pfn)
{
	struct level *l = new_level(below);

	if (!l)
		return NULL;
	l->over.pages.max_pfn = min_u64(max_pfn, below->max_pfn);
	if (classes) {
		unsigned int wanted = level_classes(&classes->rules, level);

		for (unsigned int i = 0; i < CLASSES; i++)
			if (wanted & 1u << i)
				l->out[l->nout++] = classes->maps[i];
	}
	return &l->over.pages;
}

struct pages *level_leave_out(const struct pages *level, struct bitmap *out)
{
	struct level *l = new_level(level);

	if (!l)
		return NULL;
	l->owned = out;
	l->out[l->nout++] = out;
	return &l->over.pages;
}

void level_free(struct pages *level)
{
	if (!level)
		return;
	bitmap_free(((struct level *)level)->owned);
	free(level);
}

struct zero_pass {
	const struct pages *ps;
	struct bitmap *zero;
	uint64_t *chunks;		/* numbers of the bitmap chunks with pages in them to look at */
};

/* One chunk of the bitmap, so that threads share none. */
static int zero_item(void *arg, void *scratch, uint64_t item)
{
	struct zero_pass *z = arg;
	const struct pages *ps = z->ps;
	uint64_t pfn = z->chunks[item] * BITMAP_CHUNK_BITS, end = min_u64(pfn + BITMAP_CHUNK_BITS, ps->max_pfn);
	uint64_t size = pages_size(ps);
	struct page_run run;
	int whole;

	for (; pfn < end; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (run.state != PAGE_DATA || run.lost)
			continue;
		run.count = min_u64(run.count, BATCH_PAGES);
		if (!work_is_wanted())
			return -EINTR;
		whole = pages_read_run(ps, pfn, run.count, scratch);
		for (uint64_t i = 0; i < run.count; i++) {
			char *page = (char *)scratch + i * size;
			int r = whole ? pages_read_run(ps, pfn + i, 1, page) : 0;

			if (error_is_passing(r))
				return r;
			if (r)
				continue;
			if (bytes_are_zero(page, size) && bitmap_set(z->zero, pfn + i))
				return -ENOMEM;
		}
	}
	return 0;
}

static void *zero_scratch(void *arg)
{
	struct zero_pass *z = arg;

	return malloc(BATCH_PAGES * pages_size(z->ps));
}

int level_find_zero(const struct pages *level, struct progress *progress, struct pages **out)
{
	struct zero_pass z = { .ps = level, .zero = bitmap_new(level->max_pfn) };
	struct workers_job job = {
		.run = zero_item, .scratch_new = zero_scratch, .scratch_free = free, .arg = &z,
		.progress = progress,
	};
	struct pages *result = NULL;
	size_t chunks = 0;
	int r = z.zero ? pages_parts(level, BITMAP_CHUNK_BITS, &z.chunks, &chunks) : -ENOMEM;

	job.items = chunks;
	if (!r)
		r = workers_run(&job);
	free(z.chunks);
	if (!r)
		result = level_leave_out(level, z.zero);
	if (!result) {
		bitmap_free(z.zero);
		return r ? r : -ENOMEM;
	}
	((struct level *)result)->no_zero = true;
	*out = result;
	return 0;
}
