/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of one number space (a logical file, physical memory) and where their bytes lie in another.
 *
 * Both containers of the project are lists of such ranges that may overlap: flattened streams, where the later record
 * wins, and ELF program headers, which list the same memory several times. extents_resolve() makes a sorted list of
 * disjoint ranges of either, in O(n log n), which readers then bisect.
 *
 * Threads: building: one; extents_find(): any. The list owns its array.
 */
#ifndef VMCOREFS_FORMATS_EXTENTS_H
#define VMCOREFS_FORMATS_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

struct extent {
	uint64_t start, len;		/* bytes; start + len does not wrap */
	uint64_t offset;		/* of the first byte in the file */
};

struct extents {
	struct extent *list;
	size_t n, cap;
};

/* 0 or -ENOMEM. The caller has checked that neither start + len nor offset + len wraps; len 0 adds nothing. */
int extents_add(struct extents *x, uint64_t start, uint64_t len, uint64_t offset);
void extents_free(struct extents *x);

/* Who is believed where two ranges overlap. */
enum extents_winner { EXTENTS_LOWEST_OFFSET, EXTENTS_HIGHEST_OFFSET };

/* Sort, cut overlaps, merge neighbours that are contiguous on both sides. 0 or -ENOMEM. */
int extents_resolve(struct extents *x, enum extents_winner winner);

/* Index of the first range of a resolved list that ends beyond pos; n when there is none. */
size_t extents_find(const struct extents *x, uint64_t pos);

#endif
