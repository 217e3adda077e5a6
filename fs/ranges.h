/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody has looked up by a name of two numbers (phys/<addr>+<len>, vtop/<pgd>:<addr>): they do not fit into an
 * inode number, so each pair gets an index while the kernel remembers it.
 *
 * Threads: any; one lock, held for no more than a list walk.
 */
#ifndef VMCOREFS_FS_RANGES_H
#define VMCOREFS_FS_RANGES_H

#include <stdint.h>

struct ranges;

enum range_kind {
	RANGE_PHYS,			/* phys/ */
	RANGE_VIRT,			/* virt/ */
	RANGE_WALK,			/* vtop/<addr>, of an address that is too large for an inode number; len 0 */
	RANGE_WALK_ROOT,		/* vtop/<pgd>:<addr> */
};

struct range {
	enum range_kind kind;
	uint64_t addr;
	uint64_t len;			/* RANGE_WALK_ROOT: the pgd */
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
