/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are made once, kept as long as there is room, and stay with who has them. */
#include "fs/text_cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define ROW 70

/* A text of len bytes, all the same. */
struct plan {
	size_t len;
	char fill;
	int result;
	useconds_t wait;
	_Atomic unsigned int made;
};

static int make(void *arg, struct outbuf *out)
{
	struct plan *p = arg;

	atomic_fetch_add(&p->made, 1);
	if (p->wait)
		usleep(p->wait);
	for (size_t i = 0; i < p->len; i++)
		out_char(out, p->fill);
	return p->result;
}

static struct node node(uint64_t key)
{
	return (struct node){ ROW, key };
}

static struct text *get(struct text_cache *c, uint64_t key, struct plan *p)
{
	struct text *t = NULL;

	assert_int_equal(text_cache_get(c, node(key), make, p, &t), 0);
	assert_int_equal(t->len, p->len);
	for (size_t i = 0; i < t->len; i++)
		assert_int_equal(t->data[i], p->fill);
	return t;
}

/* Made now or not? */
static void touch(struct text_cache *c, uint64_t key, struct plan *p, unsigned int made)
{
	unsigned int before = p->made;

	text_unref(get(c, key, p));
	assert_int_equal(p->made - before, made);
}

static void expect_length(struct text_cache *c, uint64_t key, size_t want)
{
	size_t len = 0;

	assert_true(text_cache_length(c, node(key), &len));
	assert_int_equal(len, want);
}

static void test_once(void **state)
{
	struct text_cache *c = text_cache_new(100000, 10);
	struct plan a = { .len = 100, .fill = 'a' }, empty = { .len = 0 };
	struct text *one, *two;
	size_t len;

	(void)state;
	assert_false(text_cache_length(c, node(1), &len));
	one = get(c, 1, &a);
	two = get(c, 1, &a);
	assert_ptr_equal(one, two);
	assert_int_equal(a.made, 1);
	expect_length(c, 1, 100);
	assert_false(text_cache_length(c, (struct node){ ROW + 1, 1 }, &len));
	touch(c, 2, &empty, 1);
	touch(c, 2, &empty, 0);
	expect_length(c, 2, 0);
	text_unref(one);
	text_cache_free(c);			/* two stays */
	assert_int_equal(two->data[99], 'a');
	text_unref(two);
	text_cache_free(NULL);
}

/* What was not used for the longest time goes; its length is known, and who has it open keeps it. */
static void test_bound(void **state)
{
	struct text_cache *c = text_cache_new(10 * 1300, 3);
	struct plan p = { .len = 1000, .fill = 'p' }, huge = { .len = 100000, .fill = 'h' };
	struct text *open = get(c, 0, &p);
	size_t len;

	(void)state;
	for (uint64_t key = 1; key < 10; key++)
		touch(c, key, &p, 1);
	touch(c, 0, &p, 0);			/* used again: 1 is the oldest now */
	for (uint64_t key = 10; key < 13; key++)
		touch(c, key, &p, 1);
	touch(c, 0, &p, 0);
	touch(c, 12, &p, 0);
	expect_length(c, 1, 1000);
	touch(c, 1, &p, 1);			/* again */
	/* larger than all: it is there until the next one comes, and all others are gone */
	touch(c, 50, &huge, 1);
	touch(c, 50, &huge, 0);
	touch(c, 0, &p, 1);
	assert_int_equal(open->data[999], 'p');
	text_unref(open);
	touch(c, 50, &huge, 1);
	/* lengths are bounded too: three */
	for (uint64_t key = 100; key < 200; key++)
		touch(c, key, &p, 1);
	expect_length(c, 199, 1000);
	assert_false(text_cache_length(c, node(100), &len));
	assert_false(text_cache_length(c, node(50), &len));
	text_cache_free(c);
}

/* What cannot be made is not tried again, unless that may pass. */
static void test_failures(void **state)
{
	struct text_cache *c = text_cache_new(100000, 10);
	struct plan bad = { .result = -EFAULT, .len = 5 }, passing = { .result = -EINTR, .len = 5, .fill = 'x' };
	struct text *t;
	size_t len;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(text_cache_get(c, node(1), make, &bad, &t), -EFAULT);
	assert_int_equal(bad.made, 1);
	assert_false(text_cache_length(c, node(1), &len));
	for (int i = 0; i < 3; i++)
		assert_int_equal(text_cache_get(c, node(2), make, &passing, &t), -EINTR);
	assert_int_equal(passing.made, 3);
	passing.result = 0;
	touch(c, 2, &passing, 1);
	touch(c, 2, &passing, 0);
	/* failures take room, and go as texts do */
	for (uint64_t key = 10; key < 2000; key++)
		assert_int_equal(text_cache_get(c, node(key), make, &bad, &t), -EFAULT);
	assert_int_equal(text_cache_get(c, node(1), make, &bad, &t), -EFAULT);
	assert_int_equal(bad.made, 1 + 1990 + 1);
	text_cache_free(c);
}

#define THREADS 8
#define KEYS 20

struct racer {
	struct text_cache *c;
	struct plan *plans;
	uint64_t seed;
	unsigned int wrong;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct text *held = NULL, *t;

	for (int i = 0; i < 5000; i++) {
		uint64_t key = fake_random(&r->seed) % KEYS;
		struct plan *p = &r->plans[key];
		size_t len;

		if (text_cache_get(r->c, node(key), make, p, &t) || t->len != p->len || t->data[0] != p->fill ||
		    t->data[t->len - 1] != p->fill)
			r->wrong++;
		/* from the moment somebody has it its size is known */
		if (!text_cache_length(r->c, node(key), &len) || len != p->len)
			r->wrong++;
		text_unref(held);
		held = t;
	}
	text_unref(held);
	return NULL;
}

/* With room for a few only: all of it goes and comes while others read it. */
static void test_threads(void **state)
{
	struct text_cache *c = text_cache_new(5 * 3000, KEYS);
	struct plan plans[KEYS];
	struct racer racers[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (unsigned int i = 0; i < KEYS; i++)
		plans[i] = (struct plan){ .len = 100 + 200 * i, .fill = (char)('a' + i) };
	for (uint64_t i = 0; i < THREADS; i++) {
		racers[i] = (struct racer){ c, plans, i + 1, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(racers[i].wrong, 0);
	}
	text_cache_free(c);
}

struct one {
	struct text_cache *c;
	struct plan *p;
	struct text *got;
};

static void *get_one(void *arg)
{
	struct one *o = arg;

	text_cache_get(o->c, node(1), make, o->p, &o->got);
	return NULL;
}

/* Many who want the same at once: it is made once. */
static void test_together(void **state)
{
	struct text_cache *c = text_cache_new(1, 10);
	struct plan p = { .len = 10, .fill = 'x', .wait = 100000 };
	struct one ones[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		ones[i] = (struct one){ c, &p, NULL };
		assert_int_equal(pthread_create(&threads[i], NULL, get_one, &ones[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_non_null(ones[i].got);
		assert_ptr_equal(ones[i].got, ones[0].got);
	}
	for (int i = 0; i < THREADS; i++)
		text_unref(ones[i].got);
	assert_int_equal(p.made, 1);
	text_cache_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_together),
	};

	return cmocka_run_group_tests_name("text_cache", tests, NULL, NULL);
}
