/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's red-black trees in order: include/linux/rbtree.h. A node is its parent's address with its colour, then the
 * right and the left child.
 *
 *	struct krbtree t = krbtree_of(r, root, limit);
 *	while (krbtree_next(&t))
 *		... t.node - offset of the struct rb_node in the objects
 *
 * No recursion, and no trust: a child must have its parent's address. One that has another is believed to be a subtree that
 * was being moved when the machine stopped, KRBTREE_DOUBTS times; then it is damage. What is damaged is left out with all
 * that hangs on it, and the rest is told; t.error is the first of it, and the reader has it too: as it read; -ELOOP: of a
 * child that another node has; deeper than such a tree can be; in a circle, or more than limit nodes: then it ends.
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_RBTREE_H
#define VMCOREFS_KERNEL_OBJECT_RBTREE_H

#include "kernel/object/reader.h"

#define KRBTREE_DEPTH	128		/* twice the bits of the number of nodes, at most */
#define KRBTREE_DOUBTS	4

struct krbtree {
	uint64_t node;			/* of the struct rb_node */
	int error;
	/* the iterator's own */
	struct kreader *r;
	uint64_t enter, parent;		/* a child to be entered next, and whose it is; 0: none */
	uint64_t mark, count, leap, limit;
	unsigned int doubts, depth;
	struct krbtree_step {
		uint64_t node, right;
	} stack[KRBTREE_DEPTH];		/* nodes to be told once their left side has been */
};

/* root: of a struct rb_root, or of a struct rb_root_cached. */
struct krbtree krbtree_of(struct kreader *r, uint64_t root, uint64_t limit);
bool krbtree_next(struct krbtree *t);

#endif
