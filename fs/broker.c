/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"

/* --- what may be had ---------------------------------------------------------------------------------------------- */

/* In folder, or in a folder in it. No name begins with a dot, so none is "..". */
static bool is_below(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	if (!len || strncmp(path, folder, len))
		return false;
	path += len;
	if (folder[len - 1] != '/' && *path++ != '/')
		return false;
	for (int depth = 0; depth < 2; depth++) {
		if (!*path || *path == '.' || *path == '/')
			return false;
		path += strcspn(path, "/");
		if (!*path++)
			return true;
	}
	return false;
}

static bool is_vmware_suffix(const char *suffix)
{
	static const char *const suffixes[] = { ".vmem", ".vmss", ".vmsn", ".guest" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (!strcmp(suffix, suffixes[i]))
			return true;
	return false;
}

static bool is_companion(const char *named, const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t stem = dot ? (size_t)(dot - path) : 0;

	return stem && is_vmware_suffix(dot) && !strncmp(named, path, stem) &&
	       (!named[stem] || is_vmware_suffix(named + stem));
}

static bool is_beside(const char *named, const char *path)
{
	const char *slash = strrchr(named, '/');
	size_t len = slash ? (size_t)(slash - named) + 1 : 0;

	return !strncmp(named, path, len) && !strchr(path + len, '/');
}

static bool is_of_machine(const char *path)
{
	return !strcmp(path, "/proc/iomem") || !strcmp(path, "/sys/kernel/vmcoreinfo") || !strcmp(path, "/proc/self/exe");
}

static bool may_open(const struct broker *b, const char *path)
{
	if (b->live && is_of_machine(path))
		return true;
	for (size_t i = 0; i < b->nnamed; i++)
		if (!strcmp(path, b->named[i]) || is_below(b->named[i], path) || is_companion(b->named[i], path))
			return true;
	return false;
}

static bool may_stat(const struct broker *b, const char *path)
{
	for (size_t i = 0; i < b->nnamed; i++)
		if (is_beside(b->named[i], path))
			return true;
	return may_open(b, path);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static int open_file(struct broker *b, const char *path)
{
	struct statfs fs;
	struct stat st;
	int fd;

	if (!may_open(b, path))
		return -EACCES;
	/* opening a FIFO must not wait for a writer */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && (S_ISCHR(st.st_mode) || (!fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC)))
		b->live = true;
	return fd;
}

static int look(const struct broker *b, const struct files_question *q, struct stat *st)
{
	if (!may_stat(b, q->text))
		return -EACCES;
	return (q->kind == FILES_STAT ? stat(q->text, st) : lstat(q->text, st)) ? -errno : 0;
}

static int mount_once(struct broker *b)
{
	if (!b->mount || b->asked_mount)
		return -EACCES;
	b->asked_mount = true;
	return b->mount(b->arg);
}

static void log_question(const struct files_question *q)
{
	log_msg(q->level <= LOG_LVL_DEBUG ? (enum log_level)q->level : LOG_LVL_DEBUG, "%s", q->text);
}

/* fd: -1: none. Who asks waits for each answer, so that there is room for this one. */
static void send_answer(const struct broker *b, struct files_answer *a, int fd)
{
	union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; } control = { 0 };
	struct iovec iov = { .iov_base = a, .iov_len = sizeof(*a) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
	}
	if (sendmsg(b->socket, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("no answer for the process that reads the dump: %s", strerror(errno));
}

static void answer(struct broker *b, struct files_question *q)
{
	struct files_answer a = { 0 };
	int r = -EINVAL;

	switch (q->kind) {
	case FILES_OPEN:
		r = open_file(b, q->text);
		break;
	case FILES_STAT:
	case FILES_LSTAT:
		a.result = look(b, q, &a.st);
		send_answer(b, &a, -1);
		return;
	case FILES_SPOOL:
		r = files_spool_here(a.text);
		break;
	case FILES_MOUNT:
		r = mount_once(b);
		break;
	case FILES_LOG:
		log_question(q);
		return;
	}
	a.result = r < 0 ? r : 0;
	send_answer(b, &a, r);
	if (r >= 0)
		close(r);
}

int broker_answer(struct broker *b)
{
	struct files_question q;
	ssize_t n = recv(b->socket, &q, sizeof(q), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
	if (!n)
		return -EPIPE;
	if ((size_t)n > offsetof(struct files_question, text) && !((const char *)&q)[n - 1])
		answer(b, &q);
	return 1;
}
