/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Would a mount show others what they may not read themselves? Dumps hold secrets, and programs that save them make them
 * readable for root only.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FS_EXPOSURE_H
#define VMCOREFS_FS_EXPOSURE_H

#include <stddef.h>

/*
 * 0: every user may read these DUMPs (files, folders of files, addresses on a server), by permission bits, those of the
 * folders above too. -EACCES, logged: one not, has no name (a pipe), or is an address with a password.
 */
int exposure_check(const char *const *dumps, size_t n);

#endif
