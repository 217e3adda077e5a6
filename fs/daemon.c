/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/options.h"

static _Noreturn void wait_for(pid_t process, int fd)
{
	int status;
	char byte;
	ssize_t n;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(STATUS_OK);
	while (waitpid(process, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SYSTEM);
}

int daemon_begin(void)
{
	int fds[2];
	pid_t process;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	process = fork();
	if (process < 0) {
		close(fds[0]);
		close(fds[1]);
		return -errno;
	}
	if (process) {
		close(fds[1]);
		wait_for(process, fds[0]);
	}
	close(fds[0]);
	return fds[1];
}

void daemon_close_standard(int null)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

int daemon_leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	daemon_close_standard(null);
	close(null);
	return setsid() < 0 || chdir("/") < 0 ? -errno : 0;
}

int daemon_ready(int fd)
{
	return send(fd, "", 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}
