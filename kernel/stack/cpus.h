/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each CPU was doing: its task, and its registers where they were saved. These are in memory by CPU (crash_notes, when the
 * kernel itself stopped its CPUs to start another by kexec), else in the dump's notes, of which no number tells the CPU: each
 * is given to the CPU whose task's stack its sp is in, or whose task has its pid, else to that of its place.
 *
 * Where no symbol tells what CPUs run, the tasks themselves say so (arm64 without CONFIG_KALLSYMS_ALL). Of such CPUs the idle task
 * is not known.
 *
 * Threads: those of the reader, which is borrowed as names and notes are.
 */
#ifndef VMCOREFS_KERNEL_STACK_CPUS_H
#define VMCOREFS_KERNEL_STACK_CPUS_H

#include "arch/unwind.h"
#include "kernel/object/fields.h"
#include "kernel/sched/tasks.h"

struct stack_cpu {
	unsigned int cpu;		/* the kernel's number */
	struct task task;		/* that it ran; vaddr 0: not known */
	bool switching;			/* it was about to run that task: its registers are of the one before */
	bool has_note;			/* the rest is known: */
	struct arch_note note;		/* NT_PRSTATUS; desc is borrowed from the dump's, or own */
	bool big_endian;		/* the note */
	uint8_t *own;			/* owned: what was read from crash_notes */
	struct unwind_frame frame;
};

struct stack_cpus {
	struct stack_cpu *list;		/* owned; all that are possible, or those that a task or a note tells of */
	size_t n, cap;
};

/* The dump's own notes; what of them is of no CPU is passed over. */
struct stack_notes {
	const struct arch_note *list;	/* borrowed, for the life of the CPUs */
	size_t n;
	bool big_endian;
};

/* -ENOENT: the kernel's types or symbols do not tell; -ENOMEM; passing faults. */
int stack_cpus_read(struct kreader *r, const struct knames *names, const struct task_layout *tasks, const struct stack_notes *notes,
		    struct stack_cpus *out);
void stack_cpus_free(struct stack_cpus *c);
/* The CPU that runs a task, with stack_bytes of stack, or that has this number; NULL: none. */
const struct stack_cpu *stack_cpus_running(const struct stack_cpus *c, const struct task *task, uint64_t stack_bytes);
const struct stack_cpu *stack_cpus_numbered(const struct stack_cpus *c, unsigned int cpu);

#endif
