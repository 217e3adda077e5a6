/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of the mount, each made when it is first needed, of which the last used are kept: at most so many bytes, but one
 * text there is always. What two threads want at once is made once. Texts are shared by reference count, so that who has a
 * file open keeps its text, whatever happens here. How long a text was is known longer than the text itself: its size does
 * not go back to a bound.
 *
 * That a text cannot be made is remembered as long, but for passing faults (base/fault.h).
 *
 * Threads: any. The lock inside is a leaf, held for looking up only; a text is made under a once of its own, and may
 * want no other text.
 */
#ifndef VMCOREFS_FS_TEXT_CACHE_H
#define VMCOREFS_FS_TEXT_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "fs/node.h"

struct text_cache;

/* Fill out: 0 or -errno; an error of memory may be in out only. */
typedef int text_make(void *arg, struct outbuf *out);

/* bytes of texts, and of lengths max_lengths more. NULL: out of memory. */
struct text_cache *text_cache_new(size_t bytes, size_t max_lengths);
void text_cache_free(struct text_cache *c);	/* NULL is fine */

/* The text of a node, made by make(arg) if need be; one reference for the caller. 0 or -errno. */
int text_cache_get(struct text_cache *c, struct node n, text_make *make, void *arg, struct text **out);
/* Is there no work in getting it? */
bool text_cache_has(struct text_cache *c, struct node n);
/* Its length in bytes, if it is known. */
bool text_cache_length(struct text_cache *c, struct node n, size_t *len);

#endif
