/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of /var/crash, as kdump-tools (dump.STAMP, dmesg.STAMP) and kdump-utils (vmcore, vmcore-dmesg.txt) leave it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "formats/members.h"
#include "formats/slice.h"

#define BELOW_BYTES 200u		/* of names of folders in a message */

static int open_in_folder(const struct members *m, const struct member *which, struct source **out)
{
	struct source *file;
	char *path;
	int r;

	if (asprintf(&path, "%s%s%s", m->where, m->where[strlen(m->where) - 1] == '/' ? "" : "/", which->name) < 0)
		return -ENOMEM;
	r = source_open_file(path, &file);
	if (!r) {
		/* the source borrows its name, the slice has a copy */
		*out = slice_new(file, 0, file->size, path);
		r = *out ? 0 : -ENOMEM;
		if (*out)
			file->name = (*out)->name;
	}
	free(path);
	return r;
}

static void add_below(struct members *m, const char *name)
{
	char *all = NULL;

	if (m->below && strlen(m->below) > BELOW_BYTES)
		return;
	if (asprintf(&all, "%s%s%s", m->below ? m->below : "", m->below ? ", " : "", name) < 0)
		return;
	free(m->below);
	m->below = all;
}

static int add_entry(struct members *m, DIR *dir, const char *name)
{
	struct stat st;

	if (*name == '.' || fstatat(dirfd(dir), name, &st, 0))
		return 0;
	if (S_ISDIR(st.st_mode))
		add_below(m, name);
	return S_ISREG(st.st_mode) ? members_add(m, name, 0, (uint64_t)st.st_size) : 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int folder_list_members(const char *path, struct members *m)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int r = 0;

	m->where = path;
	m->open = open_in_folder;
	if (!dir)
		return fail(errno, "%s: %s", path, strerror(errno));
	while (!r && (e = readdir(dir)))
		r = add_entry(m, dir, e->d_name);
	closedir(dir);
	if (r == -E2BIG)
		return fail(E2BIG, "%s: more than %u files; give the dump itself", path, MEMBERS_MAX);
	if (m->n)
		qsort(m->list, m->n, sizeof(*m->list), compare_names);
	return r;
}
