/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the linear map of low memory goes on 32-bit machines, by their page tables.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_ARCH_LINEAR_H
#define VMCOREFS_ARCH_LINEAR_H

#include "arch/arch.h"

/* The range around vaddr in which all that is mapped is at the same distance from its physical address as vaddr is from
 * paddr; holes are part of it. From first on. out->len 0: vaddr is not mapped so. */
void linear_map_around(const struct space *s, uint64_t first, uint64_t vaddr, uint64_t paddr, struct mapping *out);

#endif
