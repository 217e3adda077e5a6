/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a task was that does not run: what switching away from it saved. struct thread_struct of each architecture, and on
 * x86 struct inactive_task_frame (arch/x86/include/asm/switch_to.h).
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_STACK_START_H
#define VMCOREFS_KERNEL_STACK_START_H

#include "arch/unwind.h"
#include "kernel/object/fields.h"

struct stack_start {
	struct kfield sp, fp, pc;	/* of task_struct */
	struct kfield frame, frame_bp, frame_ip;	/* struct inactive_task_frame */
};

/* Missing members are not known; passing faults. */
int stack_start_fields(const struct knames *names, struct stack_start *out);
/* -ENOTSUP: it is not known where; as it was read. */
int stack_start(struct kreader *r, const struct stack_start *f, const struct unwind *u, uint64_t task, struct unwind_frame *out);

#endif
