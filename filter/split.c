/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/split.h"

#include <assert.h>

#include "base/bytes.h"

struct balance {
	uint64_t kept, seen;		/* pages in all, pages before this run */
	unsigned int parts, next;	/* next: the part whose start is looked for */
	uint64_t *starts;
};

static int add_run(void *arg, uint64_t first, uint64_t count)
{
	struct balance *b = arg;

	(void)first;
	b->kept += count;
	return 0;
}

/* Number of kept pages before part i: about i / parts of all, without the product that could overflow. */
static uint64_t pages_before(const struct balance *b, unsigned int i)
{
	return b->kept / b->parts * i + b->kept % b->parts * i / b->parts;
}

static int cut_run(void *arg, uint64_t first, uint64_t count)
{
	struct balance *b = arg;

	for (; b->next < b->parts && pages_before(b, b->next) < b->seen + count; b->next++)
		b->starts[b->next] = first + pages_before(b, b->next) - b->seen;
	b->seen += count;
	return 0;
}

uint64_t split_max(const struct pages *ps)
{
	return div_round_up(ps->max_pfn, SPLIT_UNIT);
}

void split_balance(const struct pages *ps, unsigned int parts, uint64_t *starts)
{
	struct balance b = { .parts = parts, .next = 1, .starts = starts };
	uint64_t limit = split_max(ps);

	assert(parts && parts <= limit);
	pages_each_kept(ps, add_run, &b);
	pages_each_kept(ps, cut_run, &b);
	for (; b.next < parts; b.next++)
		starts[b.next] = ps->max_pfn;
	starts[0] = 0;
	starts[parts] = ps->max_pfn;
	for (unsigned int i = 1; i < parts; i++)
		starts[i] = max_u64(starts[i] / SPLIT_UNIT * SPLIT_UNIT, starts[i - 1] + SPLIT_UNIT);
	for (unsigned int i = parts - 1; i; i--)
		starts[i] = min_u64(starts[i], (limit - (parts - i)) * SPLIT_UNIT);
}
