/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run queues of CPUs, and who they have running. kernel/sched/sched.h: struct rq
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_SCHED_RUNQUEUES_H
#define VMCOREFS_KERNEL_SCHED_RUNQUEUES_H

#include "kernel/object/percpu.h"

struct runqueues {
	struct kfield curr;
	uint64_t vaddr;			/* of the per-CPU variable */
	struct kcpus cpus;
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int runqueues_find(struct kreader *r, const struct knames *names, struct runqueues *out);
/* The address of the task_struct that a CPU was running; 0: it is not known, the reader may have an error. */
uint64_t runqueues_current(struct kreader *r, const struct runqueues *q, unsigned int cpu);

#endif
