/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bisect.h"

#include "tests/unit/unit.h"

static void test_all_borders(void **state)
{
	uint64_t list[40];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		list[i] = 10 * i;
	for (size_t n = 0; n <= 40; n++) {
		for (uint64_t at = 0; at <= 400; at++) {
			size_t expect = 0;

			while (expect < n && list[expect] <= at)
				expect++;
			assert_int_equal(bisect_first(i, n, list[i] > at), expect);
			for (size_t from = 0; from <= n; from++)
				assert_int_equal(bisect_from(i, from, n, list[i] > at), expect > from ? expect : from);
		}
	}
}

static void test_equal_ones(void **state)
{
	static const int list[] = { 1, 3, 3, 3, 3, 8 };

	(void)state;
	assert_int_equal(bisect_first(i, 6u, list[i] >= 3), 1);
	assert_int_equal(bisect_first(i, 6u, list[i] > 3), 5);
	assert_int_equal(bisect_first(i, 6u, list[i] > 8), 6);
}

/* Nothing outside the range is looked at, few inside, and no sum overflows. */
static void test_looks(void **state)
{
	unsigned int looks = 0;
	uint64_t found = bisect_from(i, UINT64_MAX - 1000, UINT64_MAX,
				     (looks++, assert_in_range(i, UINT64_MAX - 1000, UINT64_MAX - 1), i >= UINT64_MAX - 7));

	(void)state;
	assert_true(found == UINT64_MAX - 7);
	assert_true(looks <= 10);
	looks = 0;
	found = bisect_first(i, UINT64_MAX, (looks++, i >= UINT64_MAX / 3));
	assert_true(found == UINT64_MAX / 3);
	assert_true(looks <= 64);
	looks = 0;
	assert_int_equal(bisect_first(i, (size_t)0, (looks++, i > 0)), 0);
	assert_int_equal(looks, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_borders),
		cmocka_unit_test(test_equal_ones),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests_name("bisect", tests, NULL, NULL);
}
