/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of the list of modules, known by its contents: where no symbol names it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_IMAGE_MODULES_H
#define VMCOREFS_KERNEL_DEBUGINFO_IMAGE_MODULES_H

#include "kernel/debuginfo/types.h"

/* Of a list that has modules: an empty one looks like any other. -ENOENT: it was not found; -ENOMEM. Reads the image. */
int image_find_modules(const struct kernel *k, const struct types *t, uint64_t *vaddr);

#endif
