/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/fault.h"

#define BUCKETS 1024u
/* From here on memory goes back to the system when it is not used: malloc() would keep it, for each thread. */
#define MAP_BYTES 262144u

struct cache_entry {
	struct cache_block b;		/* first member */
	uint64_t key;
	unsigned int users;
	bool made;			/* b is complete, or error says why not */
	int error;
	struct cache_entry *chain;		/* of its bucket */
	struct cache_entry *older, *newer;	/* while nobody uses it */
};

struct cache {
	cache_make *make;
	const void *arg;
	size_t max_bytes;

	pthread_mutex_t lock;		/* for all that follows */
	pthread_cond_t changed;		/* a block was made, or is not used any more */
	size_t bytes;
	struct cache_entry *buckets[BUCKETS];
	struct cache_entry *oldest, *newest;
};

struct cache *cache_new(size_t bytes, cache_make *make, const void *arg)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->make = make;
	c->arg = arg;
	c->max_bytes = bytes;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	return c;
}

static uint8_t *data_new(size_t len)
{
	void *p;

	if (len < MAP_BYTES)
		return malloc(len);
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static void entry_free(struct cache_entry *e)
{
	if (e->b.len < MAP_BYTES)
		free(e->b.data);
	else if (e->b.data)
		munmap(e->b.data, e->b.len);
	free(e);
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (c->buckets[i]) {
			struct cache_entry *e = c->buckets[i];

			c->buckets[i] = e->chain;
			entry_free(e);
		}
	}
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* --- under the lock */

static struct cache_entry **find(struct cache *c, uint64_t key)
{
	struct cache_entry **at = &c->buckets[key % BUCKETS];

	while (*at && (*at)->key != key)
		at = &(*at)->chain;
	return at;
}

static void leave_order(struct cache *c, struct cache_entry *e)
{
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	e->older = e->newer = NULL;
}

static void become_newest(struct cache *c, struct cache_entry *e)
{
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void take(struct cache *c, struct cache_entry *e)
{
	if (!e->users++)
		leave_order(c, e);
}

/* Not in the order of age. */
static void forget(struct cache *c, struct cache_entry *e)
{
	*find(c, e->key) = e->chain;
	c->bytes -= e->b.len;
	entry_free(e);
}

static void release(struct cache *c, struct cache_entry *e)
{
	if (--e->users)
		return;
	if (e->error)
		forget(c, e);
	else
		become_newest(c, e);
	pthread_cond_broadcast(&c->changed);
}

/* false: others must put theirs back before. */
static bool make_room(struct cache *c, size_t len)
{
	while (c->bytes && (len > c->max_bytes || c->bytes > c->max_bytes - len)) {
		struct cache_entry *e = c->oldest;

		if (!e)
			return false;
		leave_order(c, e);
		forget(c, e);
	}
	return true;
}

static struct cache_entry *add(struct cache *c, uint64_t key, size_t len)
{
	struct cache_entry *e = calloc(1, sizeof(*e));
	struct cache_entry **at = find(c, key);

	if (!e)
		return NULL;
	e->key = key;
	e->b.len = len;
	e->users = 1;
	*at = e;
	c->bytes += len;
	return e;
}

/* --- without it */

static void make(struct cache *c, struct cache_entry *e)
{
	struct fault_watch watch;
	ssize_t r = -ENOMEM;
	int fault;

	fault_watch_begin(&watch);
	e->b.data = data_new(e->b.len);
	if (e->b.data)
		r = c->make(c->arg, e->key, e->b.data, e->b.len);
	fault = fault_seen();
	fault_watch_drop(&watch);	/* noted by all who wanted the block */
	if (fault && r != (ssize_t)e->b.len)
		r = fault;
	pthread_mutex_lock(&c->lock);
	e->error = r < 0 ? (int)r : 0;
	e->b.good = r < 0 ? 0 : (size_t)r;
	e->made = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

int cache_get(struct cache *c, uint64_t key, size_t len, const struct cache_block **out)
{
	struct cache_entry *e;
	bool mine = false;
	int r;

	pthread_mutex_lock(&c->lock);
	while (!(e = *find(c, key)) && !make_room(c, len))
		pthread_cond_wait(&c->changed, &c->lock);
	if (e) {
		take(c, e);
		while (!e->made)
			pthread_cond_wait(&c->changed, &c->lock);
	} else {
		e = add(c, key, len);
		mine = true;
	}
	pthread_mutex_unlock(&c->lock);
	if (e && mine)
		make(c, e);
	r = e ? e->error : -ENOMEM;
	fault_note(r);
	if (!e)
		return r;
	if (r)
		cache_put(c, &e->b);
	else
		*out = &e->b;
	return r;
}

void cache_put(struct cache *c, const struct cache_block *b)
{
	pthread_mutex_lock(&c->lock);
	release(c, (struct cache_entry *)b);
	pthread_mutex_unlock(&c->lock);
}

bool cache_has(struct cache *c, uint64_t key)
{
	bool found;

	pthread_mutex_lock(&c->lock);
	found = *find(c, key);
	pthread_mutex_unlock(&c->lock);
	return found;
}
