/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passing faults: what failed for a reason outside the dump (a server, memory, a full disk, too many open files, an
 * interrupt). It may work when it is tried again, so it is never remembered and never taken for damage.
 *
 * Who reads much answers a failed read with something: a page is lost, a fact is missing, a name is unknown. A watch around
 * such work tells afterwards whether that answer is one about the dump. What reads (source_read_some(), pages_read_run(),
 * cache_get()) notes the passing faults; who remembers (once_run(), caches, the mount itself) or writes (workers_run()) watches.
 *
 * Threads: any; a watch is its thread's, workers hand faults on to the thread that called them.
 */
#ifndef VMCOREFS_BASE_FAULT_H
#define VMCOREFS_BASE_FAULT_H

#include <stdbool.h>

/* -errno of a passing fault? */
bool error_is_passing(int r);

struct fault_watch {
	int fault;			/* the first one, or 0 */
	struct fault_watch *outer;
};

/* From here on the faults of this thread are this watch's. Watches nest, each ends in the function where it begins. */
void fault_watch_begin(struct fault_watch *w);
/* 0, or the first passing fault since, which is handed on to the watch around. */
int fault_watch_end(struct fault_watch *w);
/* The same when all went well in the end: nothing is handed on. */
void fault_watch_drop(struct fault_watch *w);
/* The result of what was watched: the fault, if there was one, else r. */
static inline int fault_watch_result(struct fault_watch *w, int r)
{
	int fault = fault_watch_end(w);

	return fault ? fault : r;
}

/* r: any result; only passing faults count. */
void fault_note(int r);
/* The fault that the innermost watch has by now, or 0: who is about to call something damaged asks before. */
int fault_seen(void);

#endif
