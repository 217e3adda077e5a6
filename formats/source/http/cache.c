/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/wanted.h"
#include "formats/source/http/http.h"
#include "formats/source/http/ahead.h"

#define BUCKETS 4096u
#define AT_ONCE 4u			/* blocks that one reader holds; more than the limit at times, by so many a thread */
#define NS_A_SECOND 1000000000L
#define LOOK_UP_NS (NS_A_SECOND / 4)	/* how often one who waits for a block asks whether anybody waits for him */
#define FETCH_MAX ((4u << 20) / HTTP_BLOCK_BYTES)

enum state { LOADING, READY, FAILED };

/* Filled by its fetch without the lock while LOADING; does not change when READY. FAILED: not in the table any more. */
struct http_block {
	struct http_block *chain;		/* of its bucket */
	struct http_block *older, *newer;	/* READY ones without references, by last use */
	struct http_cache *owner;
	uint64_t index;
	unsigned int refs;		/* readers, and the fetch */
	enum state state;
	int error;			/* FAILED: why */
	uint8_t bytes[HTTP_BLOCK_BYTES];
};

struct http_cache {
	struct http_remote *remote;
	struct http_ahead ahead;	/* under the lock of the store */
};

/* Blocks that a server is asked for in one request. */
struct block_fetch {
	struct http_fetch f;		/* first member */
	size_t n, filled;		/* blocks; those that are READY */
	struct http_block *blocks[];
};

static struct store {
	pthread_mutex_t lock;
	pthread_cond_t changed;		/* a block is no longer LOADING */
	struct http_block *buckets[BUCKETS];
	struct http_block *oldest, *newest;
	size_t count, limit;		/* blocks */
} store = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.limit = (size_t)HTTP_CACHE_MIB * ((1u << 20) / HTTP_BLOCK_BYTES),
};

void http_set_cache(unsigned int mib)
{
	store.limit = (size_t)mib * ((1u << 20) / HTTP_BLOCK_BYTES);
}

/* --- the store: all with its lock held */

static struct http_block **bucket_of(const struct http_cache *c, uint64_t index)
{
	uint64_t h = ((uintptr_t)c / 64 + index) * 0x9e3779b97f4a7c15u;

	return &store.buckets[h >> 52];
}

static void lru_remove(struct http_block *b)
{
	*(b->older ? &b->older->newer : &store.oldest) = b->newer;
	*(b->newer ? &b->newer->older : &store.newest) = b->older;
	b->older = b->newer = NULL;
}

static void lru_add(struct http_block *b)
{
	b->older = store.newest;
	b->newer = NULL;
	*(b->older ? &b->older->newer : &store.oldest) = b;
	store.newest = b;
}

static void unhash(struct http_block *b)
{
	struct http_block **at = bucket_of(b->owner, b->index);

	while (*at != b)
		at = &(*at)->chain;
	*at = b->chain;
}

static void drop(struct http_block *b)
{
	store.count--;
	free(b);
}

static void ref(struct http_block *b)
{
	if (!b->refs++)
		lru_remove(b);
}

static void unref(struct http_block *b)
{
	if (--b->refs)
		return;
	if (b->state == READY)
		lru_add(b);
	else
		drop(b);
}

static struct http_block *find(const struct http_cache *c, uint64_t index)
{
	struct http_block *b = *bucket_of(c, index);

	while (b && (b->owner != c || b->index != index))
		b = b->chain;
	return b;
}

static void evict_oldest(void)
{
	struct http_block *b = store.oldest;

	lru_remove(b);
	unhash(b);
	drop(b);
}

/* LOADING, with one reference. What somebody waits for gets its room; what is read ahead must find some. */
static struct http_block *add(struct http_cache *c, uint64_t index, bool needed)
{
	struct http_block **bucket = bucket_of(c, index), *b;

	while (store.count >= store.limit && store.oldest)
		evict_oldest();
	if (store.count >= store.limit && !needed)
		return NULL;
	b = malloc(sizeof(*b));
	if (!b)
		return NULL;
	b->older = b->newer = NULL;
	b->owner = c;
	b->index = index;
	b->refs = 1;
	b->state = LOADING;
	b->error = 0;
	b->chain = *bucket;
	*bucket = b;
	store.count++;
	return b;
}

/* READY with r 0. */
static void settle(struct http_block *b, int r)
{
	b->state = r ? FAILED : READY;
	b->error = r;
	if (r)
		unhash(b);
	unref(b);
	pthread_cond_broadcast(&store.changed);
}

/* --- fetching */

static uint64_t block_len(const struct http_cache *c, uint64_t index)
{
	return min_u64(HTTP_BLOCK_BYTES, c->remote->size - index * HTTP_BLOCK_BYTES);
}

static uint64_t blocks_of(const struct http_cache *c)
{
	return div_round_up(c->remote->size, HTTP_BLOCK_BYTES);
}

static void fetch_data(struct http_fetch *f, const void *p, size_t n)
{
	struct block_fetch *bf = (struct block_fetch *)f;
	uint64_t pos = f->got;		/* in the whole of the fetch */

	while (n) {
		struct http_block *b = bf->blocks[bf->filled];
		size_t skip = (size_t)(pos - (uint64_t)bf->filled * HTTP_BLOCK_BYTES);
		size_t len = (size_t)block_len(b->owner, b->index), part = (size_t)min_u64(n, len - skip);

		memcpy(b->bytes + skip, p, part);
		p = (const char *)p + part;
		pos += part;
		n -= part;
		if (skip + part == len) {
			bf->filled++;
			pthread_mutex_lock(&store.lock);
			settle(b, 0);
			pthread_mutex_unlock(&store.lock);
		}
	}
}

static void fetch_done(struct http_fetch *f, int r)
{
	struct block_fetch *bf = (struct block_fetch *)f;

	/* what is not filled has failed */
	pthread_mutex_lock(&store.lock);
	for (; bf->filled < bf->n; bf->filled++)
		settle(bf->blocks[bf->filled], r ? r : -ETIMEDOUT);
	pthread_mutex_unlock(&store.lock);
	free(bf);
}

/*
 * Ask for the blocks from first on that are not here, up to end and FETCH_MAX, until one that is. NULL: the first is here,
 * or there is no memory. Blocks before needed are needed. The lock is held; http_fetch_start() is for the caller.
 */
static struct block_fetch *fetch_new(struct http_cache *c, uint64_t first, uint64_t end, uint64_t needed)
{
	struct block_fetch *bf;
	struct http_block *b;

	end = min_u64(end, first + FETCH_MAX);
	if (first >= end || find(c, first))
		return NULL;
	bf = calloc(1, sizeof(*bf) + (size_t)(end - first) * sizeof(bf->blocks[0]));
	if (!bf)
		return NULL;
	for (uint64_t i = first; i < end && !find(c, i); i++) {
		b = add(c, i, i < needed);
		if (!b)
			break;
		bf->blocks[bf->n++] = b;
		bf->f.len += block_len(c, i);
	}
	if (!bf->n) {
		free(bf);
		return NULL;
	}
	bf->f.remote = c->remote;
	bf->f.off = first * HTTP_BLOCK_BYTES;
	bf->f.urgent = first < needed;
	bf->f.data = fetch_data;
	bf->f.done = fetch_done;
	return bf;
}

/* --- reading */

/* All blocks of [first, end), at most AT_ONCE, with a reference each; and what is read ahead. */
static int get_blocks(struct http_cache *c, uint64_t first, uint64_t end, uint64_t want, struct http_block **blocks)
{
	struct block_fetch *fetches[AT_ONCE + HTTP_AHEAD_MAX / FETCH_MAX + 2];
	size_t nfetches = 0, got = 0;
	uint64_t ahead, target;
	int r = 0;

	pthread_mutex_lock(&store.lock);
	target = http_ahead_plan(&c->ahead, first, end, want, blocks_of(c), store.limit / 8, &ahead);
	for (uint64_t i = first; i < end && !r; i++) {
		struct http_block *b = find(c, i);

		if (!b) {
			struct block_fetch *bf = fetch_new(c, i, ahead == end ? target : end, end);

			if (bf) {
				fetches[nfetches++] = bf;
				b = bf->blocks[0];
			}
		}
		if (b) {
			ref(b);
			blocks[got++] = b;
		} else {
			r = -ENOMEM;
		}
	}
	while (!r && ahead < target && nfetches < ARRAY_SIZE(fetches)) {
		struct block_fetch *bf = fetch_new(c, ahead, target, 0);

		if (bf)
			fetches[nfetches++] = bf;
		else if (!find(c, ahead))
			break;
		ahead += bf ? bf->n : 1;
	}
	while (r && got)
		unref(blocks[--got]);
	pthread_mutex_unlock(&store.lock);
	for (size_t i = 0; i < nfetches; i++)
		http_fetch_start(&fetches[i]->f);
	return r;
}

/* 0 when it is here; why not; -EINTR: nobody waits for what this thread does any more. */
static int wait_for(struct http_block *b)
{
	struct timespec until;
	int r = 0;

	pthread_mutex_lock(&store.lock);
	while (b->state == LOADING && !r) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_UP_NS;
		until.tv_sec += until.tv_nsec / NS_A_SECOND;
		until.tv_nsec %= NS_A_SECOND;
		if (pthread_cond_timedwait(&store.changed, &store.lock, &until) == ETIMEDOUT && !work_is_wanted())
			r = -EINTR;
	}
	if (!r)
		r = b->error;
	pthread_mutex_unlock(&store.lock);
	return r;
}

static void unref_all(struct http_block **blocks, size_t n)
{
	pthread_mutex_lock(&store.lock);
	for (size_t i = 0; i < n; i++)
		unref(blocks[i]);
	pthread_mutex_unlock(&store.lock);
}

int http_cache_read(struct http_cache *c, void *buf, size_t n, uint64_t off)
{
	uint64_t want = div_round_up(off + n, HTTP_BLOCK_BYTES);
	struct http_block *blocks[AT_ONCE];
	char *p = buf;
	int r = 0;

	while (n && !r) {
		uint64_t first = off / HTTP_BLOCK_BYTES, end = min_u64(want, first + AT_ONCE);

		r = get_blocks(c, first, end, want, blocks);
		if (r)
			return r;
		for (uint64_t i = first; i < end; i++) {
			size_t skip = (size_t)(off % HTTP_BLOCK_BYTES), part = (size_t)min_u64(n, HTTP_BLOCK_BYTES - skip);

			if (!r)
				r = wait_for(blocks[i - first]);
			if (r)
				continue;
			memcpy(p, blocks[i - first]->bytes + skip, part);
			p += part;
			off += part;
			n -= part;
		}
		unref_all(blocks, (size_t)(end - first));
	}
	return r;
}

void http_cache_put_first(struct http_cache *c, const void *bytes)
{
	struct http_block *b;

	pthread_mutex_lock(&store.lock);
	b = add(c, 0, true);
	if (b) {
		memcpy(b->bytes, bytes, (size_t)block_len(c, 0));
		settle(b, 0);
	}
	pthread_mutex_unlock(&store.lock);
}

struct http_cache *http_cache_new(struct http_remote *remote)
{
	struct http_cache *c = calloc(1, sizeof(*c));

	if (c)
		c->remote = remote;
	return c;
}

void http_cache_free(struct http_cache *c)
{
	if (!c)
		return;
	http_remote_cancel(c->remote);
	pthread_mutex_lock(&store.lock);
	for (struct http_block *b = store.oldest, *newer; b; b = newer) {
		newer = b->newer;
		if (b->owner == c) {
			lru_remove(b);
			unhash(b);
			drop(b);
		}
	}
	pthread_mutex_unlock(&store.lock);
	free(c);
}
