/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of page-table walks (vtop/) that were made to answer a lookup or a stat, kept for the open that follows: the last
 * few that nobody has opened yet.
 *
 * Threads: any; one lock, a leaf, held for looking through the slots.
 */
#ifndef VMCOREFS_FS_WALKS_H
#define VMCOREFS_FS_WALKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "fs/ranges.h"

struct walks;

struct walks *walks_new(void);		/* NULL: out of memory */
void walks_free(struct walks *w);	/* NULL is fine */

/* Takes over the caller's reference of t: the text of this walk from now on, in place of an older one. */
void walks_keep(struct walks *w, const struct range *walk, struct text *t);
/* Its length in bytes. false: there is none. */
bool walks_length(struct walks *w, const struct range *walk, size_t *len);
/* It is the caller's, and no longer here. NULL: there is none. */
struct text *walks_take(struct walks *w, const struct range *walk);

#endif
