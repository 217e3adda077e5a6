/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of proc/<pid>/maps, as smaps has it too.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_PROC_MAPS_H
#define VMCOREFS_FS_PROC_MAPS_H

#include "fs/proc/proc.h"

/* What of it cannot be read is left empty; nothing is left in the task's reader. */
void proc_put_vma(const struct engine *e, const struct proc_task *t, const struct mm_facts *m, const struct vma *v, struct outbuf *out);
/* A line of the same form for what is no area of the kernel's. */
void proc_put_place(const struct engine *e, uint64_t start, uint64_t end, const char *flags, const char *name, struct outbuf *out);

#endif
