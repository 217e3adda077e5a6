/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

int io_write(int fd, const void *buf, size_t n)
{
	for (const char *at = buf; n;) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

int io_pwrite(int fd, const void *buf, size_t n, uint64_t off)
{
	for (const char *at = buf; n;) {
		ssize_t w = pwrite(fd, at, n, (off_t)off);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		at += w;
		off += (uint64_t)w;
		n -= (size_t)w;
	}
	return 0;
}

int io_pread(int fd, void *buf, size_t n, uint64_t off)
{
	for (char *at = buf; n;) {
		ssize_t r = pread(fd, at, n, (off_t)off);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -ENODATA;
		at += r;
		off += (uint64_t)r;
		n -= (size_t)r;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Before Linux 5.9 there was no close_range(2). */
static void close_one_by_one(int first, int last)
{
	DIR *d = opendir("/proc/self/fd");
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd = (int)strtol(e->d_name, NULL, 10);

		if (fd >= first && fd <= last && fd != dirfd(d))
			close(fd);
	}
	if (d)
		closedir(d);
}

static void close_between(int first, int last)
{
	if (first <= last && close_range((unsigned int)first, (unsigned int)last, 0) < 0)
		close_one_by_one(first, last);
}

void io_close_others(int *keep, size_t n)
{
	int first = STDERR_FILENO + 1;

	qsort(keep, n, sizeof(*keep), by_number);
	for (size_t i = 0; i < n; i++) {
		close_between(first, keep[i] - 1);
		if (keep[i] >= first)
			first = keep[i] + 1;
	}
	close_between(first, INT_MAX);
}
