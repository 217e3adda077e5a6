/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of memory that somebody has looked up by name (phys/<addr>+<len>): two numbers do not fit into an inode number,
 * so each gets an index while the kernel remembers it.
 *
 * Threads: any; one lock, held for no more than a list walk.
 */
#ifndef VMCOREFS_FS_RANGES_H
#define VMCOREFS_FS_RANGES_H

#include <stdbool.h>
#include <stdint.h>

struct ranges;

struct range {
	bool virtual;			/* virt/, else phys/ */
	uint64_t addr, len;
};

struct ranges *ranges_new(void);	/* NULL: out of memory */
void ranges_free(struct ranges *r);	/* NULL is fine */

/* The index of a range, one lookup counted. 0, -ENOMEM. An index is never used again for another range. */
int ranges_add(struct ranges *r, const struct range *range, uint64_t *index);
/* -ENOENT: forgotten. */
int ranges_get(struct ranges *r, uint64_t index, struct range *out);
/* n lookups less. */
void ranges_forget(struct ranges *r, uint64_t index, uint64_t n);

#endif
