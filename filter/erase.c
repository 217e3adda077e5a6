/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/pages_over.h"

struct erased {
	struct pages_over over;		/* first: see erased_of() */
	const struct erase_list *list;
};

static const struct erased *erased_of(const struct pages *ps)
{
	return (const struct erased *)ps;
}

/* Index of the first range that ends behind paddr. */
static size_t find_range(const struct erase_list *l, uint64_t paddr)
{
	return bisect_first(i, l->nranges, l->ranges[i].paddr + l->ranges[i].len > paddr);
}

void erase_bytes(const struct erase_list *l, uint64_t paddr, uint64_t n, void *bytes)
{
	for (size_t i = find_range(l, paddr); i < l->nranges && l->ranges[i].paddr < paddr + n; i++) {
		const struct erase_range *r = &l->ranges[i];
		uint64_t from = max_u64(r->paddr, paddr), to = min_u64(r->paddr + r->len, paddr + n);

		memset((char *)bytes + (from - paddr), r->fill, to - from);
	}
}

static int erased_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct erased *e = erased_of(ps);
	int r = pages_over_read(ps, pfn, count, buf);

	if (!r)
		erase_bytes(e->list, pfn << ps->page_shift, count << ps->page_shift, buf);
	return r;
}

/* The next page from pfn on with a byte that is erased; UINT64_MAX: none. */
static uint64_t next_touched(const struct erased *e, uint64_t pfn)
{
	size_t i = find_range(e->list, pfn << e->over.pages.page_shift);

	return i < e->list->nranges ? max_u64(pfn, e->list->ranges[i].paddr >> e->over.pages.page_shift) : UINT64_MAX;
}

static void erased_run(const struct pages *ps, uint64_t pfn, struct page_run *run)
{
	const struct erased *e = erased_of(ps);
	uint64_t touched;

	pages_over_run(ps, pfn, run);
	if (run->state != PAGE_ZERO)
		return;
	touched = next_touched(e, pfn);
	if (touched == pfn) {
		run->state = PAGE_DATA;
		run->count = 1;
	} else {
		run->count = min_u64(run->count, touched - pfn);
	}
}

static void erased_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	const struct erased *e = erased_of(ps);

	pages_over_places(ps, pfn, count, out);
	for (uint64_t at = next_touched(e, pfn); at < pfn + count; at = next_touched(e, at + 1))
		out[at - pfn] = (struct page_place){ .len = 0 };
}

static const struct pages_ops erased_ops = {
	.read = erased_read,
	.run = erased_run,
	.places = erased_places,
	.lost = pages_over_lost,
	.compressed = pages_over_compressed,
};

struct pages *erase_new(const struct pages *below, const struct erase_list *l)
{
	struct erased *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->over = pages_over(&erased_ops, below);
	e->list = l;
	return &e->over.pages;
}

void erase_free(struct pages *erased)
{
	free(erased);
}
