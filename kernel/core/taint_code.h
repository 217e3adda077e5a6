/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel keeps its taint, by the code of get_taint(): kernels without CONFIG_KALLSYMS_ALL have no name for the
 * variable, and nothing of it can be known by its contents. That function is nothing but "return tainted_mask", a handful
 * of instructions on each machine; where it has any other one, nothing is known.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_CORE_TAINT_CODE_H
#define VMCOREFS_KERNEL_CORE_TAINT_CODE_H

#include "kernel/debuginfo/symbols.h"

/* The address of the variable tainted_mask: a word in the kernel image. -ENOENT: not known; errors as kernel_read(). */
int taint_code_find(const struct kernel *k, const struct symbols *s, uint64_t *vaddr);

#endif
