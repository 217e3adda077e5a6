/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parallel loops over numbered items, on all cores: workers_run() for long jobs, workers_share() for short ones. Who calls
 * works, and so do the threads of one pool that have nothing to do. However many long jobs there are, so many threads as the
 * user allows are at them at a time, callers too (base/turns.h), each job's in turn.
 *
 * All threads work for the want of the caller (base/wanted.h), and the passing faults that they meet (base/fault.h) are noted
 * for the caller.
 *
 * Threads: any; calls may run side by side and inside each other.
 */
#ifndef VMCOREFS_BASE_WORKERS_H
#define VMCOREFS_BASE_WORKERS_H

#include <stdatomic.h>
#include <stdint.h>

/* Progress of a long job, read by others while it runs. */
struct progress {
	_Atomic uint64_t done, total;
};

struct workers_job {
	/* Handle item; scratch is this thread's own. Items are started in rising order. 0, or -errno to stop the job. */
	int (*run)(void *arg, void *scratch, uint64_t item);
	/* Make and free the scratch of one thread; both NULL: none. NULL result: -ENOMEM. */
	void *(*scratch_new)(void *arg);
	void (*scratch_free)(void *scratch);
	void *arg;
	uint64_t items;
	struct progress *progress;	/* may be NULL; done is raised by one an item */
};

/*
 * Returns when all items are done or one failed: 0 or the first error. An item during which a passing fault was noted has
 * failed with it, whatever it made of that. -EINTR: nobody waits for the job any more; looked at before each item.
 */
int workers_run(const struct workers_job *job);

/*
 * fn(arg, item) for all items, in rising order; the caller never waits for its turn: worth it for items of 50
 * microseconds. When one fails no more are started. 0 or the first error. After a
 * fork the child gets threads of its own; no thread but the one that forks may be at it then.
 */
int workers_share(int (*fn)(void *arg, uint64_t item), void *arg, uint64_t items);

/* Number of threads that all of them use at most; 0 (default): one a CPU. Before mount only. */
void workers_set_threads(unsigned int n);
unsigned int workers_threads(void);

#endif
