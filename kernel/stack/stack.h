/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel stacks of tasks: from where a task was switched away from, or from the registers of its CPU, frame by frame up to where
 * its stack begins, across the stacks of interrupts and exceptions. By what the dump itself has: ORC, frame records, back chains.
 *
 * How: walk.h.
 *
 * Threads: one at a time. Borrows facts and notes.
 */
#ifndef VMCOREFS_KERNEL_STACK_STACK_H
#define VMCOREFS_KERNEL_STACK_STACK_H

#include "kernel/debuginfo/facts.h"
#include "kernel/sched/tasks.h"
#include "kernel/stack/cpus.h"
#include "kernel/stack/walk.h"

struct stacks;

/* -ENOTSUP with a short *why (which lives as long as the program): the kernel's types or symbols do not tell where tasks are,
 * or the architecture is not known; -ENOMEM; passing faults. */
int stacks_open(const struct facts *f, const struct stack_notes *notes, struct stacks **out, const char **why);
void stacks_close(struct stacks *s);	/* NULL is fine */
/* The reason that stacks_open() would give, at less cost; NULL: none, or a fault keeps from telling. */
const char *stacks_missing(const struct facts *f);

/* Its stack; what is lost of it is said by out->end. -ENOMEM; passing faults. */
int stack_of_task(struct stacks *s, const struct task *task, struct stack *out);
/* The same by the address of its task_struct. */
int stack_of_task_at(struct stacks *s, uint64_t vaddr, struct stack *out);
/* All tasks, the idle ones first, as tasks_each(): *lost: the last error of the lists, or 0. */
int stacks_each_task(struct stacks *s, int (*fn)(void *arg, const struct task *task), void *arg, int *lost);

const struct stack_cpus *stacks_cpus(const struct stacks *s);
/* The CPU that called panic() first, or started the crash kernel; NULL: none did. */
const struct stack_cpu *stacks_panicked(struct stacks *s);
/* Is pc in the code that switches tasks, or waits for locks? It is left out of proc/<pid>/stack. */
bool stacks_is_scheduler(const struct stacks *s, uint64_t pc);
struct kreader *stacks_reader(struct stacks *s);

#endif
