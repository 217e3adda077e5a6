/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is mounted already.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FS_MOUNTED_H
#define VMCOREFS_FS_MOUNTED_H

/* The source of the vmcorefs mount at this mount point, which the caller frees; NULL: there is none, or no memory. */
char *mounted_source(const char *mountpoint);

#endif
