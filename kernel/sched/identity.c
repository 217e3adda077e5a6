/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define WQ_WORKER	0x20u
#define STATE_REPORT	0x7fu		/* running to parked: include/linux/sched.h, from 4.14 on */
#define STATE_IDLE	0x402u		/* TASK_UNINTERRUPTIBLE | TASK_NOLOAD */
#define STATE_BLOCKED	0x9000u		/* RTLOCK_WAIT, FROZEN: shown as D */
#define STATE_UNINTERRUPTIBLE	2u
#define PIDTYPE_PGID	2u
#define PIDTYPE_SID	3u

int identity_layout(const struct knames *names, struct identity_layout *out)
{
	struct identity_fields f = {
		.comm = KFIELD("task_struct.comm"), .flags = KFIELD("task_struct.flags"),
		.state = KFIELD("task_struct.__state|task_struct.state"), .exit_state = KFIELD("task_struct.exit_state"),
		.set_child_tid = KFIELD("?task_struct.set_child_tid"), .worker_private = KFIELD("?task_struct.worker_private"),
		.full_name = KFIELD("?kthread.full_name"), .data = KFIELD("?kthread.data"), .desc = KFIELD("?worker.desc"),
		.current_work = KFIELD("?worker.current_work"), .pool = KFIELD("?worker.pool"),
		.pid = KFIELD("task_struct.pid"), .tgid = KFIELD("task_struct.tgid"),
		.real_parent = KFIELD("task_struct.real_parent"), .parent = KFIELD("task_struct.parent"),
		.ptrace = KFIELD("task_struct.ptrace"), .thread_pid = KFIELD("?task_struct.thread_pid"),
		.signal = KFIELD("task_struct.signal"), .signal_pids = KFIELD("?signal_struct.pids"), .level = KFIELD("?pid.level"),
		.numbers = KFIELD("?pid.numbers"), .nr = KFIELD("?upid.nr"), .ns = KFIELD("?upid.ns"), .upid = KFIELD("?upid"),
		.real_cred = KFIELD("task_struct.real_cred"), .uid = KFIELD("cred.uid"), .euid = KFIELD("cred.euid"),
		.suid = KFIELD("cred.suid"), .fsuid = KFIELD("cred.fsuid"), .gid = KFIELD("cred.gid"), .egid = KFIELD("cred.egid"),
		.sgid = KFIELD("cred.sgid"), .fsgid = KFIELD("cred.fsgid"), .groups = KFIELD("?cred.group_info"),
		.ngroups = KFIELD("?group_info.ngroups"), .gids = KFIELD("?group_info.gid"),
		.inheritable = KFIELD("?cred.cap_inheritable.val|cred.cap_inheritable.cap"),
		.permitted = KFIELD("?cred.cap_permitted.val|cred.cap_permitted.cap"),
		.effective = KFIELD("?cred.cap_effective.val|cred.cap_effective.cap"),
		.bset = KFIELD("?cred.cap_bset.val|cred.cap_bset.cap"),
		.ambient = KFIELD("?cred.cap_ambient.val|cred.cap_ambient.cap"),
		.numa_group = KFIELD("?task_struct.numa_group"), .numa_gid = KFIELD("?numa_group.gid"),
	};
	uint64_t vaddr;
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	out->full_worker_names = !r && !kvariable(names, "format_worker_id", &vaddr);
	return r;
}

/* wq_worker_comm(), get_kthread_comm(), __get_task_comm() */
void identity_name(struct kreader *r, const struct identity_layout *l, uint64_t task, char name[TASK_NAME_BYTES])
{
	const struct identity_fields *f = &l->f;
	uint32_t flags = (uint32_t)kget(r, task, &f->flags);
	uint64_t kthread = 0, full = 0, worker;
	char desc[32];
	size_t len;

	if (flags & TASK_KTHREAD)
		kthread = kget_ptr(r, task, f->worker_private.known ? &f->worker_private : &f->set_child_tid);
	if (kthread && f->full_name.known && (l->full_worker_names || !(flags & WQ_WORKER)))
		full = kget_ptr(r, kthread, &f->full_name);
	if (!full || !kstring(r, full, name, TASK_NAME_BYTES))
		kget_string(r, task, &f->comm, name, TASK_NAME_BYTES);
	worker = flags & WQ_WORKER && kthread ? kget_ptr(r, kthread, &f->data) : 0;
	if (!worker || !f->desc.known || !kget_ptr(r, worker, &f->pool) || !kget_string(r, worker, &f->desc, desc, sizeof(desc)))
		return;
	len = strlen(name);
	snprintf(name + len, TASK_NAME_BYTES - len, "%c%s", kget_ptr(r, worker, &f->current_work) ? '+' : '-', desc);
}

static char state_letter(uint32_t state, uint32_t exit_state)
{
	unsigned int report = (state | exit_state) & STATE_REPORT;

	if ((state & STATE_IDLE) == STATE_IDLE)
		return 'I';
	if (state & STATE_BLOCKED)
		report = STATE_UNINTERRUPTIBLE;
	return "RSDTtXZP"[report ? 32 - __builtin_clz(report) : 0];
}

const char *task_state_text(char state)
{
	static const char *const texts[] = {
		"R (running)", "S (sleeping)", "D (disk sleep)", "T (stopped)", "t (tracing stop)", "X (dead)", "Z (zombie)",
		"P (parked)", "I (idle)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (*texts[i] == state)
			return texts[i];
	return "";
}

/* The number of a struct pid at a level; ns: 0, or the name space that it must be in there. */
static int number_at(struct kreader *r, const struct identity_fields *f, uint64_t pid, unsigned int level, uint64_t ns)
{
	uint64_t upid = pid + f->numbers.at.offset + level * f->upid.at.bytes;

	if (!pid || (uint64_t)kget(r, pid, &f->level) < level || (ns && kget_ptr(r, upid, &f->ns) != ns))
		return 0;
	return (int)kget(r, upid, &f->nr);
}

static void read_numbers(struct kreader *r, const struct identity_fields *f, uint64_t task, struct task_identity *out)
{
	uint64_t pid = kget_ptr(r, task, &f->thread_pid), signal = kget_ptr(r, task, &f->signal);
	unsigned int word = kreader_word(r);
	uint64_t pids[4] = { pid };

	for (unsigned int i = 1; signal && f->signal_pids.known && i < ARRAY_SIZE(pids); i++)
		pids[i] = kptr(r, signal + f->signal_pids.at.offset + i * word);
	out->levels = pid ? (unsigned int)min_u64((uint64_t)kget(r, pid, &f->level), TASK_LEVELS - 1) + 1 : 0;
	for (unsigned int i = 0; i < out->levels; i++) {
		uint64_t ns = kget_ptr(r, pid + f->numbers.at.offset + i * f->upid.at.bytes, &f->ns);
		struct task_number *n = &out->numbers[i];

		n->pid = number_at(r, f, pid, i, ns);
		n->tgid = number_at(r, f, pids[1], i, ns);
		n->pgid = number_at(r, f, pids[PIDTYPE_PGID], i, ns);
		n->sid = number_at(r, f, pids[PIDTYPE_SID], i, ns);
	}
	out->alive = pid;
	if (out->levels) {
		out->pgid = out->numbers[0].pgid;
		out->sid = out->numbers[0].sid;
	}
}

void identity_read(struct kreader *r, const struct identity_layout *l, uint64_t task, struct task_identity *out)
{
	const struct identity_fields *f = &l->f;
	uint32_t state = (uint32_t)kget(r, task, &f->state);
	uint64_t group = 0;

	*out = (struct task_identity){
		.flags = (uint32_t)kget(r, task, &f->flags), .running = !state, .pid = (int)kget(r, task, &f->pid),
		.tgid = (int)kget(r, task, &f->tgid), .pgid = -1, .sid = -1,
		.state = state_letter(state, (uint32_t)kget(r, task, &f->exit_state)),
	};
	identity_name(r, l, task, out->name);
	if (f->thread_pid.known && f->upid.known)
		read_numbers(r, f, task, out);
	if (out->alive) {
		out->ppid = (int)kget(r, kget_ptr(r, task, &f->real_parent), &f->tgid);
		out->tracer = kget(r, task, &f->ptrace) ? (int)kget(r, kget_ptr(r, task, &f->parent), &f->pid) : 0;
	}
	if (f->numa_group.known)
		group = kget_ptr(r, task, &f->numa_group);
	if (group)
		out->numa_group = (int)kget(r, group, &f->numa_gid);
}

/* kernel_cap_t: an array of two u32, the low one first; since 6.3 a u64 */
static uint64_t capability(struct kreader *r, uint64_t cred, const struct kfield *f)
{
	uint64_t at = cred + f->at.offset;

	if (!f->known || !f->at.element_bytes)
		return kget_ptr(r, cred, f);
	return kuint(r, at, 4) | kuint(r, at + 4, 4) << 32;
}

void credentials_read(struct kreader *r, const struct identity_layout *l, uint64_t task, struct task_credentials *out)
{
	const struct identity_fields *f = &l->f;
	uint64_t cred = kget_ptr(r, task, &f->real_cred), info;
	const struct kfield *const ids[] = { &f->uid, &f->euid, &f->suid, &f->fsuid, &f->gid, &f->egid, &f->sgid, &f->fsgid };
	uint32_t *const to[] = { &out->uid, &out->euid, &out->suid, &out->fsuid, &out->gid, &out->egid, &out->sgid, &out->fsgid };

	*out = (struct task_credentials){ .ngroups = 0 };
	/* kuid_t is a struct: its one member has its offset */
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		*to[i] = (uint32_t)kuint(r, cred + ids[i]->at.offset, 4);
	out->inheritable = capability(r, cred, &f->inheritable);
	out->permitted = capability(r, cred, &f->permitted);
	out->effective = capability(r, cred, &f->effective);
	out->bset = capability(r, cred, &f->bset);
	out->ambient = capability(r, cred, &f->ambient);
	info = f->groups.known && f->ngroups.known && f->gids.known ? kget_ptr(r, cred, &f->groups) : 0;
	if (info) {
		out->ngroups = (uint32_t)min_u64((uint32_t)kget(r, info, &f->ngroups), TASK_GROUPS);
		out->groups = info + f->gids.at.offset;
	}
}
