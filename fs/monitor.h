/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two processes: the one that was started, the monitor, forks the worker, which reads the dump and so may be taken over by
 * one. The monitor has no dump and no parser. It answers what the worker asks (fs/broker.h), hands on SIGTERM, SIGINT and
 * SIGHUP, and outlives the worker, however that ends: what is to be tidied up then is a call of leave().
 *
 * The worker gets SIGTERM when the monitor dies. A worker that does not end MONITOR_GRACE seconds after a signal is killed.
 *
 * Threads: the monitor has one.
 */
#ifndef VMCOREFS_FS_MONITOR_H
#define VMCOREFS_FS_MONITOR_H

#include <sys/types.h>

#include "fs/broker.h"

#define MONITOR_GRACE 10u

struct monitor {
	struct broker broker;		/* all but its socket is the caller's to fill in */
	int (*work)(void *arg, int socket);	/* in the worker; its exit status. socket: for files_ask() */
	void (*leave)(void *arg);	/* in the monitor, after a signal and when the worker is gone; NULL: nothing to do */
	void *arg;			/* borrowed, for both */
	int waiter;			/* a socket; when its other end is closed, that is as SIGTERM. -1: none (any more) */
	pid_t worker;
};

/* Returns in the monitor, when the worker has ended: its exit status. When a signal ended it that ends programs as a rule, that
 * ends the monitor as well. */
int monitor_run(struct monitor *m);

#endif
