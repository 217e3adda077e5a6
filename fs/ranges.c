/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/ranges.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define BUCKETS 1024

struct entry {
	struct entry *next_by_range, *next_by_index;
	struct range range;
	uint64_t index, lookups;
};

struct ranges {
	pthread_mutex_t lock;
	struct entry *by_range[BUCKETS], *by_index[BUCKETS];
	uint64_t next_index;
};

static unsigned int hash_range(const struct range *r)
{
	uint64_t h = (r->addr ^ r->len * 0x9e3779b97f4a7c15ull ^ (uint64_t)r->kind) * 0x9e3779b97f4a7c15ull;

	return (unsigned int)(h >> 32) % BUCKETS;
}

static bool same_range(const struct range *a, const struct range *b)
{
	return a->kind == b->kind && a->addr == b->addr && a->len == b->len;
}

struct ranges *ranges_new(void)
{
	struct ranges *r = calloc(1, sizeof(*r));

	if (r)
		pthread_mutex_init(&r->lock, NULL);
	return r;
}

void ranges_free(struct ranges *r)
{
	if (!r)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (r->by_index[i]) {
			struct entry *e = r->by_index[i];

			r->by_index[i] = e->next_by_index;
			free(e);
		}
	}
	pthread_mutex_destroy(&r->lock);
	free(r);
}

int ranges_add(struct ranges *r, const struct range *range, uint64_t *index)
{
	unsigned int bucket = hash_range(range);
	struct entry *e;
	int result = 0;

	pthread_mutex_lock(&r->lock);
	for (e = r->by_range[bucket]; e && !same_range(&e->range, range);)
		e = e->next_by_range;
	if (!e) {
		e = calloc(1, sizeof(*e));
		if (e) {
			e->range = *range;
			e->index = r->next_index++;
			e->next_by_range = r->by_range[bucket];
			r->by_range[bucket] = e;
			e->next_by_index = r->by_index[e->index % BUCKETS];
			r->by_index[e->index % BUCKETS] = e;
		} else {
			result = -ENOMEM;
		}
	}
	if (e) {
		e->lookups++;
		*index = e->index;
	}
	pthread_mutex_unlock(&r->lock);
	return result;
}

int ranges_get(struct ranges *r, uint64_t index, struct range *out)
{
	struct entry *e;

	pthread_mutex_lock(&r->lock);
	for (e = r->by_index[index % BUCKETS]; e && e->index != index;)
		e = e->next_by_index;
	if (e)
		*out = e->range;
	pthread_mutex_unlock(&r->lock);
	return e ? 0 : -ENOENT;
}

void ranges_forget(struct ranges *r, uint64_t index, uint64_t n)
{
	struct entry **at, *e;

	pthread_mutex_lock(&r->lock);
	for (at = &r->by_index[index % BUCKETS]; *at && (*at)->index != index;)
		at = &(*at)->next_by_index;
	e = *at;
	if (e && e->lookups > n) {
		e->lookups -= n;
	} else if (e) {
		*at = e->next_by_index;
		for (at = &r->by_range[hash_range(&e->range)]; *at != e;)
			at = &(*at)->next_by_range;
		*at = e->next_by_range;
		free(e);
	}
	pthread_mutex_unlock(&r->lock);
}
