/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of files on servers. All files share the room (http_set_cache() in http.h); those least recently used go first.
 *
 * A block that several want is fetched once. Reading in order makes it read ahead, by as much as was read in order so far,
 * see ahead.h; reading here and there fetches only the blocks concerned.
 *
 * Threads: any, but for new and free. Locks: one a file, then that of base/cache.h; held over neither transfers nor copying.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_CACHE_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_CACHE_H

#include "formats/source/http/fetch.h"

#define HTTP_BLOCK_BYTES (64u << 10)	/* at 100 Mbit/s it takes 5 ms, less than most round trips */

struct http_cache;

/* The remote, which is known, is borrowed. NULL: out of memory. */
struct http_cache *http_cache_new(struct http_remote *remote);
void http_cache_free(struct http_cache *c);	/* NULL is fine; cancels what is under way */

/* Bytes of block 0 that are here already: min(size, HTTP_BLOCK_BYTES). */
void http_cache_put_first(struct http_cache *c, const void *bytes);

/* Fill n bytes at off, which are inside the file: 0, -ENOMEM, -EINTR (base/wanted.h), or what fetch.h has. */
int http_cache_read(struct http_cache *c, void *buf, size_t n, uint64_t off);

#endif
