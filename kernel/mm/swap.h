/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Swap areas: struct swap_info_struct, by the pointers in swap_info[]. mm/swapfile.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_MM_SWAP_H
#define VMCOREFS_KERNEL_MM_SWAP_H

#include "kernel/object/fields.h"

#define SWAP_AREAS_MAX 64u		/* MAX_SWAPFILES is 32 at the most */

struct swap_area {
	uint64_t pages, used;
	int prio;
	bool may_write;			/* else it is on its way out */
	uint64_t file;			/* of its struct file, or 0 */
};

/* Those in use. -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int swap_areas(struct kreader *r, const struct knames *names, struct swap_area out[SWAP_AREAS_MAX], unsigned int *n);

#endif
