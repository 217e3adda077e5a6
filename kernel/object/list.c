/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/list.h"

#include <errno.h>

static bool is_end(const struct klist *l, uint64_t node)
{
	if (l->nulls)
		return !node || node & 1;
	return node == l->end || (l->back && l->count && node == l->first);
}

static void set_end(struct klist *l)
{
	l->next = l->nulls ? 1 : l->end;
}

static struct klist begin(struct klist l, struct kreader *r, uint64_t pointer, uint64_t limit)
{
	l.r = r;
	l.limit = limit;
	l.leap = 1;
	l.slot = pointer;
	l.error = kptr_at(r, pointer, &l.next);
	l.first = l.next;
	if (l.error)
		set_end(&l);
	return l;
}

struct klist klist_ring(struct kreader *r, uint64_t head, uint64_t limit)
{
	uint64_t at = kernel_wrap(kreader_kernel(r), head);
	struct klist l = begin((struct klist){ .end = at }, r, at, limit);

	if (!l.next)
		set_end(&l);
	return l;
}

struct klist klist_chain(struct kreader *r, uint64_t head, uint64_t limit)
{
	return begin((struct klist){ .end = 0 }, r, head, limit);
}

struct klist klist_nulls(struct kreader *r, uint64_t head, uint64_t limit)
{
	return begin((struct klist){ .nulls = true }, r, head, limit);
}

struct klist klist_structs(struct kreader *r, uint64_t pointer, uint64_t offset, uint64_t limit)
{
	return begin((struct klist){ .offset = offset, .back = true }, r, pointer, limit);
}

struct klist klist_from(struct kreader *r, uint64_t node, uint64_t offset, uint64_t limit)
{
	return (struct klist){ .r = r, .offset = offset, .back = true, .first = node, .next = node, .leap = 1, .limit = limit };
}

static bool stop(struct klist *l, int error, uint64_t vaddr)
{
	l->error = kreader_fail(l->r, error, vaddr);
	set_end(l);
	return false;
}

bool klist_next(struct klist *l)
{
	uint64_t node = l->next, next;
	int error;

	if (is_end(l, node))
		return false;
	/* Brent: a node that comes again after 2^n others is one of a circle */
	if ((l->count && node == l->mark) || l->count == l->limit)
		return stop(l, -ELOOP, node);
	error = kptr_at(l->r, node + l->offset, &next);
	if (error == -EFAULT)
		return stop(l, error, node);
	if (l->count)
		l->slot = kernel_wrap(kreader_kernel(l->r), l->node + l->offset);
	if (++l->count == l->leap) {
		l->mark = node;
		l->leap *= 2;
	}
	l->node = node;
	l->next = next;
	if (error)
		stop(l, error, node);
	return true;
}
