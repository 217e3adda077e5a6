/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a task, or a process with all its threads, has used: CPU time, faults, I/O; and how it is scheduled.
 * fs/proc/array.c, kernel/sched/cputime.c
 *
 * What cannot be read is 0, and the reader keeps the error. Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_USAGE_H
#define VMCOREFS_KERNEL_SCHED_USAGE_H

#include "kernel/object/fields.h"
#include "kernel/sched/task_table.h"

enum usage_io { IO_RCHAR, IO_WCHAR, IO_SYSCR, IO_SYSCW, IO_READ, IO_WRITE, IO_CANCELLED, USAGE_IO };

struct usage_layout {
	struct usage_fields {
		struct kfield signal, utime, stime, gtime, exec, min_flt, maj_flt, prev_utime, prev_stime, start, blkio;
		struct kfield sig_utime, sig_stime, sig_gtime, sig_exec, sig_min_flt, sig_maj_flt, sig_prev_utime, sig_prev_stime;
		struct kfield cutime, cstime, cgtime, cmin_flt, cmaj_flt;
		struct kfield prio, static_prio, rt_priority, policy, cpu, nvcsw, nivcsw, run_delay, pcount, exit_signal;
		struct kfield io[USAGE_IO], sig_io[USAGE_IO];
	} f;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int usage_layout(const struct knames *names, struct usage_layout *out);

struct task_usage {
	uint64_t utime, stime, gtime, cutime, cstime, cgtime;	/* ns, as the kernel tells them */
	uint64_t exec;				/* ns on a CPU */
	uint64_t min_flt, maj_flt, cmin_flt, cmaj_flt;
	uint64_t start;				/* ns since boot */
	uint64_t blkio;				/* ns of waiting for block devices */
	uint64_t nvcsw, nivcsw, run_delay, pcount;
	int prio, static_prio, policy, exit_signal;
	unsigned int rt_priority, cpu;
};

/* threads: the n threads of a process, with itself, all of which count; NULL: the task alone counts. */
void usage_read(struct kreader *r, const struct usage_layout *l, uint64_t task, const struct task_entry *threads, size_t n,
		struct task_usage *out);
/* Bytes and calls in the order of /proc/<pid>/io. */
void usage_read_io(struct kreader *r, const struct usage_layout *l, uint64_t task, const struct task_entry *threads, size_t n,
		   uint64_t out[USAGE_IO]);

#endif
