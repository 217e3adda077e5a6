/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of info: info.c (the dump, the whole), info_variables.c, info_log.c (the log),
 * info_registers.c. Nobody else includes this.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_INFO_INTERNAL_H
#define VMCOREFS_FS_VIEWS_INFO_INTERNAL_H

#include "fs/views/engine.h"

/* info_text.c: "key: text" from the dump, up to the end of its line; nothing in it can look like another line. */
void info_text(struct outbuf *out, const char *key, const char *s);

struct crash_memory;

/* What the kernel's variables tell: build-id, CPUs, taint, command line. -ENOMEM. */
int info_variables(struct engine *e, struct outbuf *out);
/* Where each CPU was, by the notes that have its registers. */
void info_registers(const struct engine *e, struct outbuf *out);
/* Why it died, and the time of the last record; and where it says that memory for a crash kernel is. */
void info_log(struct engine *e, struct crash_memory *crash, struct outbuf *out);

#endif
