/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"

#define MEMORY_DEVICES 1		/* major number: null, zero, full */
#define NULL_DEVICE 3			/* minor number */

static void find_name(struct output *o, int fd)
{
	char link[64], path[sizeof(o->name) - 32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	/* what is only open to read stands for a standard output that was closed */
	if (n > 0 && n < (ssize_t)sizeof(path) - 1 && path[0] == '/' && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY) {
		path[n] = '\0';
		snprintf(o->name, sizeof(o->name), "standard output (%s)", path);
	} else {
		snprintf(o->name, sizeof(o->name), "standard output");
	}
}

/* The same file, to be written anywhere. */
static void open_again(struct output *o)
{
	char link[64];
	int fd;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", o->fd);
	fd = open(link, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		return;
	}
	o->fd = fd;
	o->owned = true;
}

void output_open(struct output *o, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	*o = (struct output){ .fd = fd };
	find_name(o, fd);
	if (flags < 0 || fstat(fd, &st) < 0)
		return;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode) &&
	    !(S_ISCHR(st.st_mode) && major(st.st_rdev) == MEMORY_DEVICES))
		return;
	if (flags & O_APPEND) {
		if (S_ISREG(st.st_mode))
			open_again(o);
		if (!o->owned)
			return;
	}
	o->base = lseek(o->fd, 0, SEEK_CUR);
	o->seekable = o->base >= 0;
	o->empty = o->seekable && ((S_ISREG(st.st_mode) && o->base >= st.st_size) ||
				   (S_ISCHR(st.st_mode) && minor(st.st_rdev) == NULL_DEVICE));
	if (!o->seekable)
		o->base = 0;
}

void output_close(struct output *o)
{
	if (o->owned)
		close(o->fd);
	o->owned = false;
}

static int done(struct output *o, size_t n, int r)
{
	int none = 0;

	if (r)
		atomic_compare_exchange_strong(&o->error, &none, r);
	else
		o->written += n;
	return r;
}

int output_put(struct output *o, const void *buf, size_t n)
{
	return done(o, n, io_write(o->fd, buf, n));
}

int output_put_at(struct output *o, const void *buf, size_t n, uint64_t off)
{
	return done(o, n, io_pwrite(o->fd, buf, n, (uint64_t)o->base + off));
}

int output_finish(struct output *o, uint64_t size)
{
	off_t end = o->base + (off_t)size;
	struct stat st;

	if (fstat(o->fd, &st) < 0 ||
	    (S_ISREG(st.st_mode) && st.st_size < end && ftruncate(o->fd, end) < 0) ||
	    (!S_ISCHR(st.st_mode) && lseek(o->fd, end, SEEK_SET) < 0))
		return done(o, 0, -errno);
	return 0;
}

int output_failed(const struct output *o, int error)
{
	char after[64] = "";

	if (error == -EPIPE)
		return error;
	if (o->written)
		snprintf(after, sizeof(after), " after %llu KiB", (unsigned long long)o->written >> 10);
	return fail(-error, "%s: %s%s%s", o->name, strerror(-error), after,
		    o->written && o->marked ? "; the file is incomplete and says so" : "");
}
