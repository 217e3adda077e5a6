/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE list of families: every name in the mount is a row of one of them.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_FAMILIES_H
#define VMCOREFS_FS_FAMILIES_H

#include "fs/views/row.h"

/* In the order of listings and of --help; NULL at the end. */
extern const struct view_family *const families[];

/* The next row of a list of families that is at the top of the mount, in order: the first one behind NULL. NULL: the end. */
const struct view_row *families_next_top(const struct view_family *const *list, const struct view_row *row);

#endif
