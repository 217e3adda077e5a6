/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helpers over any page source. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
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
	*out = (struct page_run){ pfn, 1000, PAGE_DATA, false };
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

/* A source whose answers for pages from 4 to 7 are those of a test; the others are right. */
static struct page_run bad_answer;
static int bad_read_answer;

static void bad_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	if (pfn >= 4 && pfn < 8)
		*out = bad_answer;
	else
		*out = (struct page_run){ pfn, (pfn < 4 ? 4 : ps->max_pfn) - pfn, PAGE_DATA, false };
}

static int bad_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	if (bad_read_answer && pfn + count > 4 && pfn < 8)
		return bad_read_answer;
	memset(buf, 0x5a, count << ps->page_shift);
	return 0;
}

static struct fake *bad_source(void)
{
	struct fake *f = fake_new(12, 20);

	f->ops = (struct pages_ops){ .read = bad_read, .run = bad_run };
	return f;
}

/* Whatever is asked for ends, fails where the answer is wrong, and works elsewhere. */
static void expect_broken(const struct pages *ps)
{
	unsigned long breaches = pages_breaches();
	uint64_t counts[PAGE_DATA + 1], pages = 0;
	uint8_t page[8 * P];
	struct page_run run;

	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		assert_int_equal(run.first, pfn);
		assert_in_range(run.count, 1, ps->max_pfn - pfn);
		assert_int_equal(run.state, PAGE_DATA);		/* no hole is made up */
		pages += run.count;
	}
	assert_int_equal(pages, ps->max_pfn);
	pages_count(ps, counts);
	assert_int_equal(counts[PAGE_DATA], ps->max_pfn);
	assert_int_equal(pages_read(ps, 4, page), -EIO);
	assert_int_equal(pages_read_run(ps, 4, 1, page), -EIO);
	assert_int_equal(pages_read_run(ps, 2, 4, page), -EIO);
	assert_int_equal(pages_read_bytes(ps, 3 * P, 2 * P, page, HOLES_ZERO), -EIO);
	assert_int_equal(pages_read_bytes(ps, 4 * P + 7, 8, page, HOLES_FAIL), -EIO);
	assert_int_equal(pages_read(ps, 3, page), 0);
	assert_int_equal(pages_read_run(ps, 8, 8, page), 0);
	assert_int_equal(page[0], 0x5a);
	assert_int_equal(pages_breaches() - breaches, 7);
}

/* First of all tests of what is broken: the 1st, 10th, 100th... line is logged. */
static void test_broken_run(void **state)
{
	static const struct page_run bad[] = {
		{ 4, 0, PAGE_DATA, false },
		{ 4, 4, (enum page_state)(PAGE_DATA + 1), false },
		{ 4, 4, (enum page_state)-1, false },
		{ 3, 4, PAGE_DATA, false },
		{ 9, 4, PAGE_DATA, false },
		{ UINT64_MAX, UINT64_MAX, PAGE_EXCLUDED, false },
	};
	struct fake *f = bad_source();
	unsigned long lines = log_errors();

	(void)state;
	bad_read_answer = 0;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		bad_answer = bad[i];
		expect_broken(&f->pages);
	}
	assert_in_range(log_errors() - lines, 1, 8);
	fake_free(f);
}

static void test_broken_read(void **state)
{
	struct fake *f = bad_source();

	(void)state;
	bad_answer = (struct page_run){ 4, 4, PAGE_DATA, false };
	for (int answer = 1; answer < 4096; answer *= 4) {
		bad_read_answer = answer;
		assert_int_equal(pages_read_run(&f->pages, 0, 20, (uint8_t[20 * P]){ 0 }), -EIO);
		assert_int_equal(pages_read(&f->pages, 4, (uint8_t[P]){ 0 }), -EIO);
		assert_int_equal(pages_read_bytes(&f->pages, 4 * P, P, (uint8_t[P]){ 0 }, HOLES_FAIL), -EIO);
	}
	bad_read_answer = 0;
	assert_int_equal(pages_read(&f->pages, 4, (uint8_t[P]){ 0 }), 0);
	fake_free(f);
}

static void bad_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	static const struct source *const src = (const struct source *)"never read";
	const struct page_place answers[] = {
		{ src, 5, 100, CODEC_ZLIB, false },
		{ src, 5, (uint32_t)pages_size(ps) + 1, CODEC_ZLIB, false },
		{ NULL, 5, 100, CODEC_ZLIB, false },
		{ src, UINT64_MAX - 50, 100, CODEC_NONE, false },
		{ NULL, 7, UINT32_MAX, CODEC_NONE, true },
		{ src, 5, (uint32_t)pages_size(ps), CODEC_NONE, false },
	};

	assert_true(count <= ps->max_pfn - pfn);
	for (uint64_t i = 0; i < count; i++)
		out[i] = answers[(pfn + i) % ARRAY_SIZE(answers)];
}

static void test_broken_places(void **state)
{
	static const uint32_t len[] = { 100, 0, 0, 0, UINT32_MAX, P };
	struct fake *f = bad_source();
	struct page_place places[24];

	(void)state;
	f->ops.places = bad_places;
	assert_true(pages_tell_places(&f->pages));
	pages_places(&f->pages, 0, 24, places);
	for (uint64_t i = 0; i < 20; i++)
		assert_int_equal(places[i].len, len[i % 6]);
	/* behind the last page */
	for (uint64_t i = 20; i < 24; i++)
		assert_true(!places[i].len && !places[i].zero);
	pages_places(&f->pages, UINT64_MAX, 2, places);
	assert_true(!places[0].len && !places[1].len);
	f->ops.places = NULL;
	assert_false(pages_tell_places(&f->pages));
	pages_places(&f->pages, 0, 24, places);
	assert_int_equal(places[4].len, 0);
	fake_free(f);
}

static uint64_t bad_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	assert_true(count && count <= ps->max_pfn - pfn);
	return pfn == 4 ? count + 1 : pfn == 5 ? UINT64_MAX : count;
}

static void test_broken_lost(void **state)
{
	struct fake *f = bad_source();

	(void)state;
	assert_int_equal(pages_lost(&f->pages, 0, 20), 0);
	f->ops.lost = bad_lost;
	assert_int_equal(pages_lost(&f->pages, 0, 4), 4);
	assert_int_equal(pages_lost(&f->pages, 4, 4), 0);
	assert_int_equal(pages_lost(&f->pages, 5, 4), 0);
	assert_int_equal(pages_lost(&f->pages, 16, 10), 4);
	assert_int_equal(pages_lost(&f->pages, 20, 10), 0);
	assert_int_equal(pages_lost(&f->pages, 6, 0), 0);
	fake_free(f);
}

static uint64_t lost_from_10(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	(void)ps;
	return pfn >= 10 ? count : 0;
}

static void run_to_10(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	fake_run(ps, pfn, out);
	if (pfn < 10)
		out->count = min_u64(out->count, 10 - pfn);
}

static int count_pages(void *arg, uint64_t first, uint64_t count)
{
	(void)first;
	*(uint64_t *)arg += count;
	return 0;
}

/* What lies beyond the end of a file is one run, kept but not readable. */
static void test_lost_run(void **state)
{
	struct fake *f = fake_new(12, 1000);
	uint64_t readable = 0, *parts;
	struct page_run run;
	size_t n;

	(void)state;
	memset(f->states, PAGE_DATA, 1000);
	f->states[3] = PAGE_EXCLUDED;
	f->ops.lost = lost_from_10;
	f->ops.run = run_to_10;
	pages_run(&f->pages, 4, &run);
	assert_int_equal(run.count, 6);
	assert_false(run.lost);
	pages_run(&f->pages, 10, &run);
	assert_int_equal(run.count, 990);
	assert_int_equal(run.state, PAGE_DATA);
	assert_true(run.lost);
	pages_run(&f->pages, 1000, &run);
	assert_false(run.lost);
	assert_int_equal(pages_kept(&f->pages), 999);
	assert_int_equal(pages_each_readable(&f->pages, count_pages, &readable), 0);
	assert_int_equal(readable, 9);
	assert_int_equal(pages_parts(&f->pages, 4, &parts, &n), 0);
	assert_int_equal(n, 3);
	assert_true(parts[0] == 0 && parts[1] == 1 && parts[2] == 2);
	free(parts);
	f->ops.lost = NULL;
	assert_int_equal(pages_parts(&f->pages, 4, &parts, &n), 0);
	assert_int_equal(n, 250);
	free(parts);
	fake_free(f);
}

static void every_second(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	(void)ps;
	*out = (struct page_run){ pfn, 1, pfn % 2 ? PAGE_DATA : PAGE_ABSENT, false };
}

static void count_halves(const struct pages *ps, uint64_t counts[PAGE_DATA + 1])
{
	counts[PAGE_DATA] = ps->max_pfn / 2;
	counts[PAGE_ABSENT] = ps->max_pfn - counts[PAGE_DATA];
}

/* Who only wants to know what may be does not walk millions of runs. */
static void test_many_runs(void **state)
{
	struct pages_ops ops = { .read = fake_read, .run = every_second };
	struct pages ps = { .ops = &ops, .page_shift = 12, .max_pfn = (uint64_t)1 << 40 };
	uint64_t counts[PAGE_DATA + 1], *parts;
	size_t n;

	(void)state;
	assert_false(pages_have_few_runs(&ps));
	assert_false(pages_count_few(&ps, counts));
	assert_int_equal(counts[PAGE_DATA], ps.max_pfn - PAGES_FEW_RUNS / 2);
	assert_int_equal(counts[PAGE_ABSENT], PAGES_FEW_RUNS / 2);
	assert_int_equal(pages_parts(&ps, (uint64_t)1 << 30, &parts, &n), 0);
	assert_int_equal(n, 1 << 10);
	free(parts);
	ops.count = count_halves;
	assert_true(pages_count_few(&ps, counts));
	assert_int_equal(counts[PAGE_DATA], ps.max_pfn / 2);
	assert_int_equal(pages_kept(&ps), ps.max_pfn / 2);
	ps.max_pfn = PAGES_FEW_RUNS;
	assert_true(pages_have_few_runs(&ps));
	assert_int_equal(pages_readable_few(&ps), PAGES_FEW_RUNS / 2);
}

/* What callers may ask for by mistake does not reach the source, whose read() would end this test. */
static void test_asked_too_much(void **state)
{
	struct fake *f = memory();
	uint8_t pages[20 * P];

	(void)state;
	assert_int_equal(pages_read_run(&f->pages, 0, 0, pages), 0);
	assert_int_equal(pages_read_run(&f->pages, 18, 3, pages), -ENODATA);
	assert_int_equal(pages_read_run(&f->pages, 20, 1, pages), -ENODATA);
	assert_int_equal(pages_read_run(&f->pages, UINT64_MAX, 1, pages), -ENODATA);
	assert_int_equal(pages_read_run(&f->pages, 8, 4, pages), -ENODATA);
	assert_int_equal(pages_read_run(&f->pages, 16, 1, pages), -ENODATA);
	/* from zeroes to data: two calls of it */
	f->reads = 0;
	assert_int_equal(pages_read_run(&f->pages, 13, 3, pages), 0);
	assert_int_equal(f->reads, 2);
	assert_true(bytes_are_zero(pages, 2 * P));
	assert_memory_equal(pages + 2 * P, f->bytes[15], P);
	/* told in parts, read in one */
	f->run_limit = 3;
	f->reads = 0;
	assert_int_equal(pages_read_run(&f->pages, 0, 10, pages), 0);
	assert_int_equal(f->reads, 1);
	assert_memory_equal(pages + 9 * P, f->bytes[9], P);
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
		cmocka_unit_test(test_broken_run),
		cmocka_unit_test(test_broken_read),
		cmocka_unit_test(test_broken_places),
		cmocka_unit_test(test_broken_lost),
		cmocka_unit_test(test_lost_run),
		cmocka_unit_test(test_many_runs),
		cmocka_unit_test(test_asked_too_much),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
