/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Find the kernel image in memory, physical and virtual address, when only its link addresses are known. The image is
 * contiguous and its physical address a multiple of arch.image_align, so that the place of init_uts_ns needs to be
 * looked at only once in so many bytes. Its page tables are in the image too: they tell the virtual address.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_OPENING_LOCATE_H
#define VMCOREFS_KERNEL_OPENING_LOCATE_H

#include "arch/arch.h"
#include "base/pages.h"
#include "kernel/vmcoreinfo.h"

/* Where KASLR has put a kernel. */
struct placement {
	uint64_t offset;		/* KERNELOFFSET: added to the addresses that the kernel is linked at */
	uint64_t phys_base;
	bool five_levels;
};
/*
 * Find a kernel in memory that says nothing of itself. linked: its VMCOREINFO text with the addresses that it is linked
 * at. -ENOENT: it is not there; -ENOTSUP: not known how for this architecture, or the text lacks what it takes.
 */
int locate_kernel(const struct pages *ps, const struct arch *arch, const struct vmcoreinfo *linked,
		  struct placement *out);

#endif
