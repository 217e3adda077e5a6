/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages, and the one way to fail.
 *
 * A function that finds out what is wrong says so once with fail(), which logs the line and returns the
 * negative errno value; everybody above only passes the value on. Passwords in addresses are left out of every line.
 *
 * Threads: any. log_set_*(): before mount only.
 */
#ifndef VMCOREFS_BASE_LOG_H
#define VMCOREFS_BASE_LOG_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LVL_ERR, LOG_LVL_WARN, LOG_LVL_INFO, LOG_LVL_DEBUG };

/* Messages above this level are dropped. Default: LOG_LVL_WARN. */
void log_set_level(enum log_level level);

/* From now on to syslog(3) instead of stderr (after daemonising), or to whom sink hands each line on. */
void log_use_syslog(void);
void log_use(void (*sink)(int level, const char *line));

/* How many errors were logged until now: has the one who failed said why? */
unsigned long log_errors(void);

/*
 * How far something is that takes long: a line on the terminal that the next one replaces, and any message, and NULL takes
 * away. Nothing where standard error is no terminal, or -q was given. Threads: one at a time.
 */
bool log_has_terminal(void);
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * From now on text, a line each, gets a copy of this thread's warnings, also of those that are dropped: whoever gets the
 * mount or an output did not see them. NULL: no more. text is borrowed until then; after LOG_KEPT_MAX bytes no more come.
 */
struct outbuf;
#define LOG_KEPT_MAX 16384u
void log_keep_warnings(struct outbuf *text);

/* A warning that is not kept: it is about what the program does now, no fact about the dump. */
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_vmsg(enum log_level level, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#define log_err(...)   log_msg(LOG_LVL_ERR, __VA_ARGS__)
#define log_warn(...)  log_msg(LOG_LVL_WARN, __VA_ARGS__)
#define log_info(...)  log_msg(LOG_LVL_INFO, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_LVL_DEBUG, __VA_ARGS__)

/*
 * Of a program that shows one thing and ends: errors, not warnings, wait from log_hold() to log_release(), so that one that
 * failed says in one line why, and one that did not says what was damaged on the way. All that were different are said then,
 * each kind of damage (fail_counted()) once, with a number; failed: damage only if there was nothing else, and of that the
 * last one. Warnings are said at once, but not again. Where more is told than warnings (-v) nothing waits. Threads: one.
 */
void log_hold(void);
void log_release(bool failed);

/* Log at error level, return -err. err is a positive errno value. */
int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A message about damage that may repeat millions of times: *count is incremented and the line is logged only at
 * the 1st, 10th, 100th, ... call. Returns -err. It is no damage when a passing fault lies behind it (base/fault.h): then
 * that is returned, and nothing is counted or logged, as who met it has said so.
 */
int fail_counted(unsigned long *count, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
