/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work stops when the last one who waits for it is gone, and not before; who comes later has it done. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/once.h"
#include "base/workers.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define WAITERS 4
#define ITEMS 10000000

/* A result that takes as long as it is wanted, or until it may end. */
static struct {
	struct once upper, lower;
	_Atomic unsigned int waiting, items, runs;
	_Atomic bool may_end;
	struct want wants[WAITERS];
	int results[WAITERS];
	pthread_t threads[WAITERS];
} t;

static int item(void *arg, void *scratch, uint64_t i)
{
	(void)arg, (void)scratch, (void)i;
	t.items++;
	if (!atomic_load(&t.may_end))
		usleep(100);
	return 0;
}

static int compute_lower(void *arg)
{
	/* with may_end it is over at once */
	struct workers_job job = { .run = item, .arg = arg, .items = atomic_load(&t.may_end) ? 10 : ITEMS };

	t.runs++;
	return workers_run(&job);
}

static int compute_upper(void *arg)
{
	return once_run(&t.lower, compute_lower, arg);
}

/* Waiters with odd numbers want the lower one only. */
static void *wait_for_it(void *arg)
{
	size_t i = (size_t)((struct want *)arg - t.wants);

	want_set(arg);
	t.waiting++;
	t.results[i] = once_run(i % 2 ? &t.lower : &t.upper, i % 2 ? compute_lower : compute_upper, NULL);
	want_set(NULL);
	return NULL;
}

static void begin(unsigned int waiters)
{
	t.upper = (struct once)ONCE_INIT;
	t.lower = (struct once)ONCE_INIT;
	t.waiting = t.items = t.runs = 0;
	t.may_end = false;
	for (unsigned int i = 0; i < waiters; i++) {
		t.wants[i].gone = 0;
		assert_int_equal(pthread_create(&t.threads[i], NULL, wait_for_it, &t.wants[i]), 0);
		/* the first is at it before the next comes */
		while (!t.items)
			usleep(1000);
	}
	while (t.waiting < waiters)
		usleep(1000);
	usleep(10000);
}

static void goes(unsigned int i)
{
	want_end(&t.wants[i]);
}

/* Longer than work goes on for nobody. */
static void still_runs(void)
{
	unsigned int before;

	usleep(700000);
	before = t.items;

	while (t.items < before + 50)
		usleep(1000);
}

static void test_one(void **state)
{
	(void)state;
	begin(1);
	still_runs();
	goes(0);
	pthread_join(t.threads[0], NULL);
	assert_int_equal(t.results[0], -EINTR);
	assert_false(once_done(&t.upper));
	assert_false(once_done(&t.lower));
	assert_true(t.items < ITEMS);
	/* again */
	t.may_end = true;
	assert_int_equal(once_run(&t.upper, compute_upper, NULL), 0);
	assert_true(once_done(&t.upper) && once_done(&t.lower));
	assert_int_equal(t.runs, 2);
}

static void test_last(void **state)
{
	(void)state;
	begin(4);
	goes(0);		/* it is his thread that works */
	still_runs();
	goes(2);
	goes(3);
	still_runs();
	goes(1);
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(t.threads[i], NULL);
		assert_int_equal(t.results[i], -EINTR);
	}
	assert_false(once_done(&t.lower));
	assert_int_equal(t.runs, 1);
}

/* A program with signal handlers comes again at once: its work goes on. */
static void test_again(void **state)
{
	struct timespec from, to;
	bool late;

	(void)state;
	begin(1);
	clock_gettime(CLOCK_MONOTONIC, &from);
	goes(0);
	t.wants[1].gone = 0;
	assert_int_equal(pthread_create(&t.threads[1], NULL, wait_for_it, &t.wants[1]), 0);
	while (t.waiting < 2)
		usleep(100);
	clock_gettime(CLOCK_MONOTONIC, &to);
	still_runs();
	late = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 > 300;	/* on a busy machine */
	assert_true(t.runs == 1 || late);
	goes(1);
	for (unsigned int i = 0; i < 2; i++) {
		pthread_join(t.threads[i], NULL);
		assert_int_equal(t.results[i], -EINTR);
	}
}

/* Some stay: they get it from whoever works. */
static void test_some_stay(void **state)
{
	(void)state;
	begin(4);
	goes(0);
	goes(1);
	still_runs();
	assert_int_equal(t.runs, 1);
	goes(2);
	still_runs();
	assert_false(once_done(&t.lower));
	goes(3);
	/* one who never goes came too late for that run, or in time: he gets it in both cases */
	t.may_end = true;
	assert_int_equal(once_run(&t.lower, compute_lower, NULL), 0);
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(t.threads[i], NULL);
		assert_true(t.results[i] == -EINTR || t.results[i] == 0);
	}
	assert_true(once_done(&t.lower));
}

static int unwanted_item(void *arg, void *scratch, uint64_t i)
{
	_Atomic unsigned int *n = arg;

	(void)scratch, (void)i;
	(*n)++;
	return 0;
}

static void test_gone_before(void **state)
{
	struct want gone = { .gone = 1 };	/* since the machine was started */
	_Atomic unsigned int n = 0;
	struct workers_job job = { .run = unwanted_item, .arg = &n, .items = 100 };
	struct once o = ONCE_INIT;

	(void)state;
	want_set(&gone);
	assert_false(work_is_wanted());
	assert_int_equal(workers_run(&job), -EINTR);
	assert_int_equal(once_run(&o, compute_upper, NULL), -EINTR);
	assert_ptr_equal(want_set(NULL), &gone);
	assert_int_equal(n, 0);
	assert_true(work_is_wanted());
	assert_int_equal(workers_run(&job), 0);
	assert_int_equal(n, 100);
}

/* One page after the other, as who renders a text does: no loop of its own looks. */
static int read_all(void *arg)
{
	struct fake *f = arg;
	uint8_t page[4096];

	t.items = 0;
	for (uint64_t pfn = 0; pfn < f->pages.max_pfn; pfn++) {
		int r = pages_read(&f->pages, pfn, page);

		if (r)
			return r;
		t.items++;
	}
	return 0;
}

static int read_all_at_once(void *arg)
{
	struct fake *f = arg;
	void *all = malloc(f->pages.max_pfn << 12);
	int r = pages_read_run(&f->pages, 0, f->pages.max_pfn, all);

	free(all);
	return r;
}

/* What answers an error with something else has not answered. */
static int read_and_forget(void *arg)
{
	read_all(arg);
	return 0;
}

static void test_reading(void **state)
{
	struct want gone = { .gone = 1 }, stays = { .gone = 0 };
	struct fake *f = fake_new(12, 5000);
	struct once o = ONCE_INIT;
	struct want_waiter waiter;

	(void)state;
	fake_set(f, 0, 5000, PAGE_DATA);
	want_set(&gone);
	assert_int_equal(read_all(f), -EINTR);
	assert_in_range(t.items, 0, 256);
	assert_int_equal(read_all_at_once(f), -EINTR);
	want_set(&stays);
	assert_int_equal(read_all(f), 0);

	/* of a shared result, as long as one waits */
	want_join(&o.want, &waiter);
	assert_int_equal(once_run(&o, read_all, f), 0);
	want_leave(&o.want, &waiter);
	o = (struct once)ONCE_INIT;
	want_join(&o.want, &waiter);
	want_set(&gone);
	assert_int_equal(once_run(&o, read_and_forget, f), -EINTR);
	want_set(&stays);
	assert_int_equal(once_run(&o, read_and_forget, f), 0);
	want_leave(&o.want, &waiter);
	want_set(NULL);
	assert_int_equal(read_all(f), 0);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_some_stay),
		cmocka_unit_test(test_gone_before),
		cmocka_unit_test(test_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
