/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/wanted.h"

#include <pthread.h>
#include <stddef.h>
#include <time.h>

#define LINGER_MS 500u
#define LOOK_AFTER 256u			/* units: a page takes microseconds */

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

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void want_end(struct want *w)
{
	atomic_store(&w->gone, now_ms());
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
	uint64_t gone = w ? atomic_load(&w->gone) : 0;

	if (!w)
		return true;
	if (!w->shared)
		return !gone || now_ms() - gone < LINGER_MS;
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

bool work_is_wanted_for(uint64_t units)
{
	static _Thread_local uint64_t done;

	done += units;
	if (done < LOOK_AFTER)
		return true;
	done = 0;
	return work_is_wanted();
}
