/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mount itself: made and ended by the monitor (fs/monitor.h), served by the worker (fs/serving.h).
 *
 * Who is there to end it: the monitor, and the guard, a process that it leaves behind when it mounts. That sleeps until the
 * monitor is gone; if the monitor was killed, it unmounts, and ends the worker. Both hold the open /dev/fuse, as the worker does:
 * by that they know that the mount is still theirs, and nobody who comes finds a mount without a server before one of them
 * has taken it away. A mount remains only if all three are killed at once.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_MOUNTING_H
#define VMCOREFS_FS_MOUNTING_H

#include <sys/types.h>

struct fuse_args;
struct fuse_session;
struct options;

struct mounting {
	const struct options *o;	/* borrowed */
	struct fuse_session *se;	/* owned; NULL: not mounted, or not any more */
	pid_t guard;			/* 0: none */
	int guard_pipe;			/* the guard sleeps until its other end is closed */
};

/* What libfuse is told: -ENOMEM. The caller frees args. */
int mounting_args(const struct options *o, struct fuse_args *args);

/* Mount: an open /dev/fuse for the one who serves, or -errno after a message. worker: who is to end with the mount. */
int mounting_begin(struct mounting *m, pid_t worker);
/* Unmount, lazily: files that are open do not keep it. Nothing when it is gone already, or was never there. */
void mounting_end(struct mounting *m);
/* The guard is not needed any more. */
void mounting_dismiss(struct mounting *m);

#endif
