/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "formats/find.h"
#include "formats/reader/reader.h"
#include "formats/source/file.h"
#include "formats/source/parts/joined.h"

/* The suffix counts in letters or in digits: b is one more than a. */
static bool follows(const char *a, const char *b)
{
	size_t len = strlen(a), i = len;

	if (strlen(b) != len)
		return false;
	while (i && ((a[i - 1] == 'z' && b[i - 1] == 'a') || (a[i - 1] == '9' && b[i - 1] == '0')))
		i--;
	if (!i || b[i - 1] != a[i - 1] + 1)
		return false;
	return ((a[i - 1] >= 'a' && a[i - 1] < 'z') || (a[i - 1] >= '0' && a[i - 1] < '9')) && !memcmp(a, b, i - 1);
}

bool pieces_named(const char *const *paths, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!follows(paths[i - 1], paths[i]))
			return false;
	return n > 1;
}

/* Not pipes, which can be read once, nor folders and devices. */
static bool are_files(const char *const *paths, size_t n)
{
	struct stat st;

	for (size_t i = 0; i < n; i++)
		if (files_stat(paths[i], &st) || !S_ISREG(st.st_mode) || !st.st_size)
			return false;
	return true;
}

/* All but the last are equally long. Parts of sets each have a header: pieces behind the first one have none. 1, 0, -errno */
static int are_pieces(const struct joined_piece *p, size_t n)
{
	const struct dump_ops *ops;
	int r = 0;

	for (size_t i = 1; i < n && !r; i++) {
		if (p[i].len > p[0].len || (i < n - 1 && p[i].len != p[0].len))
			return 0;
		r = dump_find_format(p[i].src, &ops);
		if (!r && ops && ops != &recognised_dump_ops)
			return 0;
	}
	return r ? r : 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* paths in order */
static int open_sorted(const char *const *paths, size_t n, struct source **out)
{
	struct joined_piece *p;
	size_t opened;
	int r = 0;

	if (!pieces_named(paths, n) || !are_files(paths, n))
		return 0;
	p = calloc(n, sizeof(*p));
	if (!p)
		return -ENOMEM;
	for (opened = 0; opened < n && !r; opened += !r) {
		r = source_open_file(paths[opened], &p[opened].src);
		if (!r)
			p[opened].len = p[opened].src->size;
	}
	if (!r)
		r = are_pieces(p, n);
	if (r == 1) {
		log_info("%s and %zu more: pieces of one file", paths[0], n - 1);
		*out = joined_new(p, n, true);
		r = *out ? 0 : -ENOMEM;
	} else {
		for (size_t i = 0; i < opened; i++)
			source_close(p[i].src);
	}
	free(p);
	return r;
}

int pieces_open(const char *const *paths, size_t n, struct source **out)
{
	const char **sorted;
	int r;

	*out = NULL;
	if (n < 2)
		return 0;
	sorted = calloc(n, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, paths, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_name);
	r = open_sorted(sorted, n, out);
	free(sorted);
	return r;
}

void pieces_warn_of_next(const char *path)
{
	char *next = strdup(path);
	size_t i = next ? strlen(next) : 0;
	struct stat st;

	for (; i && (next[i - 1] == 'z' || next[i - 1] == '9'); i--)
		next[i - 1] = next[i - 1] == 'z' ? 'a' : '0';
	if (i) {
		next[i - 1]++;
		if (follows(path, next) && !files_stat(next, &st))
			log_warn("%s: %s beside it may be the next piece of the same file: give all pieces", path, next);
	}
	free(next);
}
