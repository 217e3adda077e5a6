/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase_list.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/vector.h"

struct erase_piece {
	uint64_t paddr, len;
};

struct erase_entry {
	const char *expr;
	bool nullify;
	size_t first, count;		/* of its pieces */
	size_t order;			/* number of the entry; while sorting by command: of that command's first one */
};

int erase_list_entry(struct erase_list *l, const char *expr, bool nullify)
{
	return vector_push(l->entries, l->nentries, l->entries_cap,
			   (struct erase_entry){ expr, nullify, l->npieces, 0, l->nentries });
}

int erase_list_piece(struct erase_list *l, uint64_t paddr, uint64_t len)
{
	struct erase_entry *e = &l->entries[l->nentries - 1];
	struct erase_piece *last = e->count ? &l->pieces[l->npieces - 1] : NULL;
	int r;

	if (last && last->paddr + last->len == paddr) {
		last->len += len;
		return 0;
	}
	r = vector_push(l->pieces, l->npieces, l->pieces_cap, (struct erase_piece){ paddr, len });
	if (!r)
		e->count++;
	return r;
}

static uint64_t entry_start(const struct erase_list *l, const struct erase_entry *e)
{
	return l->pieces[e->first].paddr;
}

static uint64_t entry_bytes(const struct erase_list *l, const struct erase_entry *e)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < e->count; i++)
		bytes += l->pieces[e->first + i].len;
	return bytes;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_start(const void *a, const void *b, void *list)
{
	const struct erase_entry *x = a, *y = b;
	int c = compare_u64(entry_start(list, x), entry_start(list, y));

	return c ? c : compare_u64(x->order, y->order);
}

static int by_expr(const void *a, const void *b)
{
	const struct erase_entry *x = a, *y = b;
	int c = compare_u64((uintptr_t)x->expr, (uintptr_t)y->expr);

	return c ? c : compare_u64(x->order, y->order);
}

static int by_order(const void *a, const void *b)
{
	const struct erase_entry *x = a, *y = b;

	return compare_u64(x->order, y->order);
}

/* Of those that start at the same byte the first stays, with the pieces of the longest. Sorted by start then. */
static void merge_entries(struct erase_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->nentries; i++)
		if (l->entries[i].count)
			l->entries[n++] = l->entries[i];
	l->nentries = n;
	if (!n)
		return;
	qsort_r(l->entries, n, sizeof(*l->entries), by_start, l);
	n = 1;
	for (size_t i = 1; i < l->nentries; i++) {
		struct erase_entry *kept = &l->entries[n - 1], *e = &l->entries[i];

		if (entry_start(l, e) != entry_start(l, kept)) {
			l->entries[n++] = *e;
		} else if (entry_bytes(l, e) > entry_bytes(l, kept)) {
			kept->first = e->first;
			kept->count = e->count;
		}
	}
	l->nentries = n;
}

/* The commands in the order of their first entries, each with its entries in their order. */
static void order_entries(struct erase_list *l)
{
	size_t first = 0;

	if (!l->nentries)
		return;
	qsort(l->entries, l->nentries, sizeof(*l->entries), by_expr);
	for (size_t i = 0; i < l->nentries; i++) {
		struct erase_entry *e = &l->entries[i];

		if (!i || e->expr != e[-1].expr)
			first = e->order;
		e->order = first;
	}
	/* entries of one command have equal keys: the sort must not mix them */
	for (size_t i = 0; i < l->nentries; i++)
		l->entries[i].order = l->entries[i].order * l->nentries + i;
	qsort(l->entries, l->nentries, sizeof(*l->entries), by_order);
}

static int by_paddr(const void *a, const void *b)
{
	const struct erase_range *x = a, *y = b;

	return compare_u64(x->paddr, y->paddr);
}

/* All pieces, sorted; equal starts (pieces of different entries further in) in no special order. */
static int collect_ranges(struct erase_list *l, struct erase_range **out, size_t *n)
{
	struct erase_range *r = memory_calloc(l->npieces + 1, sizeof(*r));

	*n = 0;
	*out = r;
	if (!r)
		return -ENOMEM;
	for (size_t i = 0; i < l->nentries; i++) {
		const struct erase_entry *e = &l->entries[i];

		for (size_t j = e->first; j < e->first + e->count; j++)
			r[(*n)++] = (struct erase_range){
				l->pieces[j].paddr, l->pieces[j].len, e->nullify ? 0 : ERASE_FILL,
			};
	}
	if (*n)
		qsort(r, *n, sizeof(*r), by_paddr);
	return 0;
}

static void put_range(struct erase_list *l, uint64_t from, uint64_t to, uint8_t fill)
{
	struct erase_range *last = l->nranges ? &l->ranges[l->nranges - 1] : NULL;

	if (from >= to)
		return;
	l->bytes += to - from;
	if (last && last->paddr + last->len == from && last->fill == fill)
		last->len += to - from;
	else
		l->ranges[l->nranges++] = (struct erase_range){ from, to - from, fill };
}

/* Ranges without overlaps: at each byte the one that started last shows. open: a stack of those not yet ended. */
static void flatten(struct erase_list *l, const struct erase_range *sorted, size_t n, size_t *open)
{
	uint64_t at = 0;
	size_t depth = 0;

	for (size_t i = 0; i <= n; i++) {
		uint64_t start = i < n ? sorted[i].paddr : UINT64_MAX;

		while (depth && at < start) {
			const struct erase_range *top = &sorted[open[depth - 1]];
			uint64_t end = top->paddr + top->len;

			put_range(l, at, min_u64(end, start), top->fill);
			at = max_u64(at, min_u64(end, start));
			if (end <= start)
				depth--;
		}
		at = start;
		if (i < n)
			open[depth++] = i;
	}
}

int erase_list_close(struct erase_list *l)
{
	struct erase_range *sorted = NULL;
	size_t *open = NULL, n = 0;
	int r;

	merge_entries(l);
	r = collect_ranges(l, &sorted, &n);
	if (!r) {
		/* each range ends at most once and is cut at most once by one that starts in it */
		l->ranges = memory_calloc(2 * n + 1, sizeof(*l->ranges));
		open = memory_calloc(n + 1, sizeof(*open));
		r = l->ranges && open ? 0 : -ENOMEM;
	}
	if (!r)
		flatten(l, sorted, n, open);
	free(open);
	free(sorted);
	if (!r)
		order_entries(l);
	return r;
}

void erase_list_free(struct erase_list *l)
{
	free(l->ranges);
	free(l->pieces);
	free(l->entries);
	*l = (struct erase_list){ 0 };
}

/* Bytes of a piece in stored pages from first to end - 1. */
static uint64_t stored_bytes(const struct erase_piece *p, const struct pages *ps, uint64_t first, uint64_t end)
{
	uint64_t from = max_u64(p->paddr, first << ps->page_shift), sum = 0, next;
	uint64_t to = min_u64(p->paddr + p->len, min_u64(end, ps->max_pfn) << ps->page_shift);
	struct page_run run;

	for (uint64_t at = from; at < to; at = next) {
		pages_run(ps, at >> ps->page_shift, &run);
		next = min_u64(to, min_u64(run.first + run.count, ps->max_pfn) << ps->page_shift);
		if (page_is_kept(run.state))
			sum += next - at;
	}
	return sum;
}

void erase_list_text(const struct erase_list *l, const struct pages *ps, uint64_t first, uint64_t end,
		     struct outbuf *out)
{
	for (size_t i = 0; i < l->nentries; i++) {
		const struct erase_entry *e = &l->entries[i];
		uint64_t bytes = 0;

		for (size_t j = e->first; j < e->first + e->count; j++)
			bytes += stored_bytes(&l->pieces[j], ps, first, end);
		if (bytes && e->nullify)
			out_printf(out, "erase %s nullify\n", e->expr);
		else if (bytes)
			out_printf(out, "erase %s size %llu\n", e->expr, (unsigned long long)bytes);
	}
}
