/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The elements of the kernel's lists and trees, whatever they are linked by: list_head, hlist, hlist_nulls, llist and rb_node,
 * by the type of the member that links; maple_tree, xarray, radix_tree_root and idr, by the type of the head.
 *
 *	struct elements l;
 *	r = elements_begin(&l, v, &type, "tasks", &head, limit);
 *	while (!r && elements_next(&l))
 *		... l.vaddr
 *
 * As kernel/object/{list,rbtree,maple,xarray}.h: bounded, circles are seen, what was found before an error is told.
 *
 * Threads: those of the value_reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_VALUE_ELEMENTS_H
#define VMCOREFS_KERNEL_VALUE_ELEMENTS_H

#include "kernel/object/list.h"
#include "kernel/object/maple.h"
#include "kernel/object/rbtree.h"
#include "kernel/object/xarray.h"
#include "kernel/value/value.h"

struct elements {
	uint64_t vaddr;			/* of the element that elements_next() has found */
	bool has_index, is_value;	/* vaddr is an integer that stands in the tree, and no pointer */
	uint64_t first, last;		/* has_index: its indices */
	int error;			/* why it ended early, or what was left out; 0 */
	/* the iterator's own */
	enum { ELEMENTS_LIST, ELEMENTS_RBTREE, ELEMENTS_MAPLE, ELEMENTS_XARRAY } kind;
	struct value_reader *v;
	uint64_t offset;		/* of the member that links */
	struct klist list;
	struct krbtree tree;
	struct kmaple_layout maple_layout;
	struct kmaple maple;
	struct kxarray_layout xarray_layout;
	struct kxarray xarray;
};

/* path: ".member" of type that links, or "": then head is of a type. A head of
 * the elements' own type is one of them, and not told. -ENOENT: no such member, or it links nothing; -EINVAL:
 * the head has pointers to elements, and no type is known of it; -ENOTSUP: this kernel has none of that kind. */
int elements_begin(struct elements *l, struct value_reader *v, const struct type *type, const char *path,
		   const struct value *head, uint64_t limit);
bool elements_next(struct elements *l);

#endif
