/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks that CPUs have besides those of tasks: of interrupts, of NMIs and other exceptions, for overflows.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_STACK_KINDS_H
#define VMCOREFS_KERNEL_STACK_KINDS_H

#include "kernel/object/fields.h"

struct stack_range {
	const char *kind;		/* "IRQ", "NMI", ... */
	unsigned int cpu;
	uint64_t first, end;
};

struct stack_kinds {
	struct stack_range *list;	/* owned */
	size_t n, cap;
};

/* What the kernel does not tell of is left out. -ENOMEM; passing faults. */
int stack_kinds_read(struct kreader *r, const struct knames *names, uint64_t stack_bytes, struct stack_kinds *out);
void stack_kinds_free(struct stack_kinds *k);
/* NULL: none of them. */
const struct stack_range *stack_kinds_at(const struct stack_kinds *k, uint64_t vaddr);

#endif
