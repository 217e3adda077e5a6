/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "formats/members.h"
#include "formats/source/file.h"
#include "formats/source/parts/slice.h"

static int open_in_folder(const struct members *m, const struct member *which, struct source **out)
{
	char *path = members_path(m, which);
	struct source *file;
	int r;

	if (!path)
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

static int add_entry(struct members *m, char *name)
{
	struct member new = { .name = name };
	struct stat st, itself;
	char *path;

	if (*name == '.')
		return 0;
	path = members_path(m, &new);
	if (!path)
		return -ENOMEM;
	if (files_stat(path, &st)) {
		free(path);
		return 0;
	}
	new.size = (uint64_t)st.st_size;
	new.mtime = st.st_mtime;
	new.device = st.st_dev;
	new.inode = st.st_ino;
	if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
		new.link = !files_lstat(path, &itself) && S_ISLNK(itself.st_mode);
	free(path);
	if (S_ISDIR(st.st_mode))
		return members_add_folder(m, &new);
	return S_ISREG(st.st_mode) ? members_add(m, &new) : 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Names of the same file come together; the first of them is the one to keep. */
static int compare_files(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return x->link != y->link ? x->link - y->link : strcmp(x->name, y->name);
}

/* One name for each file, by name: "latest", which is a link to the dump beside it, is no second dump. */
static void sort_out(struct member *list, size_t *n)
{
	size_t kept = 0;

	if (!*n)
		return;
	qsort(list, *n, sizeof(*list), compare_files);
	for (size_t i = 0; i < *n; i++) {
		if (i && list[i].device == list[kept - 1].device && list[i].inode == list[kept - 1].inode)
			free(list[i].name);
		else
			list[kept++] = list[i];
	}
	*n = kept;
	qsort(list, kept, sizeof(*list), compare_names);
}

int folder_list_members(const char *path, struct members *m)
{
	int fd = files_open(path, 0), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	m->where = path;
	m->open = open_in_folder;
	if (fd < 0)
		return fail(-fd, "%s: %s", path, strerror(-fd));
	if (!dir) {
		r = fail(errno, "%s: %s", path, strerror(errno));
		close(fd);
		return r;
	}
	while (!r && (e = readdir(dir)))
		r = add_entry(m, e->d_name);
	closedir(dir);
	if (r == -E2BIG)
		return fail(E2BIG, "%s: more than %u files; give the dump itself", path, MEMBERS_MAX);
	sort_out(m->list, &m->n);
	sort_out(m->folders, &m->nfolders);
	return r;
}
