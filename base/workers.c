/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/workers.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/turns.h"
#include "base/wanted.h"

#define MAX_THREADS 64

/* A setting of the program: all its threads share the CPUs of one machine. Written before there are others. */
static unsigned int configured;

/* Those who are at a job: who called, and threads of the pool that have nothing else to do. */
struct crew {
	void (*work)(struct crew *crew);
	const struct workers_job *job;	/* of a long job */
	int (*fn)(void *arg, uint64_t item);	/* of a short one */
	void *arg;
	uint64_t items;
	const struct want *want;	/* of the caller */
	_Atomic uint64_t next;
	_Atomic int error;		/* the first one */
	_Atomic int fault;		/* of a short one: the first passing fault, or 0 */
	unsigned int helpers, max_helpers;	/* at it now; under pool.lock, as what follows */
	pthread_cond_t left;		/* the last helper has */
	struct crew *below;		/* in pool.crews */
};

/* One for the program: a pool a mount, a dump, or a job, would have more threads than there are CPUs. They wait here for
 * whoever comes. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct crew *crews;		/* the newest first */
	unsigned int threads;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER };

unsigned int workers_threads(void)
{
	unsigned int n = configured;
	cpu_set_t set;

	if (!n)
		n = sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned int)CPU_COUNT(&set);
	return n < MAX_THREADS ? n : MAX_THREADS;
}

void workers_set_threads(unsigned int n)
{
	configured = n;
	turns_set(workers_threads());
}

static void keep_first(_Atomic int *to, int r)
{
	int none = 0;

	if (r)
		atomic_compare_exchange_strong(to, &none, r);
}

static void work_short(struct crew *crew)
{
	struct fault_watch watch;
	uint64_t item;

	fault_watch_begin(&watch);
	while (!atomic_load(&crew->error) && (item = atomic_fetch_add(&crew->next, 1)) < crew->items)
		keep_first(&crew->error, crew->fn(crew->arg, item));
	keep_first(&crew->fault, fault_seen());
	fault_watch_drop(&watch);
}

static void run_items(struct crew *crew, void *scratch, bool may_pass)
{
	const struct workers_job *job = crew->job;

	while (!atomic_load(&crew->error)) {
		struct fault_watch watch;
		uint64_t item;

		/* before there is an item: others of the crew may wait for that */
		if (may_pass)
			turn_pass();
		if (!work_is_wanted()) {
			keep_first(&crew->error, -EINTR);
			break;
		}
		item = atomic_fetch_add(&crew->next, 1);
		if (item >= crew->items)
			break;
		fault_watch_begin(&watch);
		keep_first(&crew->error, fault_watch_result(&watch, job->run(job->arg, scratch, item)));
		if (job->progress)
			atomic_fetch_add(&job->progress->done, 1);
	}
}

static void work_long(struct crew *crew)
{
	const struct workers_job *job = crew->job;
	bool turn = turn_take();
	void *scratch = job->scratch_new ? job->scratch_new(job->arg) : NULL;

	if (job->scratch_new && !scratch)
		keep_first(&crew->error, -ENOMEM);
	else
		run_items(crew, scratch, turn);
	if (job->scratch_free && scratch)
		job->scratch_free(scratch);
	if (turn)
		turn_give();
}

static void work(struct crew *crew)
{
	const struct want *mine = want_set(crew->want);

	crew->work(crew);
	want_set(mine);
}

/* Under pool.lock: the newest short job, else the long one that has the fewest. */
static struct crew *find_work(void)
{
	struct crew *best = NULL;

	for (struct crew *c = pool.crews; c; c = c->below) {
		if (atomic_load(&c->next) >= c->items || atomic_load(&c->error) || c->helpers >= c->max_helpers)
			continue;
		if (!c->job)
			return c;
		if (!best || c->helpers < best->helpers)
			best = c;
	}
	return best;
}

static void *help(void *unused)
{
	struct crew *crew;

	pthread_mutex_lock(&pool.lock);
	for (;;) {
		while (!(crew = find_work()))
			pthread_cond_wait(&pool.work, &pool.lock);
		crew->helpers++;
		pthread_mutex_unlock(&pool.lock);
		work(crew);
		pthread_mutex_lock(&pool.lock);
		if (!--crew->helpers)
			pthread_cond_signal(&crew->left);
	}
	return unused;
}

/* The child of a fork (who becomes a daemon) has the pool, but none of its threads. */
static void before_fork(void)
{
	pthread_mutex_lock(&pool.lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&pool.lock);
}

static void in_child(void)
{
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.work, NULL);
	pool.threads = 0;
	turns_begin_again();
}

static void begin(void)
{
	turns_set(workers_threads());
	pthread_atfork(before_fork, after_fork, in_child);
}

/* Under pool.lock. Signals are for the main thread. */
static void start_helpers(void)
{
	unsigned int want = workers_threads() - 1;
	sigset_t all, old;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; pool.threads < want && !pthread_create(&thread, NULL, help, NULL); pool.threads++)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* The caller is one of the crew, so that the job also gets done when no thread can be had. */
static int run_crew(struct crew *crew)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned int max = (unsigned int)min_u64(workers_threads(), crew->items);
	struct crew **at;
	bool rested;

	pthread_once(&once, begin);
	crew->want = want_current();
	crew->max_helpers = max ? max - 1 : 0;
	pthread_cond_init(&crew->left, NULL);
	if (crew->max_helpers) {
		pthread_mutex_lock(&pool.lock);
		start_helpers();
		crew->below = pool.crews;
		pool.crews = crew;
		pthread_cond_broadcast(&pool.work);
		pthread_mutex_unlock(&pool.lock);
	}
	work(crew);
	if (crew->max_helpers) {
		rested = turn_rest();		/* a helper may wait for one, to see that all is done */
		pthread_mutex_lock(&pool.lock);
		for (at = &pool.crews; *at != crew;)
			at = &(*at)->below;
		*at = crew->below;
		while (crew->helpers)
			pthread_cond_wait(&crew->left, &pool.lock);
		pthread_mutex_unlock(&pool.lock);
		turn_resume(rested);
	}
	pthread_cond_destroy(&crew->left);
	fault_note(atomic_load(&crew->fault));
	fault_note(atomic_load(&crew->error));
	return atomic_load(&crew->error);
}

int workers_share(int (*fn)(void *arg, uint64_t item), void *arg, uint64_t items)
{
	struct crew crew = { .work = work_short, .fn = fn, .arg = arg, .items = items };

	return run_crew(&crew);
}

int workers_run(const struct workers_job *job)
{
	struct crew crew = { .work = work_long, .job = job, .items = job->items };

	if (job->progress) {
		atomic_store(&job->progress->done, 0);
		atomic_store(&job->progress->total, job->items);
	}
	return run_crew(&crew);
}
