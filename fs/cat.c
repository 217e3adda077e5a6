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

static int status_of(int r)
{
	return r == -ENOMEM ? STATUS_SYSTEM : STATUS_MOUNT;
}

static int no_such(struct fs *fs, const char *path, int r)
{
	char why[512];

	tree_explain(fs, path, r, why, sizeof(why));
	log_err("%s: %s", path, why);
	return status_of(r);
}

/* said: log_errors() before. Who knew more than the code has told it, as a rule. */
static int failed(const char *path, int r, unsigned long said)
{
	if (log_errors() == said)
		log_err("%s: %s", path, strerror(r == -EBADMSG ? EIO : -r));
	return status_of(r);
}

/* What a terminal would take for commands; escape sequences are among it: no text of ours has any. */
static bool is_binary(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((bytes[i] < ' ' && !strchr("\t\n\r\f", bytes[i])) || !bytes[i] || bytes[i] == 0x7f)
			return true;
	return false;
}

static int not_to_terminal(const char *path)
{
	log_err("%s: is binary and would go to a terminal: write it to a file (> FILE), or give --force", path);
	return STATUS_USAGE;
}

/* A view of few bytes can be a text or not: notes, pages. */
static bool begins_binary(const struct view *v)
{
	uint8_t bytes[4096];
	size_t n = view_size(v) < sizeof(bytes) ? (size_t)view_size(v) : sizeof(bytes);

	return !view_read(v, bytes, n, 0) && is_binary(bytes, n);
}

int cat_file(struct fs *fs, const char *path, bool force)
{
	struct output out = { .fd = STDOUT_FILENO, .path = path };
	bool terminal = !force && isatty(STDOUT_FILENO);
	unsigned long said = log_errors();
	struct node_stat st;
	struct node n;
	struct view *v;
	int status;
	int r = tree_resolve(fs, path, &n);

	if (r < 0)
		return no_such(fs, path, r);
	r = tree_stat(fs, n, &st);
	if (!r && st.dir)
		r = -EISDIR;
	if (r < 0)
		return failed(path, r, said);
	if (terminal && tree_content(n) == CONTENT_IMAGE)
		return not_to_terminal(path);
	out.sparse = can_skip(out.fd);
	r = tree_stream(fs, n, out.fd, out.sparse);
	if (!r || r == -EPIPE)
		return STATUS_OK;
	if (r == -ENOTSUP)
		r = tree_open(fs, n, &v);
	if (r < 0)
		return failed(path, r, said);

	out.buf = malloc(PIECE);
	if (!out.buf) {
		status = failed(path, -ENOMEM, said);
	} else if (terminal && tree_content(n) == CONTENT_BYTES && begins_binary(v)) {
		status = not_to_terminal(path);
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
	unsigned long said = log_errors();
	struct node n;
	int r = tree_resolve(fs, path, &n);

	if (r < 0)
		return no_such(fs, path, r);
	r = tree_stat(fs, n, &st);
	if (!r && st.dir)
		r = tree_list(fs, n, 0, print_entry, NULL);
	else if (!r)
		printf("%s\n", path);		/* as ls does with a file */
	if (r < 0)
		return failed(path, r, said);
	return fflush(stdout) == EOF || ferror(stdout) ? write_failed(errno) : STATUS_OK;
}
