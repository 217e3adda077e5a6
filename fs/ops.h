/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FUSE requests, answered from fs/tree.h. No state of its own but what is listed here.
 *
 * Threads: ops_mount_init: before mount only; the requests run in any thread.
 */
#ifndef VMCOREFS_FS_OPS_H
#define VMCOREFS_FS_OPS_H

#include <errno.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "fs/tree.h"

/* <fuse_lowlevel.h> is for .c files only */
struct fuse_lowlevel_ops;

/* What stat(2) shows of all files. */
struct ops_owner {
	uid_t uid;
	gid_t gid;
	mode_t umask;		/* permissions that files and folders lack; to write is none */
	bool always;		/* that is who may read: the owner of no file is another one, whatever its view says */
};

struct ops_mount {
	struct fs *fs;		/* borrowed */
	struct fs_facts facts;
	struct ops_owner owner;
	mode_t modes[TREE_LINK + 1];	/* by enum tree_kind */
	int ready_fd;		/* gets a newline when the kernel has been answered; -1: none */
	/* Files that are open or being opened. They use fs and the session: if there are any when the loop has ended,
	 * nothing may be freed. */
	_Atomic unsigned int files;
	/* Threads that open files: they use the session for a moment after their answer, when the file may be closed already. */
	_Atomic unsigned int openings;
};

void ops_mount_init(struct ops_mount *m, struct fs *fs, const struct ops_owner *owner, int ready_fd);

/* For fuse_session_new(); its userdata is the struct ops_mount. */
extern const struct fuse_lowlevel_ops ops_table;

/*
 * An error of the tree as an errno value for the kernel. Passing faults keep theirs, so that a user sees that it is not the
 * dump (EIO) and that trying again may help. But never EAGAIN: many programs (Python's read() is one) take that for "no more
 * data now" and go on with what they have. And not ECONNRESET, with which nobody could do anything: the log says what it is.
 */
static inline int ops_errno(int r)
{
	return r == -EBADMSG || r == -ECONNRESET ? EIO : r == -EAGAIN ? ETIMEDOUT : -r;
}

#endif
