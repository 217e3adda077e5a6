/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does anybody still wait for the work that a thread is at? Long work asks now and then, and stops with -EINTR when not.
 *
 * A thread works for a want: that of a request, which ends half a second after its program is interrupted, or that of a shared result
 * (base/once.h), which holds while one of those who wait for it does. Workers work for the want of who called them. A
 * thread without a want has nobody who could lose interest. The half second is for programs with signal handlers: they ask
 * again at once, and find their work going on.
 *
 * Threads: any. Locks: one inside, a leaf. Ownership: a want outlives the threads that are set to it.
 */
#ifndef VMCOREFS_BASE_WANTED_H
#define VMCOREFS_BASE_WANTED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct want;

/* One who waits for a shared result; on its stack. */
struct want_waiter {
	const struct want *want;	/* what it works for itself; NULL: always waits */
	struct want_waiter *next;
};

struct want {
	_Atomic uint64_t gone;		/* since this ms of CLOCK_MONOTONIC nobody waits any more; 0: somebody does */
	bool shared;			/* instead: as long as one of these does */
	struct want_waiter *waiters;
};

/* This thread works for w (NULL: for nobody that could go) from now on. Returns what it worked for before. */
const struct want *want_set(const struct want *w);
const struct want *want_current(void);

/* Who waited for w (not a shared one) is gone. */
void want_end(struct want *w);

/* A waiter of a shared want, the current thread, comes and goes. */
void want_join(struct want *shared, struct want_waiter *me);
void want_leave(struct want *shared, struct want_waiter *me);

/* Does anybody wait for what this thread does? */
bool work_is_wanted(void);
/* The same for who does much in small pieces, of so many units: looked at once in 256, else true. */
bool work_is_wanted_for(uint64_t units);

#endif
