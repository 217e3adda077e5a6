/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/cache.h"
#include "formats/source/http/ahead.h"
#include "formats/source/http/http.h"
#include "formats/source/http/protocol.h"

#define AT_ONCE 4u			/* blocks that one reader holds; more than the limit at times, by so many a thread */
#define FETCH_MAX (HTTP_PART_MAX / HTTP_BLOCK_BYTES)
#define INDEX_BITS 40			/* of a key; above them is the number of the file */
#define MIB ((size_t)1 << 20)

struct http_cache {
	struct http_remote *remote;
	uint64_t first_key;
	pthread_mutex_t lock;		/* for ahead, and held while what is planned is claimed */
	struct http_ahead ahead;
};

/* Blocks that a server is asked for in one request. */
struct block_fetch {
	struct http_fetch f;		/* first member */
	size_t n, filled;		/* blocks; those that are made */
	const struct cache_block *blocks[];
};

/* One for the program: http_set_cache() is about all files together, as the user has one memory. Changes before mount only. */
static struct {
	struct cache *blocks;		/* made for the first file, freed with the last one */
	unsigned int files;
	uint64_t next_key;
	size_t bytes;
} shared = { .bytes = HTTP_CACHE_MIB * MIB };

void http_set_cache(unsigned int mib)
{
	shared.bytes = mib * MIB;
}

static uint64_t block_len(const struct http_cache *c, uint64_t index)
{
	return min_u64(HTTP_BLOCK_BYTES, c->remote->size - index * HTTP_BLOCK_BYTES);
}

static uint64_t blocks_of(const struct http_cache *c)
{
	return div_round_up(c->remote->size, HTTP_BLOCK_BYTES);
}

static int claim(const struct http_cache *c, uint64_t index, bool needed, const struct cache_block **out)
{
	return cache_claim(shared.blocks, c->first_key + index, block_len(c, index), needed, out);
}

static bool is_here(const struct http_cache *c, uint64_t index)
{
	return cache_has(shared.blocks, c->first_key + index);
}

/* --- fetching */

static void *fetch_room(struct http_fetch *f, size_t *n)
{
	struct block_fetch *bf = (struct block_fetch *)f;
	const struct cache_block *b = bf->blocks[bf->filled];
	size_t skip = (size_t)(f->got - (uint64_t)bf->filled * HTTP_BLOCK_BYTES);

	*n = (size_t)min_u64(*n, b->len - skip);
	return b->data + skip;
}

static void fetch_came(struct http_fetch *f, size_t n)
{
	struct block_fetch *bf = (struct block_fetch *)f;
	const struct cache_block *b = bf->blocks[bf->filled];

	if (f->got + n < (uint64_t)bf->filled * HTTP_BLOCK_BYTES + b->len)
		return;
	bf->filled++;
	cache_made(shared.blocks, b, (ssize_t)b->len);
}

static void fetch_done(struct http_fetch *f, int r)
{
	struct block_fetch *bf = (struct block_fetch *)f;

	/* what is not filled has failed */
	for (; bf->filled < bf->n; bf->filled++)
		cache_made(shared.blocks, bf->blocks[bf->filled], r ? r : -ETIMEDOUT);
	free(bf);
}

/*
 * Ask for block first, which is claimed and first_block, and those behind it that are not here, up to end and FETCH_MAX, until
 * one that is. Blocks before needed are needed. NULL: no memory. http_fetch_start() is for the caller.
 */
static struct block_fetch *fetch_new(struct http_cache *c, uint64_t first, const struct cache_block *first_block, uint64_t end,
				     uint64_t needed)
{
	const struct cache_block *b = first_block;
	struct block_fetch *bf;

	end = min_u64(end, first + FETCH_MAX);
	bf = calloc(1, sizeof(*bf) + (size_t)(end - first) * sizeof(bf->blocks[0]));
	if (!bf) {
		cache_made(shared.blocks, first_block, -ENOMEM);
		return NULL;
	}
	for (uint64_t i = first; i == first || (i < end && !is_here(c, i) && claim(c, i, i < needed, &b) == 1); i++) {
		bf->blocks[bf->n++] = b;
		bf->f.len += b->len;
	}
	bf->f.remote = c->remote;
	bf->f.off = first * HTTP_BLOCK_BYTES;
	bf->f.urgent = first < needed;
	bf->f.room = fetch_room;
	bf->f.came = fetch_came;
	bf->f.done = fetch_done;
	return bf;
}

/* --- reading */

static void put_blocks(const struct cache_block **blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cache_put(shared.blocks, blocks[i]);
}

/* All blocks of [first, end), at most AT_ONCE, with a reference each; and what is read ahead. */
static int get_blocks(struct http_cache *c, uint64_t first, uint64_t end, uint64_t want, const struct cache_block **blocks)
{
	struct block_fetch *fetches[AT_ONCE + HTTP_AHEAD_MAX / FETCH_MAX + 2];
	size_t nfetches = 0, got = 0;
	const struct cache_block *b;
	uint64_t ahead, target;
	int r = 0;

	pthread_mutex_lock(&c->lock);
	target = http_ahead_plan(&c->ahead, first, end, want, blocks_of(c), shared.bytes / HTTP_BLOCK_BYTES / 8, &ahead);
	for (uint64_t i = first; i < end && r >= 0; i++) {
		r = claim(c, i, true, &b);
		if (r == 1) {
			cache_ref(shared.blocks, b);
			fetches[nfetches] = fetch_new(c, i, b, ahead == end ? target : end, end);
			if (fetches[nfetches])
				nfetches++;
		}
		if (r >= 0)
			blocks[got++] = b;
	}
	for (; r >= 0 && ahead < target && nfetches < ARRAY_SIZE(fetches); ahead++) {
		if (is_here(c, ahead))
			continue;
		if (claim(c, ahead, false, &b) != 1 || !(fetches[nfetches] = fetch_new(c, ahead, b, target, 0)))
			break;
		ahead += fetches[nfetches++]->n - 1;
	}
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < nfetches; i++)
		http_fetch_start(&fetches[i]->f);
	if (r < 0)
		put_blocks(blocks, got);
	return r < 0 ? r : 0;
}

int http_cache_read(struct http_cache *c, void *buf, size_t n, uint64_t off)
{
	uint64_t want = div_round_up(off + n, HTTP_BLOCK_BYTES);
	const struct cache_block *blocks[AT_ONCE];
	char *p = buf;
	int r = 0;

	while (n && !r) {
		uint64_t first = off / HTTP_BLOCK_BYTES, end = min_u64(want, first + AT_ONCE);

		r = get_blocks(c, first, end, want, blocks);
		if (r)
			return r;
		for (uint64_t i = first; i < end && !r; i++) {
			size_t skip = (size_t)(off % HTTP_BLOCK_BYTES), part = (size_t)min_u64(n, HTTP_BLOCK_BYTES - skip);

			r = cache_wait(shared.blocks, blocks[i - first]);
			if (r)
				break;
			memcpy(p, blocks[i - first]->data + skip, part);
			p += part;
			off += part;
			n -= part;
		}
		put_blocks(blocks, (size_t)(end - first));
	}
	return r;
}

void http_cache_put_first(struct http_cache *c, const void *bytes)
{
	const struct cache_block *b;

	if (claim(c, 0, true, &b) != 1)
		return;
	memcpy(b->data, bytes, b->len);
	cache_made(shared.blocks, b, (ssize_t)b->len);
}

struct http_cache *http_cache_new(struct http_remote *remote)
{
	struct http_cache *c = calloc(1, sizeof(*c));

	if (c && !shared.files)
		shared.blocks = cache_new(shared.bytes, NULL, NULL);
	if (!c || !shared.blocks) {
		free(c);
		return NULL;
	}
	if (!shared.files)
		memory_allow_cache((int64_t)shared.bytes);
	shared.files++;
	c->remote = remote;
	c->first_key = shared.next_key++ << INDEX_BITS;
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void http_cache_free(struct http_cache *c)
{
	if (!c)
		return;
	http_remote_cancel(c->remote);
	cache_drop(shared.blocks, c->first_key, c->first_key + (((uint64_t)1 << INDEX_BITS) - 1));
	if (!--shared.files) {
		cache_free(shared.blocks);
		shared.blocks = NULL;
		memory_allow_cache(-(int64_t)shared.bytes);
	}
	pthread_mutex_destroy(&c->lock);
	free(c);
}
