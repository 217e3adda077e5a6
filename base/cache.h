/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of bytes that are expensive to make (decompressed, fetched), of which the last used are kept: at most so many
 * bytes, those that are being made or read included. What two threads want at once is made once.
 *
 * The lock inside is a leaf and is held for looking up only, never while a block is made. A thread holds one block of a
 * cache at a time; making a block may take blocks of another cache that is further down.
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

/* At most so many bytes, but room for one block there is always. NULL: out of memory. */
struct cache *cache_new(size_t bytes, cache_make *make, const void *arg);
void cache_free(struct cache *c);		/* NULL is fine */

/* The block of key, len bytes > 0: equal keys have equal lengths. 0 or -errno. */
int cache_get(struct cache *c, uint64_t key, size_t len, const struct cache_block **out);
void cache_put(struct cache *c, const struct cache_block *b);
/* Is it there, or in the making? */
bool cache_has(struct cache *c, uint64_t key);

#endif
