/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a task is: its name, its state, its numbers, whose it is. fs/proc/array.c
 *
 * What cannot be read is 0, and the reader keeps the error. Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_IDENTITY_H
#define VMCOREFS_KERNEL_SCHED_IDENTITY_H

#include "kernel/object/fields.h"

#define TASK_NAME_BYTES 64		/* as fs/proc prints them, with the NUL */
#define TASK_LEVELS 33			/* of pid name spaces: MAX_PID_NS_LEVEL, and the first */
#define TASK_GROUPS 65536		/* NGROUPS_MAX */

#define TASK_KTHREAD 0x200000u		/* in flags */
#define TASK_EXITING 0x4u
#define TASK_DUMPED 0x200u

struct identity_layout {
	struct identity_fields {
		struct kfield comm, flags, state, exit_state, set_child_tid, worker_private, full_name, data, desc, current_work, pool;
		struct kfield pid, tgid, real_parent, parent, ptrace, thread_pid, signal, signal_pids, level, numbers, nr, ns, upid;
		struct kfield real_cred, uid, euid, suid, fsuid, gid, egid, sgid, fsgid, groups, ngroups, gids;
		struct kfield inheritable, permitted, effective, bset, ambient, numa_group, numa_gid;
	} f;
	bool full_worker_names;		/* 6.11 and later: those of workers are never cut */
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int identity_layout(const struct knames *names, struct identity_layout *out);

struct task_number {
	int pid, tgid, pgid, sid;	/* in one name space; 0: it has none there */
};

struct task_identity {
	char name[TASK_NAME_BYTES];	/* any bytes */
	uint32_t flags;
	char state;			/* a letter: RSDTtXZPI */
	bool running;			/* can run */
	bool alive;			/* has a number still */
	int pid, tgid, ppid, tracer, numa_group;
	int pgid, sid;			/* -1: it has left its process */
	unsigned int levels;		/* of numbers: 0 is the first name space */
	struct task_number numbers[TASK_LEVELS];
};

struct task_credentials {
	uint32_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
	uint64_t inheritable, permitted, effective, bset, ambient;
	uint64_t groups;		/* the address of an array of u32 */
	uint32_t ngroups;		/* up to TASK_GROUPS */
};

void identity_read(struct kreader *r, const struct identity_layout *l, uint64_t task, struct task_identity *out);
void identity_name(struct kreader *r, const struct identity_layout *l, uint64_t task, char name[TASK_NAME_BYTES]);
void credentials_read(struct kreader *r, const struct identity_layout *l, uint64_t task, struct task_credentials *out);
/* "R (running)", of one of those letters. */
const char *task_state_text(char state);

#endif
