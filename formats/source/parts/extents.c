/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/parts/extents.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "base/vector.h"

/* In one range: a byte of it is found by adding up lengths. */
#define RECORDS_MAX 64

int extents_add(struct extents *x, uint64_t start, uint64_t len, uint64_t offset)
{
	if (!len)
		return 0;
	return vector_push(x->list, x->n, x->cap, (struct extent){ .start = start, .len = len, .offset = offset });
}

static int add_length(struct extents *x, uint64_t len)
{
	return vector_push(x->lengths, x->nlengths, x->lengths_cap, (uint32_t)len);
}

int extents_add_record(struct extents *x, uint64_t start, uint64_t len, uint64_t offset)
{
	struct extent *last = x->n ? &x->list[x->n - 1] : NULL;
	bool follows = last && last->start + last->len == start && x->end + EXTENTS_HEADER == offset &&
		       len && len <= UINT32_MAX && x->nlengths < UINT32_MAX - 2;
	int r;

	x->end = offset + len;
	if (follows && !last->records && last->len <= UINT32_MAX) {
		r = add_length(x, last->len);
		if (r)
			return r;
		last->records = (uint32_t)x->nlengths;
		last->first = (uint32_t)last->len;
	} else if (!follows || !last->records || x->nlengths - (last->records - 1) == RECORDS_MAX) {
		return extents_add(x, start, len, offset);
	}
	last->len += len;
	return add_length(x, len);
}

void extents_free(struct extents *x)
{
	free(x->list);
	free(x->lengths);
	*x = (struct extents){ 0 };
}

static uint64_t extent_end(const struct extent *e)
{
	return e->start + e->len;
}

uint64_t extents_offset(const struct extents *x, const struct extent *e, uint64_t pos, uint64_t *together)
{
	uint64_t at = pos - e->start, offset = e->offset, len = e->records ? e->first : e->len;

	for (size_t i = e->records; at >= len; i++) {
		at -= len;
		offset += len + EXTENTS_HEADER;
		len = x->lengths[i];
	}
	*together = min_u64(len - at, extent_end(e) - pos);
	return offset + at;
}

/* Bytes pos to end - 1 of range e. */
static struct extent part_of(const struct extents *x, const struct extent *e, uint64_t pos, uint64_t end)
{
	struct extent part = { .start = pos, .len = end - pos, .offset = e->offset + (pos - e->start) };
	uint64_t at = pos - e->start, len = e->first;
	uint32_t record = e->records;

	if (!record)
		return part;
	for (part.offset = e->offset; at >= len; record++) {
		at -= len;
		part.offset += len + EXTENTS_HEADER;
		len = x->lengths[record];
	}
	part.offset += at;
	if (part.len > len - at) {
		part.records = record;
		part.first = (uint32_t)(len - at);
	}
	return part;
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

/* Add it to out, of the same lengths. */
static int add_part(const struct extents *x, const struct extent *e, uint64_t pos, uint64_t end, struct extents *out)
{
	struct extent part = part_of(x, e, pos, end);
	int r = extents_add(out, part.start, part.len, part.offset);

	if (!r && part.len)
		out->list[out->n - 1] = part;
	return r;
}

/* Sweep over the sorted list; every step retires a range or takes in the next one. */
static int cut_overlaps(const struct extents *x, enum extents_winner winner, struct extents *out)
{
	struct heap h = { .list = x->list, .winner = winner };
	uint64_t pos = 0, end;
	size_t next = 0;
	int r = 0;

	h.slot = memory_calloc(x->n, sizeof(*h.slot));
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
		r = add_part(x, top, pos, end, out);
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

		if (extent_end(last) == e->start && last->offset + last->len == e->offset && !last->records && !e->records)
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
		free(x->list);
		x->list = cut.list;
		x->n = cut.n;
		x->cap = cut.cap;
	}
	merge_neighbours(x);
	vector_trim(x->list, x->n, x->cap);
	vector_trim(x->lengths, x->nlengths, x->lengths_cap);
	return 0;
}

/* Without [start, end), which may cut one range in two. */
static int remove_one(struct extents *x, uint64_t start, uint64_t end)
{
	struct extents left = { 0 };
	int r = 0;

	for (size_t i = 0; i < x->n && !r; i++) {
		const struct extent *e = &x->list[i];
		uint64_t head = e->start < start ? min_u64(extent_end(e), start) - e->start : 0;
		uint64_t from = max_u64(e->start, end);

		r = extents_add(&left, e->start, head, e->offset);
		if (!r && from < extent_end(e))
			r = extents_add(&left, from, extent_end(e) - from, e->offset + (from - e->start));
	}
	if (r) {
		extents_free(&left);
		return r;
	}
	extents_free(x);
	*x = left;
	return 0;
}

int extents_remove(struct extents *x, const struct extents *what)
{
	int r = 0;

	for (size_t i = 0; i < what->n && !r; i++)
		if (what->list[i].len)
			r = remove_one(x, what->list[i].start, extent_end(&what->list[i]));
	return r;
}

size_t extents_find(const struct extents *x, uint64_t pos)
{
	return bisect_first(i, x->n, extent_end(&x->list[i]) > pos);
}
