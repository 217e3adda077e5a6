/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/workers.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/wanted.h"

#define MAX_THREADS 64

/* A setting of the program: all its threads share the CPUs of one machine. Written before there are others. */
static unsigned int configured;

struct crew {
	const struct workers_job *job;
	const struct want *want;	/* of the caller */
	_Atomic uint64_t next;
	_Atomic int error;
};

void workers_set_threads(unsigned int n)
{
	configured = n;
}

unsigned int workers_threads(void)
{
	unsigned int n = configured;
	cpu_set_t set;

	if (!n)
		n = sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned int)CPU_COUNT(&set);
	return n < MAX_THREADS ? n : MAX_THREADS;
}

static void stop(struct crew *crew, int error)
{
	int none = 0;

	atomic_compare_exchange_strong(&crew->error, &none, error);
}

static void *work(void *arg)
{
	struct crew *crew = arg;
	const struct workers_job *job = crew->job;
	void *scratch = NULL;

	want_set(crew->want);
	if (job->scratch_new) {
		scratch = job->scratch_new(job->arg);
		if (!scratch) {
			stop(crew, -ENOMEM);
			return NULL;
		}
	}
	while (!atomic_load(&crew->error)) {
		struct fault_watch watch;
		uint64_t item;
		int r;

		if (!work_is_wanted()) {
			stop(crew, -EINTR);
			break;
		}
		item = atomic_fetch_add(&crew->next, 1);
		if (item >= job->items)
			break;
		fault_watch_begin(&watch);
		r = fault_watch_result(&watch, job->run(job->arg, scratch, item));
		if (r)
			stop(crew, r);
		if (job->progress)
			atomic_fetch_add(&job->progress->done, 1);
	}
	if (job->scratch_free)
		job->scratch_free(scratch);
	return NULL;
}

/* --- the pool */

struct share {
	int (*fn)(void *arg, uint64_t item);
	void *arg;
	uint64_t items;
	const struct want *want;	/* of the caller */
	_Atomic uint64_t next;
	_Atomic int error;
	_Atomic int fault;		/* the first passing one, or 0 */
	unsigned int helpers;		/* at it now; under pool.lock */
	pthread_cond_t left;		/* the last helper has */
	struct share *below;		/* in pool.jobs */
};

/* One for the program: a pool a mount, or a dump, would have more threads than there are CPUs. They wait here for whoever comes. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct share *jobs;		/* the newest first */
	unsigned int threads;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER };

static void share_work(struct share *s)
{
	const struct want *mine = want_set(s->want);
	struct fault_watch watch;
	uint64_t item;

	fault_watch_begin(&watch);
	while (!atomic_load(&s->error) && (item = atomic_fetch_add(&s->next, 1)) < s->items) {
		int r = s->fn(s->arg, item), none = 0;

		if (r)
			atomic_compare_exchange_strong(&s->error, &none, r);
	}
	if (fault_seen()) {
		int none = 0;

		atomic_compare_exchange_strong(&s->fault, &none, fault_seen());
	}
	fault_watch_drop(&watch);
	want_set(mine);
}

/* Under pool.lock. */
static struct share *find_work(void)
{
	struct share *s = pool.jobs;

	while (s && (atomic_load(&s->next) >= s->items || atomic_load(&s->error)))
		s = s->below;
	return s;
}

static void *help(void *unused)
{
	struct share *s;

	pthread_mutex_lock(&pool.lock);
	for (;;) {
		while (!(s = find_work()))
			pthread_cond_wait(&pool.work, &pool.lock);
		s->helpers++;
		pthread_mutex_unlock(&pool.lock);
		share_work(s);
		pthread_mutex_lock(&pool.lock);
		if (!--s->helpers)
			pthread_cond_signal(&s->left);
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
}

static void survive_forks(void)
{
	pthread_atfork(before_fork, after_fork, in_child);
}

/* Under pool.lock. Signals are for the main thread. */
static void start_helpers(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned int want = workers_threads() - 1;
	sigset_t all, old;
	pthread_t thread;

	pthread_once(&once, survive_forks);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; pool.threads < want && !pthread_create(&thread, NULL, help, NULL); pool.threads++)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int workers_share(int (*fn)(void *arg, uint64_t item), void *arg, uint64_t items)
{
	struct share s = { .fn = fn, .arg = arg, .items = items, .want = want_current(), .left = PTHREAD_COND_INITIALIZER };
	bool shared = items > 1 && workers_threads() > 1;
	struct share **at;

	if (shared) {
		pthread_mutex_lock(&pool.lock);
		start_helpers();
		s.below = pool.jobs;
		pool.jobs = &s;
		pthread_cond_broadcast(&pool.work);
		pthread_mutex_unlock(&pool.lock);
	}
	share_work(&s);
	if (shared) {
		pthread_mutex_lock(&pool.lock);
		for (at = &pool.jobs; *at != &s;)
			at = &(*at)->below;
		*at = s.below;
		while (s.helpers)
			pthread_cond_wait(&s.left, &pool.lock);
		pthread_mutex_unlock(&pool.lock);
	}
	fault_note(atomic_load(&s.fault));
	fault_note(atomic_load(&s.error));
	return atomic_load(&s.error);
}

int workers_run(const struct workers_job *job)
{
	struct crew crew = { .job = job, .want = want_current() };
	pthread_t threads[MAX_THREADS];
	unsigned int want = workers_threads(), started = 0;

	if (want > job->items)
		want = (unsigned int)job->items;
	if (job->progress) {
		atomic_store(&job->progress->done, 0);
		atomic_store(&job->progress->total, job->items);
	}
	/* The caller is one of the crew, so that the job also gets done when no thread can be had. */
	while (started + 1 < want && !pthread_create(&threads[started], NULL, work, &crew))
		started++;
	work(&crew);
	while (started--)
		pthread_join(threads[started], NULL);
	fault_note(atomic_load(&crew.error));
	return atomic_load(&crew.error);
}
