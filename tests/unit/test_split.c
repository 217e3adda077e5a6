/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cutting a selection into parts: balanced, none empty, at multiples of SPLIT_UNIT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "filter/split.h"

#define PARTS_MAX 64

/* Every page of [from, to) is kept. */
struct range_pages {
	struct pages pages;
	uint64_t from, to;
};

static void range_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct range_pages *r = (const struct range_pages *)ps;

	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_ABSENT, false };
	if (pfn < r->from)
		out->count = r->from - pfn;
	else if (pfn < r->to)
		*out = (struct page_run){ pfn, r->to - pfn, PAGE_DATA, false };
}

static const struct pages_ops range_ops = { .run = range_run };

static void check(uint64_t max_pfn, uint64_t from, uint64_t to, unsigned int parts)
{
	struct range_pages r = { { .ops = &range_ops, .page_shift = 12, .max_pfn = max_pfn }, from, to };
	uint64_t starts[PARTS_MAX + 1], share = (to - from) / parts;

	split_balance(&r.pages, parts, starts);
	assert_int_equal(starts[0], 0);
	assert_int_equal(starts[parts], max_pfn);
	for (unsigned int i = 0; i < parts; i++) {
		uint64_t first = max_u64(starts[i], from), end = min_u64(starts[i + 1], to);

		assert_int_equal(starts[i] % SPLIT_UNIT, 0);
		assert_true(starts[i] < starts[i + 1]);
		if (share < 2 * SPLIT_UNIT)
			continue;
		assert_true(end > first);
		assert_in_range(end - first, share - SPLIT_UNIT, share + parts + SPLIT_UNIT);
	}
}

static void balanced(void **state)
{
	(void)state;
	for (unsigned int parts = 1; parts <= PARTS_MAX; parts++) {
		check(131037, 0, 131037, parts);
		check(131037, 55555, 131036, parts);
		check(1 << 20, 1 << 19, (1 << 19) + 100000, parts);
		check((uint64_t)1 << 40, 12345, (uint64_t)1 << 39, parts);
		check((uint64_t)1 << 62, 0, (uint64_t)1 << 62, parts);
	}
}

static void few_pages(void **state)
{
	(void)state;
	for (unsigned int parts = 1; parts <= PARTS_MAX; parts++) {
		for (uint64_t max = (uint64_t)(parts - 1) * SPLIT_UNIT + 1; max < (uint64_t)(parts + 1) * SPLIT_UNIT; max++) {
			struct range_pages r = { { .ops = &range_ops, .page_shift = 12, .max_pfn = max }, 0, 0 };

			assert_true(split_max(&r.pages) >= parts);
			check(max, 0, 0, parts);
			check(max, 0, max, parts);
			check(max, 0, 1, parts);
			check(max, max - 1, max, parts);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(balanced),
		cmocka_unit_test(few_pages),
	};

	return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
