/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counters of memory and of events: mm/vmstat.c. As /proc/vmstat has them: the shares that CPUs have not added yet are
 * in none but those of events.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_MM_COUNTERS_H
#define VMCOREFS_KERNEL_MM_COUNTERS_H

#include "kernel/object/percpu.h"

/* By the name of its enumerator in node_stat_item or zone_stat_item, "NR_FREE_PAGES", in its own unit (pages; KiB of NR_KERNEL_STACK_KB);
 * what is below zero is 0. -ENOENT: this kernel has no such counter, or its symbols do not tell where they are. */
int vm_counter(struct kreader *r, const struct knames *names, const char *item, uint64_t *out);

/* The parts of /proc/vmstat, in its order. NUMA: none in kernels without. */
enum vm_part { VM_ZONES, VM_NUMA, VM_NODES, VM_OTHERS, VM_EVENTS, VM_PARTS };

struct vm_counters {
	uint64_t texts;			/* vmstat_text[] */
	uint64_t n[VM_PARTS];		/* how many; 4096 at most together */
	uint64_t address[VM_PARTS];	/* of the array; VM_OTHERS: 0, they are computed */
	struct kfield event, numa_shares;	/* in a CPU's vm_event_state; in struct per_cpu_zonestat, where they are (5.14) */
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int vm_counters(const struct knames *names, struct vm_counters *out);
/* Number i of a part; of events the sum over CPUs that were online (kernel_cpus()). VM_OTHERS: 0. */
uint64_t vm_counter_at(struct kreader *r, const struct kcpus *cpus, const struct vm_counters *c, enum vm_part part, uint64_t i);
/* The name of the i-th of all of them: any bytes. */
void vm_counter_name(struct kreader *r, const struct vm_counters *c, uint64_t i, char *name, size_t size);

#endif
