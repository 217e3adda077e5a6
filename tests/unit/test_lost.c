/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source without the pages that it only claims to have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "filter/lost.h"
#include "tests/unit/fake.h"

#define EACH 24u

/* EXCLUDED from 10 to 19, DATA from 20 on, of which some pages are lost. */
struct claiming {
	struct pages pages;
	uint64_t lost_from, lost_end;
	unsigned int claims;
};

static void run_of(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct claiming *c = (const struct claiming *)ps;
	uint64_t end = pfn < 10 ? 10 : pfn < 20 ? 20 : pfn < c->lost_from ? c->lost_from : pfn < c->lost_end ? c->lost_end : ps->max_pfn;

	*out = (struct page_run){ pfn, end - pfn, pfn < 10 ? PAGE_ABSENT : pfn < 20 ? PAGE_EXCLUDED : PAGE_DATA, false };
}

static uint64_t lost_of(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct claiming *c = (const struct claiming *)ps;

	return pfn < c->lost_from || pfn >= c->lost_end ? 0 : min_u64(count, c->lost_end - pfn);
}

static int read_of(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct claiming *c = (const struct claiming *)ps;

	assert_true(pfn + count <= c->lost_from || pfn >= c->lost_end);
	memset(buf, 'x', count << ps->page_shift);
	return 0;
}

static const struct pages_ops claiming_ops = { .read = read_of, .run = run_of, .lost = lost_of };

static struct claiming claiming(uint64_t lost_from, uint64_t lost_end, uint64_t max_pfn)
{
	return (struct claiming){ { &claiming_ops, 12, max_pfn }, lost_from, lost_end, 0 };
}

static bool too_many(uint64_t readable, uint64_t lost)
{
	struct claiming c = claiming(20 + readable, 20 + readable + lost, 20 + readable + lost);

	return lost_too_many(&c.pages, EACH) == LOST_PAGES;
}

static void how_many(void **state)
{
	uint64_t there = 3u << 20;		/* so that it can be equal */

	(void)state;
	assert_false(too_many(0, 0));
	assert_false(too_many(0, LOST_FEW));
	assert_true(too_many(0, LOST_FEW + 1));
	assert_true(too_many(100, LOST_FEW + 1));
	assert_false(too_many(there, there * 4096 / EACH));
	assert_true(too_many(there, there * 4096 / EACH + 1));
	assert_true(too_many(there, (uint64_t)1 << 62));
	assert_false(too_many((uint64_t)1 << 61, (uint64_t)1 << 20));
}

static void excluded_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = pfn ? (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_EXCLUDED, false } : (struct page_run){ 0, 1, PAGE_DATA, false };
}

static const struct pages_ops excluded_ops = { .read = read_of, .run = excluded_run };

static void how_many_excluded(void **state)
{
	struct pages few = { &excluded_ops, 12, 1 + EXCLUDED_FEW }, many = { &excluded_ops, 12, 2 + EXCLUDED_FEW };

	(void)state;
	assert_int_equal(lost_too_many(&few, EACH), 0);
	assert_int_equal(lost_too_many(&many, EACH), LOST_EXCLUDED);
	/* as large as the bits */
	few.page_shift = many.page_shift = 30;
	assert_int_equal(lost_too_many(&many, EACH), 0);
}

/* Each page of what is left, by runs. */
static void check(const struct claiming *c, uint64_t end)
{
	struct pages *ps = lost_leave_out(&c->pages, c->claims);
	struct page_run run;
	char page[4096];

	assert_non_null(ps);
	assert_int_equal(ps->max_pfn, end);
	for (uint64_t pfn = 0; pfn < end; pfn += run.count) {
		bool lost = pfn >= c->lost_from && pfn < c->lost_end;

		pages_run(ps, pfn, &run);
		assert_false(run.lost);
		assert_int_equal(run.state, pfn < 10 ? PAGE_ABSENT : lost || (pfn < 20 && c->claims) ? PAGE_ABSENT : pfn < 20 ? PAGE_EXCLUDED : PAGE_DATA);
		assert_int_equal(pages_lost(ps, pfn, run.count), 0);
		assert_int_equal(pages_read(ps, pfn, page), run.state == PAGE_DATA ? 0 : -ENODATA);
	}
	assert_int_equal(pages_kept(ps), end < 20 ? 0 : end - 20 - min_u64(end - min_u64(end, c->lost_from), c->lost_end - c->lost_from));
	assert_int_equal(pages_breaches(), 0);
	lost_free(ps);
}

static void what_is_left(void **state)
{
	struct claiming tail = claiming(30, (uint64_t)1 << 52, (uint64_t)1 << 52);
	struct claiming middle = claiming(30, (uint64_t)1 << 40, ((uint64_t)1 << 40) + 7), all = claiming(20, 1000, 1000);

	(void)state;
	check(&tail, 30);
	check(&middle, ((uint64_t)1 << 40) + 7);
	check(&all, 0);
	tail.claims = middle.claims = all.claims = LOST_EXCLUDED;
	check(&tail, 30);
	check(&middle, ((uint64_t)1 << 40) + 7);
	check(&all, 0);
	lost_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_many),
		cmocka_unit_test(how_many_excluded),
		cmocka_unit_test(what_is_left),
	};

	return cmocka_run_group_tests_name("lost", tests, NULL, NULL);
}
