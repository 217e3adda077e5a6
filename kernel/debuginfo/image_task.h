/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init_task, the first task, known by its contents: where neither kallsyms nor the exported symbols name it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_IMAGE_TASK_H
#define VMCOREFS_KERNEL_DEBUGINFO_IMAGE_TASK_H

#include "kernel/debuginfo/types.h"

/* -ENOENT: it was not found; -ENOMEM. Reads the image. */
int image_find_task(const struct kernel *k, const struct types *t, uint64_t *vaddr);

#endif
