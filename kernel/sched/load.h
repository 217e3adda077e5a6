/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the CPUs have been doing: run queues, averages, times by kind. kernel/sched/{core,cputime,loadavg}.c, fs/proc/stat.c
 *
 * Threads: those of the reader, which is borrowed as names are. Errors: -ENOENT: the kernel's types or symbols do not tell it;
 * as it was read.
 */
#ifndef VMCOREFS_KERNEL_SCHED_LOAD_H
#define VMCOREFS_KERNEL_SCHED_LOAD_H

#include "kernel/object/percpu.h"

/* In the order of /proc/stat. */
enum cpu_time {
	CPU_TIME_USER, CPU_TIME_NICE, CPU_TIME_SYSTEM, CPU_TIME_IDLE, CPU_TIME_IOWAIT, CPU_TIME_IRQ, CPU_TIME_SOFTIRQ, CPU_TIME_STEAL,
	CPU_TIME_GUEST, CPU_TIME_GUEST_NICE, CPU_TIMES
};

struct cpu_time_layout {
	struct kfield index[CPU_TIMES], stat;
	struct kfield idle_time, iowait_time, idle_active, tick_flags, idle_entered;	/* of struct tick_sched, up to 7.1 */
	struct kfield elapses, elapses_since;					/* of struct kernel_cpustat, later */
	struct kfield nr_running, nr_switches, nr_iowait;			/* of struct rq */
	uint64_t cpustat, tick, runqueues;	/* per-CPU variables; tick 0: idle times are in cpustat alone */
};

int cpu_time_layout(struct kreader *r, const struct knames *names, struct cpu_time_layout *out);

/* ns. now: struct kernel_clock.monotonic; online: its tick tells how long it has been idle. */
int cpu_times_read(struct kreader *r, const struct kcpus *cpus, const struct cpu_time_layout *l, unsigned int cpu, bool online,
		   uint64_t now, uint64_t out[CPU_TIMES]);

struct run_counts {
	uint64_t running, switches, iowait;
};
/* running: of CPUs that were online, see kernel_cpus(); the others of all. Sums of what can be read. */
void run_counts_read(struct kreader *r, const struct kcpus *cpus, const struct cpu_time_layout *l, struct run_counts *out);

#endif
