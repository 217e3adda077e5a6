/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fact that is computed when it is first asked for. Failure is remembered too, but for passing faults (base/fault.h):
 * then the next one who asks tries again. The function is called again after those, so it throws away what it left.
 *
 * Threads: any. The lock of a once is held while its function runs, so others who ask wait for the result; the function
 * works for all of them (base/wanted.h), and is told to stop when the last one is gone. Lock order: a once may ask another
 * once only if that one is lower in the stack (level image -> classification -> kernel).
 */
#ifndef VMCOREFS_BASE_ONCE_H
#define VMCOREFS_BASE_ONCE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/wanted.h"

struct once {
	pthread_mutex_t lock;
	_Atomic bool done;
	int result;
	struct want want;
};

#define ONCE_INIT { .lock = PTHREAD_MUTEX_INITIALIZER, .want = { .shared = true } }

static inline bool once_done(const struct once *o)
{
	return atomic_load_explicit(&((struct once *)o)->done, memory_order_acquire);
}

/* What fn returns, or a passing fault that it met, whatever it made of that; -EINTR: the caller's work is not wanted. */
int once_run(struct once *o, int (*fn)(void *arg), void *arg);

#endif
