/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fs/options.h"

/* What tools read beside /proc: bound over the folders of /sys, where the mount has them. */
static const char *const sys_pieces[] = { "module", "class/net", "block", "devices/system/cpu", "devices/system/node", "kernel/slab" };

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* Users keep their own number: programs show whose the processes were by it. */
static int map_user(uid_t uid, gid_t gid)
{
	char text[64];
	int r = write_file("/proc/self/setgroups", "deny");

	if (r && r != -ENOENT)
		return r;
	snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	r = write_file("/proc/self/gid_map", text);
	snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	return r ? r : write_file("/proc/self/uid_map", text);
}

/* Mounts that are made from now on are seen by nobody else. */
static int leave_name_space(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int r = 0;

	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
		return fail(errno, "a name space for mounts%s: %s", uid ? " and users" : "", strerror(errno));
	if (uid)
		r = map_user(uid, gid);
	if (!r && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		r = -errno;
	return r ? fail(-r, "a name space for mounts: %s", strerror(-r)) : 0;
}

static int bind_over(const char *folder, const char *name, const char *over, bool must)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!mount(path, over, NULL, MS_BIND, NULL))
		return 0;
	if (!must && (errno == ENOENT || errno == ENOTDIR || errno == EINVAL))
		return 0;
	return fail(errno, "%s over %s: %s%s", name, over, strerror(errno),
		    errno == ENOENT ? "; info says why it is not in this dump" : "");
}

/* In a process of its own. */
static _Noreturn void run_command(const struct options *o, const char *folder)
{
	const char *shell = o->path ? NULL : getenv("SHELL");
	char name[64], over[64];
	int r = 0;

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	/* the server keeps the /proc of the running system */
	if (unshare(CLONE_NEWNS) < 0)
		r = fail(errno, "a name space for mounts: %s", strerror(errno));
	for (size_t i = 0; !r && i < ARRAY_SIZE(sys_pieces); i++) {
		snprintf(name, sizeof(name), "sys/%s", sys_pieces[i]);
		snprintf(over, sizeof(over), "/sys/%s", sys_pieces[i]);
		r = bind_over(folder, name, over, false);
	}
	if (!r)
		r = bind_over(folder, "proc", "/proc", true);
	/* ss reads files of it instead of asking the running kernel */
	if (!r && (setenv("PROC_ROOT", "/proc", 1) || setenv("VMCOREFS", folder, 1)))
		r = fail(ENOMEM, "out of memory");
	if (r)
		_exit(STATUS_MOUNT);
	if (o->path)
		execl("/bin/sh", "sh", "-c", o->path, NULL);
	else
		execlp(shell && *shell ? shell : "/bin/sh", shell && *shell ? shell : "sh", NULL);
	fail(errno, "%s: %s", shell ? shell : "/bin/sh", strerror(errno));
	_exit(127);
}

static int status_of(pid_t process)
{
	int status;

	while (waitpid(process, &status, 0) < 0)
		if (errno != EINTR)
			return STATUS_SYSTEM;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Signals of the terminal are the command's. */
static pid_t start_server(struct options *o, const struct exec_server *server, const char *folder, int ready[2])
{
	pid_t process = fork();

	if (process)
		return process;
	setsid();
	close(ready[0]);
	o->mode = RUN_MOUNT;
	o->mountpoint = folder;
	o->foreground = true;
	o->ready_fd = ready[1];
	_exit(server->serve(server->arg, o));
}

static int run_beside(const struct options *o, const char *folder, pid_t server)
{
	pid_t command;
	int status;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	command = fork();
	if (!command)
		run_command(o, folder);
	status = command < 0 ? STATUS_SYSTEM : status_of(command);
	kill(server, SIGTERM);
	status_of(server);
	return status;
}

int exec_run(struct options *o, const struct exec_server *server)
{
	const char *tmp = getenv("TMPDIR");
	char folder[PATH_MAX], byte;
	int ready[2], status = STATUS_SYSTEM;
	pid_t process;
	ssize_t n;

	snprintf(folder, sizeof(folder), "%s/vmcorefs-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		fail(errno, "%s: %s", folder, strerror(errno));
		return STATUS_SYSTEM;
	}
	if (leave_name_space() < 0)
		goto out;
	if (pipe(ready) < 0) {
		fail(errno, "a pipe: %s", strerror(errno));
		goto out;
	}
	process = start_server(o, server, folder, ready);
	close(ready[1]);
	do {
		n = process < 0 ? 0 : read(ready[0], &byte, 1);
	} while (n < 0 && errno == EINTR);
	close(ready[0]);
	if (n == 1)
		status = run_beside(o, folder, process);
	else if (process > 0)
		status = status_of(process);
out:
	rmdir(folder);
	return status;
}
