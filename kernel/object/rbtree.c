/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/rbtree.h"

#include <errno.h>

#define RB_COLOUR	((uint64_t)3)	/* bits of the parent's address that are not */

struct krbtree krbtree_of(struct kreader *r, uint64_t root, uint64_t limit)
{
	struct krbtree t = { .r = r, .leap = 1, .limit = limit };

	t.error = kptr_at(r, root, &t.enter);
	return t;
}

static void leave_out(struct krbtree *t, int error, uint64_t vaddr)
{
	kreader_fail(t->r, error, vaddr);
	if (!t->error)
		t->error = error;
}

/* One node down to the left. An error: it is left out. */
static int enter(struct krbtree *t)
{
	const unsigned int word = kreader_word(t->r);
	uint64_t node = t->enter, parent, right, left;
	int r;

	if ((r = kptr_at(t->r, node, &parent)) || (r = kptr_at(t->r, node + word, &right)) ||
	    (r = kptr_at(t->r, node + 2 * word, &left)))
		return r;
	if (t->depth == KRBTREE_DEPTH)
		return -ELOOP;
	if ((parent & ~RB_COLOUR) != t->parent) {
		if (t->doubts == KRBTREE_DOUBTS)
			return -ELOOP;
		t->doubts++;
	}
	/* both the same: one of them is not this node's */
	if (right == left && right) {
		leave_out(t, -ELOOP, right);
		right = 0;
	}
	t->stack[t->depth++] = (struct krbtree_step){ node, right };
	t->parent = node;
	t->enter = left;
	return 0;
}

bool krbtree_next(struct krbtree *t)
{
	const struct krbtree_step *top;

	while (t->enter) {
		int r = enter(t);

		if (r) {
			leave_out(t, r, t->enter);
			t->enter = 0;
		}
	}
	if (!t->depth)
		return false;
	top = &t->stack[--t->depth];
	/* Brent: a circle to the left is too deep, one to the right comes again and again */
	if (top->node == t->mark || t->count == t->limit) {
		leave_out(t, -ELOOP, top->node);
		t->depth = 0;
		return false;
	}
	if (++t->count == t->leap) {
		t->mark = top->node;
		t->leap *= 2;
	}
	t->node = t->parent = top->node;
	t->enter = top->right;
	return true;
}
