/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --residue: is any word of a list left in the dump, as the views show it?
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_RESIDUE_H
#define VMCOREFS_FS_RESIDUE_H

#include "fs/tree.h"

/*
 * file: a regular file with a word a line, see filter/words.h for their length; empty lines are none. What is found goes to
 * out, by the numbers of the lines: the words themselves are not printed. An exit status: STATUS_OK none is left, STATUS_USAGE
 * some are; STATUS_SYSTEM after a message about the file, STATUS_MOUNT when not all of the dump could be searched and
 * nothing was found in the rest.
 */
int residue_check(struct fs *fs, const char *file, struct output *out);

#endif
