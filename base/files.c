/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

/* Set before there are threads. */
static int asked = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void files_ask(int socket)
{
	asked = socket;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static int send_question(enum files_kind kind, int level, const char *text)
{
	struct files_question q = { .kind = (uint32_t)kind, .level = (uint32_t)level };
	size_t len = strlen(text);
	ssize_t n;

	if (len >= sizeof(q.text))
		return -ENAMETOOLONG;
	memcpy(q.text, text, len + 1);
	do {
		n = send(asked, &q, offsetof(struct files_question, text) + len + 1, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* fd: -1 when none came. */
static int receive_answer(struct files_answer *a, int *fd)
{
	union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec iov = { .iov_base = a, .iov_len = sizeof(*a) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	ssize_t n;

	do {
		n = recvmsg(asked, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	if (n != sizeof(*a))
		return n ? -EPROTO : -EPIPE;
	/* there was no room for one more descriptor */
	return m.msg_flags & MSG_CTRUNC ? -EMFILE : 0;
}

static int ask(enum files_kind kind, const char *text, struct files_answer *a, int *fd)
{
	int none = -1, r;

	if (!fd)
		fd = &none;
	*fd = -1;
	pthread_mutex_lock(&turn);
	r = send_question(kind, 0, text);
	if (!r)
		r = receive_answer(a, fd);
	pthread_mutex_unlock(&turn);
	if (!r)
		r = a->result;
	if (r && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return r;
}

static int ask_for_fd(enum files_kind kind, const char *text, struct files_answer *a)
{
	int fd, r = ask(kind, text, a, &fd);

	return r ? r : fd < 0 ? -EPROTO : fd;
}

/* --- either way --------------------------------------------------------------------------------------------------- */

int files_open(const char *path, int flags)
{
	struct files_answer a;
	int fd, now;

	if (asked < 0) {
		fd = open(path, O_RDONLY | O_CLOEXEC | flags);
		return fd < 0 ? -errno : fd;
	}
	fd = ask_for_fd(FILES_OPEN, path, &a);
	/* who answers must not wait for the writer of a FIFO, and so opened it that way */
	if (fd >= 0 && !(flags & O_NONBLOCK) && (now = fcntl(fd, F_GETFL)) >= 0)
		fcntl(fd, F_SETFL, now & ~O_NONBLOCK);
	return fd;
}

int files_open_plain(const char *path)
{
	int fd = files_open(path, O_NONBLOCK);
	struct stat st = { 0 };
	const char *what;

	if (fd < 0)
		return fail(-fd, "%s: %s", path, strerror(-fd));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	what = S_ISDIR(st.st_mode) ? "a folder" : S_ISFIFO(st.st_mode) ? "a pipe" : "a device";
	close(fd);
	return fail(S_ISDIR(st.st_mode) ? EISDIR : EINVAL, "%s: is %s, and must be a plain file", path, what);
}

static int look(const char *path, bool follow, struct stat *st)
{
	struct files_answer a;
	int r;

	if (asked < 0)
		return (follow ? stat(path, st) : lstat(path, st)) ? -errno : 0;
	r = ask(follow ? FILES_STAT : FILES_LSTAT, path, &a, NULL);
	if (!r)
		*st = a.st;
	return r;
}

int files_stat(const char *path, struct stat *st)
{
	return look(path, true, st);
}

int files_lstat(const char *path, struct stat *st)
{
	return look(path, false, st);
}

static int make_in(const char *dir)
{
	char path[PATH_MAX];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* file systems without O_TMPFILE */
	if (snprintf(path, sizeof(path), "%s/vmcorefs.XXXXXX", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

size_t files_spool_folders(const char *dirs[2])
{
	const char *told = getenv("TMPDIR");

	dirs[0] = told && *told ? told : "/var/tmp";
	dirs[1] = "/tmp";
	return told && *told ? 1 : 2;
}

int files_spool_here(char *dir)
{
	const char *dirs[2];
	size_t n = files_spool_folders(dirs);
	int fd = -ENOENT;

	for (size_t i = 0; i < n && fd < 0; i++) {
		snprintf(dir, PATH_MAX, "%s", dirs[i]);
		fd = make_in(dirs[i]);
	}
	if (fd < 0 && n > 1)
		snprintf(dir, PATH_MAX, "/var/tmp or /tmp");
	return fd;
}

int files_spool(char *dir)
{
	struct files_answer a = { .text = "TMPDIR" };
	int fd;

	if (asked < 0)
		return files_spool_here(dir);
	fd = ask_for_fd(FILES_SPOOL, "", &a);
	memcpy(dir, a.text, sizeof(a.text));
	return fd;
}

int files_mount(void)
{
	struct files_answer a;

	return asked < 0 ? -ENOTCONN : ask_for_fd(FILES_MOUNT, "", &a);
}

void files_log(int level, const char *line)
{
	send_question(FILES_LOG, level, line);
}
