/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which task ran on the CPU whose panic ended the machine.
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_PANICKED_H
#define VMCOREFS_KERNEL_SCHED_PANICKED_H

#include "kernel/object/fields.h"

/* The address of its task_struct. -ENOENT: no CPU did, or the symbols do not tell it; else as it was read. */
int task_panicked(struct kreader *r, const struct knames *names, uint64_t *task);

#endif
