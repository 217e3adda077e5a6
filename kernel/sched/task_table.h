/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tasks but the idle ones by their numbers, as they are in the first pid name space: those of the lists of processes and
 * threads, and those that only the kernel's table of pids has: a list that is torn loses what comes behind.
 *
 * Threads: task_table_make(), task_table_free(): one; the rest: any.
 */
#ifndef VMCOREFS_KERNEL_SCHED_TASK_TABLE_H
#define VMCOREFS_KERNEL_SCHED_TASK_TABLE_H

#include "kernel/sched/tasks.h"

#define TASK_PID_MAX (1u << 22)		/* PID_MAX_LIMIT */
#define TASK_TABLE_MAX (1u << 20)	/* what is believed of tasks */

struct task_entry {
	uint64_t vaddr;			/* of its task_struct */
	uint32_t pid, tgid;		/* from 1 to TASK_PID_MAX - 1 */
};

struct task_table {
	struct task_entry *list;	/* owned: by tgid, then by pid; no pair of these is there twice */
	size_t n, cap;
	uint32_t *by_pid;		/* owned: places in list by pid */
	size_t found;			/* of n: by the table of pids alone */
	int error;			/* why not all may be there, as kernel/object/list.h has it; 0: they are */
};

/* layout: of task_layout(). -ENOMEM, a passing fault; what is lost is in error. out is empty on failure. */
int task_table_make(struct kreader *r, const struct knames *names, const struct task_layout *layout, struct task_table *out);
void task_table_free(struct task_table *t);

/* A task by its own number; NULL: there is none. */
const struct task_entry *task_table_find(const struct task_table *t, uint32_t pid);
/* A thread of a process. */
const struct task_entry *task_table_thread(const struct task_table *t, uint32_t tgid, uint32_t pid);
/* The place in list of the first thread of a process, or where it would be: its threads follow it. */
size_t task_table_first(const struct task_table *t, uint32_t tgid);

#endif
