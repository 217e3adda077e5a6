/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maple trees, from 6.1 on: ranges of indices in order. include/linux/maple_tree.h, lib/maple_tree.c. All types of nodes.
 *
 *	struct kmaple m = kmaple_of(r, &layout, tree, limit);
 *	while (kmaple_next(&m))
 *		... m.first, m.last, m.entry
 *
 * What the nodes say must fit into what the ones above have said: ranges that follow each other inside the node's own.
 * What does not is left out with all below it, and the rest is told; m.error is the first of it, and the reader has it
 * too: as it read; -ELOOP: does not fit, or deeper than such a tree can be; more than limit entries, or far too many nodes
 * for them: then it ends.
 *
 * Threads: those of the reader, which is borrowed as the layout is.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_MAPLE_H
#define VMCOREFS_KERNEL_OBJECT_MAPLE_H

#include "kernel/object/fields.h"

#define KMAPLE_DEPTH 31			/* MAPLE_HEIGHT_MAX */

struct kmaple_layout {
	struct kfield root;		/* of struct maple_tree */
	struct kfield range_pivots, range_slots;	/* of struct maple_range_64, leaves too */
	struct kfield arange_pivots, arange_slots;	/* of struct maple_arange_64 */
	struct kfield dense_slots;	/* of struct maple_node */
};

/* -ENOENT: this kernel has no maple trees; other errors: types cannot be read. */
int kmaple_layout(const struct knames *names, struct kmaple_layout *out);

struct kmaple {
	uint64_t first, last;		/* the range of an entry */
	uint64_t entry;			/* a pointer; odd: an integer, of 63 or 31 bits above that */
	int error;
	/* the iterator's own */
	struct kreader *r;
	const struct kmaple_layout *layout;
	uint64_t count, nodes, limit;
	uint64_t single;		/* the only entry, at index 0; 0: none, or told */
	unsigned int depth;
	struct kmaple_step {
		uint64_t node, next, max;	/* next: the index that the next slot begins with */
		unsigned int type, slot;	/* slot: all told when it is the number of them */
	} stack[KMAPLE_DEPTH];
};

struct kmaple kmaple_of(struct kreader *r, const struct kmaple_layout *layout, uint64_t tree, uint64_t limit);
bool kmaple_next(struct kmaple *m);

#endif
