/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fact that is computed when it is first asked for. Failure is remembered too, except where trying again may
 * help: -ENOMEM, -EINTR, -ENOSPC.
 *
 * Threads: any. The lock of a once is held while its function runs, so others who ask wait for the result. Lock order:
 * a once may ask another once only if that one is lower in the stack (level image -> classification -> kernel).
 */
#ifndef VMCOREFS_BASE_ONCE_H
#define VMCOREFS_BASE_ONCE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct once {
	pthread_mutex_t lock;
	_Atomic bool done;
	int result;
};

#define ONCE_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

static inline bool once_done(const struct once *o)
{
	return atomic_load_explicit(&((struct once *)o)->done, memory_order_acquire);
}

static inline int once_run(struct once *o, int (*fn)(void *arg), void *arg)
{
	int r;

	if (once_done(o))
		return o->result;
	pthread_mutex_lock(&o->lock);
	if (once_done(o)) {
		r = o->result;
	} else {
		r = fn(arg);
		o->result = r;
		if (r != -ENOMEM && r != -EINTR && r != -ENOSPC)
			atomic_store_explicit(&o->done, true, memory_order_release);
	}
	pthread_mutex_unlock(&o->lock);
	return r;
}

#endif
