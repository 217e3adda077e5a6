/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/vector.h"

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tests/unit/unit.h"

/* Of the sanitizers: what there is no memory for is NULL, as it is without them. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

struct pair {
	uint64_t a, b;
};

struct pairs {
	struct pair *list;
	size_t n, cap;
};

/* What a dump makes grow ends at the limit, and what is there stays. */
static void test_memory_limit(void **state)
{
	const size_t small = MEMORY_SMALL / sizeof(struct pair);
	struct pairs p = { 0 };
	size_t n;

	(void)state;
	memory_set_limit((uint64_t)8 << 20, NULL);
	while (!vector_push(p.list, p.n, p.cap, (struct pair){ p.n, 0 }))
		assert_true(p.n < (size_t)8 << 20);
	assert_true(p.n >= small);
	n = p.n;
	assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ p.n, 0 }), -ENOMEM);
	assert_int_equal(p.n, n);
	memory_allow((uint64_t)256 << 20);
	assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ p.n, 0 }), 0);
	memory_allow(0);
	assert_int_equal(memory_check(MEMORY_SMALL - 1), 0);
	assert_int_equal(memory_check((uint64_t)1 << 60), -ENOMEM);
	memory_set_limit(0, NULL);
	assert_int_equal(memory_check((uint64_t)1 << 60), 0);
	for (size_t i = 0; i < p.n; i++)
		assert_int_equal(p.list[i].a, i);
	free(p.list);
}

/* malloc() and calloc() under the same limit. */
static void test_memory_limited_allocations(void **state)
{
	uint8_t *zero;
	void *p;

	(void)state;
	memory_set_limit((uint64_t)8 << 20, NULL);
	assert_null(memory_malloc((uint64_t)9 << 20));
	assert_null(memory_calloc((uint64_t)9 << 17, 8));
	zero = memory_calloc(1000, 8);
	assert_non_null(zero);
	for (size_t i = 0; i < 8000; i++)
		assert_int_equal(zero[i], 0);
	free(zero);
	p = memory_malloc((uint64_t)2 << 20);
	assert_non_null(p);
	free(p);
	memory_set_limit(0, NULL);
	assert_null(memory_calloc((uint64_t)1 << 61, 8));
	assert_null(memory_calloc((uint64_t)1 << 60, 8));
	assert_null(memory_malloc(UINT64_MAX));
	for (size_t n = 0; n < 2; n++) {
		p = memory_malloc(0);
		assert_non_null(p);
		free(p);
		p = memory_calloc(0, n);
		assert_non_null(p);
		free(p);
	}
}

static void test_push(void **state)
{
	struct pairs p = { 0 };
	size_t grown = 0, cap = 0;

	(void)state;
	for (uint64_t i = 0; i < 200000; i++) {
		assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ i, ~i }), 0);
		assert_int_equal(p.n, i + 1);
		assert_true(p.cap >= p.n);
		grown += p.cap != cap;
		cap = p.cap;
	}
	assert_true(grown < 32);
	for (uint64_t i = 0; i < p.n; i++) {
		assert_int_equal(p.list[i].a, i);
		assert_int_equal(p.list[i].b, ~i);
	}
	free(p.list);
}

/* The value may be made of the array itself, which moves. */
static void test_push_of_itself(void **state)
{
	uint32_t *list = NULL, n = 0;
	size_t cap = 0;

	(void)state;
	assert_int_equal(vector_push(list, n, cap, 1), 0);
	while (n < 10000)
		assert_int_equal(vector_push(list, n, cap, list[n - 1] + 1), 0);
	assert_int_equal(list[9999], 10000);
	free(list);
}

static void test_reserve(void **state)
{
	struct pairs p = { 0 };
	struct pair *list;

	(void)state;
	assert_int_equal(vector_reserve(p.list, p.n, p.cap, 1000), 0);
	assert_true(p.cap >= 1000);
	list = p.list;
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ i, i }), 0);
	assert_ptr_equal(p.list, list);
	assert_int_equal(vector_reserve(p.list, p.n, p.cap, 0), 0);
	assert_ptr_equal(p.list, list);
	free(p.list);
}

static void test_max(void **state)
{
	struct pairs p = { 0 };
	int evaluated = 0;

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(vector_push_max(p.list, p.n, p.cap, 100, (struct pair){ i, i }), 0);
	assert_int_equal(p.cap, 100);
	assert_int_equal(vector_push_max(p.list, p.n, p.cap, 100, (struct pair){ (uint64_t)++evaluated, 0 }), -EOVERFLOW);
	assert_int_equal(evaluated, 0);
	assert_int_equal(p.n, 100);
	assert_int_equal(p.list[99].a, 99);
	/* more room than may be used */
	assert_int_equal(vector_push_max(p.list, p.n, p.cap, 50, (struct pair){ 0, 0 }), -EOVERFLOW);
	p.n = 10;
	assert_int_equal(vector_reserve_max(p.list, p.n, p.cap, 91, 100), -EOVERFLOW);
	assert_int_equal(vector_reserve_max(p.list, p.n, p.cap, 90, 100), 0);
	free(p.list);
}

static void test_errors_leave_it(void **state)
{
	struct pairs p = { 0 };
	struct pair *list;
	size_t cap;

	(void)state;
	assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ 1, 2 }), 0);
	list = p.list;
	cap = p.cap;
	assert_int_equal(vector_reserve(p.list, p.n, p.cap, SIZE_MAX), -EOVERFLOW);
	assert_int_equal(vector_reserve(p.list, p.n, p.cap, SIZE_MAX / sizeof(struct pair)), -EOVERFLOW);
	/* fits a size_t, but no memory */
	assert_int_equal(vector_reserve(p.list, p.n, p.cap, PTRDIFF_MAX / sizeof(struct pair) - 1), -ENOMEM);
	assert_ptr_equal(p.list, list);
	assert_int_equal(p.cap, cap);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.list[0].b, 2);
	free(p.list);
}

static void test_room_is_small(void **state)
{
	size_t cap = 0;
	void *list = NULL;

	(void)state;
	for (size_t n = 0; n < 10u << 20; n += 1000) {
		assert_int_equal(vector_grow(&list, n, &cap, 1000, SIZE_MAX, 1), 0);
		assert_true(cap - n <= n + 4096);
		assert_true(n < 2u << 20 || cap - n <= n / 4 + 1000);
	}
	free(list);
}

static void test_trim(void **state)
{
	struct pairs p = { 0 };

	(void)state;
	vector_trim(p.list, p.n, p.cap);
	assert_null(p.list);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ i, i }), 0);
	assert_int_not_equal(p.cap, 1000);
	vector_trim(p.list, p.n, p.cap);
	assert_int_equal(p.cap, 1000);
	assert_int_equal(p.list[999].b, 999);
	assert_int_equal(vector_push(p.list, p.n, p.cap, (struct pair){ 7, 7 }), 0);
	assert_int_equal(p.list[1000].a, 7);
	free(p.list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_push),
		cmocka_unit_test(test_memory_limit),
		cmocka_unit_test(test_memory_limited_allocations),
		cmocka_unit_test(test_push_of_itself),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_max),
		cmocka_unit_test(test_errors_leave_it),
		cmocka_unit_test(test_room_is_small),
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests_name("vector", tests, NULL, NULL);
}
