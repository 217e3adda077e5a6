/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is erased: the list of it, its text, and the page source over another one. */
#include <errno.h>
#include <string.h>

#include "filter/erase.h"
#include "filter/level.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define PAGE 4096u

static void entry(struct erase_list *l, const char *expr, bool nullify)
{
	assert_int_equal(erase_list_entry(l, expr, nullify), 0);
}

static void piece(struct erase_list *l, uint64_t paddr, uint64_t len)
{
	assert_int_equal(erase_list_piece(l, paddr, len), 0);
}

/* An entry of one piece. */
static void one(struct erase_list *l, const char *expr, bool nullify, uint64_t paddr, uint64_t len)
{
	entry(l, expr, nullify);
	piece(l, paddr, len);
}

static void ranges_are(const struct erase_list *l, const struct erase_range *want, size_t n)
{
	uint64_t bytes = 0;

	assert_int_equal(l->nranges, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(l->ranges[i].paddr, want[i].paddr);
		assert_int_equal(l->ranges[i].len, want[i].len);
		assert_int_equal(l->ranges[i].fill, want[i].fill);
		bytes += want[i].len;
	}
	assert_int_equal(l->bytes, bytes);
}

static void test_ranges(void **state)
{
	static const struct erase_range want[] = {
		/* adjacent and overlapping ones become one; inside another one: the later start shows */
		{ 100, 60, 'X' }, { 200, 20, 'X' }, { 220, 8, 0 }, { 228, 72, 'X' }, { 500, 8, 0 }, { 508, 4, 'X' },
		{ 1000, 50, 'X' }, { 1050, 30, 0 }, { 1080, 20, 'X' }, { 1100, 8, 0 },
	};
	struct erase_list l = { 0 };

	(void)state;
	one(&l, "a", false, 110, 50);
	one(&l, "b", false, 100, 20);
	one(&l, "c", false, 200, 100);
	one(&l, "d", true, 220, 8);
	one(&l, "e", true, 500, 8);
	one(&l, "f", false, 508, 4);
	/* one that goes on behind the one it is in */
	one(&l, "g", false, 1000, 100);
	one(&l, "h", true, 1050, 30);
	one(&l, "i", true, 1100, 8);
	entry(&l, "nothing", false);
	assert_int_equal(erase_list_close(&l), 0);
	ranges_are(&l, want, ARRAY_SIZE(want));
	erase_list_free(&l);

	assert_int_equal(erase_list_close(&l), 0);
	assert_int_equal(l.nranges, 0);
	erase_list_free(&l);
}

/* Against bytes that are filled one range after the other, in the order of their starts. */
static void test_ranges_random(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct { uint64_t start, len; bool nullify; } in[12];
		struct erase_list l = { 0 };
		char want[256], got[256];

		for (size_t i = 0; i < ARRAY_SIZE(in); i++) {
			in[i].start = fake_random(&seed) % 200;
			in[i].len = 1 + fake_random(&seed) % 40;
			in[i].nullify = fake_random(&seed) % 2;
			for (size_t j = 0; j < i; j++)	/* equal starts have a rule of their own */
				if (in[j].start == in[i].start)
					in[i].len = 0;
			if (in[i].len)
				one(&l, "x", in[i].nullify, in[i].start, in[i].len);
		}
		assert_int_equal(erase_list_close(&l), 0);
		memset(want, '.', sizeof(want));
		memset(got, '.', sizeof(got));
		for (uint64_t start = 0; start < 200; start++)
			for (size_t i = 0; i < ARRAY_SIZE(in); i++)
				if (in[i].len && in[i].start == start)
					memset(want + start, in[i].nullify ? 0 : 'X', in[i].len);
		for (size_t i = 0; i < l.nranges; i++) {
			const struct erase_range *r = &l.ranges[i];

			if (i)
				assert_true(r[-1].paddr + r[-1].len < r->paddr ||
					    (r[-1].paddr + r[-1].len == r->paddr && r[-1].fill != r->fill));
			memset(got + r->paddr, r->fill, r->len);
		}
		assert_memory_equal(got, want, sizeof(want));
		erase_list_free(&l);
	}
}

/* As measured with makedumpfile 1.7.2: commands in the order of their first entries, a line an entry; of two that start
 * at the same byte the first one's line, with the longer size. */
static void test_text(void **state)
{
	struct fake *f = fake_new(12, 16);
	static const char loop_a[] = "t.comm", loop_b[] = "t.mm", again[] = "u.comm";
	struct erase_list l = { 0 };
	struct outbuf out = OUTBUF_INIT;
	struct pages *level;

	(void)state;
	for (uint64_t pfn = 0; pfn < 10; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 10, 2, PAGE_ZERO);
	fake_set(f, 12, 1, PAGE_EXCLUDED);
	one(&l, "first", false, 0x1000, 16);
	for (uint64_t i = 0; i < 3; i++) {
		one(&l, loop_a, false, 0x2000 + i * 0x100, 16);
		if (i)			/* the first element had NULL there */
			one(&l, loop_b, true, 0x2080 + i * 0x100, 8);
	}
	one(&l, again, false, 0x2100, 40);
	one(&l, again, false, 0x2700, 5);
	/* through pages that are kept, known to be zero, excluded, and behind memory */
	entry(&l, "wide", false);
	piece(&l, 0x8ff0, 0x20);
	piece(&l, 0xaff0, 0x1000);
	piece(&l, 0xc000, 0x1000);
	piece(&l, 0x1000000, 0x1000);
	one(&l, "gone", false, 0xc800, 100);
	assert_int_equal(erase_list_close(&l), 0);
	erase_list_text(&l, &f->pages, 0, UINT64_MAX, &out);
	assert_string_equal(out.data, "erase first size 16\nerase t.comm size 16\nerase t.comm size 40\nerase t.comm size 16\n"
			    "erase t.mm nullify\nerase t.mm nullify\nerase u.comm size 5\nerase wide size 4128\n");

	/* a part of a split set, and a selection: what is in their pages */
	out_cut(&out, 0);
	erase_list_text(&l, &f->pages, 9, 11, &out);
	assert_string_equal(out.data, "erase wide size 32\n");
	level = level_new(&f->pages, NULL, 0, 2);
	out_cut(&out, 0);
	erase_list_text(&l, level, 0, 16, &out);
	assert_string_equal(out.data, "erase first size 16\n");
	level_free(level);
	out_free(&out);
	erase_list_free(&l);
	fake_free(f);
}

static void fake_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	static const struct source *const src = (const struct source *)"never read";

	(void)ps;
	for (uint64_t i = 0; i < count; i++)
		out[i] = (struct page_place){ .src = src, .offset = (pfn + i) << 16, .len = 100, .codec = CODEC_ZLIB, .zero = pfn + i >= 10 };
}

static void state_is(const struct pages *ps, uint64_t pfn, uint64_t count, enum page_state state)
{
	struct page_run run;

	pages_run(ps, pfn, &run);
	assert_int_equal(run.first, pfn);
	assert_int_equal(run.count, count);
	assert_int_equal(run.state, state);
}

static void test_pages(void **state)
{
	struct fake *f = fake_new(12, 32);
	struct erase_list l = { 0 };
	uint8_t want[12 * PAGE], got[12 * PAGE];
	struct page_place places[11];
	struct pages *ps;
	size_t len;

	(void)state;
	for (uint64_t pfn = 2; pfn < 10; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 10, 8, PAGE_ZERO);
	fake_set(f, 18, 2, PAGE_EXCLUDED);
	f->ops.places = fake_places;
	one(&l, "a", false, 3 * PAGE - 5, 10);		/* over a page border */
	one(&l, "b", true, 5 * PAGE, PAGE);		/* exactly one page */
	one(&l, "c", false, 7 * PAGE + 100, 1);
	one(&l, "d", false, 12 * PAGE - 1, 2);		/* the last byte of a zero page and the first of the next */
	one(&l, "e", false, 18 * PAGE, 2 * PAGE);	/* not in the dump */
	one(&l, "f", false, 30 * PAGE, 9 * PAGE);	/* no memory, and beyond the end */
	assert_int_equal(erase_list_close(&l), 0);
	ps = erase_new(&f->pages, &l);
	assert_non_null(ps);
	assert_int_equal(ps->max_pfn, 32);

	state_is(ps, 0, 2, PAGE_ABSENT);
	state_is(ps, 2, 8, PAGE_DATA);
	state_is(ps, 10, 1, PAGE_ZERO);
	state_is(ps, 11, 1, PAGE_DATA);
	state_is(ps, 12, 1, PAGE_DATA);
	state_is(ps, 13, 5, PAGE_ZERO);
	state_is(ps, 18, 2, PAGE_EXCLUDED);
	state_is(ps, 20, 12, PAGE_ABSENT);

	assert_int_equal(pages_read_bytes(&f->pages, 2 * PAGE, sizeof(want), want, HOLES_FAIL), 0);
	memset(want + PAGE - 5, 'X', 10);
	memset(want + 3 * PAGE, 0, PAGE);
	want[5 * PAGE + 100] = 'X';
	memset(want + 10 * PAGE - 1, 'X', 2);
	assert_int_equal(pages_read_bytes(ps, 2 * PAGE, sizeof(got), got, HOLES_FAIL), 0);
	assert_memory_equal(got, want, sizeof(want));
	/* any part of it */
	for (size_t at = 0; at < sizeof(want); at += 61) {
		len = min_u64(97 + at % PAGE, sizeof(want) - at);
		assert_int_equal(pages_read_bytes(ps, 2 * PAGE + at, len, got, HOLES_FAIL), 0);
		assert_memory_equal(got, want + at, len);
	}
	assert_int_equal(pages_read(ps, 18, got), -ENODATA);
	/* a copy of memory that is not in the dump */
	memset(got, 'c', 8);
	erase_bytes(&l, 18 * PAGE - 3, 8, got);
	assert_memory_equal(got, "cccXXXXX", 8);

	pages_places(ps, 2, 11, places);
	for (uint64_t pfn = 2; pfn < 13; pfn++) {
		bool touched = pfn == 2 || pfn == 3 || pfn == 5 || pfn == 7 || pfn == 11 || pfn == 12;

		assert_int_equal(places[pfn - 2].len, touched ? 0 : 100);
		assert_int_equal(places[pfn - 2].zero, !touched && pfn >= 10);
		if (!touched)
			assert_int_equal(places[pfn - 2].offset, pfn << 16);
	}
	f->ops.places = NULL;
	pages_places(ps, 4, 1, places);
	assert_int_equal(places[0].len, 0);
	fake_damage(f, 5);
	assert_int_equal(pages_read(ps, 5, got), -EIO);
	erase_free(ps);
	erase_list_free(&l);
	fake_free(f);
}

/* A page with X is not zero any more; one whose only bytes are set to 0 becomes zero. */
static void test_zero_pages(void **state)
{
	struct fake *f = fake_new(12, 8);
	struct erase_list l = { 0 };
	struct pages *ps, *level, *without;

	(void)state;
	fake_page(f, 1);
	fake_page(f, 2)[8] = 1;
	fake_set(f, 3, 2, PAGE_ZERO);
	one(&l, "a", false, PAGE + 7, 1);
	one(&l, "b", true, 2 * PAGE + 8, 8);
	one(&l, "c", false, 3 * PAGE, 1);
	assert_int_equal(erase_list_close(&l), 0);
	ps = erase_new(&f->pages, &l);
	level = level_new(ps, NULL, LEVEL_ZERO, 8);
	assert_int_equal(level_find_zero(level, NULL, &without), 0);
	state_is(without, 1, 1, PAGE_DATA);
	state_is(without, 2, 1, PAGE_EXCLUDED);
	state_is(without, 3, 1, PAGE_DATA);
	state_is(without, 4, 1, PAGE_EXCLUDED);
	level_free(without);
	level_free(level);
	erase_free(ps);
	erase_list_free(&l);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges), cmocka_unit_test(test_ranges_random), cmocka_unit_test(test_text),
		cmocka_unit_test(test_pages), cmocka_unit_test(test_zero_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
