/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker's side of the mount: answers the requests that come through the /dev/fuse that the monitor hands over.
 *
 * Threads: those of libfuse's loop while it runs.
 */
#ifndef VMCOREFS_FS_SERVING_H
#define VMCOREFS_FS_SERVING_H

#include "fs/ops.h"
#include "fs/options.h"

struct fuse_session;

struct serving {
	const struct options *o;	/* borrowed */
	struct fuse_session *se;	/* owned */
	struct ops_mount mount;
	bool far;			/* reading the dump may take as long as somebody else likes */
	int null;			/* owned: /dev/null */
};

/* What needs files, names or the user who has mounted. 0, or -errno after a message. */
int serving_prepare(struct serving *s, const struct options *o);
/* Get the mount and serve it until its end: an exit status. Does not return when files are still open: they use fs. */
int serving_run(struct serving *s, struct fs *fs);
void serving_free(struct serving *s);

#endif
