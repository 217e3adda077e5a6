/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of bytes that are expensive to make (decompressed, fetched), of which the last used are kept: at most so many
 * bytes, those that are being made or read included. What two threads want at once is made once.
 *
 * Blocks are made in one of two ways. By who wants one, in cache_get(): a thread holds one block of a cache at a time then, and
 * making it may take blocks of another cache that is further down. Or somewhere else, several at a time: who wants a block
 * claims it, sees to it that somebody makes it, and waits.
 *
 * The lock inside is a leaf and is held for looking up only, never while a block is made.
 *
 * Threads: any. Ownership: blocks are the cache's; who got one puts it back.
 */
#ifndef VMCOREFS_BASE_CACHE_H
#define VMCOREFS_BASE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cache;

struct cache_block {
	uint8_t *data;
	size_t len;			/* as it was asked for */
	size_t good;			/* so many bytes of it could be made; the rest is lost */
};

/* Make the block of key: the number of good bytes from its beginning (all, or what came before damage), which is
 * remembered; or -errno, which is not. A passing fault (base/fault.h) that it met while it lost bytes counts as an error. */
typedef ssize_t cache_make(const void *arg, uint64_t key, uint8_t *data, size_t len);

/* At most so many bytes, but room for one block there is always. make NULL: blocks are claimed. NULL: out of memory. */
struct cache *cache_new(size_t bytes, cache_make *make, const void *arg);
void cache_free(struct cache *c);		/* NULL is fine */

/* The block of key, len bytes > 0: equal keys have equal lengths. 0 or -errno. */
int cache_get(struct cache *c, uint64_t key, size_t len, const struct cache_block **out);
void cache_put(struct cache *c, const struct cache_block *b);

/*
 * The block of key as above, maybe still in the making. 1: it is the caller's to make: somebody fills data, in any thread, and
 * calls cache_made(). 0: it is there, or somebody else makes it: cache_wait() before it is looked at, cache_put() at the end.
 * -ENOMEM: also when there is no room for a block that is not needed; one that is takes more than the limit where it must.
 */
int cache_claim(struct cache *c, uint64_t key, size_t len, bool needed, const struct cache_block **out);
/* Once more what the caller has, for somebody else to put back. */
void cache_ref(struct cache *c, const struct cache_block *b);
/* The end of a claim: its number of good bytes, or -errno, which those who wait for it now get and nobody later; it is put back. */
void cache_made(struct cache *c, const struct cache_block *b, ssize_t good);
/* 0 when it is made; why it could not be; -EINTR: nobody waits for what this thread does any more (base/wanted.h). */
int cache_wait(struct cache *c, const struct cache_block *b);
/* Forget the blocks with keys from first to last that nobody has. */
void cache_drop(struct cache *c, uint64_t first, uint64_t last);

/* Is it there, or in the making? */
bool cache_has(struct cache *c, uint64_t key);

#endif
