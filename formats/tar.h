/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files in a tar archive: POSIX.1-1988 and -2001 (pax), and what GNU tar adds: long names, numbers in base 256. A file
 * that GNU tar stored sparsely (tar -S) has no place of its own and is left out.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_TAR_H
#define VMCOREFS_FORMATS_TAR_H

#include "formats/members.h"

/* 1: src is a tar archive, 0: it is none, -errno. */
int tar_probe(const struct source *src);
/* Fills m, which is empty. src: of shared_new(), borrowed while m is in use. One message on failure; members_free() then too. */
int tar_list_members(struct source *src, struct members *m);

#endif
