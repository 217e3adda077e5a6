/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns: only so many threads compute for long jobs at a time, however many jobs there are and whoever runs them. A thread
 * takes a turn, passes it on between two pieces of its work when others wait, the longest waiting first, and gives it
 * back at the end. So jobs that run side by side get on side by side.
 *
 * A thread that has a turn and waits for a thread that may wait for one gives it up meanwhile (turn_rest()), and goes on
 * at once afterwards, though there may be one more at work then until the next piece: what it holds others may need.
 *
 * Threads: any. Locks: one inside, a leaf.
 */
#ifndef VMCOREFS_BASE_TURNS_H
#define VMCOREFS_BASE_TURNS_H

#include <stdbool.h>

/* How many there are at a time, from now on. Before there are other threads. */
void turns_set(unsigned int n);
/* After a fork, in the child: nobody else is there who has one. */
void turns_begin_again(void);

/* Wait for a turn. False: this thread has one, and goes on with that. */
bool turn_take(void);
/* Of one that was taken: let others go first who wait. */
void turn_pass(void);
void turn_give(void);

/* Around waiting; rested: what turn_rest() returned. */
bool turn_rest(void);
void turn_resume(bool rested);

#endif
