/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "base/fault.h"
#include "base/wanted.h"

#define BUCKETS 4096u
/* From here on memory goes back to the system when it is not used: malloc() would keep it, for each thread. */
#define MAP_BYTES 262144u
#define NS_A_SECOND 1000000000L
#define LOOK_UP_NS (NS_A_SECOND / 4)	/* how often one who waits for a block asks whether anybody waits for him */

struct cache_entry {
	struct cache_block b;		/* first member */
	uint64_t key;
	unsigned int users;
	bool made;			/* b is complete, or error says why not: then it is in no bucket any more */
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

static void leave_bucket(struct cache *c, struct cache_entry *e)
{
	*find(c, e->key) = e->chain;
}

/* In no bucket, and not in the order of age. */
static void forget(struct cache *c, struct cache_entry *e)
{
	c->bytes -= e->b.len;
	entry_free(e);
}

static void evict(struct cache *c, struct cache_entry *e)
{
	leave_order(c, e);
	leave_bucket(c, e);
	forget(c, e);
}

static void settle(struct cache *c, struct cache_entry *e, ssize_t good)
{
	e->error = good < 0 ? (int)good : 0;
	e->b.good = good < 0 ? 0 : (size_t)good;
	e->made = true;
	if (e->error)
		leave_bucket(c, e);
	pthread_cond_broadcast(&c->changed);
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
		evict(c, e);
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
	settle(c, e, r);
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

int cache_claim(struct cache *c, uint64_t key, size_t len, bool needed, const struct cache_block **out)
{
	struct cache_entry *e;
	bool mine;

	pthread_mutex_lock(&c->lock);
	e = *find(c, key);
	mine = !e;
	if (e)
		take(c, e);
	else if (make_room(c, len) || needed)
		e = add(c, key, len);
	pthread_mutex_unlock(&c->lock);
	if (e && mine && !(e->b.data = data_new(len))) {
		cache_made(c, &e->b, -ENOMEM);
		e = NULL;
	}
	if (!e)
		return -ENOMEM;
	*out = &e->b;
	return mine;
}

void cache_ref(struct cache *c, const struct cache_block *b)
{
	pthread_mutex_lock(&c->lock);
	take(c, (struct cache_entry *)b);
	pthread_mutex_unlock(&c->lock);
}

void cache_made(struct cache *c, const struct cache_block *b, ssize_t good)
{
	struct cache_entry *e = (struct cache_entry *)b;

	pthread_mutex_lock(&c->lock);
	settle(c, e, good);
	release(c, e);
	pthread_mutex_unlock(&c->lock);
}

int cache_wait(struct cache *c, const struct cache_block *b)
{
	const struct cache_entry *e = (const struct cache_entry *)b;
	struct timespec until;
	int r = 0;

	pthread_mutex_lock(&c->lock);
	while (!e->made && !r) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_UP_NS;
		until.tv_sec += until.tv_nsec / NS_A_SECOND;
		until.tv_nsec %= NS_A_SECOND;
		if (pthread_cond_timedwait(&c->changed, &c->lock, &until) == ETIMEDOUT && !work_is_wanted())
			r = -EINTR;
	}
	if (!r)
		r = e->error;
	pthread_mutex_unlock(&c->lock);
	return r;
}

void cache_drop(struct cache *c, uint64_t first, uint64_t last)
{
	pthread_mutex_lock(&c->lock);
	for (struct cache_entry *e = c->oldest, *newer; e; e = newer) {
		newer = e->newer;
		if (e->key >= first && e->key <= last)
			evict(c, e);
	}
	pthread_mutex_unlock(&c->lock);
}
