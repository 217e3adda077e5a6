/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts without a number, which x86 counts by itself: arch/x86/kernel/irq.c. The table of what they are called is here;
 * since 7.1 the kernel has one in its own memory.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_IRQ_ARCH_COUNTS_H
#define VMCOREFS_KERNEL_IRQ_ARCH_COUNTS_H

#include "kernel/object/percpu.h"

#define ARCH_COUNTS_MAX 64u

struct arch_count {
	char name[8], text[64];		/* "NMI", "Non-maskable interrupts" */
	uint64_t vaddr;			/* a per-CPU unsigned int; of a single one: the variable */
	bool is_single;			/* of the machine, not of a CPU; it has no text */
	bool is_summed;			/* in the sum of /proc/stat */
};

/* Those that /proc/interrupts of this kernel has, in its order: how many. 0: of another architecture, or not known. */
unsigned int arch_counts(struct kreader *r, const struct knames *names, struct arch_count out[ARCH_COUNTS_MAX]);

#endif
