/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of 16 KiB as 4 KiB ones, and the other way round, against a plain copy of the memory. */
#include "base/repage.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define SMALL 12u
#define LARGE 14u

static void fill(struct fake *f, uint64_t pfn)
{
	uint8_t *page = fake_page(f, pfn);

	for (uint64_t i = 0; i < pages_size(&f->pages); i++)
		page[i] = (uint8_t)((pfn << f->pages.page_shift | i) * 2654435761u >> 13);
}

static void expect_runs(const struct pages *ps, const char *states)
{
	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn++) {
		struct page_run run;

		pages_run(ps, pfn, &run);
		assert_int_equal(run.first, pfn);
		assert_true(run.count && run.count <= ps->max_pfn - pfn);
		for (uint64_t i = 0; i < run.count; i++)
			assert_int_equal(states[pfn + i], "aezd"[run.state]);
	}
	assert_int_equal(strlen(states), ps->max_pfn);
}

static void test_smaller(void **state)
{
	struct fake *f = fake_new(LARGE, 5);
	struct pages *ps;
	uint8_t got[8 << SMALL];

	(void)state;
	fill(f, 1);
	fill(f, 2);
	fake_set(f, 3, 1, PAGE_EXCLUDED);
	fake_set(f, 4, 1, PAGE_ZERO);
	ps = repage_new(&f->pages, SMALL);
	assert_non_null(ps);
	assert_int_equal(ps->max_pfn, 20);
	expect_runs(ps, "aaaadddddddd" "eeee" "zzzz");
	for (uint64_t first = 4; first < 12; first++) {
		for (uint64_t n = 1; n <= 12 - first; n++) {
			assert_int_equal(pages_read_run(ps, first, n, got), 0);
			for (uint64_t i = 0; i < n << SMALL; i++) {
				uint64_t at = (first << SMALL) + i;

				if (got[i] != f->bytes[at >> LARGE][at & ((1u << LARGE) - 1)])
					fail_msg("byte %#llx of %llu pages from %llu", (unsigned long long)i,
						 (unsigned long long)n, (unsigned long long)first);
			}
		}
	}
	f->damaged[2] = true;
	assert_int_equal(pages_read_run(ps, 7, 2, got), -EIO);
	assert_int_equal(pages_read(ps, 12, got), -ENODATA);
	repage_free(ps);
	fake_free(f);
}

static void test_larger(void **state)
{
	struct fake *f = fake_new(SMALL, 4 * 6 + 2);
	struct pages *ps;
	uint8_t got[2 << LARGE];

	(void)state;
	for (uint64_t pfn = 0; pfn < 8; pfn++)
		fill(f, pfn);
	fill(f, 9);				/* alone in its larger page */
	fake_set(f, 10, 2, PAGE_EXCLUDED);
	fake_set(f, 12, 4, PAGE_ZERO);
	fake_set(f, 17, 1, PAGE_EXCLUDED);
	fill(f, 25);				/* the machine ends inside a larger page */
	ps = repage_new(&f->pages, LARGE);
	assert_non_null(ps);
	assert_int_equal(ps->max_pfn, 7);
	expect_runs(ps, "dddzead");
	assert_int_equal(pages_read_run(ps, 0, 2, got), 0);
	for (uint64_t i = 0; i < 2 << LARGE; i++)
		assert_int_equal(got[i], f->bytes[i >> SMALL][i & 0xfff]);
	assert_int_equal(pages_read(ps, 2, got), 0);
	for (uint64_t i = 0; i < 1 << LARGE; i++)
		assert_int_equal(got[i], i >> SMALL == 1 ? f->bytes[9][i & 0xfff] : 0);
	assert_int_equal(pages_read(ps, 6, got), 0);
	for (uint64_t i = 0; i < 1 << LARGE; i++)
		assert_int_equal(got[i], i >> SMALL == 1 ? f->bytes[25][i & 0xfff] : 0);
	repage_free(ps);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smaller),
		cmocka_unit_test(test_larger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
