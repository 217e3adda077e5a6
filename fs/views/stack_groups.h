/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of all tasks, equal ones once: the most frequent first, each with the tasks that have it.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_FS_VIEWS_STACK_GROUPS_H
#define VMCOREFS_FS_VIEWS_STACK_GROUPS_H

#include "fs/views/stack_text.h"

/* At most so many bytes; it says what is left out. -ENOMEM; passing faults. */
int stack_put_groups(const struct engine *e, struct stacks *s, size_t bytes, struct outbuf *out);

#endif
