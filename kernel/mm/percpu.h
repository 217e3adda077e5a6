/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPU an address is of: its copy of the kernel's per-CPU variables, and its units of the chunks that alloc_percpu() has
 * given from. mm/percpu.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_MM_PERCPU_H
#define VMCOREFS_KERNEL_MM_PERCPU_H

#include "kernel/object/fields.h"

struct percpu_place {
	unsigned int cpu;
	bool is_static;			/* of a variable, or of where one could be */
	uint64_t pointer;		/* the per-CPU pointer whose copy it is: of a variable its symbol */
};

/* -ENOENT: of none, or the kernel does not tell (without CONFIG_KALLSYMS_ALL: of variables only); as it was read, where not
 * all chunks are known. */
int percpu_find(struct kreader *r, const struct knames *names, uint64_t vaddr, struct percpu_place *out);

#endif
