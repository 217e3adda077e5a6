/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs as they were before the machine stopped: panic() takes the others offline in most ways, but leaves them active.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_CORE_CPUS_H
#define VMCOREFS_KERNEL_CORE_CPUS_H

#include "kernel/object/percpu.h"

/* As kcpus_read(), but for CPUs online: those that were. Errors are the same. */
int kernel_cpus(const struct knames *names, struct kreader *r, struct kcpus *out);

/* Σ over all possible CPUs of an integer of their copies of a per-CPU variable, or of what a per-CPU pointer points to. */
uint64_t kernel_cpus_sum(struct kreader *r, const struct kcpus *cpus, uint64_t vaddr, unsigned int bytes);

#endif
