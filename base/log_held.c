/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log_held.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LINES_MAX 32u

struct held_line {
	const unsigned long *count;	/* of its kind of damage, only compared; NULL: an error */
	unsigned long n;		/* how many of the kind */
	char text[1024];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under the lock: */
static bool holding;
static struct held_line lines[LINES_MAX];	/* the first ones */
static size_t nlines, left_out, nerrors;
static char warned[LOG_WARNINGS_MAX][1024];
static size_t nwarned;
static char last_damage[1024];

void log_held_begin(void)
{
	pthread_mutex_lock(&lock);
	holding = true;
	nlines = left_out = nerrors = nwarned = 0;
	last_damage[0] = '\0';
	pthread_mutex_unlock(&lock);
}

bool log_is_held(void)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = holding;
	pthread_mutex_unlock(&lock);
	return yes;
}

static struct held_line *find(const unsigned long *count, const char *line)
{
	for (size_t i = 0; i < nlines; i++)
		if (count ? lines[i].count == count : !lines[i].count && !strcmp(lines[i].text, line))
			return &lines[i];
	return NULL;
}

bool log_held_add(const unsigned long *count, const char *line)
{
	struct held_line *l;
	bool held;

	pthread_mutex_lock(&lock);
	held = holding;
	if (!held)
		goto out;
	if (count)
		snprintf(last_damage, sizeof(last_damage), "%s", line);
	nerrors += !count;
	l = find(count, line);
	if (!l && nlines == LINES_MAX) {
		left_out++;		/* of damage there is always the last one */
		goto out;
	}
	if (!l) {
		l = &lines[nlines++];
		l->count = count;
		l->n = 0;
		snprintf(l->text, sizeof(l->text), "%s", line);
	}
	l->n++;
out:
	pthread_mutex_unlock(&lock);
	return held;
}

bool log_held_warned(const char *line)
{
	bool yes = false;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; holding && !yes && i < nwarned; i++)
		yes = !strcmp(warned[i], line);
	if (holding && !yes && nwarned < LOG_WARNINGS_MAX)
		snprintf(warned[nwarned++], sizeof(warned[0]), "%s", line);
	pthread_mutex_unlock(&lock);
	return yes;
}

bool log_held_damage(char *buf, size_t size)
{
	pthread_mutex_lock(&lock);
	if (holding && last_damage[0])
		snprintf(buf, size, "%s", last_damage);
	else
		size = 0;
	pthread_mutex_unlock(&lock);
	return size;
}

size_t log_held_errors(void)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = holding ? nerrors : 0;
	pthread_mutex_unlock(&lock);
	return n;
}

void log_held_end(bool failed, void (*say)(const char *line))
{
	char more[64];
	bool held;

	pthread_mutex_lock(&lock);
	held = holding;
	holding = false;
	pthread_mutex_unlock(&lock);
	/* nothing is added any more */
	if (!held)
		return;
	if (failed && !nerrors && last_damage[0])
		say(last_damage);
	for (size_t i = 0; i < nlines; i++) {
		if (failed && lines[i].count)
			continue;
		say(lines[i].text);
		if (!lines[i].count || lines[i].n < 2)
			continue;
		snprintf(more, sizeof(more), "... and %lu more like this", lines[i].n - 1);
		say(more);
	}
	if (!left_out || failed)
		return;
	snprintf(more, sizeof(more), "... and %zu more errors", left_out);
	say(more);
}
