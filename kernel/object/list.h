/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's linked lists: include/linux/{list,list_nulls,llist}.h, and structs that have a pointer to the next one.
 *
 *	struct klist l = klist_ring(r, head, limit);
 *	while (klist_next(&l))
 *		... l.node - offset of the member that links the objects
 *
 * Where a list is torn it ends with l.error, which the reader keeps too: -ELOOP: more than limit nodes, or the list runs in
 * a circle: all nodes of the circle were told, some of them more than once; -EFAULT: what a node points to is not mapped, so
 * it is none, and is not told; or a ring that ends with NULL; others: a node whose page cannot be read is told as the last.
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_LIST_H
#define VMCOREFS_KERNEL_OBJECT_LIST_H

#include "kernel/object/reader.h"

struct klist {
	uint64_t node;			/* the one that klist_next() has found: the address of what links */
	uint64_t slot;			/* where the pointer to it is */
	int error;			/* why it ended early, or 0 */
	/* the iterator's own */
	struct kreader *r;
	uint64_t end;			/* what the last one points to */
	bool nulls;			/* the last one points to an odd number */
	bool back;			/* the last one may point to the first */
	uint64_t offset;		/* of the pointer in a node */
	uint64_t first, next, mark, count, leap, limit;
};

/* struct list_head: a ring of nodes; head is one of them, and is not told. An unused one (zeroes) is empty. */
struct klist klist_ring(struct kreader *r, uint64_t head, uint64_t limit);
/* struct hlist_head, llist_head: head points to the first, the last to NULL. */
struct klist klist_chain(struct kreader *r, uint64_t head, uint64_t limit);
/* struct hlist_nulls_head: the last one points to an odd number. */
struct klist klist_nulls(struct kreader *r, uint64_t head, uint64_t limit);
/* Structs that point to the next one with the pointer at an offset; pointer: where that to the first one is. It ends with
 * NULL, or where it comes back to the first. */
struct klist klist_structs(struct kreader *r, uint64_t pointer, uint64_t offset, uint64_t limit);
/* The same from a struct on: it is the first; its slot is 0. */
struct klist klist_from(struct kreader *r, uint64_t node, uint64_t offset, uint64_t limit);

bool klist_next(struct klist *l);

#endif
