/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrays of the kernel that are read once from end to end: in pieces as large as memory is contiguous, past the copies that
 * readers and the kernel keep, as these are for what is read again.
 *
 * Threads: any. Borrows the kernel, which has a space.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_BULK_H
#define VMCOREFS_KERNEL_OBJECT_BULK_H

#include "kernel/kernel.h"

/* n bytes at vaddr. Pages that are lost, with their page tables or alone, come as bytes of fill: how many bytes these are.
 * Passing faults are noted as always (base/fault.h). */
uint64_t kbulk_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n, uint8_t fill);

#endif
