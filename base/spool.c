/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/spool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/io.h"
#include "base/log.h"

struct spool {
	int fd;
	unsigned long failures;
	char dir[PATH_MAX];
};

int spool_new(struct spool **out)
{
	struct spool *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = files_spool(s->dir);
	if (s->fd >= 0) {
		*out = s;
		return 0;
	}
	r = fail(-s->fd, "cannot make a temporary file in %s: %s", s->dir, strerror(-s->fd));
	free(s);
	return r;
}

uint64_t spool_room_for_new(void)
{
	const char *dirs[2];
	size_t n = files_spool_folders(dirs);
	struct statvfs st;

	for (size_t i = 0; i < n; i++)
		if (!access(dirs[i], W_OK | X_OK) && !statvfs(dirs[i], &st) && st.f_blocks)
			return (uint64_t)st.f_bavail * st.f_frsize;
	return 0;
}

const char *spool_folder(const struct spool *s)
{
	return s->dir;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s);
}

int spool_check_room(const struct spool *s, uint64_t bytes)
{
	struct statvfs st;

	/* file systems without a size (tmpfs can be one) say 0 blocks */
	if (fstatvfs(s->fd, &st) || !st.f_blocks || bytes / st.f_frsize < st.f_bavail)
		return 0;
	return fail(ENOSPC, "temporary file in %s: %llu MiB do not fit; set TMPDIR to a folder with more room", s->dir,
		    (unsigned long long)(bytes >> 20));
}

uint64_t spool_room(const struct spool *s)
{
	struct statvfs st;

	return fstatvfs(s->fd, &st) || !st.f_blocks ? 0 : (uint64_t)st.f_bavail * st.f_frsize;
}

uint64_t spool_taken(const struct spool *s)
{
	struct stat st;

	return fstat(s->fd, &st) ? 0 : (uint64_t)st.st_blocks * 512;
}

int spool_write(struct spool *s, const void *buf, size_t n, uint64_t off)
{
	int r = io_pwrite(s->fd, buf, n, off);
	const char *what = r == -ENOSPC || r == -EDQUOT ? "; set TMPDIR to a folder with more room" :
			   r == -EFBIG ? "; there is a limit on the size of files (ulimit -f)" : "";

	if (r)
		fail_counted(&s->failures, -r, "temporary file in %s: %s%s", s->dir, strerror(-r), what);
	/* the file's size is no fault of what is in it: another time there is room */
	return r == -EFBIG ? -ENOSPC : r;
}

int spool_read(const struct spool *s, void *buf, size_t n, uint64_t off)
{
	int r = io_pread(s->fd, buf, n, off);

	return r ? fail(r == -ENODATA ? EIO : -r, "temporary file in %s: %s", s->dir,
			r == -ENODATA ? "shorter than expected" : strerror(-r)) : 0;
}

static int read_segment(const void *arg, void *buf, size_t n, uint64_t off)
{
	return spool_read(arg, buf, n, off);
}

static void destroy(void *arg)
{
	spool_free(arg);
}

int spool_layout_new(struct spool **s, struct layout **l)
{
	int r;

	*l = layout_new();
	if (!*l)
		return -ENOMEM;
	r = spool_new(s);
	if (r)
		goto err_layout;
	r = layout_own(*l, *s, destroy);
	if (r)
		goto err_spool;
	return 0;

err_spool:
	spool_free(*s);
err_layout:
	layout_unref(*l);
	return r;
}

int spool_layout_add(struct layout *l, const struct spool *s, uint64_t bytes)
{
	return layout_add_call(l, read_segment, s, bytes);
}
