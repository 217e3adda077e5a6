/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tasks: the idle ones of the CPUs, then processes with their threads.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_SCHED_TASKS_H
#define VMCOREFS_KERNEL_SCHED_TASKS_H

#include "kernel/object/fields.h"

#define TASKS_MAX (1u << 22)		/* what is believed of processes, and of all threads */

struct task {
	uint64_t vaddr;			/* of its task_struct */
	uint64_t stack;			/* its lowest address; 0: it has none any more */
	int pid;
	char comm[17];			/* any bytes */
};

struct task_layout {
	struct kfield tasks, node, head, signal, pid, comm, stack, task, idle;
	uint64_t init_task;
	uint64_t stack_bytes;		/* of a kernel stack; 0: not known */
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int task_layout(const struct knames *names, struct task_layout *out);

/* One of them. The first error of the reader, which forgets it. */
int task_read(struct kreader *r, const struct task_layout *layout, uint64_t vaddr, struct task *out);

/* Until fn returns something else than 0, which is returned. What is lost is left out; the reader has the last error of the
 * lists, 0 with all told. */
int tasks_each(struct kreader *r, const struct knames *names, const struct task_layout *layout,
	       int (*fn)(void *arg, const struct task *task), void *arg);

#endif
