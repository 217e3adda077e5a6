/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of byte strings, looked for in memory: one pass for all of them, by all cores. A word may lie across the border of
 * pages that follow one another. Zero bytes are in no word: pages of zeroes and what is not stored are not read.
 *
 * Threads: one fills it; words_in() any then; words_search() uses all cores.
 */
#ifndef VMCOREFS_FILTER_WORDS_H
#define VMCOREFS_FILTER_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

#define WORD_MIN	4u		/* bytes; what is shorter is everywhere by chance */
#define WORD_MAX	1024u
#define WORDS_MAX	((size_t)1 << 16)
#define HITS_MAX	((size_t)1 << 20)

struct word {
	const uint8_t *bytes;		/* borrowed */
	uint32_t len;
	uint32_t number;		/* the caller's: what to call it by, as it is not to be shown */
	uint32_t next;			/* of the same hash; 0: none, else its index + 1 */
};

struct words {
	struct word *list;		/* owned */
	size_t n, cap;
	uint32_t *heads;		/* owned, by the hash of the first WORD_MIN bytes: index + 1 */
	uint32_t longest;
};

struct word_hit {
	uint64_t paddr;			/* or an offset */
	uint32_t word;			/* index in the list */
};

struct word_hits {
	struct word_hit *list;		/* owned; sorted by address, then word */
	size_t n, cap;
	uint64_t unread;		/* pages that could not be read */
};

/* -EINVAL: too short or too long, or with a zero byte; -EFBIG: too many; -ENOMEM. Nothing is logged. */
int words_add(struct words *w, const void *bytes, size_t len, uint32_t number);
void words_free(struct words *w);

/* Where words start in bytes[0..starts), and end before n: fn for each, in order, with the offset. Nonzero ends it. */
int words_in(const struct words *w, const uint8_t *bytes, size_t starts, size_t n,
	     int (*fn)(void *arg, uint64_t offset, uint32_t word), void *arg);

/* In all stored pages. 0; -EFBIG: more than HITS_MAX, of which out has some; -ENOMEM, -EINTR, passing faults. How far it
 * is stands on the terminal. out is to be freed in any case. */
int words_search(const struct words *w, const struct pages *ps, struct word_hits *out);
void word_hits_free(struct word_hits *h);

#endif
