/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/interned.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BUCKETS 65536		/* memory that is not touched before it is used */

struct interned_name {
	struct interned_name *next_by_name, *next_by_number;
	uint64_t folder, number, lookups;
	unsigned int row;
	char text[];
};

struct interned {
	pthread_mutex_t lock;
	struct interned_name *by_name[BUCKETS], *by_number[BUCKETS];
	uint64_t next_number;
	unsigned int n;
};

static unsigned int hash_name(unsigned int row, uint64_t folder, const char *text)
{
	uint64_t h = (folder ^ (uint64_t)row << 32 ^ hash_string(text)) * 0x9e3779b97f4a7c15ull;

	return (unsigned int)(h >> 32) % BUCKETS;
}

struct interned *interned_new(void)
{
	struct interned *t = calloc(1, sizeof(*t));

	if (t)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

void interned_free(struct interned *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (t->by_number[i]) {
			struct interned_name *e = t->by_number[i];

			t->by_number[i] = e->next_by_number;
			free(e);
		}
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* Under the lock. NULL: out of memory, or of numbers. */
static struct interned_name *add(struct interned *t, unsigned int bucket, unsigned int row, uint64_t folder, const char *text)
{
	size_t size = strlen(text) + 1;
	struct interned_name *e = t->n < INTERNED_MAX ? malloc(sizeof(*e) + size) : NULL;

	if (!e)
		return NULL;
	*e = (struct interned_name){
		.next_by_name = t->by_name[bucket], .next_by_number = t->by_number[t->next_number % BUCKETS],
		.folder = folder, .number = t->next_number, .row = row,
	};
	memcpy(e->text, text, size);
	t->by_name[bucket] = e;
	t->by_number[t->next_number++ % BUCKETS] = e;
	t->n++;
	return e;
}

int interned_add(struct interned *t, unsigned int row, uint64_t folder, const char *text, uint64_t *number)
{
	unsigned int bucket = hash_name(row, folder, text);
	struct interned_name *e;

	pthread_mutex_lock(&t->lock);
	for (e = t->by_name[bucket]; e && (e->row != row || e->folder != folder || strcmp(e->text, text));)
		e = e->next_by_name;
	if (!e)
		e = add(t, bucket, row, folder, text);
	if (e) {
		e->lookups++;
		*number = e->number;
	}
	pthread_mutex_unlock(&t->lock);
	return e ? 0 : -ENOMEM;
}

int interned_get(struct interned *t, unsigned int row, uint64_t number, uint64_t *folder, char *text, size_t size)
{
	struct interned_name *e;
	int r = -ENOENT;
	size_t len;

	pthread_mutex_lock(&t->lock);
	for (e = t->by_number[number % BUCKETS]; e && e->number != number;)
		e = e->next_by_number;
	if (e && e->row == row) {
		len = strlen(e->text) + 1;
		r = len > size ? -ENAMETOOLONG : 0;
		if (!r)
			memcpy(text, e->text, len);
		*folder = e->folder;
	}
	pthread_mutex_unlock(&t->lock);
	return r;
}

void interned_forget(struct interned *t, uint64_t number, uint64_t n)
{
	struct interned_name **at, *e;

	pthread_mutex_lock(&t->lock);
	for (at = &t->by_number[number % BUCKETS]; *at && (*at)->number != number;)
		at = &(*at)->next_by_number;
	e = *at;
	if (e && e->lookups > n) {
		e->lookups -= n;
	} else if (e) {
		*at = e->next_by_number;
		for (at = &t->by_name[hash_name(e->row, e->folder, e->text)]; *at != e;)
			at = &(*at)->next_by_name;
		*at = e->next_by_name;
		free(e);
		t->n--;
	}
	pthread_mutex_unlock(&t->lock);
}
