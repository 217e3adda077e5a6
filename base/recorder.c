/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/recorder.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/bitmap.h"

struct read_record {
	pthread_mutex_t lock;		/* for what follows; held for no read */
	struct bitmap *read;		/* owned */
	bool lost;			/* not all could be noted */
};

struct recorder {
	struct pages pages;		/* first: see recorder_of() */
	const struct pages *below;
	struct read_record *record;		/* owned */
};

static const struct recorder *recorder_of(const struct pages *ps)
{
	return (const struct recorder *)ps;
}

static int recorder_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct recorder *r = recorder_of(ps);

	pthread_mutex_lock(&r->record->lock);
	if (bitmap_set_range(r->record->read, pfn, count))
		r->record->lost = true;
	pthread_mutex_unlock(&r->record->lock);
	return pages_read_run(r->below, pfn, count, buf);
}

static void recorder_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	pages_run(recorder_of(ps)->below, pfn, out);
}

static void recorder_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	pages_places(recorder_of(ps)->below, pfn, count, out);
}

static uint64_t recorder_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	return pages_lost(recorder_of(ps)->below, pfn, count);
}

static bool recorder_compressed(const struct pages *ps)
{
	return pages_compressed(recorder_of(ps)->below);
}

static const struct pages_ops recorder_ops = {
	.read = recorder_read,
	.run = recorder_run,
	.places = recorder_places,
	.lost = recorder_lost,
	.compressed = recorder_compressed,
};

struct pages *recorder_new(const struct pages *below)
{
	struct recorder *r = calloc(1, sizeof(*r));
	struct read_record *record = calloc(1, sizeof(*record));

	if (record)
		record->read = bitmap_new(below->max_pfn);
	if (!r || !record || !record->read) {
		free(record);
		free(r);
		return NULL;
	}
	pthread_mutex_init(&record->lock, NULL);
	r->pages = (struct pages){ &recorder_ops, below->page_shift, below->max_pfn };
	r->below = below;
	r->record = record;
	return &r->pages;
}

void recorder_free(struct pages *recorder)
{
	struct read_record *record = recorder ? recorder_of(recorder)->record : NULL;

	if (!record)
		return;
	pthread_mutex_destroy(&record->lock);
	bitmap_free(record->read);
	free(record);
	free(recorder);
}

bool recorder_has(const struct pages *recorder, uint64_t pfn)
{
	struct read_record *record = recorder_of(recorder)->record;
	bool has;

	pthread_mutex_lock(&record->lock);
	has = pfn < recorder->max_pfn && (record->lost || bitmap_test(record->read, pfn));
	pthread_mutex_unlock(&record->lock);
	return has;
}
