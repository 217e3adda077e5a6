/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name spaces that a task is in. fs/proc/namespaces.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_NAMESPACES_H
#define VMCOREFS_KERNEL_SCHED_NAMESPACES_H

#include "kernel/object/fields.h"

enum task_namespace {
	NAMESPACE_NET, NAMESPACE_UTS, NAMESPACE_IPC, NAMESPACE_PID, NAMESPACE_PID_CHILDREN, NAMESPACE_USER, NAMESPACE_MNT, NAMESPACE_CGROUP,
	NAMESPACE_TIME, NAMESPACE_TIME_CHILDREN, NAMESPACES
};

struct namespaces_layout {
	struct kfield nsproxy, real_cred, thread_pid, level, numbers, upid, upid_ns;
	struct kfield from[NAMESPACES], inum[NAMESPACES];	/* of struct nsproxy or cred; of the name space */
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int namespaces_layout(const struct knames *names, struct namespaces_layout *out);

/* Its address and number. -ENOENT: this kernel has none of the kind, or the task has left it; else as it was read. */
int namespace_of(struct kreader *r, const struct namespaces_layout *l, uint64_t task, enum task_namespace which, uint64_t *vaddr,
		 uint32_t *inum);
/* "net": what the link to it says. */
const char *namespace_kind(enum task_namespace which);

#endif
