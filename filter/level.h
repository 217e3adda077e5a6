/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump level as a page source over the dump: what the level leaves out is EXCLUDED. Zero pages (LEVEL_ZERO) are found
 * by those who read the contents: level_find_zero() for views that must know them beforehand.
 *
 * Threads: any once made.
 */
#ifndef VMCOREFS_FILTER_LEVEL_H
#define VMCOREFS_FILTER_LEVEL_H

#include "base/pages.h"
#include "filter/classify.h"

/* Borrows below and classes; classes may be NULL when the level does not need them. Pages from max_pfn on are ABSENT.
 * NULL: out of memory. */
struct pages *level_new(const struct pages *below, const struct classes *classes, unsigned int level,
			uint64_t max_pfn);

/* The same selection with its zero pages EXCLUDED: reads the contents of all that level keeps, on all cores. Borrows
 * level, which level_new() made. Pages that cannot be read count as not zero. */
int level_find_zero(const struct pages *level, struct progress *progress, struct pages **out);

/* The same selection with other pages EXCLUDED too. Borrows level, which level_new() or this made; takes over out, not on
 * failure. NULL: out of memory. */
struct pages *level_leave_out(const struct pages *level, struct bitmap *out);

void level_free(struct pages *level);		/* NULL is fine */

#endif
