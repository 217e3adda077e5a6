/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/once.h"

#include "base/fault.h"
#include "base/turns.h"

/* The lock is held. */
static int compute(struct once *o, int (*fn)(void *arg), void *arg)
{
	const struct want *mine = want_set(&o->want);
	struct fault_watch watch;
	int r;

	fault_watch_begin(&watch);
	r = fault_watch_result(&watch, fn(arg));
	want_set(mine);
	if (!error_is_passing(r)) {
		o->result = r;
		atomic_store_explicit(&o->done, true, memory_order_release);
	}
	return r;
}

/* Who has it may wait for the turn that this thread has. */
static void lock(struct once *o)
{
	bool rested;

	if (!pthread_mutex_trylock(&o->lock))
		return;
	rested = turn_rest();
	pthread_mutex_lock(&o->lock);
	turn_resume(rested);
}

int once_run(struct once *o, int (*fn)(void *arg), void *arg)
{
	struct want_waiter me;
	int r;

	if (once_done(o))
		return o->result;
	want_join(&o->want, &me);
	lock(o);
	if (once_done(o))
		r = o->result;
	else
		r = work_is_wanted() ? compute(o, fn, arg) : -EINTR;
	pthread_mutex_unlock(&o->lock);
	want_leave(&o->want, &me);
	fault_note(r);
	return r;
}
