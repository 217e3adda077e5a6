/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helpers over any page source. */
#include <errno.h>
#include <stdlib.h>

#include "base/pages.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define P 4096u

/* 0..9 data, 10..12 excluded, 13..14 zero, 15 data, 16..17 absent, 18..19 data */
static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 20);

	for (uint64_t pfn = 0; pfn < 20; pfn++)
		if (pfn < 10 || pfn == 15 || pfn > 17)
			fake_fill(f, pfn);
	fake_set(f, 10, 3, PAGE_EXCLUDED);
	fake_set(f, 13, 2, PAGE_ZERO);
	return f;
}

static void test_run(void **state)
{
	struct fake *f = memory();
	struct page_run run;

	(void)state;
	pages_run(&f->pages, 4, &run);
	assert_int_equal(run.first, 4);
	assert_int_equal(run.count, 6);
	assert_int_equal(run.state, PAGE_DATA);
	pages_run(&f->pages, 20, &run);
	assert_int_equal(run.first, 20);
	assert_int_equal(run.state, PAGE_ABSENT);
	assert_true(run.count > (uint64_t)1 << 62);
	pages_run(&f->pages, (uint64_t)1 << 52, &run);
	assert_int_equal(run.state, PAGE_ABSENT);
	fake_free(f);
}

static void test_read_page(void **state)
{
	struct fake *f = memory();
	uint8_t page[P];

	(void)state;
	fake_damage(f, 7);
	assert_int_equal(pages_read(&f->pages, 6, page), 0);
	assert_memory_equal(page, f->bytes[6], P);
	assert_int_equal(pages_read(&f->pages, 7, page), -EIO);
	assert_int_equal(pages_read(&f->pages, 11, page), -ENODATA);
	assert_int_equal(pages_read(&f->pages, 16, page), -ENODATA);
	assert_int_equal(pages_read(&f->pages, 20, page), -ENODATA);
	memset(page, 0xff, P);
	assert_int_equal(pages_read(&f->pages, 13, page), 0);
	assert_true(bytes_are_zero(page, P));
	fake_free(f);
}

/* Any range, with runs told in parts of 1, 2, 3 and all pages, against the whole memory as one array. */
static void test_read_bytes(void **state)
{
	static const uint64_t limits[] = { 1, 2, 3, 4096 };
	struct fake *f = memory();
	uint8_t *all = calloc(22, P), *buf = malloc(22 * P + 1);
	uint64_t seed = 11;

	(void)state;
	for (uint64_t pfn = 0; pfn < 20; pfn++)
		if (f->bytes[pfn])
			memcpy(all + pfn * P, f->bytes[pfn], P);
	for (int i = 0; i < 4000; i++) {
		uint64_t a = fake_random(&seed) % (22 * P), n = fake_random(&seed) % (22 * P - a + 1);
		bool holes = false;
		int r;

		if (i % 3 == 0)		/* whole pages */
			a -= a % P, n -= n % P;
		f->run_limit = limits[i % 4];
		buf[n] = 0xa5;
		assert_int_equal(pages_read_bytes(&f->pages, a, n, buf, HOLES_ZERO), 0);
		assert_memory_equal(buf, all + a, n);
		assert_int_equal(buf[n], 0xa5);
		for (uint64_t pfn = a / P; n && pfn <= (a + n - 1) / P; pfn++)
			holes |= pfn >= 20 || !page_is_kept((enum page_state)f->states[pfn]);
		r = pages_read_bytes(&f->pages, a, n, buf, HOLES_FAIL);
		assert_int_equal(r, holes ? -ENODATA : 0);
	}
	free(all);
	free(buf);
	fake_free(f);
}

/* Whole pages of a run are read at once: what makes big reads fast. */
static void test_read_bytes_in_bulk(void **state)
{
	struct fake *f = memory();
	uint8_t *buf = malloc(10 * P);

	(void)state;
	assert_int_equal(pages_read_bytes(&f->pages, 0, 10 * P, buf, HOLES_FAIL), 0);
	assert_int_equal(f->reads, 1);
	f->reads = 0;
	assert_int_equal(pages_read_bytes(&f->pages, 100, 9 * P, buf, HOLES_FAIL), 0);
	assert_int_equal(f->reads, 3);
	free(buf);
	fake_free(f);
}

static void test_read_bytes_damage(void **state)
{
	struct fake *f = memory();
	uint8_t *buf = malloc(10 * P);

	(void)state;
	fake_damage(f, 3);
	assert_int_equal(pages_read_bytes(&f->pages, 0, 3 * P, buf, HOLES_ZERO), 0);
	assert_int_equal(pages_read_bytes(&f->pages, 0, 3 * P + 1, buf, HOLES_ZERO), -EIO);
	assert_int_equal(pages_read_bytes(&f->pages, 0, 4 * P, buf, HOLES_ZERO), -EIO);
	assert_int_equal(pages_read_bytes(&f->pages, 4 * P - 1, 1, buf, HOLES_ZERO), -EIO);
	assert_int_equal(pages_read_bytes(&f->pages, 4 * P, P, buf, HOLES_ZERO), 0);
	assert_int_equal(pages_read_bytes(&f->pages, 3 * P, 0, buf, HOLES_FAIL), 0);
	free(buf);
	fake_free(f);
}

static void test_count(void **state)
{
	struct fake *f = memory();
	uint64_t counts[PAGE_DATA + 1];

	(void)state;
	for (f->run_limit = 1; f->run_limit < 10; f->run_limit += 2) {
		pages_count(&f->pages, counts);
		assert_int_equal(counts[PAGE_ABSENT], 2);
		assert_int_equal(counts[PAGE_EXCLUDED], 3);
		assert_int_equal(counts[PAGE_ZERO], 2);
		assert_int_equal(counts[PAGE_DATA], 13);
	}
	fake_free(f);
}

struct seen {
	struct { uint64_t first, count; } runs[8];
	size_t n, stop_after;
};

static int see(void *arg, uint64_t first, uint64_t count)
{
	struct seen *s = arg;

	assert_true(s->n < 8);
	s->runs[s->n].first = first;
	s->runs[s->n].count = count;
	return ++s->n == s->stop_after ? -ECANCELED : 0;
}

static void test_each_kept(void **state)
{
	struct fake *f = memory();

	(void)state;
	for (f->run_limit = 1; f->run_limit < 10; f->run_limit += 3) {
		struct seen s = { 0 };

		assert_int_equal(pages_each_kept(&f->pages, see, &s), 0);
		/* zero and data pages side by side are one run */
		assert_int_equal(s.n, 3);
		assert_int_equal(s.runs[0].first, 0);
		assert_int_equal(s.runs[0].count, 10);
		assert_int_equal(s.runs[1].first, 13);
		assert_int_equal(s.runs[1].count, 3);
		assert_int_equal(s.runs[2].first, 18);
		assert_int_equal(s.runs[2].count, 2);
	}
	for (size_t stop = 1; stop <= 3; stop++) {
		struct seen s = { .stop_after = stop };

		assert_int_equal(pages_each_kept(&f->pages, see, &s), -ECANCELED);
		assert_int_equal(s.n, stop);
	}
	fake_free(f);
}

/* A source whose last run reaches beyond its end, as a reader may tell it. */
static void long_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	(void)ps;
	*out = (struct page_run){ pfn, 1000, PAGE_DATA };
}

static void test_run_beyond_end(void **state)
{
	struct fake *f = fake_new(12, 20);
	uint64_t counts[PAGE_DATA + 1];
	struct seen s = { 0 };

	(void)state;
	f->ops.run = long_run;
	pages_count(&f->pages, counts);
	assert_int_equal(counts[PAGE_DATA], 20);
	assert_int_equal(pages_each_kept(&f->pages, see, &s), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.runs[0].count, 20);
	fake_free(f);
}

static void test_no_memory(void **state)
{
	struct fake *f = fake_new(16, 0);
	uint64_t counts[PAGE_DATA + 1] = { 1, 1, 1, 1 };
	struct seen s = { 0 };
	uint8_t b = 1;

	(void)state;
	pages_count(&f->pages, counts);
	for (int i = 0; i <= PAGE_DATA; i++)
		assert_int_equal(counts[i], 0);
	assert_int_equal(pages_each_kept(&f->pages, see, &s), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(pages_size(&f->pages), 65536);
	assert_int_equal(pages_read_bytes(&f->pages, 0, 1, &b, HOLES_ZERO), 0);
	assert_int_equal(b, 0);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_read_page),
		cmocka_unit_test(test_read_bytes),
		cmocka_unit_test(test_read_bytes_in_bulk),
		cmocka_unit_test(test_read_bytes_damage),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_each_kept),
		cmocka_unit_test(test_run_beyond_end),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
