/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/workers.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 64

static unsigned int configured;

struct crew {
	const struct workers_job *job;
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

	if (job->scratch_new) {
		scratch = job->scratch_new(job->arg);
		if (!scratch) {
			stop(crew, -ENOMEM);
			return NULL;
		}
	}
	while (!atomic_load(&crew->error)) {
		uint64_t item = atomic_fetch_add(&crew->next, 1);
		int r;

		if (item >= job->items)
			break;
		r = job->run(job->arg, scratch, item);
		if (r)
			stop(crew, r);
		if (job->progress)
			atomic_fetch_add(&job->progress->done, 1);
	}
	if (job->scratch_free)
		job->scratch_free(scratch);
	return NULL;
}

int workers_run(const struct workers_job *job)
{
	struct crew crew = { .job = job };
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
	return atomic_load(&crew.error);
}
