/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open(2) of files that take a scan or a compression of the dump (node_stat.slow). Each runs in a thread of its own, so
 * that no number of them keeps other requests waiting, and a program that waits in open(2) can be interrupted: when it was
 * the last one who waits, the work stops (base/wanted.h).
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_OPENING_H
#define VMCOREFS_FS_OPENING_H

#include "fs/ops.h"

struct fuse_req;
struct fuse_file_info;

/* The caller has counted the file in m->files. Answers req, now or later. */
void opening_start(struct ops_mount *m, struct fuse_req *req, struct node n, const struct fuse_file_info *fi);

/* The answer to open: r < 0 is an error, else v is handed over. Also for files that need no thread. */
void opening_answer(struct ops_mount *m, struct fuse_req *req, int r, struct view *v, struct fuse_file_info *fi);

#endif
