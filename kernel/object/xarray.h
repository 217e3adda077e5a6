/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's arrays that are trees of nodes with 64 (or 16) slots: xarrays, radix trees and idrs, in order of indices.
 * include/linux/{xarray,radix-tree,idr}.h, lib/{xarray,radix-tree}.c; before 4.20 radix trees have nodes and marks of
 * pointers of their own, which are known here as they are from 4.7 on.
 *
 *	struct kxarray a = kxarray_of(r, &layout, head, limit);
 *	while (kxarray_next(&a))
 *		... a.index, a.entry
 *
 * An entry for several indices is told once. Entries that are none to the kernel's own users (retry, zero) are passed over.
 * What is damaged is left out with all below it, and the rest is told; a.error is the first of it, and the reader has it
 * too: as it read; -ELOOP: a node that does not lie below its parent by what it says itself; more than limit entries, or
 * far too many nodes for them: then it ends.
 *
 * Threads: those of the reader, which is borrowed as the layout is.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_XARRAY_H
#define VMCOREFS_KERNEL_OBJECT_XARRAY_H

#include "kernel/object/fields.h"

#define KXARRAY_DEPTH 17		/* 64 bits of index by 4 of each node, and the root */

struct kxarray_layout {
	struct kfield shift, slots;	/* of a node */
	struct kfield head;		/* of struct xarray; before 4.20 of struct radix_tree_root */
	struct kfield idr, idr_base;	/* of struct idr: its tree, the first id */
	bool old;			/* nodes before 4.20 */
};

/* -ENOENT: this kernel has no such nodes; other errors: types cannot be read. Without struct idr only idrs are not known. */
int kxarray_layout(const struct knames *names, struct kxarray_layout *out);

struct kxarray {
	uint64_t index, last;		/* an entry for several indices: up to last */
	uint64_t entry;			/* a pointer, or what kxarray_is_value() tells apart */
	int error;
	/* the iterator's own */
	struct kreader *r;
	const struct kxarray_layout *layout;
	uint64_t base;			/* of an idr: what is added to indices */
	uint64_t count, nodes, limit;
	uint64_t single;		/* the only entry, at index 0; 0: none, or told */
	unsigned int depth;
	struct kxarray_step {
		uint64_t node, index;	/* index of its slot 0 */
		unsigned int shift, slot;
	} stack[KXARRAY_DEPTH];
};

/* head: of a struct xarray; before 4.20 of a struct radix_tree_root. */
struct kxarray kxarray_of(struct kreader *r, const struct kxarray_layout *layout, uint64_t head, uint64_t limit);
/* A struct idr: indices are ids. */
struct kxarray kxarray_of_idr(struct kreader *r, const struct kxarray_layout *layout, uint64_t idr, uint64_t limit);
bool kxarray_next(struct kxarray *a);

/* Is an entry an integer, and no pointer? (XA_FLAGS aside: the page cache has swap entries and shadows so.) */
bool kxarray_is_value(const struct kxarray_layout *layout, uint64_t entry);
/* What integer. */
uint64_t kxarray_value(const struct kxarray_layout *layout, uint64_t entry);

#endif
