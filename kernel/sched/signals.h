/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process has of signals, limits and its terminal: struct signal_struct and struct sighand_struct. fs/proc/array.c
 *
 * What cannot be read is 0, and the reader keeps the error. Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_SIGNALS_H
#define VMCOREFS_KERNEL_SCHED_SIGNALS_H

#include "kernel/object/fields.h"

#define SIGNAL_LIMITS 16u		/* RLIM_NLIMITS */

struct signals_layout {
	struct signals_fields {
		struct kfield signal, sighand, pending, blocked, shared_pending, action, handler, nr_threads, rlim, flags, group_exit_code;
		struct kfield exit_code, oom_score_adj, core_state, tty, major, minor_start, driver, index, tty_pgrp, pid_nr;
		struct kfield cred, ucounts, ucount, sigpending_index, user, user_sigpending;
	} f;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int signals_layout(const struct knames *names, struct signals_layout *out);

struct task_signals {
	bool has_process;		/* false: a zombie that was waited for */
	uint64_t pending, shared_pending, blocked, ignored, caught;	/* bit n - 1: signal n */
	unsigned int nr_threads;
	uint64_t queued;
	uint64_t soft[SIGNAL_LIMITS], hard[SIGNAL_LIMITS];	/* all bits: none, whatever the size of a long is */
	int exit_code;			/* of the task */
	int group_exit_code;		/* of the process, where exited */
	bool exited;			/* it exits, or is stopped */
	int oom_score_adj;
	uint32_t tty;			/* as userspace has device numbers; 0: no terminal */
	int tty_pgrp;			/* -1: no terminal */
	bool dumping;			/* writes a core file */
};

void signals_read(struct kreader *r, const struct signals_layout *l, uint64_t task, struct task_signals *out);

#endif
