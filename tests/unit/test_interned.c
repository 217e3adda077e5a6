/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that were looked up: one number each while they are remembered. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/interned.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static uint64_t add(struct interned *t, unsigned int row, uint64_t folder, const char *text)
{
	uint64_t number = UINT64_MAX;

	assert_int_equal(interned_add(t, row, folder, text, &number), 0);
	return number;
}

static void expect(struct interned *t, unsigned int row, uint64_t number, uint64_t folder, const char *text)
{
	char buf[64];
	uint64_t got;

	assert_int_equal(interned_get(t, row, number, &got, buf, sizeof(buf)), 0);
	assert_int_equal(got, folder);
	assert_string_equal(buf, text);
}

static void expect_none(struct interned *t, unsigned int row, uint64_t number)
{
	char buf[64];
	uint64_t got;

	assert_int_equal(interned_get(t, row, number, &got, buf, sizeof(buf)), -ENOENT);
}

/* The same name is the same number; another row, folder or text is another one. */
static void test_same_number(void **state)
{
	struct interned *t = interned_new();
	uint64_t a = add(t, 70, 0, "task_struct@init_task"), n[4] = {
		add(t, 71, 0, "task_struct@init_task"), add(t, 70, 1, "task_struct@init_task"),
		add(t, 70, 0, "task_struct@init_task.comm"), add(t, 70, 0, ""),
	};
	char buf[4];
	uint64_t folder;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_not_equal(n[i], a);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(n[i], n[k]);
	}
	assert_int_equal(add(t, 70, 0, "task_struct@init_task"), a);
	assert_int_equal(add(t, 70, 1, "task_struct@init_task"), n[1]);
	expect(t, 70, a, 0, "task_struct@init_task");
	expect(t, 70, n[1], 1, "task_struct@init_task");
	expect(t, 70, n[3], 0, "");
	expect_none(t, 71, a);			/* a number of another row */
	expect_none(t, 70, 1000);
	expect_none(t, 70, UINT64_MAX);
	assert_int_equal(interned_get(t, 70, a, &folder, buf, sizeof(buf)), -ENAMETOOLONG);
	interned_free(t);
	interned_free(NULL);
}

static void test_forget(void **state)
{
	struct interned *t = interned_new();
	uint64_t a = add(t, 70, 1, "x"), again;

	(void)state;
	for (int i = 0; i < 4; i++)
		add(t, 70, 1, "x");
	interned_forget(t, a, 4);		/* one of five lookups is left */
	expect(t, 70, a, 1, "x");
	assert_int_equal(add(t, 70, 1, "x"), a);
	interned_forget(t, a, 2);
	expect_none(t, 70, a);
	interned_forget(t, a, 1);		/* nothing happens */
	interned_forget(t, 12345, 1);
	/* a number is never used for another name */
	again = add(t, 70, 7, "y");
	assert_int_not_equal(again, a);
	assert_int_not_equal(add(t, 70, 1, "x"), a);
	interned_forget(t, again, 1000);	/* more than there were */
	expect_none(t, 70, again);
	interned_free(t);
}

/* Far more than there are buckets, forgotten in another order than they came. */
static void test_many(void **state)
{
	enum { MANY = 50000 };
	struct interned *t = interned_new();
	uint64_t *number = calloc(MANY, sizeof(*number));
	char text[32];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "%#x+%u", i << 12, i);
		number[i] = add(t, 70 + i % 2, 0, text);
	}
	for (unsigned int i = 0; i < MANY; i += 3)
		interned_forget(t, number[i], 1);
	for (unsigned int i = MANY; i-- > 0;) {
		snprintf(text, sizeof(text), "%#x+%u", i << 12, i);
		if (i % 3) {
			expect(t, 70 + i % 2, number[i], 0, text);
			assert_int_equal(add(t, 70 + i % 2, 0, text), number[i]);
		} else {
			expect_none(t, 70 + i % 2, number[i]);
		}
	}
	free(number);
	interned_free(t);
}

/* No more than that many: the next one has to wait until the kernel forgets one. */
static void test_bound(void **state)
{
	struct interned *t = interned_new();
	uint64_t number;
	char text[16];

	(void)state;
	for (unsigned int i = 0; i < INTERNED_MAX; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_int_equal(interned_add(t, 70, 0, text, &number), 0);
	}
	assert_int_equal(interned_add(t, 70, 0, "more", &number), -ENOMEM);
	assert_int_equal(interned_add(t, 70, 0, "77", &number), 0);
	assert_int_equal(number, 77);
	interned_forget(t, 78, 1);
	assert_int_equal(interned_add(t, 70, 0, "more", &number), 0);
	assert_int_equal(number, INTERNED_MAX);
	interned_free(t);
}

struct racer {
	struct interned *t;
	unsigned int wrong;
	uint64_t seed;
};

static void *race(void *arg)
{
	struct racer *racer = arg;

	for (int i = 0; i < 20000; i++) {
		uint64_t number, same, folder = fake_random(&racer->seed) % 5, got;
		char text[8], buf[8];

		snprintf(text, sizeof(text), "%u", (unsigned int)(fake_random(&racer->seed) % 10));
		/* while we hold a lookup, the number leads to our name, and the name to the number */
		if (interned_add(racer->t, 70, folder, text, &number) ||
		    interned_get(racer->t, 70, number, &got, buf, sizeof(buf)) || got != folder || strcmp(buf, text) ||
		    interned_add(racer->t, 70, folder, text, &same) || same != number)
			racer->wrong++;
		interned_forget(racer->t, number, 2);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct interned *t = interned_new();
	struct racer racers[8];
	pthread_t threads[8];

	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		racers[i] = (struct racer){ t, 0, i + 1 };
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(racers[i].wrong, 0);
	}
	/* all lookups were given back */
	for (uint64_t number = 0; number < 8 * 20000; number++)
		expect_none(t, 70, number);
	interned_free(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_number),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("interned", tests, NULL, NULL);
}
