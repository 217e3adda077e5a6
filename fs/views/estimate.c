/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/estimate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/codec.h"

/*
 * Pages of one group that are looked at. The compressed sizes of pages vary by about as much as they are large, so that
 * the mean of n of them is off by a share of 1/sqrt(n): 1.6 % for 4096. Groups are some five; a dump with all 64 shall
 * not take longer than one with eight.
 */
#define SAMPLE_GROUP	4096u
#define SAMPLE_ALL	(8 * SAMPLE_GROUP)
#define ITEM_PAGES	32u		/* of the work of one thread at a time */


struct sample {
	uint64_t pfn;
	unsigned int group;
	bool zero;
	uint32_t bytes[CODECS];
};

struct sampling {
	const struct pages *ps;
	struct estimate *out;
	uint64_t seen[1u << CLASSES];	/* pages of each group that the walk has passed */
	uint64_t chosen[1u << CLASSES];	/* samples of each */
	struct sample *samples;
	uint64_t n;
};

struct estimate_scratch {
	struct codec_ctx *ctx;
	uint8_t *page, *out;
	bool has[CODECS];	/* what the codec needs is here */
};

static int count_run(void *arg, unsigned int classes, uint64_t first, uint64_t count)
{
	struct estimate *e = arg;

	(void)first;
	e->groups[classes].pages += count;
	return 0;
}

/* The place of a sample among the pages of its group: the middle of its share. */
static uint64_t place(const struct estimate_group *g, uint64_t i)
{
	return (uint64_t)(((unsigned __int128)i * 2 + 1) * g->pages / (2 * g->sampled));
}

/* The samples that fall into a run. */
static int choose(void *arg, unsigned int classes, uint64_t first, uint64_t count)
{
	struct sampling *s = arg;
	const struct estimate_group *g = &s->out->groups[classes];
	uint64_t *i = &s->chosen[classes], at;

	for (; *i < g->sampled && (at = place(g, *i)) < s->seen[classes] + count; ++*i)
		s->samples[s->n++] = (struct sample){ .pfn = first + (at - s->seen[classes]), .group = classes };
	s->seen[classes] += count;
	return 0;
}

static void scratch_free(void *arg)
{
	struct estimate_scratch *s = arg;

	if (!s)
		return;
	codec_ctx_free(s->ctx);
	free(s->page);
	free(s->out);
	free(s);
}

static void *scratch_new(void *arg)
{
	const struct sampling *a = arg;
	struct estimate_scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (size_t i = 0; i < CODECS; i++)
		s->has[i] = codec_is_there(codecs[i]);
	s->ctx = codec_ctx_new();
	s->page = malloc(pages_size(a->ps));
	s->out = malloc(pages_size(a->ps));
	if (!s->ctx || !s->page || !s->out) {
		scratch_free(s);
		return NULL;
	}
	return s;
}

/* As the writer does it (compress_pages.c): damaged pages take nothing, stored ones are copied, what does not shrink is
 * stored as it is. */
static int measure(const struct pages *ps, struct estimate_scratch *s, struct sample *sample)
{
	size_t page = pages_size(ps);
	struct page_place place;

	pages_places(ps, sample->pfn, 1, &place);
	if (pages_read(ps, sample->pfn, s->page))
		return 0;
	sample->zero = bytes_are_zero(s->page, page);
	for (size_t i = 0; i < CODECS && !sample->zero; i++) {
		enum codec codec = codecs[i];
		ssize_t n = codec == CODEC_NONE || !s->has[i] ? 0 : place.len && codec == place.codec ? (ssize_t)place.len :
			    codec_compress(s->ctx, codec, s->page, page, s->out);

		if (n == -ENOMEM)
			return -ENOMEM;
		sample->bytes[i] = (uint32_t)(n > 0 ? (size_t)n : page);
	}
	return 0;
}

static int measure_item(void *arg, void *scratch, uint64_t item)
{
	struct sampling *s = arg;
	uint64_t end = min_u64(s->n, (item + 1) * ITEM_PAGES);
	int r = 0;

	for (uint64_t i = item * ITEM_PAGES; i < end && !r; i++)
		r = measure(s->ps, scratch, &s->samples[i]);
	return r;
}

int estimate_run(const struct pages *ps, const struct classes *classes, struct progress *progress,
		 struct estimate *out)
{
	struct sampling s = { .ps = ps, .out = out };
	struct workers_job job = {
		.run = measure_item, .scratch_new = scratch_new, .scratch_free = scratch_free, .arg = &s,
		.progress = progress,
	};
	uint64_t groups = 0;
	int r;

	*out = (struct estimate){ 0 };
	classes_each(classes, ps, 0, ps->max_pfn, count_run, out);
	for (size_t i = 0; i < ARRAY_SIZE(out->groups); i++)
		groups += out->groups[i].pages > 0;
	for (size_t i = 0; i < ARRAY_SIZE(out->groups); i++) {
		struct estimate_group *g = &out->groups[i];

		g->sampled = min_u64(g->pages, min_u64(SAMPLE_GROUP, SAMPLE_ALL / (groups ? groups : 1)));
		out->sampled += g->sampled;
	}
	s.samples = calloc(out->sampled + 1, sizeof(*s.samples));
	if (!s.samples)
		return -ENOMEM;
	classes_each(classes, ps, 0, ps->max_pfn, choose, &s);
	job.items = div_round_up(s.n, ITEM_PAGES);
	r = workers_run(&job);
	for (uint64_t i = 0; i < s.n && !r; i++) {
		struct estimate_group *g = &out->groups[s.samples[i].group];

		g->zero += s.samples[i].zero;
		for (size_t c = 0; c < CODECS; c++)
			g->bytes[c] += s.samples[i].bytes[c];
	}
	free(s.samples);
	return r;
}

void estimate_add(const struct estimate_group *group, struct estimate_sum *sum)
{
	double scale = group->sampled ? (double)group->pages / (double)group->sampled : 0;

	sum->zero += (double)group->zero * scale;
	for (size_t c = 0; c < CODECS; c++)
		sum->bytes[c] += (double)group->bytes[c] * scale;
}
