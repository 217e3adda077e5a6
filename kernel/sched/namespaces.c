/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/namespaces.h"

#include <errno.h>

int namespaces_layout(const struct knames *names, struct namespaces_layout *out)
{
	*out = (struct namespaces_layout){
		.nsproxy = KFIELD("task_struct.nsproxy"), .real_cred = KFIELD("task_struct.real_cred"),
		.thread_pid = KFIELD("?task_struct.thread_pid"), .level = KFIELD("?pid.level"), .numbers = KFIELD("?pid.numbers"),
		.upid = KFIELD("?upid"), .upid_ns = KFIELD("?upid.ns"),
		.from = {
			[NAMESPACE_NET] = KFIELD("?nsproxy.net_ns"), [NAMESPACE_UTS] = KFIELD("?nsproxy.uts_ns"),
			[NAMESPACE_IPC] = KFIELD("?nsproxy.ipc_ns"), [NAMESPACE_PID] = KFIELD("?upid.ns"),
			[NAMESPACE_PID_CHILDREN] = KFIELD("?nsproxy.pid_ns_for_children"), [NAMESPACE_USER] = KFIELD("?cred.user_ns"),
			[NAMESPACE_MNT] = KFIELD("?nsproxy.mnt_ns"), [NAMESPACE_CGROUP] = KFIELD("?nsproxy.cgroup_ns"),
			[NAMESPACE_TIME] = KFIELD("?nsproxy.time_ns"), [NAMESPACE_TIME_CHILDREN] = KFIELD("?nsproxy.time_ns_for_children"),
		},
		.inum = {
			[NAMESPACE_NET] = KFIELD("?net.ns.inum"), [NAMESPACE_UTS] = KFIELD("?uts_namespace.ns.inum"),
			[NAMESPACE_IPC] = KFIELD("?ipc_namespace.ns.inum"), [NAMESPACE_PID] = KFIELD("?pid_namespace.ns.inum"),
			[NAMESPACE_PID_CHILDREN] = KFIELD("?pid_namespace.ns.inum"), [NAMESPACE_USER] = KFIELD("?user_namespace.ns.inum"),
			[NAMESPACE_MNT] = KFIELD("?mnt_namespace.ns.inum"), [NAMESPACE_CGROUP] = KFIELD("?cgroup_namespace.ns.inum"),
			[NAMESPACE_TIME] = KFIELD("?time_namespace.ns.inum"),
			[NAMESPACE_TIME_CHILDREN] = KFIELD("?time_namespace.ns.inum"),
		},
	};
	return kfields_resolve(names, (struct kfield *)out, kfields_count(*out));
}

const char *namespace_kind(enum task_namespace which)
{
	static const char *const kinds[NAMESPACES] = { "net", "uts", "ipc", "pid", "pid", "user", "mnt", "cgroup", "time", "time" };

	return kinds[which];
}

/* task_active_pid_ns(): that of its deepest number. */
static uint64_t active_pid_ns(struct kreader *r, const struct namespaces_layout *l, uint64_t task)
{
	uint64_t pid = l->thread_pid.known ? kget_ptr(r, task, &l->thread_pid) : 0;

	if (!pid)
		return 0;
	return kget_ptr(r, pid + l->numbers.at.offset + (uint32_t)kget(r, pid, &l->level) * l->upid.at.bytes, &l->upid_ns);
}

int namespace_of(struct kreader *r, const struct namespaces_layout *l, uint64_t task, enum task_namespace which, uint64_t *vaddr,
		 uint32_t *inum)
{
	uint64_t from;
	int result;

	if (!l->from[which].known || !l->inum[which].known)
		return -ENOENT;
	kreader_take(r, NULL);
	if (which == NAMESPACE_PID) {
		*vaddr = active_pid_ns(r, l, task);
	} else {
		from = kget_ptr(r, task, which == NAMESPACE_USER ? &l->real_cred : &l->nsproxy);
		*vaddr = from ? kget_ptr(r, from, &l->from[which]) : 0;
	}
	*inum = *vaddr ? (uint32_t)kget(r, *vaddr, &l->inum[which]) : 0;
	result = kreader_take(r, NULL);
	return result ? result : *vaddr ? 0 : -ENOENT;
}
