/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/wanted.h"
#include "tests/unit/unit.h"

#define BLOCK 1000u

struct maker {
	_Atomic int made[64];		/* times, by key */
	_Atomic int at_once, most_at_once;
	int fail_once;			/* -errno for key 7, the first time */
	useconds_t pause;
};

static ssize_t make(const void *arg, uint64_t key, uint8_t *data, size_t len)
{
	struct maker *m = (struct maker *)arg;
	int now = atomic_fetch_add(&m->at_once, 1) + 1, most = atomic_load(&m->most_at_once);

	while (now > most && !atomic_compare_exchange_weak(&m->most_at_once, &most, now))
		;
	usleep(m->pause);
	memset(data, (int)key, len);
	atomic_fetch_sub(&m->at_once, 1);
	if (atomic_fetch_add(&m->made[key], 1) == 0 && key == 7 && m->fail_once)
		return m->fail_once;
	return key == 9 ? (ssize_t)len / 2 : (ssize_t)len;
}

static void get(struct cache *c, uint64_t key)
{
	const struct cache_block *b;

	assert_int_equal(cache_get(c, key, BLOCK, &b), 0);
	assert_int_equal(b->len, BLOCK);
	assert_int_equal(b->good, key == 9 ? BLOCK / 2 : BLOCK);
	assert_int_equal(b->data[0], key);
	assert_int_equal(b->data[BLOCK - 1], key);
	cache_put(c, b);
}

static void test_last_used_stay(void **state)
{
	struct maker m = { .pause = 0 };
	struct cache *c = cache_new(3 * BLOCK, make, &m);

	(void)state;
	for (uint64_t key = 1; key <= 3; key++)
		get(c, key);
	get(c, 1);
	get(c, 4);		/* 2 goes: the one not used for the longest time */
	assert_true(cache_has(c, 1) && cache_has(c, 3) && cache_has(c, 4));
	assert_false(cache_has(c, 2));
	get(c, 1);
	assert_int_equal(m.made[1], 1);
	get(c, 2);
	assert_int_equal(m.made[2], 2);
	get(c, 9);		/* half of it is good, and that is remembered */
	get(c, 9);
	assert_int_equal(m.made[9], 1);
	cache_free(c);
}

static void test_failures_are_tried_again(void **state)
{
	struct maker m = { .fail_once = -ENOMEM };
	struct cache *c = cache_new(3 * BLOCK, make, &m);
	const struct cache_block *b;

	(void)state;
	assert_int_equal(cache_get(c, 7, BLOCK, &b), -ENOMEM);
	assert_false(cache_has(c, 7));
	get(c, 7);
	cache_free(c);
}

static void test_larger_than_all(void **state)
{
	struct maker m = { .pause = 0 };
	struct cache *c = cache_new(10, make, &m);

	(void)state;
	get(c, 1);
	get(c, 2);
	assert_false(cache_has(c, 1));
	cache_free(c);
	cache_free(NULL);
}

struct reader {
	struct cache *c;
	uint64_t keys;
};

static void *read_many(void *arg)
{
	const struct reader *r = arg;

	for (uint64_t i = 0; i < 200; i++)
		get(r->c, i * i % r->keys);
	return NULL;
}

static void run_threads(struct reader *r, int n)
{
	pthread_t ids[16];

	for (int i = 0; i < n; i++)
		assert_int_equal(pthread_create(&ids[i], NULL, read_many, r), 0);
	for (int i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
}

/* All want the same at once: it is made once. */
static void test_made_once(void **state)
{
	struct maker m = { .pause = 2000 };
	struct reader r = { cache_new(64 * BLOCK, make, &m), 6 };

	(void)state;
	run_threads(&r, 8);
	for (int key = 0; key < 6; key++)
		assert_true(m.made[key] <= 1);
	cache_free(r.c);
}

/* More threads than there is room for: some wait, all get theirs, and no more than fit are in the making. */
static void test_bounded(void **state)
{
	struct maker m = { .pause = 50 };
	struct reader r = { cache_new(3 * BLOCK, make, &m), 60 };

	(void)state;
	run_threads(&r, 12);
	assert_true(m.most_at_once <= 3);
	cache_free(r.c);
}

/* --- blocks that are claimed */

static void claim_and_fill(struct cache *c, uint64_t key, size_t len)
{
	const struct cache_block *b;

	assert_int_equal(cache_claim(c, key, len, true, &b), 1);
	assert_int_equal(b->len, len);
	memset(b->data, (int)key, len);
	cache_made(c, b, (ssize_t)len);
}

static void test_claimed(void **state)
{
	struct cache *c = cache_new(3 * BLOCK, NULL, NULL);
	const struct cache_block *b, *again;

	(void)state;
	for (uint64_t key = 1; key <= 3; key++)
		claim_and_fill(c, key, BLOCK);
	assert_int_equal(cache_claim(c, 1, BLOCK, true, &b), 0);
	assert_int_equal(cache_wait(c, b), 0);
	assert_int_equal(b->good, BLOCK);
	assert_int_equal(b->data[BLOCK - 1], 1);
	/* 2 was not used for longest */
	claim_and_fill(c, 4, BLOCK);
	assert_true(cache_has(c, 1) && !cache_has(c, 2) && cache_has(c, 3) && cache_has(c, 4));
	assert_int_equal(cache_claim(c, 1, BLOCK, false, &again), 0);
	assert_ptr_equal(b, again);
	cache_put(c, b);
	cache_put(c, again);
	cache_drop(c, 3, 4);
	assert_true(cache_has(c, 1) && !cache_has(c, 3) && !cache_has(c, 4));
	cache_free(c);
}

/* What somebody waits for takes room that is not there; what nobody needs does not. */
static void test_claimed_without_room(void **state)
{
	struct cache *c = cache_new(2 * BLOCK, NULL, NULL);
	const struct cache_block *b[4];

	(void)state;
	assert_int_equal(cache_claim(c, 0, BLOCK, false, &b[0]), 1);
	assert_int_equal(cache_claim(c, 1, BLOCK, true, &b[1]), 1);
	assert_int_equal(cache_claim(c, 2, BLOCK, false, &b[2]), -ENOMEM);
	assert_false(cache_has(c, 2));
	assert_int_equal(cache_claim(c, 2, BLOCK, true, &b[2]), 1);
	assert_int_equal(cache_claim(c, 3, BLOCK, true, &b[3]), 1);
	for (size_t i = 0; i < 4; i++)
		cache_made(c, b[i], 0);
	/* the next one brings it back to the limit */
	claim_and_fill(c, 9, BLOCK);
	assert_int_equal(cache_has(c, 0) + cache_has(c, 1) + cache_has(c, 2) + cache_has(c, 3) + cache_has(c, 9), 2);
	cache_free(c);
}

struct waiting {
	struct cache *c;
	const struct cache_block *b;
	_Atomic int begun;
	int result;
};

static void *wait_in_thread(void *arg)
{
	struct waiting *w = arg;

	atomic_store(&w->begun, 1);
	w->result = cache_wait(w->c, w->b);
	cache_put(w->c, w->b);
	return NULL;
}

static void wait_for_result(struct cache *c, ssize_t made, int result)
{
	struct waiting w = { .c = c };
	const struct cache_block *mine;
	pthread_t thread;

	assert_int_equal(cache_claim(c, 5, BLOCK, true, &mine), 1);
	assert_int_equal(cache_claim(c, 5, BLOCK, true, &w.b), 0);
	assert_ptr_equal(mine, w.b);
	assert_int_equal(pthread_create(&thread, NULL, wait_in_thread, &w), 0);
	while (!atomic_load(&w.begun))
		usleep(1000);
	usleep(20000);
	cache_made(c, mine, made);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(w.result, result);
}

static void test_claimed_and_failed(void **state)
{
	struct cache *c = cache_new(3 * BLOCK, NULL, NULL);
	const struct cache_block *failed, *mine;

	(void)state;
	wait_for_result(c, -ETIMEDOUT, -ETIMEDOUT);
	assert_false(cache_has(c, 5));
	/* who had it then keeps its error; who comes later makes it anew */
	assert_int_equal(cache_claim(c, 5, BLOCK, true, &failed), 1);
	cache_ref(c, failed);
	cache_made(c, failed, -EIO);
	assert_false(cache_has(c, 5));
	assert_int_equal(cache_claim(c, 5, BLOCK, true, &mine), 1);
	assert_ptr_not_equal(failed, mine);
	assert_int_equal(cache_wait(c, failed), -EIO);
	cache_made(c, mine, BLOCK);
	cache_put(c, failed);
	assert_true(cache_has(c, 5));
	cache_drop(c, 0, UINT64_MAX);
	wait_for_result(c, BLOCK, 0);
	cache_free(c);
}

static void test_nobody_waits(void **state)
{
	struct cache *c = cache_new(BLOCK, NULL, NULL);
	const struct cache_block *mine, *b;
	struct want want = { 0 };

	(void)state;
	assert_int_equal(cache_claim(c, 5, BLOCK, true, &mine), 1);
	assert_int_equal(cache_claim(c, 5, BLOCK, true, &b), 0);
	want_set(&want);
	want_end(&want);
	assert_int_equal(cache_wait(c, b), -EINTR);
	want_set(NULL);
	cache_put(c, b);
	cache_made(c, mine, BLOCK);
	assert_true(cache_has(c, 5));
	cache_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_used_stay),
		cmocka_unit_test(test_failures_are_tried_again),
		cmocka_unit_test(test_larger_than_all),
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_claimed),
		cmocka_unit_test(test_claimed_without_room),
		cmocka_unit_test(test_claimed_and_failed),
		cmocka_unit_test(test_nobody_waits),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
