/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of one number space (a logical file, physical memory) and where their bytes lie in another.
 *
 * Both containers of the project are lists of such ranges that may overlap: flattened streams, where the later record
 * wins, and ELF program headers, which list the same memory several times. extents_resolve() makes a sorted list of
 * disjoint ranges of either, in O(n log n), which readers then bisect.
 *
 * A flattened stream of 100 GB has millions of records, nearly all of which go on where the one before ends. Such records
 * are one range, and only their lengths are kept: 4 bytes a record.
 *
 * Threads: building: one; extents_find(), extents_offset(): any. The list owns its arrays.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_EXTENTS_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

struct extent {
	uint64_t start, len;		/* bytes; start + len does not wrap */
	uint64_t offset;		/* of the first byte in the file */
	uint32_t records;		/* 0: the bytes lie together; else 1 + index of the first record in lengths */
	uint32_t first;			/* then: bytes of it, the others follow behind a header each */
};

struct extents {
	struct extent *list;
	size_t n, cap;
	uint32_t *lengths;		/* of records */
	size_t nlengths, lengths_cap;
	uint64_t end;			/* in the file: of the last record */
};

/* 0 or -ENOMEM. The caller has checked that neither start + len nor offset + len wraps; len 0 adds nothing. */
int extents_add(struct extents *x, uint64_t start, uint64_t len, uint64_t offset);
/* The same for a record with a header of EXTENTS_HEADER bytes. In the order of the file. */
int extents_add_record(struct extents *x, uint64_t start, uint64_t len, uint64_t offset);
#define EXTENTS_HEADER 16u
void extents_free(struct extents *x);

/* Who is believed where two ranges overlap. */
enum extents_winner { EXTENTS_LOWEST_OFFSET, EXTENTS_HIGHEST_OFFSET };

/* Sort, cut overlaps, merge neighbours that are contiguous on both sides. 0 or -ENOMEM. */
int extents_resolve(struct extents *x, enum extents_winner winner);

/* Take the ranges of what, which may be in any order, out of a resolved list, which stays one. 0 or -ENOMEM. */
int extents_remove(struct extents *x, const struct extents *what);

/* Index of the first range of a resolved list that ends beyond pos; n when there is none. */
size_t extents_find(const struct extents *x, uint64_t pos);
/* Where byte pos of range e is in the file; *together: so many bytes of it lie there one after the other. */
uint64_t extents_offset(const struct extents *x, const struct extent *e, uint64_t pos, uint64_t *together);

#endif
