/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/crashes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/folder.h"
#include "formats/members.h"

#define FOLDERS_MAX 1000u		/* that are looked into: the newest */
#define LISTED 20u			/* in the message */

struct crash {
	char *path;			/* owned: what to give as DUMP */
	uint64_t size;			/* bytes of all its files */
	time_t mtime;
};

struct crashes {
	struct crash *list;		/* owned */
	size_t n, cap;
};

/* Takes over path. */
static int add_crash(struct crashes *c, char *path, uint64_t size, time_t mtime)
{
	int r = path ? vector_push(c->list, c->n, c->cap, (struct crash){ .path = path, .size = size, .mtime = mtime }) : -ENOMEM;

	if (r)
		free(path);
	return r;
}

/* Files that are no parts of one dump, each as one. */
static int add_files(struct crashes *c, const struct members *m)
{
	int r = 0;

	for (size_t i = 0; i < m->n && !r; i++)
		if (m->list[i].chosen)
			r = add_crash(c, members_path(m, &m->list[i]), m->list[i].size, m->list[i].mtime);
	return r;
}

static int add_folder(struct crashes *c, const struct members *m)
{
	uint64_t size = 0;
	time_t mtime = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (!m->list[i].chosen)
			continue;
		size += m->list[i].size;
		mtime = m->list[i].mtime > mtime ? m->list[i].mtime : mtime;
	}
	return add_crash(c, strdup(m->where), size, mtime);
}

static int look_into(struct crashes *c, const struct members *top, const struct member *folder)
{
	struct members m = { 0 };
	char *path = members_path(top, folder);
	bool one = false;
	size_t n = 0;
	int r, fd;

	if (!path)
		return -ENOMEM;
	fd = files_open(path, 0);
	if (fd < 0) {
		log_warn("%s: %s", path, strerror(-fd));
		free(path);
		return 0;
	}
	close(fd);
	r = folder_list_members(path, &m);
	if (!r)
		r = members_look(&m, &n, &one);
	if (!r && n)
		r = one ? add_folder(c, &m) : add_files(c, &m);
	members_free(&m);
	free(path);
	return r;
}

static int newest_folder_first(const void *a, const void *b)
{
	const struct member *x = *(const struct member *const *)a, *y = *(const struct member *const *)b;

	return x->mtime != y->mtime ? (x->mtime < y->mtime) - (x->mtime > y->mtime) : strcmp(x->name, y->name);
}

static int look_into_all(struct crashes *c, const struct members *top)
{
	const struct member **folders = calloc(top->nfolders, sizeof(*folders));
	int r = 0;

	if (!folders)
		return -ENOMEM;
	for (size_t i = 0; i < top->nfolders; i++)
		folders[i] = &top->folders[i];
	qsort(folders, top->nfolders, sizeof(*folders), newest_folder_first);
	for (size_t i = 0; i < top->nfolders && i < FOLDERS_MAX && !r; i++)
		r = look_into(c, top, folders[i]);
	free(folders);
	return r;
}

static int newest_first(const void *a, const void *b)
{
	const struct crash *x = a, *y = b;

	return x->mtime != y->mtime ? (x->mtime < y->mtime) - (x->mtime > y->mtime) : strcmp(x->path, y->path);
}

static void format_size(uint64_t bytes, char *buf, size_t n)
{
	static const char units[] = "KMGTPE";
	double size = (double)bytes / 1024;
	int i = 0;

	for (; size >= 1000 && units[i + 1]; i++)
		size /= 1024;
	snprintf(buf, n, "%.1f %ciB", size, units[i]);
}

/* Can it be given to a shell as it is? */
static bool is_plain(const char *path)
{
	return path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:,@%")] == '\0';
}

static int several(const struct members *top, struct crashes *c)
{
	const char *quote = is_plain(c->list[0].path) ? "" : "'";
	int r = fail(EINVAL, "%s: has %zu dumps, give one of them (newest first), such as: vmcorefs %s%s%s MOUNTPOINT",
		     top->where, c->n, quote, c->list[0].path, quote);

	for (size_t i = 0; i < c->n && i < LISTED; i++) {
		char size[32], when[32] = "";
		struct tm tm;

		format_size(c->list[i].size, size, sizeof(size));
		if (localtime_r(&c->list[i].mtime, &tm))
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
		log_err("  %s %11s  %s", when, size, c->list[i].path);
	}
	if (c->n > LISTED)
		log_err("  and %zu more", c->n - LISTED);
	return r;
}

int crashes_choose(const struct members *m, size_t n, char **path)
{
	struct crashes c = { 0 };
	int r = n ? add_files(&c, m) : 0;

	*path = NULL;
	if (!r)
		r = look_into_all(&c, m);
	if (c.n)
		qsort(c.list, c.n, sizeof(*c.list), newest_first);
	if (!r && c.n > 1) {
		r = several(m, &c);
	} else if (!r && c.n == 1) {
		*path = c.list[0].path;
		c.list[0].path = NULL;
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.list[i].path);
	free(c.list);
	return r;
}
