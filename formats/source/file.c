/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "formats/source/stream.h"

#define MAPPED_PAGES 4u			/* fewer are read */

struct file_source {
	struct source s;		/* first member */
	int fd;
	pthread_mutex_t *one_reader;	/* owned; of files of /proc, else NULL: see file_read() */
	size_t map_page;		/* bytes of a page of this machine; 0: reads are not mapped, see read_mapped() */
	struct statx first;		/* of regular files that are watched: as it was opened */
	const char *_Atomic change;	/* what was told of it; NULL: it has not changed */
	struct file_source *next;	/* in watched */
};

/* One list for the program: sources are wrapped, joined and shared, so that nobody else has all files. */
static struct file_source *watched;
static pthread_mutex_t watched_lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t read_fd(int fd, void *buf, size_t n, uint64_t off)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, (char *)buf + done, n - done, (off_t)(off + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

/*
 * From /proc/vmcore: read(2) maps and unmaps each page of the other kernel's memory by itself, mmap(2) does it with all at
 * once. The file is as long as it was made at boot, and what is mapped is there. False: read it.
 */
static bool read_mapped(const struct file_source *f, void *buf, size_t n, uint64_t off)
{
	size_t in_page = off % f->map_page;
	char *p = mmap(NULL, in_page + n, PROT_READ, MAP_PRIVATE, f->fd, (off_t)(off - in_page));

	if (p == MAP_FAILED)
		return false;
	memcpy(buf, p + in_page, n);
	munmap(p, in_page + n);
	return true;
}

/* Only files of /proc are tried: a file on a disk may be cut while it is mapped. /proc/kcore cannot be mapped. */
static void try_to_map(struct file_source *f)
{
	char byte;

	f->map_page = (size_t)sysconf(_SC_PAGESIZE);
	if (!read_mapped(f, &byte, 1, 0))
		f->map_page = 0;
}

/* What is known of it without asking the server that it may be on, which may be silent. */
static bool look(int fd, struct statx *st)
{
	return !statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_SIZE | STATX_MTIME | STATX_NLINK, st);
}

static void check(struct file_source *f)
{
	const char *what, *none = NULL, *may_be_wrong = "";
	struct statx now;

	if (atomic_load(&f->change) || !look(f->fd, &now))
		return;
	what = now.stx_size < f->first.stx_size ? "is shorter than when it was opened: what was behind its end cannot be read" :
	       now.stx_size > f->first.stx_size ? "is longer than when it was opened" :
	       now.stx_mtime.tv_sec != f->first.stx_mtime.tv_sec || now.stx_mtime.tv_nsec != f->first.stx_mtime.tv_nsec ?
	       "was written to since it was opened" : NULL;
	if (!what && !now.stx_nlink && f->first.stx_nlink)
		what = "was deleted or replaced since it was opened; views show what it was";
	else if (what)
		may_be_wrong = "; views may be wrong";
	if (what && atomic_compare_exchange_strong(&f->change, &none, what))
		log_notice("%s: the file %s%s: unmount, and mount again", f->s.name, what, may_be_wrong);
}

static void watch(struct file_source *f)
{
	if (!look(f->fd, &f->first))
		return;
	pthread_mutex_lock(&watched_lock);
	f->next = watched;
	watched = f;
	pthread_mutex_unlock(&watched_lock);
}

static void unwatch(const struct file_source *f)
{
	pthread_mutex_lock(&watched_lock);
	for (struct file_source **at = &watched; *at; at = &(*at)->next)
		if (*at == f) {
			*at = f->next;
			break;
		}
	pthread_mutex_unlock(&watched_lock);
}

void source_files_check(void)
{
	pthread_mutex_lock(&watched_lock);
	for (struct file_source *f = watched; f; f = f->next)
		check(f);
	pthread_mutex_unlock(&watched_lock);
}

bool source_files_changes(void (*tell)(void *arg, const char *name, const char *what), void *arg)
{
	bool any = false;

	pthread_mutex_lock(&watched_lock);
	for (struct file_source *f = watched; f; f = f->next) {
		const char *what = atomic_load(&f->change);

		any |= what != NULL;
		if (what && tell)
			tell(arg, f->s.name, what);
	}
	pthread_mutex_unlock(&watched_lock);
	return any;
}

/*
 * Kernels pass what is read from /proc/kcore through a page that all readers of an open file share, without a lock
 * (fs/proc/kcore.c: file->private_data): two at once get each other's bytes.
 */
static ssize_t file_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct file_source *f = (const struct file_source *)s;
	ssize_t r;

	if (f->map_page && n >= MAPPED_PAGES * f->map_page && read_mapped(f, buf, n, off))
		return (ssize_t)n;
	if (f->one_reader)
		pthread_mutex_lock(f->one_reader);
	r = read_fd(f->fd, buf, n, off);
	if (f->one_reader)
		pthread_mutex_unlock(f->one_reader);
	if (f->first.stx_mask && (r < 0 || ((size_t)r < n && off + (size_t)r < s->size)))
		source_files_check();
	return r;
}

static void file_close(struct source *s)
{
	struct file_source *f = (struct file_source *)s;

	unwatch(f);
	if (f->fd >= 0)
		close(f->fd);
	if (f->one_reader)
		pthread_mutex_destroy(f->one_reader);
	free(f->one_reader);
	free(f);
}

static void file_stored(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end)
{
	const struct file_source *f = (const struct file_source *)s;
	off_t data = lseek(f->fd, (off_t)off, SEEK_DATA), hole;

	if (data < 0 && errno == ENXIO)
		data = (off_t)s->size;
	if (data < 0)
		data = (off_t)off;
	hole = lseek(f->fd, data, SEEK_HOLE);
	*start = min_u64((uint64_t)data, s->size);
	*end = hole > data ? min_u64((uint64_t)hole, s->size) : s->size;
}

static const struct source_ops file_ops = {
	.read = file_read,
	.close = file_close,
	.stored = file_stored,
};

static int file_size(int fd, const struct stat *st, uint64_t *size)
{
	off_t end;

	if (S_ISREG(st->st_mode)) {
		*size = (uint64_t)st->st_size;
		return 0;
	}
	if (!ioctl(fd, BLKGETSIZE64, size))
		return 0;
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	*size = (uint64_t)end;
	return 0;
}

bool source_is_stdin(const char *path)
{
	return !strcmp(path, "-");
}

/* What a name that is none here may have been meant for. */
static const char *hint_for_missing(const char *path)
{
	size_t host = strcspn(path, "/:");

	if (!strncasecmp(path, "file://", 7))
		return "; give the path alone, without file://";
	if (strstr(path, "://"))
		return "; of addresses, http:// and https:// are read";
	if (host && path[host] == ':')
		return "; of another machine, its folder can be mounted (sshfs)";
	return "";
}

static int dup_stdin(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return fd < 0 ? -errno : fd;
}

int source_open_file(const char *path, struct source **out)
{
	bool is_stdin = source_is_stdin(path);
	struct file_source *f;
	struct stat st;
	struct statfs fs;
	char byte;
	int r;

	f = calloc(1, sizeof(*f));
	path = is_stdin ? "standard input" : path;
	if (!f)
		return -ENOMEM;
	f->s.ops = &file_ops;
	f->s.name = path;
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. Not of /dev/stdin, which may be somebody else's file. */
	f->fd = is_stdin ? dup_stdin() : files_open(path, O_NONBLOCK);
	if (f->fd < 0) {
		r = fail(-f->fd, "%s: %s%s", path, strerror(-f->fd), f->fd == -ENOENT ? hint_for_missing(path) : "");
		goto err;
	}
	if (fstat(f->fd, &st)) {
		r = fail(errno, "%s: %s", path, strerror(errno));
		goto err;
	}
	if (S_ISDIR(st.st_mode)) {
		r = fail(EISDIR, "%s: is a folder, not a file", path);
		goto err;
	}
	f->s.devmem = S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 1);
	if (f->s.devmem) {
		f->s.size = INT64_MAX;
		f->s.mtime = time(NULL);
		*out = &f->s;
		return 0;
	}
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
		r = stream_open(f->fd, path, !is_stdin, out);
		free(f);
		return r;
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		r = fail(ENOTSUP, "%s: %s", path, isatty(f->fd) ? "is a terminal" : "neither a file nor a block device nor a pipe");
		goto err;
	}
	f->s.procfs = !fstatfs(f->fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
	if (f->s.procfs) {
		f->one_reader = malloc(sizeof(*f->one_reader));
		if (!f->one_reader) {
			r = -ENOMEM;
			goto err;
		}
		pthread_mutex_init(f->one_reader, NULL);
		try_to_map(f);
	}
	r = file_size(f->fd, &st, &f->s.size);
	if (r) {
		fail(-r, "%s: cannot tell its size: %s", path, strerror(-r));
		goto err;
	}
	if (!f->s.size && f->s.procfs)
		f->s.size = INT64_MAX;		/* not known */
	if (!f->s.size) {
		r = fail(EIO, "%s: the file is empty", path);
		goto err;
	}
	f->s.mtime = st.st_mtime;
	r = (int)file_read(&f->s, &byte, 1, 0);
	if (r < 0) {
		fail(-r, "%s: cannot be read: %s", path, strerror(-r));
		goto err;
	}
	if (S_ISREG(st.st_mode) && !f->s.procfs)
		watch(f);
	*out = &f->s;
	return 0;
err:
	file_close(&f->s);
	return r;
}
