/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page source that keeps what was read last: few pages at once, damage, and what is below it. */
#include "base/page_cache.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define PAGES	64u

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, PAGES);

	for (uint64_t i = 0; i < PAGES; i++)
		fake_fill(f, i);
	fake_set(f, 10, 2, PAGE_EXCLUDED);
	return f;
}

static void expect_pages(const struct pages *ps, const struct fake *f, uint64_t first, uint64_t n)
{
	static uint8_t buf[PAGES * 4096];

	assert_int_equal(pages_read_run(ps, first, n, buf), 0);
	for (uint64_t i = 0; i < n; i++)
		assert_memory_equal(buf + i * 4096, f->bytes[first + i], 4096);
}

static void test_kept(void **state)
{
	struct fake *f = memory();
	struct pages *ps = page_cache_new(&f->pages, 8 * 4096);
	struct page_run run;
	uint8_t page[4096];

	(void)state;
	assert_int_equal(ps->max_pfn, PAGES);
	expect_pages(ps, f, 3, 3);
	assert_int_equal(f->reads, 3);
	expect_pages(ps, f, 4, 3);
	assert_int_equal(f->reads, 4);
	/* many at once are not kept, nor taken from what is */
	expect_pages(ps, f, 12, 20);
	expect_pages(ps, f, 12, 20);
	assert_int_equal(f->reads, 6);
	expect_pages(ps, f, 3, 3);
	assert_int_equal(f->reads, 6);
	/* eight stay: the last */
	for (uint64_t i = 20; i < 28; i++)
		expect_pages(ps, f, i, 1);
	f->reads = 0;
	expect_pages(ps, f, 27, 1);
	expect_pages(ps, f, 20, 1);
	assert_int_equal(f->reads, 0);
	expect_pages(ps, f, 3, 1);
	assert_int_equal(f->reads, 1);
	pages_run(ps, 9, &run);
	assert_int_equal(run.count, 1);
	assert_int_equal(pages_read(ps, 10, page), -ENODATA);
	page_cache_free(ps);
	fake_free(f);
}

static void test_damage(void **state)
{
	struct fake *f = memory();
	struct pages *ps = page_cache_new(&f->pages, 8 * 4096);
	uint8_t page[3 * 4096];

	(void)state;
	fake_damage(f, 5);
	assert_int_equal(pages_read(ps, 5, page), -EIO);
	assert_int_equal(pages_read_run(ps, 4, 3, page), -EIO);
	assert_int_equal(pages_read(ps, 5, page), -EIO);
	assert_int_equal(f->reads, 2);		/* 5 and 4 */
	page_cache_free(ps);
	page_cache_free(NULL);
	fake_free(f);
}

static int read_fails(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	return fake_of(ps)->reads++ ? fake_read(ps, pfn, count, buf) : -EAGAIN;
}

/* What may pass is tried again. */
static void test_passing(void **state)
{
	struct fake *f = memory();
	struct pages *ps = page_cache_new(&f->pages, 8 * 4096);
	uint8_t page[4096];

	(void)state;
	f->ops.read = read_fails;
	assert_int_equal(pages_read(ps, 5, page), -EAGAIN);
	expect_pages(ps, f, 5, 1);
	page_cache_free(ps);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_passing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
