/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of a process's areas are in memory, by its page tables. fs/proc/task_mmu.c
 *
 * Threads: those of the reader, which is borrowed as the space is.
 */
#ifndef VMCOREFS_KERNEL_MM_RESIDENT_H
#define VMCOREFS_KERNEL_MM_RESIDENT_H

#include "kernel/mm/vma.h"

struct resident {
	struct space space;		/* of the process */
	uint64_t zero_pfn;		/* the page of zeroes, which counts for nobody; UINT64_MAX: not known */
	uint64_t max_pfn;
	unsigned int page_shift;
};

/* pgd: as mm->pgd has it. Errors as kernel_user_space(). */
int resident_open(struct kreader *r, const struct knames *names, uint64_t pgd, struct resident *out);
/* Bytes of an area. 0 also where its tables cannot be read. */
uint64_t resident_bytes(const struct resident *p, const struct vma *v);

#endif
