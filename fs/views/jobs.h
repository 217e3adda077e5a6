/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The long jobs that run now, each with its own numbers: what the file progress shows.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_JOBS_H
#define VMCOREFS_FS_VIEWS_JOBS_H

#include <pthread.h>

#include "base/outbuf.h"
#include "base/workers.h"

struct job {
	char name[64];
	struct progress progress;
	struct job *next;
};

struct jobs {
	pthread_mutex_t lock;		/* no other lock is taken under it */
	struct job *first;		/* the oldest */
};

#define JOBS_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

/* job is the caller's, who keeps it in place until job_end(). */
void job_start(struct jobs *jobs, struct job *job, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void job_end(struct jobs *jobs, struct job *job);

/* A line for each job, the oldest first; "idle" when there is none. */
void jobs_render(struct jobs *jobs, struct outbuf *out);

#endif
