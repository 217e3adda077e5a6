/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fs/options.h"

static const int handed_on[] = { SIGTERM, SIGINT, SIGHUP };

/* Signals that are ignored (nohup) stay so. */
static void signals_to_watch(sigset_t *set)
{
	struct sigaction now;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGALRM);
	for (size_t i = 0; i < ARRAY_SIZE(handed_on); i++)
		if (!sigaction(handed_on[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(set, handed_on[i]);
}

static _Noreturn void run_worker(const struct monitor *m, int socket, pid_t monitor)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != monitor)
		_exit(STATUS_SYSTEM);
	exit(m->work(m->arg, socket));
}

static void stop(struct monitor *m, int sig)
{
	if (m->leave)
		m->leave(m->arg);
	kill(m->worker, sig);
	alarm(MONITOR_GRACE);
}

/* True: the worker is gone. */
static bool handle_signals(struct monitor *m, int fd, int *status)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGALRM)
			kill(m->worker, SIGKILL);
		else if (info.ssi_signo != SIGCHLD)
			stop(m, (int)info.ssi_signo);
	}
	return waitpid(m->worker, status, WNOHANG) == m->worker;
}

/* Until the worker is gone. */
static int watch(struct monitor *m, int signals)
{
	enum { SIGNALS, SOCKET, WAITER };
	struct pollfd p[] = {
		[SIGNALS] = { .fd = signals, .events = POLLIN },
		[SOCKET] = { .fd = m->broker.socket, .events = POLLIN },
		[WAITER] = { .fd = -1 },
	};
	int status;

	for (;;) {
		p[WAITER].fd = m->waiter;
		if (poll(p, ARRAY_SIZE(p), -1) < 0)
			continue;
		if (p[SOCKET].revents && broker_answer(&m->broker) < 0)
			p[SOCKET].fd = -1;
		if (p[WAITER].revents) {
			m->waiter = -1;
			stop(m, SIGTERM);
		}
		if (p[SIGNALS].revents && handle_signals(m, signals, &status))
			break;
	}
	/* its last messages */
	while (broker_answer(&m->broker) > 0)
		;
	return status;
}

static int exit_status(int status)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	sigset_t set;

	if (!sig)
		return WEXITSTATUS(status);
	if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP || sig == SIGPIPE) {
		signal(sig, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, sig);
		raise(sig);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	log_err("the process that reads the dump was ended by signal %d (%s)%s", sig, strsignal(sig),
		sig == SIGSYS ? ": it tried what the sandbox forbids" : "");
	return STATUS_SYSTEM;
}

int monitor_run(struct monitor *m)
{
	pid_t self = getpid();
	sigset_t watched, before;
	int pair[2], signals, status;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		log_err("no socket: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	signals_to_watch(&watched);
	sigprocmask(SIG_BLOCK, &watched, &before);
	signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	m->worker = signals < 0 ? -1 : fork();
	if (!m->worker) {
		close(signals);
		close(pair[0]);
		sigprocmask(SIG_SETMASK, &before, NULL);
		run_worker(m, pair[1], self);
	}
	close(pair[1]);
	m->broker.socket = pair[0];
	if (m->worker < 0) {
		log_err("no process to read the dump: %s", strerror(errno));
		sigprocmask(SIG_SETMASK, &before, NULL);
		status = STATUS_SYSTEM << 8;
	} else {
		status = watch(m, signals);
		alarm(0);
		if (m->leave)
			m->leave(m->arg);
	}
	close(pair[0]);
	m->broker.socket = -1;
	if (signals >= 0)
		close(signals);
	return exit_status(status);
}
