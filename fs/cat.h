/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Views without a mount: --cat and --list, on standard output.
 *
 * out: standard output, opened. Both return an exit status (fs/options.h) and have said why when it is not STATUS_OK.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_CAT_H
#define VMCOREFS_FS_CAT_H

#include "fs/tree.h"

/* The bytes of one file; binary ones to a terminal only with force. A regular file as standard output gets
 * the holes of the view as holes. */
int cat_file(struct fs *fs, const char *path, bool force, struct output *out);
/* The names in a folder, one a line, folders with a slash at the end. */
int cat_list(struct fs *fs, const char *path, struct output *out);

#endif
