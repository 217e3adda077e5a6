/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source of pieces that are decompressed one by one: what containers have in common that can be read in the middle. A
 * container fills the list of its chunks when it is opened and knows how to decode one; the rest is here: finding
 * them, a cache, and decoding the next ones on other cores for who reads on and on.
 *
 * Also the pass over all of a file that some containers need for their list, and users ask what takes so long.
 *
 * Threads: any after chunked_finish(). Ownership: a chunked source owns the source inside it.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_CHUNKS_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_CHUNKS_H

#include <time.h>

#include "base/cache.h"
#include "base/source.h"

/* Larger pieces are not for memory: see unpacked.h. */
#define CHUNK_BYTES_MAX ((uint64_t)64 << 20)

struct chunk {
	uint64_t start;			/* in the content: bytes */
	uint64_t at : 56, kind : 8;	/* in the file inside, and what else the container has to know of it */
};

struct chunked;

struct chunked_ops {
	/* Chunk i, len bytes, to out: the number of good bytes, less than len where the file is cut off or damaged, which was
	 * logged; or -ENOMEM. Any thread. */
	ssize_t (*decode)(const struct chunked *c, size_t i, uint8_t *out, size_t len);
	/* Free what is the container's own, and c itself (not what is in struct chunked). Half-open ones too. */
	void (*free)(struct chunked *c);
};

struct chunked {
	struct source s;		/* first member */
	const struct chunked_ops *ops;
	struct source *inner;		/* owned */
	const char *method;		/* "gzip": for messages */
	struct chunk *list;		/* owned: n, and one more where the last one ends */
	size_t n, room;
	uint64_t largest;		/* bytes of content in one chunk */
	struct cache *cache;		/* owned; of chunks by their number */
	size_t cache_bytes;
	unsigned long damaged;		/* chunks found so */
};

/* c is the beginning of a calloc()ed structure of the container's. Takes over inner. */
void chunked_init(struct chunked *c, const struct chunked_ops *ops, struct source *inner, const char *method);
/* The next one, of len bytes; nothing for len 0. -EFBIG when the sum is beyond a file's size; -ENOMEM. */
int chunked_add(struct chunked *c, uint64_t len, uint64_t at, unsigned int kind);
void chunked_clear(struct chunked *c);		/* the list is empty again */
/* The list is complete; the last chunk ends at end in the file inside. */
int chunked_finish(struct chunked *c, uint64_t end);
uint64_t chunked_size(const struct chunked *c, size_t i);	/* bytes of content in chunk i */
void chunked_close(struct chunked *c);

/* One message for a chunk that cannot be decoded, counted; 0, for no good bytes. A passing fault that is behind it (see
 * fail_counted()) is returned instead. */
ssize_t chunked_damaged(const struct chunked *c, size_t i, const char *why);
/* The rest of the container is missing from this offset of the file inside on: a warning, and s.truncated. */
void chunked_cut_short(struct chunked *c, uint64_t at, const char *why);

/* --- a pass over a file: nothing is said when it is short; else how far it is, on a terminal all the time, else every ten
 * seconds */
struct source_pass {
	const struct source *inner;	/* size 0: not known */
	const char *method, *what;	/* "gzip", "an index"; borrowed */
	int64_t started, next;		/* milliseconds of the monotonic clock */
};

void pass_start(struct source_pass *p, const struct source *inner, const char *method, const char *what);
void pass_tick(struct source_pass *p, uint64_t done);			/* bytes of inner; call it as often as you like */

#endif
