/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: what README and info want to know of it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_LOG_H
#define VMCOREFS_FS_VIEWS_LOG_H

#include "fs/views/engine.h"

/* Why there is no dmesg; NULL: there is. */
const char *missing_dmesg(const struct engine *e);
/* The text of e->dump->log, which is there. -errno was logged. */
int log_put_saved(const struct engine *e, struct outbuf *out);

#endif
