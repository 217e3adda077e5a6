/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parallel loop: each item once, errors stop it, scratch is a thread's own. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/once.h"
#include "base/workers.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define ITEMS 10000

struct work {
	_Atomic unsigned int times[ITEMS];
	_Atomic unsigned int started, scratches, alive, freed;
	uint64_t fail_at;
	struct progress progress;
};

struct own {
	struct work *w;
	_Atomic int busy;
};

static void *new_own(void *arg)
{
	struct work *w = arg;
	struct own *o = calloc(1, sizeof(*o));

	o->w = w;
	w->scratches++;
	w->alive++;
	return o;
}

static void free_own(void *scratch)
{
	struct own *o = scratch;

	o->w->alive--;
	o->w->freed++;
	free(o);
}

static int run(void *arg, void *scratch, uint64_t item)
{
	struct work *w = arg;
	struct own *o = scratch;

	assert(item < ITEMS);
	w->times[item]++;
	w->started++;
	if (o) {
		assert(o->w == w);
		assert(atomic_fetch_add(&o->busy, 1) == 0);	/* nobody else's */
		atomic_fetch_sub(&o->busy, 1);
	}
	return item == w->fail_at ? -EBADMSG : 0;
}

static void test_all_once(void **state)
{
	static const unsigned int threads[] = { 0, 1, 2, 7, 64, 1000 };

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(threads); t++) {
		struct work *w = calloc(1, sizeof(*w));
		struct workers_job job = {
			.run = run, .scratch_new = new_own, .scratch_free = free_own, .arg = w, .items = ITEMS,
			.progress = &w->progress,
		};

		w->fail_at = UINT64_MAX;
		w->progress.done = 77;		/* of the job before */
		workers_set_threads(threads[t]);
		assert_true(workers_threads() >= 1);
		if (threads[t] && threads[t] <= 64)
			assert_int_equal(workers_threads(), threads[t]);
		assert_int_equal(workers_run(&job), 0);
		for (int i = 0; i < ITEMS; i++)
			assert_int_equal(w->times[i], 1);
		assert_int_equal(w->progress.done, ITEMS);
		assert_int_equal(w->progress.total, ITEMS);
		assert_true(w->scratches >= 1 && w->scratches <= workers_threads());
		assert_int_equal(w->freed, w->scratches);
		assert_int_equal(w->alive, 0);
		free(w);
	}
	workers_set_threads(0);
}

static void test_error_stops(void **state)
{
	(void)state;
	for (unsigned int threads = 1; threads <= 4; threads++) {
		struct work *w = calloc(1, sizeof(*w));
		struct workers_job job = { .run = run, .arg = w, .items = ITEMS };

		w->fail_at = 10;
		workers_set_threads(threads);
		assert_int_equal(workers_run(&job), -EBADMSG);
		/* rising order: all before the bad one were started; those that run already may end */
		for (int i = 0; i <= 10; i++)
			assert_int_equal(w->times[i], 1);
		if (threads == 1)
			assert_int_equal(w->started, 11);
		free(w);
	}
	workers_set_threads(0);
}

static int slow(void *arg, void *scratch, uint64_t item)
{
	struct work *w = arg;

	(void)scratch;
	w->started++;
	if (item == 3)
		return -ENOSPC;
	usleep(1000);
	return 0;
}

static void test_error_stops_early(void **state)
{
	struct work *w = calloc(1, sizeof(*w));
	struct workers_job job = { .run = slow, .arg = w, .items = 100000 };

	(void)state;
	workers_set_threads(8);
	assert_int_equal(workers_run(&job), -ENOSPC);
	assert_true(w->started < 1000);
	workers_set_threads(0);
	free(w);
}

static void *no_scratch(void *arg)
{
	(void)arg;
	return NULL;
}

static void test_no_scratch(void **state)
{
	struct work *w = calloc(1, sizeof(*w));
	struct workers_job job = {
		.run = run, .scratch_new = no_scratch, .scratch_free = free_own, .arg = w, .items = ITEMS,
	};

	(void)state;
	assert_int_equal(workers_run(&job), -ENOMEM);
	assert_int_equal(w->started, 0);
	free(w);
}

static void test_no_items(void **state)
{
	struct work *w = calloc(1, sizeof(*w));
	struct workers_job job = {
		.run = run, .scratch_new = new_own, .scratch_free = free_own, .arg = w, .progress = &w->progress,
	};

	(void)state;
	w->progress.total = w->progress.done = 5;
	assert_int_equal(workers_run(&job), 0);
	assert_int_equal(w->started, 0);
	assert_int_equal(w->alive, 0);
	assert_int_equal(w->progress.total, 0);
	assert_int_equal(w->progress.done, 0);
	free(w);
}

/* --- the pool */

static int share_item(void *arg, uint64_t item)
{
	return run(arg, NULL, item);
}

static void test_share_all_once(void **state)
{
	(void)state;
	for (unsigned int threads = 1; threads <= 5; threads++) {
		struct work *w = calloc(1, sizeof(*w));

		w->fail_at = UINT64_MAX;
		workers_set_threads(threads);
		assert_int_equal(workers_share(share_item, w, ITEMS), 0);
		for (int i = 0; i < ITEMS; i++)
			assert_int_equal(w->times[i], 1);
		assert_int_equal(workers_share(share_item, w, 0), 0);
		assert_int_equal(w->started, ITEMS);
		w->fail_at = 10;
		assert_int_equal(workers_share(share_item, w, ITEMS), -EBADMSG);
		assert_true(w->started < ITEMS + ITEMS);
		free(w);
	}
	workers_set_threads(0);
}

/* Three items that wait for each other: only three threads can do them. */
static int meet(void *arg, uint64_t item)
{
	_Atomic int *met = arg;

	(void)item;
	(*met)++;
	for (int i = 0; *met < 3 && i < 10000; i++)
		usleep(1000);
	return *met >= 3 ? 0 : -ETIME;
}

static int share_more(void *arg, uint64_t item)
{
	struct work *w = calloc(1, sizeof(*w));
	int r;

	(void)arg;
	w->fail_at = item % 7 == 3 ? 20 : UINT64_MAX;
	r = workers_share(share_item, w, 100);
	for (int i = 0; i < 100 && !r; i++)
		assert(w->times[i] == 1);
	free(w);
	return r == (item % 7 == 3 ? -EBADMSG : 0) ? 0 : -EINVAL;
}

static void test_share_together(void **state)
{
	_Atomic int met = 0;

	(void)state;
	workers_set_threads(3);
	assert_int_equal(workers_share(meet, (void *)&met, 3), 0);
	assert_int_equal(met, 3);
	assert_int_equal(workers_share(share_more, NULL, 1000), 0);	/* inside each other */
	workers_set_threads(0);
}

/* A daemon is the child of who opened the dump: it has threads of its own. */
static void test_share_after_fork(void **state)
{
	_Atomic int met = 0;
	int status = -1;
	pid_t child;

	(void)state;
	workers_set_threads(3);
	assert_int_equal(workers_share(meet, (void *)&met, 3), 0);
	child = fork();
	if (!child) {
		met = 0;
		alarm(20);
		_exit(workers_share(meet, (void *)&met, 3) || met != 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	workers_set_threads(0);
}

/* --- many jobs */

#define JOBS 6

static struct {
	_Atomic int at_work, most, jobs_at_work, most_jobs, results;
	_Atomic int items[JOBS];
	struct once shared;
} many;

static void raise_to(_Atomic int *most, int n)
{
	int seen = *most;

	while (seen < n && !atomic_compare_exchange_weak(most, &seen, n))
		;
}

static int count_item(void *arg, void *scratch, uint64_t item)
{
	_Atomic int *items = arg;

	(void)scratch, (void)item;
	raise_to(&many.most, ++many.at_work);
	if (!(*items)++)
		raise_to(&many.most_jobs, ++many.jobs_at_work);
	usleep(200);
	many.at_work--;
	return 0;
}

static void *run_one(void *arg)
{
	struct workers_job job = { .run = count_item, .arg = arg, .items = 300 };

	if (workers_run(&job))
		many.results++;
	many.jobs_at_work--;
	return NULL;
}

/* However many jobs there are, together they have so many threads, callers too; and all of them get on. */
static void test_jobs_together(void **state)
{
	pthread_t threads[JOBS];

	(void)state;
	for (int n = 1; n <= 3; n++) {
		workers_set_threads((unsigned int)n);
		memset((void *)&many, 0, sizeof(many));
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, run_one, (void *)&many.items[i]), 0);
		for (size_t i = 0; i < JOBS; i++)
			pthread_join(threads[i], NULL);
		assert_int_equal(many.results, 0);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(many.items[i], 300);
		assert_int_equal(many.most, n);
		assert_in_range(many.most_jobs, n == 1 ? 2 : n, JOBS);
	}
	workers_set_threads(0);
}

static int inner_job(void *arg)
{
	struct workers_job job = { .run = count_item, .arg = arg, .items = 20 };

	return workers_run(&job);
}

/* Jobs inside items, some of which wait for one result that is a job. */
static int outer_item(void *arg, void *scratch, uint64_t item)
{
	(void)scratch;
	return item % 3 ? inner_job(arg) : once_run(&many.shared, inner_job, (void *)&many.items[0]);
}

static void *run_outer(void *arg)
{
	struct workers_job job = { .run = outer_item, .arg = arg, .items = 12 };

	if (workers_run(&job))
		many.results++;
	return NULL;
}

static void test_jobs_inside(void **state)
{
	pthread_t threads[JOBS];

	(void)state;
	alarm(60);
	for (unsigned int n = 1; n <= 3; n++) {
		workers_set_threads(n);
		memset((void *)&many, 0, sizeof(many));
		many.shared = (struct once)ONCE_INIT;
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, run_outer, (void *)&many.items[i]), 0);
		for (size_t i = 0; i < JOBS; i++)
			pthread_join(threads[i], NULL);
		assert_int_equal(many.results, 0);
		assert_int_equal(many.items[0], 8 * 20 + 20);
		for (size_t i = 1; i < JOBS; i++)
			assert_int_equal(many.items[i], 8 * 20);
	}
	alarm(0);
	workers_set_threads(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_once),
		cmocka_unit_test(test_error_stops),
		cmocka_unit_test(test_error_stops_early),
		cmocka_unit_test(test_no_scratch),
		cmocka_unit_test(test_no_items),
		cmocka_unit_test(test_share_all_once),
		cmocka_unit_test(test_share_together),
		cmocka_unit_test(test_share_after_fork),
		cmocka_unit_test(test_jobs_together),
		cmocka_unit_test(test_jobs_inside),
	};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
