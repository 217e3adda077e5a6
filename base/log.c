/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log_held.h"
#include "base/outbuf.h"

/* Set before the mount, read by all threads after it. */
static enum log_level max_level = LOG_LVL_WARN;
static void (*to)(int level, const char *line);	/* NULL: stderr */
static _Thread_local struct outbuf *kept;
static unsigned long errors;
static bool has_progress;		/* a line of log_progress() is on the terminal */
#define ERASE_LINE "\r\033[K"

void log_set_level(enum log_level level)
{
	max_level = level;
}

static void write_syslog(int level, const char *line)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

	syslog(priorities[level], "%s", line);
}

void log_use_syslog(void)
{
	openlog("vmcorefs", LOG_PID, LOG_DAEMON);
	to = write_syslog;
}

void log_use(void (*sink)(int level, const char *line))
{
	to = sink;
}

unsigned long log_errors(void)
{
	return __atomic_load_n(&errors, __ATOMIC_RELAXED);
}

void log_keep_warnings(struct outbuf *text)
{
	kept = text;
}

/* A line break in it, of a file's name, would make two lines of one. */
static void keep(const char *line)
{
	if (kept->len >= LOG_KEPT_MAX)
		return;
	for (; *line; line++)
		out_char(kept, *line == '\n' ? '?' : *line);
	out_char(kept, '\n');
	if (kept->len >= LOG_KEPT_MAX)
		out_printf(kept, "(more of them are not kept)\n");
}

/* Of scheme://user:password@host, whatever the message is about: what was typed in the wrong place, say. */
static void hide_passwords(char *line)
{
	for (char *at = line; (at = strstr(at, "://"));) {
		char *end, *host, *colon;

		at += 3;
		end = at + strcspn(at, " /?#");
		host = memrchr(at, '@', (size_t)(end - at));
		colon = memchr(at, ':', (size_t)(end - at));
		if (host && colon && colon < host)
			memmove(colon, host, strlen(host) + 1);
	}
}

/* Names in a dump, and files' names, may have what a terminal would obey: control characters of ASCII, and C1 as UTF-8 has them. */
static void hide_controls(char *line)
{
	for (unsigned char *c = (unsigned char *)line; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
}

static void make_line(char *line, size_t size, const char *fmt, va_list ap)
{
	vsnprintf(line, size, fmt, ap);
	hide_passwords(line);
	hide_controls(line);
}

static void emit(enum log_level level, bool keeps, const char *fmt, va_list ap)
{
	char line[1024];

	if (level == LOG_LVL_ERR)
		__atomic_add_fetch(&errors, 1, __ATOMIC_RELAXED);
	if (level > max_level && !keeps)
		return;
	make_line(line, sizeof(line), fmt, ap);
	if (keeps)
		keep(line);
	if (level > max_level || (level == LOG_LVL_ERR && log_held_add(NULL, line)) ||
	    (level == LOG_LVL_WARN && log_held_warned(line)))
		return;
	if (to)
		to(level, line);
	else
		fprintf(stderr, "%svmcorefs: %s%s\n", __atomic_exchange_n(&has_progress, false, __ATOMIC_RELAXED) ? ERASE_LINE : "",
			level == LOG_LVL_WARN ? "warning: " : "", line);
}

bool log_has_terminal(void)
{
	return !to && max_level >= LOG_LVL_WARN && isatty(STDERR_FILENO);
}

void log_progress(const char *fmt, ...)
{
	struct winsize size;
	char line[256];
	va_list ap;
	int columns = 80;

	if (!fmt) {
		if (__atomic_exchange_n(&has_progress, false, __ATOMIC_RELAXED))
			fputs(ERASE_LINE, stderr);
		return;
	}
	if (!log_has_terminal())
		return;
	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* a line that is folded could not be taken away; its end is what changes */
	if ((int)strlen(line) >= columns)
		memmove(line, line + strlen(line) - (size_t)columns + 1, (size_t)columns);
	__atomic_store_n(&has_progress, true, __ATOMIC_RELAXED);
	fprintf(stderr, ERASE_LINE "%s", line);
}

void log_vmsg(enum log_level level, const char *fmt, va_list ap)
{
	emit(level, kept && level == LOG_LVL_WARN, fmt, ap);
}

void log_hold(void)
{
	if (max_level <= LOG_LVL_WARN)
		log_held_begin();
}

static void say(const char *line)
{
	log_err("%s", line);
}

void log_release(bool failed)
{
	log_held_end(failed, say);
}

void log_notice(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_LVL_WARN, false, fmt, ap);
	va_end(ap);
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vmsg(level, fmt, ap);
	va_end(ap);
}

int fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vmsg(LOG_LVL_ERR, fmt, ap);
	va_end(ap);
	return -err;
}

/* Damage that waits: all of it, as the last one may be why something failed. */
static bool hold_damage(const unsigned long *count, const char *fmt, va_list ap)
{
	char line[1024];

	if (!log_is_held())
		return false;
	make_line(line, sizeof(line), fmt, ap);
	return log_held_add(count, line);
}

int fail_counted(unsigned long *count, int err, const char *fmt, ...)
{
	unsigned long n, p = 1;
	va_list ap;
	bool held;

	if (!error_is_passing(-err) && fault_seen())
		return fault_seen();
	n = __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	va_start(ap, fmt);
	held = hold_damage(count, fmt, ap);
	va_end(ap);
	if (held) {
		__atomic_add_fetch(&errors, 1, __ATOMIC_RELAXED);
		return -err;
	}
	while (p < n && p <= n / 10)
		p *= 10;
	if (p == n) {
		va_start(ap, fmt);
		log_vmsg(LOG_LVL_ERR, fmt, ap);
		va_end(ap);
		if (n > 1)
			log_err("... and %lu more like this", n - 1);
	}
	return -err;
}
