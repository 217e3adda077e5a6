/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/wanted.h"

#include <pthread.h>
#include <stddef.h>

static _Thread_local const struct want *current;
/* for the waiters of all shared wants: they form trees, and are looked at a thousand times a second at most */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

const struct want *want_set(const struct want *w)
{
	const struct want *before = current;

	current = w;
	return before;
}

const struct want *want_current(void)
{
	return current;
}

void want_join(struct want *shared, struct want_waiter *me)
{
	me->want = current;
	pthread_mutex_lock(&lock);
	me->next = shared->waiters;
	shared->waiters = me;
	pthread_mutex_unlock(&lock);
}

void want_leave(struct want *shared, struct want_waiter *me)
{
	struct want_waiter **at = &shared->waiters;

	pthread_mutex_lock(&lock);
	while (*at != me)
		at = &(*at)->next;
	*at = me->next;
	pthread_mutex_unlock(&lock);
}

/* The lock is held. As deep as results are made of results: the order of once locks ends it. */
static bool is_wanted(const struct want *w)
{
	const struct want_waiter *waiter;

	if (!w)
		return true;
	if (!w->shared)
		return !atomic_load(&w->gone);
	for (waiter = w->waiters; waiter && !is_wanted(waiter->want);)
		waiter = waiter->next;
	return waiter;
}

bool work_is_wanted(void)
{
	bool wanted;

	if (!current)
		return true;
	pthread_mutex_lock(&lock);
	wanted = is_wanted(current);
	pthread_mutex_unlock(&lock);
	return wanted;
}
