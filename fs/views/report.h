/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reports: of all pages, and of what a level keeps.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_REPORT_H
#define VMCOREFS_FS_VIEWS_REPORT_H

#include "fs/views/engine.h"

/* level-N/report; sel: not WHOLE */
int render_level_report(struct engine *e, unsigned int sel, struct outbuf *out);
/* Bytes that no report exceeds. */
uint64_t bound_report(const struct engine *e);

#endif
