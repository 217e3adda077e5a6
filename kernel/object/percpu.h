/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs' own copies of variables and objects, and sets of bits (CPUs, nodes, descriptors).
 * include/linux/{percpu-defs,cpumask,bitmap}.h
 *
 * Threads: any; an iterator: those of its reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_PERCPU_H
#define VMCOREFS_KERNEL_OBJECT_PERCPU_H

#include "kernel/object/fields.h"

#define KCPUS_MAX 65536u		/* what is believed of nr_cpu_ids */

/* The bits of an array of unsigned longs that are set. */
struct kbits {
	uint64_t bit;			/* the one that kbits_next() has found */
	int error;			/* a part of it could not be read: bits that were are told */
	/* the iterator's own */
	struct kreader *r;
	uint64_t vaddr, next, end, word;
	uint64_t loaded;		/* one past the number of the word that was read last */
};

struct kbits kbits_of(struct kreader *r, uint64_t vaddr, uint64_t nbits);
bool kbits_next(struct kbits *b);
/* Those below first are passed over, before the first kbits_next(). */
static inline void kbits_skip(struct kbits *b, uint64_t first) { b->next = first; }

/* What a kernel with CPUs has of them. */
struct kcpus {
	unsigned int n;			/* CPUs have numbers below it: nr_cpu_ids; 1 where there is no such variable */
	uint64_t offsets;		/* address of __per_cpu_offset[]; 0: a kernel for one CPU, whose copies are the variables */
	uint64_t possible, online;	/* addresses of the cpumasks; 0: not known */
};

/* What is not known of a kernel for several CPUs: -ENOENT; else as it was read. */
int kcpus_read(const struct knames *names, struct kreader *r, struct kcpus *out);
/* The copy that a CPU has of a per-CPU variable, or of what a per-CPU pointer points to. -ENOENT: no such CPU; else as read. */
int kpercpu(struct kreader *r, const struct kcpus *cpus, unsigned int cpu, uint64_t vaddr, uint64_t *out);
/* Those that are possible, or online; where that is not known: all below n. */
struct kbits kcpus_each(struct kreader *r, const struct kcpus *cpus, bool online);
/* The sum of an s32 that each possible CPU has a copy of, as struct percpu_counter has shares. */
int64_t kpercpu_sum(struct kreader *r, const struct kcpus *cpus, uint64_t vaddr);

#endif
