/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/extents.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bytes.h"

int extents_add(struct extents *x, uint64_t start, uint64_t len, uint64_t offset)
{
	struct extent *list;
	size_t cap, bytes;

	if (!len)
		return 0;
	if (x->n == x->cap) {
		cap = x->cap ? x->cap + x->cap / 2 : 64;
		if (mul_overflows(cap, sizeof(*list), &bytes))
			return -ENOMEM;
		list = realloc(x->list, bytes);
		if (!list)
			return -ENOMEM;
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n++] = (struct extent){ .start = start, .len = len, .offset = offset };
	return 0;
}

void extents_free(struct extents *x)
{
	free(x->list);
	*x = (struct extents){ 0 };
}

static uint64_t extent_end(const struct extent *e)
{
	return e->start + e->len;
}

static int compare_start(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* A heap of ranges (indices into the sorted list) whose top is the winner. */
struct heap {
	const struct extent *list;
	size_t *slot, n;
	enum extents_winner winner;
};

static bool heap_before(const struct heap *h, size_t a, size_t b)
{
	uint64_t x = h->list[a].offset, y = h->list[b].offset;

	return h->winner == EXTENTS_LOWEST_OFFSET ? x < y : x > y;
}

static void heap_push(struct heap *h, size_t item)
{
	size_t i = h->n++;

	for (; i > 0 && heap_before(h, item, h->slot[(i - 1) / 2]); i = (i - 1) / 2)
		h->slot[i] = h->slot[(i - 1) / 2];
	h->slot[i] = item;
}

static void heap_pop(struct heap *h)
{
	size_t item = h->slot[--h->n], i = 0, child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && heap_before(h, h->slot[child + 1], h->slot[child]))
			child++;
		if (!heap_before(h, h->slot[child], item))
			break;
		h->slot[i] = h->slot[child];
		i = child;
	}
	h->slot[i] = item;
}

/* Sweep over the sorted list; every step retires a range or takes in the next one. */
static int cut_overlaps(const struct extents *x, enum extents_winner winner, struct extents *out)
{
	struct heap h = { .list = x->list, .winner = winner };
	uint64_t pos = 0, end;
	size_t next = 0;
	int r = 0;

	h.slot = calloc(x->n, sizeof(*h.slot));
	if (!h.slot)
		return -ENOMEM;
	while (h.n || next < x->n) {
		const struct extent *top;

		if (!h.n)
			pos = max_u64(pos, x->list[next].start);
		while (next < x->n && x->list[next].start <= pos)
			heap_push(&h, next++);
		top = &x->list[h.slot[0]];
		if (extent_end(top) <= pos) {
			heap_pop(&h);
			continue;
		}
		end = extent_end(top);
		if (next < x->n)
			end = min_u64(end, x->list[next].start);
		r = extents_add(out, pos, end - pos, top->offset + (pos - top->start));
		if (r)
			break;
		pos = end;
	}
	free(h.slot);
	return r;
}

static void merge_neighbours(struct extents *x)
{
	size_t i, n = 0;

	for (i = 1; i < x->n; i++) {
		struct extent *last = &x->list[n];
		const struct extent *e = &x->list[i];

		if (extent_end(last) == e->start && last->offset + last->len == e->offset)
			last->len += e->len;
		else
			x->list[++n] = *e;
	}
	if (x->n)
		x->n = n + 1;
}

int extents_resolve(struct extents *x, enum extents_winner winner)
{
	struct extents cut = { 0 };
	struct extent *list;
	bool sorted = true, disjoint = true;
	size_t i;
	int r;

	for (i = 1; i < x->n && sorted; i++)
		sorted = compare_start(&x->list[i - 1], &x->list[i]) <= 0;
	if (!sorted)
		qsort(x->list, x->n, sizeof(*x->list), compare_start);
	for (i = 1; i < x->n && disjoint; i++)
		disjoint = extent_end(&x->list[i - 1]) <= x->list[i].start;
	if (!disjoint) {
		r = cut_overlaps(x, winner, &cut);
		if (r) {
			extents_free(&cut);
			return r;
		}
		extents_free(x);
		*x = cut;
	}
	merge_neighbours(x);
	list = x->n ? realloc(x->list, x->n * sizeof(*list)) : NULL;
	if (list) {
		x->list = list;
		x->cap = x->n;
	}
	return 0;
}

size_t extents_find(const struct extents *x, uint64_t pos)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (extent_end(&x->list[mid]) <= pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
