/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges that were looked up: one index each while they are remembered. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "fs/ranges.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static uint64_t add(struct ranges *r, bool virtual, uint64_t addr, uint64_t len)
{
	struct range range = { virtual ? RANGE_VIRT : RANGE_PHYS, addr, len };
	uint64_t index = UINT64_MAX;

	assert(!ranges_add(r, &range, &index));
	return index;
}

static void test_same_index(void **state)
{
	struct ranges *r = ranges_new();
	uint64_t a = add(r, false, 0x1000, 16), b = add(r, true, 0x1000, 16), c = add(r, false, 0x1000, 17);
	uint64_t d = add(r, false, 0x1001, 16);
	struct range out;

	(void)state;
	assert_true(a != b && a != c && a != d && b != c && b != d && c != d);
	assert_int_equal(add(r, false, 0x1000, 16), a);
	assert_int_equal(add(r, true, 0x1000, 16), b);
	assert_int_equal(ranges_get(r, c, &out), 0);
	assert_int_equal(out.kind, RANGE_PHYS);
	assert_int_equal(out.addr, 0x1000);
	assert_int_equal(out.len, 17);
	assert_int_equal(ranges_get(r, b, &out), 0);
	assert_int_equal(out.kind, RANGE_VIRT);
	assert_int_equal(ranges_get(r, 1000, &out), -ENOENT);
	assert_int_equal(ranges_get(r, UINT64_MAX, &out), -ENOENT);
	ranges_free(r);
	ranges_free(NULL);
}

static void test_forget(void **state)
{
	struct ranges *r = ranges_new();
	uint64_t a = add(r, false, 1, 2), again;
	struct range out;

	(void)state;
	for (int i = 0; i < 4; i++)
		add(r, false, 1, 2);
	ranges_forget(r, a, 4);		/* one of five lookups is left */
	assert_int_equal(ranges_get(r, a, &out), 0);
	assert_int_equal(add(r, false, 1, 2), a);
	ranges_forget(r, a, 2);
	assert_int_equal(ranges_get(r, a, &out), -ENOENT);
	ranges_forget(r, a, 1);		/* nothing happens */
	ranges_forget(r, 12345, 1);
	/* an index is never used for another range */
	again = add(r, true, 7, 7);
	assert_int_not_equal(again, a);
	assert_int_not_equal(add(r, false, 1, 2), a);
	ranges_forget(r, again, 1000);	/* more than there were */
	assert_int_equal(ranges_get(r, again, &out), -ENOENT);
	ranges_free(r);
}

/* Far more than there are buckets, forgotten in another order than they came. */
static void test_many(void **state)
{
	enum { MANY = 20000 };
	struct ranges *r = ranges_new();
	uint64_t *index = calloc(MANY, sizeof(*index));
	struct range out;

	(void)state;
	for (uint64_t i = 0; i < MANY; i++)
		index[i] = add(r, i % 2, i << 12, 4096);
	for (uint64_t i = 0; i < MANY; i += 3)
		ranges_forget(r, index[i], 1);
	for (uint64_t i = MANY; i-- > 0;) {
		assert_int_equal(ranges_get(r, index[i], &out), i % 3 ? 0 : -ENOENT);
		if (i % 3) {
			assert_int_equal(out.addr, i << 12);
			assert_int_equal(out.kind, i % 2 ? RANGE_VIRT : RANGE_PHYS);
			assert_int_equal(add(r, i % 2, i << 12, 4096), index[i]);
		}
	}
	free(index);
	ranges_free(r);
}

struct racer {
	struct ranges *r;
	unsigned int wrong;
	uint64_t seed;
};

static void *race(void *arg)
{
	struct racer *racer = arg;

	for (int i = 0; i < 20000; i++) {
		struct range range = { false, fake_random(&racer->seed) % 50, 1 }, out;
		uint64_t index, same;

		/* while we hold a lookup, the index leads to our range, and the range to the index */
		if (ranges_add(racer->r, &range, &index) || ranges_get(racer->r, index, &out) ||
		    out.addr != range.addr || ranges_add(racer->r, &range, &same) || same != index)
			racer->wrong++;
		ranges_forget(racer->r, index, 2);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct ranges *r = ranges_new();
	struct racer racers[8];
	pthread_t threads[8];
	struct range out;

	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		racers[i] = (struct racer){ r, 0, i + 1 };
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(racers[i].wrong, 0);
	}
	/* all lookups were given back */
	for (uint64_t index = 0; index < 8 * 20000; index++)
		assert_int_equal(ranges_get(r, index, &out), -ENOENT);
	ranges_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_index),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("ranges", tests, NULL, NULL);
}
