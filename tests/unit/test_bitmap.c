/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bitmaps against an array of bytes that does the same slowly. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/bitmap.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define CHUNK BITMAP_CHUNK_BITS

/* Every bit, every run and every rank of bm is what naive (one byte a bit) says. */
static void compare(struct bitmap *bm, const uint8_t *naive, uint64_t nbits)
{
	uint64_t rank = 0;

	assert_int_equal(bitmap_bits(bm), nbits);
	bitmap_index(bm);
	for (uint64_t i = 0; i < nbits; i++) {
		assert_int_equal(bitmap_test(bm, i), naive[i]);
		assert_int_equal(bitmap_rank(bm, i), rank);
		rank += naive[i];
	}
	assert_int_equal(bitmap_rank(bm, nbits), rank);
	assert_int_equal(bitmap_rank(bm, nbits + 1000), rank);
	assert_int_equal(bitmap_count(bm), rank);
	for (uint64_t i = 0, n; i < nbits; i += n) {
		bool value;

		n = bitmap_run(bm, i, &value);
		assert_true(n > 0 && n <= nbits - i);
		assert_int_equal(value, naive[i]);
		for (uint64_t j = i; j < i + n; j++)
			assert_int_equal(naive[j], value);
		/* short only where the header allows it */
		if (i + n < nbits && (i + n) % CHUNK)
			assert_int_not_equal(naive[i + n], value);
	}
}

static void test_single_bits(void **state)
{
	static const uint64_t bits[] = { 0, 1, 63, 64, 511, 512, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 3 * CHUNK + 76 };
	uint64_t nbits = 3 * CHUNK + 77;
	uint8_t *naive = calloc(1, nbits);
	struct bitmap *bm = bitmap_new(nbits);

	(void)state;
	compare(bm, naive, nbits);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		assert_int_equal(bitmap_set(bm, bits[i]), 0);
		naive[bits[i]] = 1;
	}
	compare(bm, naive, nbits);
	assert_false(bitmap_test(bm, nbits));
	assert_false(bitmap_test(bm, UINT64_MAX));
	bitmap_free(bm);
	free(naive);
}

static void test_ranges(void **state)
{
	static const struct { uint64_t first, count; } ranges[] = {
		{ 0, 0 }, { 5, 1 }, { 60, 8 }, { 64, 64 }, { 200, 300 }, { CHUNK - 3, 6 }, { 2 * CHUNK, CHUNK },
		{ 3 * CHUNK + 1, CHUNK + 50 }, { 4 * CHUNK + 90, 10 },
	};
	uint64_t nbits = 4 * CHUNK + 100;
	uint8_t *naive = calloc(1, nbits);
	struct bitmap *bm = bitmap_new(nbits);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		assert_int_equal(bitmap_set_range(bm, ranges[i].first, ranges[i].count), 0);
		memset(naive + ranges[i].first, 1, ranges[i].count);
		compare(bm, naive, nbits);
	}
	bitmap_free(bm);
	free(naive);
}

static void test_random(void **state)
{
	uint64_t seed = 42;

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		uint64_t nbits = fake_random(&seed) % (3 * CHUNK) + 1;
		uint8_t *naive = calloc(1, nbits);
		struct bitmap *bm = bitmap_new(nbits);

		for (unsigned int i = 0; i < 200; i++) {
			uint64_t first = fake_random(&seed) % nbits;
			uint64_t count = min_u64(nbits - first, fake_random(&seed) % 200);

			assert_int_equal(bitmap_set_range(bm, first, count), 0);
			memset(naive + first, 1, count);
			first = fake_random(&seed) % nbits;
			assert_int_equal(bitmap_set(bm, first), 0);
			naive[first] = 1;
		}
		compare(bm, naive, nbits);
		bitmap_free(bm);
		free(naive);
	}
}

/* 0x05 0x80: bits 0, 2 and 15, as the kdump bitmaps have them. */
static void test_load_order(void **state)
{
	static const uint8_t bytes[] = { 0x05, 0x80, 0x00, 0x10 };
	struct bitmap *bm = bitmap_new(100);
	uint8_t naive[100] = { 0 };

	(void)state;
	naive[8] = naive[10] = naive[23] = naive[36] = 1;
	assert_int_equal(bitmap_load(bm, 8, bytes, sizeof(bytes)), 0);
	compare(bm, naive, sizeof(naive));
	/* bits that are set stay so */
	assert_int_equal(bitmap_load(bm, 8, (const uint8_t[]){ 0x02 }, 1), 0);
	naive[9] = 1;
	compare(bm, naive, sizeof(naive));
	bitmap_free(bm);
}

static void test_load_end(void **state)
{
	uint8_t ones[64], naive[77] = { 0 };
	struct bitmap *bm = bitmap_new(sizeof(naive));

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(bitmap_load(bm, 64, ones, sizeof(ones)), 0);
	assert_int_equal(bitmap_load(bm, 80, ones, sizeof(ones)), 0);
	assert_int_equal(bitmap_load(bm, (uint64_t)1 << 40, ones, sizeof(ones)), 0);
	memset(naive + 64, 1, 13);
	compare(bm, naive, sizeof(naive));
	bitmap_free(bm);
}

static void test_load_chunks(void **state)
{
	uint64_t nbits = 3 * CHUNK + 8, seed = 7;
	uint8_t *naive = calloc(1, nbits), *bytes = calloc(1, nbits / 8);
	struct bitmap *bm = bitmap_new(nbits);

	(void)state;
	for (uint64_t i = 0; i < nbits / 8; i++)
		if (i / (CHUNK / 8) != 1)
			bytes[i] = (uint8_t)fake_random(&seed);
	for (uint64_t i = 0; i < nbits; i++)
		naive[i] = bytes[i / 8] >> (i % 8) & 1;
	/* in two parts that meet inside a chunk */
	assert_int_equal(bitmap_load(bm, 0, bytes, 4099), 0);
	assert_int_equal(bitmap_load(bm, 4099 * 8, bytes + 4099, nbits / 8 - 4099), 0);
	compare(bm, naive, nbits);
	bitmap_free(bm);
	free(naive);
	free(bytes);
}

/* Runs over 2^32 bits are found in few steps, and the bits around the borders are right. */
static void test_sparse(void **state)
{
	uint64_t nbits = (uint64_t)1 << 32, steps = 0, ones = 0;
	struct bitmap *bm = bitmap_new(nbits);
	struct rusage before, after;
	bool value;

	(void)state;
	assert_non_null(bm);
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(bitmap_set(bm, 5), 0);
	assert_int_equal(bitmap_set_range(bm, ((uint64_t)1 << 31) - 10, 20), 0);
	assert_int_equal(bitmap_set(bm, nbits - 1), 0);
	bitmap_index(bm);
	getrusage(RUSAGE_SELF, &after);
	for (uint64_t bit = 0, n; bit < nbits; bit += n, steps++) {
		n = bitmap_run(bm, bit, &value);
		if (value)
			ones += n;
	}
	assert_int_equal(ones, 22);
	assert_true(steps < 10000);	/* 131072 chunks */
	assert_int_equal(bitmap_count(bm), 22);
	assert_int_equal(bitmap_rank(bm, 5), 0);
	assert_int_equal(bitmap_rank(bm, 6), 1);
	assert_int_equal(bitmap_rank(bm, (uint64_t)1 << 31), 11);
	assert_int_equal(bitmap_rank(bm, nbits - 1), 21);
	assert_int_equal(bitmap_rank(bm, nbits), 22);
	/* 512 MiB of bits, were it not sparse */
	assert_true(after.ru_maxrss - before.ru_maxrss < 1 << 10);
	bitmap_free(bm);
}

/* The number space may be as large as numbers are: what is set counts. */
static void test_huge(void **state)
{
	static const uint64_t at[] = { 0, 32767, 32768, (uint64_t)1 << 47, ((uint64_t)1 << 52) + 1, UINT64_MAX - 1 };
	struct bitmap *bm = bitmap_new(UINT64_MAX), *other = bitmap_new((uint64_t)1 << 53);
	struct rusage before, after;
	uint64_t ones = 0, steps = 0;
	bool value;

	(void)state;
	assert_non_null(bm);
	getrusage(RUSAGE_SELF, &before);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		assert_int_equal(bitmap_set_range(bm, at[i], 1), 0);
	bitmap_index(bm);
	for (uint64_t bit = 0, n; bit < UINT64_MAX; bit += n, steps++) {
		n = bitmap_run(bm, bit, &value);
		assert_true(n > 0);
		ones += value ? n : 0;
	}
	assert_int_equal(ones, ARRAY_SIZE(at));
	assert_true(steps < 1000);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		assert_true(bitmap_test(bm, at[i]));
		assert_false(bitmap_test(bm, at[i] ^ 2));
		assert_int_equal(bitmap_rank(bm, at[i]), i);
		assert_int_equal(bitmap_rank(bm, at[i] + 1), i + 1);
	}
	assert_int_equal(bitmap_rank(bm, (uint64_t)1 << 60), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_false(bitmap_equal(bm, other, at[i] + 1));
		assert_int_equal(bitmap_set(other, at[i]), 0);
		assert_true(bitmap_equal(bm, other, at[i] + 1));
	}
	assert_true(bitmap_equal(bm, other, UINT64_MAX - 1));
	assert_false(bitmap_equal(other, bm, UINT64_MAX));
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 2 << 10);
	bitmap_free(bm);
	bitmap_free(other);
}

static void test_count_without(void **state)
{
	uint64_t nbits = 40 * CHUNK + 77, seed = 5;
	struct bitmap *a = bitmap_new(nbits), *b = bitmap_new(nbits);

	(void)state;
	for (unsigned int i = 0; i < 3000; i++) {
		uint64_t at = fake_random(&seed) % (nbits - 40);

		if (at / CHUNK % 4 != 1)
			assert_int_equal(bitmap_set_range(a, at, fake_random(&seed) % 40), 0);
		if (at / CHUNK % 4 != 2)
			assert_int_equal(bitmap_set_range(b, at + fake_random(&seed) % 20, 10), 0);
	}
	for (uint64_t end = 0, at = 0, count = 0; end <= nbits + 100; end += 1 + fake_random(&seed) % 9999) {
		for (; at < end; at++)
			count += bitmap_test(a, at) && !bitmap_test(b, at);
		assert_int_equal(bitmap_count_without(a, b, end), count);
	}
	assert_int_equal(bitmap_count_without(a, a, nbits), 0);
	bitmap_free(a);
	bitmap_free(b);
}

static void test_empty(void **state)
{
	struct bitmap *bm = bitmap_new(0);
	uint8_t ones = 0xff;
	bool value = true;

	(void)state;
	assert_non_null(bm);
	assert_int_equal(bitmap_bits(bm), 0);
	assert_false(bitmap_test(bm, 0));
	assert_int_equal(bitmap_load(bm, 0, &ones, 1), 0);
	assert_int_equal(bitmap_set_range(bm, 0, 0), 0);
	assert_int_equal(bitmap_run(bm, 0, &value), 0);
	bitmap_index(bm);
	assert_int_equal(bitmap_count(bm), 0);
	assert_int_equal(bitmap_rank(bm, 10), 0);
	bitmap_free(bm);
	bitmap_free(NULL);
}

/* What ends where a chunk does: the bits behind the last are not there, and nothing behind them is touched. */
static void test_whole_chunks(void **state)
{
	uint64_t nbits = 2 * CHUNK;
	uint8_t *naive = calloc(1, nbits), ones[2] = { 0xff, 0xff };
	struct bitmap *bm = bitmap_new(nbits);
	bool value;

	(void)state;
	assert_int_equal(bitmap_set_range(bm, nbits - 100, 100), 0);
	memset(naive + nbits - 100, 1, 100);
	assert_int_equal(bitmap_load(bm, nbits, ones, sizeof(ones)), 0);
	assert_int_equal(bitmap_load(bm, CHUNK - 8, ones, sizeof(ones)), 0);
	memset(naive + CHUNK - 8, 1, 16);
	compare(bm, naive, nbits);
	assert_false(bitmap_test(bm, nbits));
	assert_int_equal(bitmap_run(bm, nbits, &value), 0);
	assert_false(value);
	/* a run of ones ends where a chunk is empty */
	bitmap_free(bm);
	bm = bitmap_new(nbits);
	assert_int_equal(bitmap_set_range(bm, 0, CHUNK), 0);
	memset(naive, 1, CHUNK);
	memset(naive + CHUNK, 0, CHUNK);
	compare(bm, naive, nbits);
	bitmap_free(bm);
	free(naive);
}

static bool naive_equal(const struct bitmap *a, const struct bitmap *b, uint64_t end)
{
	for (uint64_t i = 0; i < end; i++)
		if (bitmap_test(a, i) != bitmap_test(b, i))
			return false;
	return true;
}

/* Two that differ in one bit, or in their lengths, up to ends around that bit and around the borders of chunks. */
static void test_equal(void **state)
{
	static const uint64_t differ[] = { 0, 63, 64, 1000, CHUNK - 1, CHUNK, CHUNK + 65, 2 * CHUNK - 1, 2 * CHUNK + 10 };
	static const uint64_t ends[] = { 0, 1, 64, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 10, 2 * CHUNK + 11, 4 * CHUNK };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(differ); i++) {
		uint64_t bit = differ[i / 2];
		struct bitmap *a = bitmap_new(2 * CHUNK + 11), *b = bitmap_new(i % 2 ? 3 * CHUNK : 2 * CHUNK + 11);

		/* in the middle chunk both have something, or only one has it */
		assert_int_equal(bitmap_set_range(a, CHUNK + 500, 9), 0);
		assert_int_equal(bitmap_set_range(b, CHUNK + 500, 9), 0);
		assert_true(bitmap_equal(a, b, 4 * CHUNK));
		assert_int_equal(bitmap_set(a, bit), 0);
		for (size_t j = 0; j < ARRAY_SIZE(ends); j++) {
			for (uint64_t end = ends[j]; end < ends[j] + 2; end++) {
				assert_int_equal(bitmap_equal(a, b, end), naive_equal(a, b, end));
				assert_int_equal(bitmap_equal(b, a, end), naive_equal(a, b, end));
			}
			assert_int_equal(bitmap_equal(a, b, bit + j), naive_equal(a, b, bit + j));
		}
		assert_true(bitmap_equal(a, a, 4 * CHUNK));
		/* the longer one goes on: what the shorter lacks is not set */
		if (i % 2) {
			assert_int_equal(bitmap_set(b, bit), 0);
			assert_true(bitmap_equal(a, b, 4 * CHUNK));
			assert_int_equal(bitmap_set(b, 3 * CHUNK - 1), 0);
			assert_false(bitmap_equal(a, b, 4 * CHUNK));
			assert_false(bitmap_equal(b, a, 4 * CHUNK));
			assert_true(bitmap_equal(b, a, 3 * CHUNK - 1));
		}
		bitmap_free(a);
		bitmap_free(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single_bits),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_load_order),
		cmocka_unit_test(test_load_end),
		cmocka_unit_test(test_load_chunks),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_count_without),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_whole_chunks),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests_name("bitmap", tests, NULL, NULL);
}
