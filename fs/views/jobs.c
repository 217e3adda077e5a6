/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/jobs.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

void job_start(struct jobs *jobs, struct job *job, const char *fmt, ...)
{
	struct job **at = &jobs->first;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(job->name, sizeof(job->name), fmt, ap);
	va_end(ap);
	atomic_init(&job->progress.done, 0);
	atomic_init(&job->progress.total, 0);
	job->next = NULL;
	pthread_mutex_lock(&jobs->lock);
	while (*at)
		at = &(*at)->next;
	*at = job;
	pthread_mutex_unlock(&jobs->lock);
}

void job_end(struct jobs *jobs, struct job *job)
{
	struct job **at = &jobs->first;

	pthread_mutex_lock(&jobs->lock);
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	pthread_mutex_unlock(&jobs->lock);
}

void jobs_render(struct jobs *jobs, struct outbuf *out)
{
	pthread_mutex_lock(&jobs->lock);
	if (!jobs->first)
		out_printf(out, "idle\n");
	for (struct job *j = jobs->first; j; j = j->next) {
		unsigned long long done = atomic_load(&j->progress.done), total = atomic_load(&j->progress.total);

		out_printf(out, "%s: %llu%% (%llu of %llu)\n", j->name, total ? done * 100 / total : 0, done, total);
	}
	pthread_mutex_unlock(&jobs->lock);
}
