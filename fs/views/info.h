/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text info, but for what is missing in the mount: the rows tell that.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_INFO_H
#define VMCOREFS_FS_VIEWS_INFO_H

#include "fs/views/engine.h"

/* 0 or -errno; errors of memory are in out. */
int render_info(struct engine *e, struct outbuf *out);
/* Bytes that it does not exceed, but for what is missing. */
uint64_t bound_info(const struct engine *e);
/* From when a file of the dump was found to have changed. */
bool info_is_live(const struct engine *e);

#endif
