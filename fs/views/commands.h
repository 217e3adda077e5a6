/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How crash, gdb and drgn are started on this dump: crash.cmd, gdb.cmd and drgn.cmd are shell scripts; info has the same
 * in a line each.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_COMMANDS_H
#define VMCOREFS_FS_VIEWS_COMMANDS_H

#include "fs/views/engine.h"
#include "kernel/debuginfo/distribution.h"

/* -ENOENT: not known. */
int engine_debug_package(const struct engine *e, struct debug_package *out);

/* Why there are no commands; NULL: there are. */
const char *missing_commands(const struct engine *e);
/* "crash: crash ... elf", one line each; nothing where they are missing. */
void put_commands(const struct engine *e, struct outbuf *out);

#endif
