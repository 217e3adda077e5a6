/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes from a sample: exact where all pages are in it, at even distances where they are not. */
#include <stdlib.h>

#include "formats/write/kdump.h"
#include "fs/views/estimate.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

/* Half of it noise: pages that compress to some size between none and all. */
static void put_page(struct fake *f, uint64_t pfn, uint64_t *seed)
{
	uint8_t *p = fake_page(f, pfn);
	uint64_t noise = fake_random(seed) % 5000;

	memset(p, (int)(pfn & 0x7f) + 1, 4096);
	for (uint64_t i = 0; i < noise && i < 4096; i++)
		p[i] = (uint8_t)fake_random(seed);
}

/* Few pages: the sample is all of them, and the sum is what the writer writes. */
static void test_all(void **state)
{
	struct fake *f = fake_new(12, 1200);
	struct estimate est;
	struct estimate_sum sum = { 0 };
	uint64_t seed = 7, counts[PAGE_DATA + 1];

	(void)state;
	fake_set(f, 600, 50, PAGE_ZERO);
	for (uint64_t pfn = 100; pfn < 500; pfn++)
		put_page(f, pfn, &seed);
	for (uint64_t pfn = 700; pfn < 710; pfn++)
		fake_page(f, pfn);		/* zeroes that nobody knows of */
	fake_damage(f, 1000);
	put_page(f, 1000, &seed);
	pages_count(&f->pages, counts);
	assert_int_equal(estimate_run(&f->pages, NULL, NULL, &est), 0);
	assert_int_equal(est.sampled, 461);
	assert_int_equal(est.groups[0].pages, 461);
	assert_int_equal(est.groups[0].zero, 60);
	estimate_add(&est.groups[0], &sum);
	for (size_t i = 0; i < CODECS; i++) {
		struct kdump_output o = { .codec = codecs[i] };
		uint64_t more = write_kdump_bound(&f->pages, &o) - (counts[PAGE_DATA] + counts[PAGE_ZERO]) * 4096;
		struct layout *l;

		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		assert_int_equal(layout_size(l), (uint64_t)(sum.bytes[i] + 0.5) + more);
		layout_unref(l);
	}
	fake_free(f);
}

/* Three times as many pages as are looked at: the middle one of each three. */
static void test_even(void **state)
{
	struct fake *f = fake_new(12, 4 * 4096);
	struct estimate est;
	struct estimate_sum sum = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 3 * 4096; i++) {
		uint8_t *p = fake_page(f, 2000 + i);

		p[0] = i % 3 == 1;
	}
	assert_int_equal(estimate_run(&f->pages, NULL, NULL, &est), 0);
	assert_int_equal(est.sampled, 4096);
	assert_int_equal(est.groups[0].zero, 0);
	estimate_add(&est.groups[0], &sum);
	assert_int_equal((uint64_t)sum.bytes[0], 3 * 4096 * 4096);
	assert_int_equal((uint64_t)sum.zero, 0);
	fake_free(f);
}

/* Classes apart: each has its own sample, so that a small one is known as well as a large one. */
static void test_groups(void **state)
{
	struct fake *f = fake_new(12, 6000);
	struct classes classes = { 0 };
	struct estimate est;

	(void)state;
	fake_set(f, 0, 6000, PAGE_ZERO);
	for (unsigned int i = 0; i < CLASSES; i++)
		classes.maps[i] = bitmap_new(6000);
	bitmap_set_range(classes.maps[CLASS_FREE], 5900, 10);
	bitmap_set_range(classes.maps[CLASS_USER], 5905, 10);
	for (uint64_t pfn = 5900; pfn < 5905; pfn++)
		fake_page(f, pfn)[9] = 1;
	assert_int_equal(estimate_run(&f->pages, &classes, NULL, &est), 0);
	assert_int_equal(est.groups[0].pages, 5985);
	assert_int_equal(est.groups[0].sampled, 4096);
	assert_int_equal(est.groups[0].zero, 4096);
	assert_int_equal(est.groups[1u << CLASS_FREE].pages, 5);
	assert_int_equal(est.groups[1u << CLASS_FREE].zero, 0);
	assert_int_equal(est.groups[1u << CLASS_FREE].bytes[0], 5 * 4096);
	assert_int_equal(est.groups[1u << CLASS_FREE | 1u << CLASS_USER].pages, 5);
	assert_int_equal(est.groups[1u << CLASS_USER].sampled, 5);
	assert_int_equal(est.sampled, 4096 + 15);
	for (unsigned int i = 0; i < CLASSES; i++)
		bitmap_free(classes.maps[i]);
	fake_free(f);
}

static void test_nothing(void **state)
{
	struct fake *f = fake_new(12, 10);
	struct estimate est;
	struct estimate_sum sum = { 0 };

	(void)state;
	assert_int_equal(estimate_run(&f->pages, NULL, NULL, &est), 0);
	assert_int_equal(est.sampled, 0);
	estimate_add(&est.groups[0], &sum);
	assert_true(sum.bytes[1] == 0 && sum.zero == 0);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_even),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
