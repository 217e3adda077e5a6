/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/cat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "fs/options.h"

#define PIECE ((size_t)1 << 20)
#define SMALL_PIECE ((size_t)4096)	/* to get as close to damage as a reader of the mount does */

struct output {
	int fd;
	bool sparse;		/* holes may be skipped */
	const char *path;	/* of the view, for messages */
	char *buf;		/* PIECE bytes */
};

/* A reader who has seen enough is no error; with the default SIGPIPE we do not even get here. */
static int write_failed(int err)
{
	if (err == EPIPE)
		return STATUS_OK;
	log_err("standard output: %s", strerror(err));
	return STATUS_SYSTEM;
}

/* Skipped bytes read as zeroes only where the file had none before. */
static bool can_skip(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;
	off_t pos;

	if (flags < 0 || (flags & O_APPEND) || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	pos = lseek(fd, 0, SEEK_CUR);
	return pos >= 0 && pos >= st.st_size;
}

static int copy_range(const struct output *out, const struct view *v, uint64_t off, uint64_t end)
{
	size_t piece = PIECE;

	while (off < end) {
		size_t n = end - off < piece ? (size_t)(end - off) : piece;
		int r = view_read(v, out->buf, n, off);

		if (r < 0 && n > SMALL_PIECE) {
			piece = SMALL_PIECE;
			continue;
		}
		if (r < 0) {
			log_err("%s: offset %#llx: %s", out->path, (unsigned long long)off,
				strerror(r == -EBADMSG ? EIO : -r));
			return STATUS_MOUNT;
		}
		r = io_write(out->fd, out->buf, n);
		if (r)
			return write_failed(-r);
		off += n;
	}
	return STATUS_OK;
}

/* Only the data, each at its place; the rest is what the file system makes of it. */
static int copy_sparse(const struct output *out, const struct view *v, uint64_t size)
{
	off_t base = lseek(out->fd, 0, SEEK_CUR);
	uint64_t off = 0, end;
	int status = STATUS_OK, r;

	while (status == STATUS_OK && off < size && (r = view_seek(v, 1, &off)) != -ENXIO) {
		end = off;
		if (r == 0)
			r = view_seek(v, 0, &end);
		if (r < 0) {
			log_err("%s: %s", out->path, strerror(-r));
			return STATUS_MOUNT;
		}
		if (lseek(out->fd, base + (off_t)off, SEEK_SET) < 0)
			return write_failed(errno);
		status = copy_range(out, v, off, end);
		off = end;
	}
	if (status == STATUS_OK && ftruncate(out->fd, base + (off_t)size) < 0)
		return write_failed(errno);
	if (status == STATUS_OK && lseek(out->fd, base + (off_t)size, SEEK_SET) < 0)
		return write_failed(errno);
	return status;
}

static int no_such(const char *path, int r)
{
	log_err("%s: %s", path, strerror(r == -EBADMSG ? EIO : -r));
	return r == -ENOMEM ? STATUS_SYSTEM : STATUS_MOUNT;
}

int cat_file(struct fs *fs, const char *path)
{
	struct output out = { .fd = STDOUT_FILENO, .path = path };
	struct node_stat st;
	struct node n;
	struct view *v;
	int status;
	int r = tree_resolve(fs, path, &n);

	if (!r)
		r = tree_stat(fs, n, &st);
	if (!r && st.dir)
		r = -EISDIR;
	if (r < 0)
		return no_such(path, r);
	out.sparse = can_skip(out.fd);
	r = tree_stream(fs, n, out.fd, out.sparse);
	if (!r || r == -EPIPE)
		return STATUS_OK;
	if (r == -ENOTSUP)
		r = tree_open(fs, n, &v);
	if (r < 0)
		return no_such(path, r);

	out.buf = malloc(PIECE);
	if (!out.buf) {
		status = no_such(path, -ENOMEM);
	} else {
		status = out.sparse ? copy_sparse(&out, v, view_size(v)) : copy_range(&out, v, 0, view_size(v));
	}
	free(out.buf);
	view_close(v);
	return status;
}

static int print_entry(void *arg, const struct tree_entry *e)
{
	(void)arg;
	return printf("%s%s\n", e->name, e->dir ? "/" : "") < 0;
}

int cat_list(struct fs *fs, const char *path)
{
	struct node_stat st;
	struct node n;
	int r = tree_resolve(fs, path, &n);

	if (!r)
		r = tree_stat(fs, n, &st);
	if (!r && st.dir)
		r = tree_list(fs, n, 0, print_entry, NULL);
	else if (!r)
		printf("%s\n", path);		/* as ls does with a file */
	if (r < 0)
		return no_such(path, r);
	return fflush(stdout) == EOF || ferror(stdout) ? write_failed(errno) : STATUS_OK;
}
