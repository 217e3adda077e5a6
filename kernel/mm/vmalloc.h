/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Areas of the vmalloc range: struct vmap_area, on one list, since 6.9 on one of each node. mm/vmalloc.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_MM_VMALLOC_H
#define VMCOREFS_KERNEL_MM_VMALLOC_H

#include "kernel/object/fields.h"

#define VMALLOC_MAX_AREAS (1u << 22)	/* what is believed of all lists together */

struct vmalloc_area {
	uint64_t first, end;		/* with the guard page */
	bool has_vm;			/* for what follows: it is a vm_struct's, else vm_map_ram()'s */
	uint64_t bytes, pages, caller, paddr, flags;
};

/* The area that vaddr lies in. -ENOENT: none, or the kernel does not tell of them; as it was read, where the list is lost. */
int vmalloc_find(struct kreader *r, const struct knames *names, uint64_t vaddr, struct vmalloc_area *out);

#endif
