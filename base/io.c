/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"

#include <errno.h>
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
