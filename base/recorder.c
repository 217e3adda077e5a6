/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/recorder.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/bitmap.h"
#include "base/pages_over.h"

struct read_record {
	pthread_mutex_t lock;		/* for what follows; held for no read */
	struct bitmap *read;		/* owned */
	bool lost;			/* not all could be noted */
};

struct recorder {
	struct pages_over over;		/* first: see recorder_of() */
	struct read_record *record;	/* owned */
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
	return pages_over_read(ps, pfn, count, buf);
}

static const struct pages_ops recorder_ops = {
	.read = recorder_read,
	.run = pages_over_run,
	.places = pages_over_places,
	.lost = pages_over_lost,
	.compressed = pages_over_compressed,
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
	r->over = pages_over(&recorder_ops, below);
	r->record = record;
	return &r->over.pages;
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
