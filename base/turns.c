/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/turns.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct in_line {
	pthread_cond_t called;
	bool its_turn;
	struct in_line *behind;
};

/* One for the program, as the CPUs are. */
static struct {
	pthread_mutex_t lock;
	unsigned int max, taken;	/* taken may exceed max: see turn_resume() */
	struct in_line *first, *last;
	_Atomic bool crowded;		/* somebody waits, or too many are taken: what turn_pass() looks at */
} turns = { .lock = PTHREAD_MUTEX_INITIALIZER, .max = 1 };

static _Thread_local bool mine;

/* Under the lock, as the next one. */
static void note_crowd(void)
{
	atomic_store_explicit(&turns.crowded, turns.first || turns.taken > turns.max, memory_order_relaxed);
}

static void call_next(void)
{
	while (turns.first && turns.taken < turns.max) {
		struct in_line *next = turns.first;

		turns.first = next->behind;
		turns.taken++;
		next->its_turn = true;
		pthread_cond_signal(&next->called);
	}
	note_crowd();
}

void turns_set(unsigned int n)
{
	pthread_mutex_lock(&turns.lock);
	turns.max = n;
	call_next();
	pthread_mutex_unlock(&turns.lock);
}

void turns_begin_again(void)
{
	pthread_mutex_init(&turns.lock, NULL);
	turns.first = NULL;
	turns.taken = mine;
	note_crowd();
}

/* Under the lock. */
static void wait_in_line(void)
{
	struct in_line me = { .called = PTHREAD_COND_INITIALIZER };

	if (turns.first)
		turns.last->behind = &me;
	else
		turns.first = &me;
	turns.last = &me;
	call_next();
	while (!me.its_turn)
		pthread_cond_wait(&me.called, &turns.lock);
	pthread_cond_destroy(&me.called);
}

bool turn_take(void)
{
	if (mine)
		return false;
	pthread_mutex_lock(&turns.lock);
	wait_in_line();
	pthread_mutex_unlock(&turns.lock);
	mine = true;
	return true;
}

void turn_pass(void)
{
	if (!atomic_load_explicit(&turns.crowded, memory_order_relaxed))
		return;
	pthread_mutex_lock(&turns.lock);
	turns.taken--;
	wait_in_line();
	pthread_mutex_unlock(&turns.lock);
}

void turn_give(void)
{
	mine = false;
	pthread_mutex_lock(&turns.lock);
	turns.taken--;
	call_next();
	pthread_mutex_unlock(&turns.lock);
}

bool turn_rest(void)
{
	bool had = mine;

	if (had)
		turn_give();
	return had;
}

void turn_resume(bool rested)
{
	if (!rested)
		return;
	pthread_mutex_lock(&turns.lock);
	turns.taken++;
	note_crowd();
	pthread_mutex_unlock(&turns.lock);
	mine = true;
}
