/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where errors wait between log_hold() and log_release(): see base/log.h, which alone puts them here.
 *
 * Threads: log_held_begin(), log_held_end(): one; the others: any.
 */
#ifndef VMCOREFS_BASE_LOG_HELD_H
#define VMCOREFS_BASE_LOG_HELD_H

#include <stdbool.h>
#include <stddef.h>

void log_held_begin(void);
/* say is told each line. */
void log_held_end(bool failed, void (*say)(const char *line));

/* True if the line waits now. count: of its kind of damage, NULL: it is none. */
bool log_held_add(const unsigned long *count, const char *line);
bool log_is_held(void);
/* Has this warning been said before, since errors wait? Of so many different ones. */
#define LOG_WARNINGS_MAX 16u
bool log_held_warned(const char *line);

/* What the last call of fail_counted() was about, while errors wait. False: there was none. */
bool log_held_damage(char *buf, size_t size);
/* How many other errors wait: has the one who failed said why? */
size_t log_held_errors(void);

#endif
