/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/proc/proc.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fault.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/sched/panicked.h"

static void free_proc(struct proc *p)
{
	task_table_free(&p->tasks);
	free(p);
}

/* The first process is there when nothing else is. */
static void choose_self(struct kreader *r, struct proc *p)
{
	uint64_t task = 0;
	int error = task_panicked(r, &p->names, &task);

	for (size_t i = 0; !error && i < p->tasks.n; i++) {
		if (p->tasks.list[i].vaddr != task)
			continue;
		p->panicked = p->tasks.list[i].pid;
		p->self = p->tasks.list[i].tgid;
	}
	if (!p->self && p->tasks.n)
		p->self = task_table_find(&p->tasks, 1) ? 1 : p->tasks.list[0].tgid;
}

static int find_status(struct proc *p)
{
	struct proc_status_layout l = {
		KFIELD("task_struct.fs"), KFIELD("fs_struct.umask"), KFIELD("task_struct.files"), KFIELD("files_struct.fdt"),
		KFIELD("fdtable.max_fds"), KFIELD("?task_struct.atomic_flags"), KFIELD("?task_struct.seccomp.mode"),
		KFIELD("?task_struct.seccomp.filter_count"), KFIELD("?task_struct.cpus_ptr"),
		KFIELD("task_struct.cpus_mask|task_struct.cpus_allowed"), KFIELD("?task_struct.mems_allowed"),
	};
	int r = kfields_resolve(&p->names, (struct kfield *)&l, kfields_count(l));

	p->status = l;
	return r;
}

static int find_members(struct proc *p)
{
	static const char *const paths[PROC_MEMBERS] = {
		[PROC_LOGINUID] = "?task_struct.loginuid.val", [PROC_SESSIONID] = "?task_struct.sessionid",
		[PROC_PERSONALITY] = "task_struct.personality", [PROC_CHILDREN] = "task_struct.children",
		[PROC_SIBLING] = "task_struct.sibling", [PROC_STACK] = "task_struct.stack",
	};
	int r;

	for (unsigned int i = 0; i < PROC_MEMBERS; i++)
		p->members[i].path = paths[i];
	p->smaps = (struct proc_smaps_layout){
		KFIELD("?inode.i_blkbits"), KFIELD("inode.i_sb"), KFIELD("super_block.s_magic"), KFIELD("?shmem_inode_info.swapped"),
		KFIELD("?shmem_inode_info.vfs_inode"),
	};
	r = kfields_resolve(&p->names, (struct kfield *)&p->smaps, kfields_count(p->smaps));
	return r ? r : kfields_resolve(&p->names, p->members, PROC_MEMBERS);
}

/* x86_64, then arm64 */
static int find_regs(struct proc *p)
{
	struct proc_regs_layout l = {
		.size = KFIELD("?pt_regs"), .number = KFIELD("?pt_regs.orig_ax|pt_regs.syscallno"),
		.arguments = {
			KFIELD("?pt_regs.di|pt_regs.orig_x0"), KFIELD("?pt_regs.si|pt_regs.regs[1]"),
			KFIELD("?pt_regs.dx|pt_regs.regs[2]"), KFIELD("?pt_regs.r10|pt_regs.regs[3]"),
			KFIELD("?pt_regs.r8|pt_regs.regs[4]"), KFIELD("?pt_regs.r9|pt_regs.regs[5]"),
		},
		.sp = KFIELD("?pt_regs.sp"), .pc = KFIELD("?pt_regs.ip|pt_regs.pc"),
	};
	int r = kfields_resolve(&p->names, (struct kfield *)&l, kfields_count(l));

	p->regs = l;
	return r;
}

static int find_all(struct kreader *r, struct proc *p)
{
	struct task_layout tasks;
	struct kcpus cpus;
	uint64_t vaddr;
	int result = task_layout(&p->names, &tasks);

	if (!result)
		result = identity_layout(&p->names, &p->identity);
	if (!result)
		result = usage_layout(&p->names, &p->usage);
	if (!result)
		result = signals_layout(&p->names, &p->signals);
	if (!result)
		result = mm_layout(&p->names, r, &p->mm);
	if (!result)
		result = vma_layout(&p->names, r, &p->vmas);
	if (!result)
		result = files_layout(&p->names, &p->files);
	if (!result)
		result = namespaces_layout(&p->names, &p->namespaces);
	if (!result)
		result = mounts_layout(&p->names, &p->mounts);
	if (!result)
		result = find_status(p);
	if (!result)
		result = find_members(p);
	if (!result)
		result = find_regs(p);
	if (!result)
		result = task_table_make(r, &p->names, &tasks, &p->tasks);
	if (result)
		return result;
	result = cgroups_layout(&p->names, r, &p->cgroups);
	if (result && result != -ENOENT)
		return result;
	p->has_cgroups = !result;
	choose_self(r, p);
	p->cpus = kcpus_read(&p->names, r, &cpus) ? 1 : cpus.n;
	p->has_kthread_line = kreader_kernel(r)->version >= ARCH_VERSION(6, 8, 0);
	p->has_thp = !kvariable(&p->names, "khugepaged", &vaddr);
	kreader_take(r, NULL);
	return 0;
}

struct proc_making {
	const struct engine *e;
	struct proc_facts *facts;
};

static int make(void *arg)
{
	struct proc_making *m = arg;
	struct proc *p = calloc(1, sizeof(*p));
	struct kreader *r;
	int result = p ? kreader_open(m->e->kernel, &r) : -ENOMEM;

	if (!result) {
		p->names = facts_names(m->e->facts);
		result = find_all(r, p);
		kreader_close(r);
	}
	if (result) {
		if (p)
			free_proc(p);
		return result == -ENOMEM || error_is_passing(result) ? result : -ENOTSUP;
	}
	/* once_run() takes a passing fault for a failure */
	if (m->facts->proc)
		m->facts->free(m->facts->proc);
	m->facts->free = free_proc;
	m->facts->proc = p;
	return 0;
}

int proc_of(const struct engine *e, const struct proc **out)
{
	struct proc_making m = { e, e->proc };
	int r = once_run(&e->proc->once, make, &m);

	if (!r)
		*out = e->proc->proc;
	return r;
}

const char *proc_missing(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static int open_entry(struct engine *e, const struct proc *p, const struct task_entry *task, bool whole, struct proc_task *out)
{
	if (!task)
		return -ENOENT;
	*out = (struct proc_task){ .proc = p, .vaddr = task->vaddr, .pid = task->pid, .tgid = task->tgid, .whole = whole };
	if (whole) {
		size_t first = task_table_first(&p->tasks, task->tgid), end = task_table_first(&p->tasks, task->tgid + 1);

		out->threads = &p->tasks.list[first];
		out->nthreads = end - first;
	}
	return kreader_open(e->kernel, &out->r);
}

int proc_task_open_pid(struct engine *e, uint32_t pid, bool whole, struct proc_task *out)
{
	const struct proc *p;
	int r = proc_of(e, &p);

	*out = (struct proc_task){ .whole = whole };
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	return open_entry(e, p, task_table_find(&p->tasks, pid), whole, out);
}

int proc_task_open(struct engine *e, const struct view_at *at, struct proc_task *out)
{
	uint32_t pid = proc_key_pid(at->key);
	enum proc_folder folder = at->row->param & ((1u << PROC_FOLDER_BITS) - 1);
	const struct task_entry *named;
	const struct proc *p;
	int r = proc_of(e, &p);

	if (folder != PROC_THREAD)
		return proc_task_open_pid(e, folder == PROC_CALLER && !r ? p->self : pid, true, out);
	*out = (struct proc_task){ .whole = false };
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	named = task_table_find(&p->tasks, pid);
	return open_entry(e, p, named ? task_table_thread(&p->tasks, named->tgid, proc_key_tid(at->key)) : NULL, false, out);
}

void proc_task_close(struct proc_task *t)
{
	kreader_close(t->r);
}

int proc_mm_open(struct engine *e, const struct view_at *at, struct proc_task *out, struct mm_facts *m)
{
	int r = proc_task_open(e, at, out);

	if (r)
		return r;
	mm_read(out->r, &out->proc->mm, out->vaddr, m);
	r = kreader_take(out->r, NULL);
	if (r)
		proc_task_close(out);
	return r;
}

void proc_task_owner(const struct proc_task *t, struct view_attributes *out)
{
	struct task_credentials c;

	credentials_read(t->r, &t->proc->identity, t->vaddr, &c);
	if (kreader_take(t->r, NULL))
		return;
	out->uid = c.euid;
	out->gid = c.egid;
}

int proc_number(const char *name, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (*name == '0' && name[1])
		return -ENOENT;
	do {
		if (*name < '0' || *name > '9')
			return -ENOENT;
		n = n * 10 + (uint64_t)(*name - '0');
		if (n >= max)
			return -ENOENT;
	} while (*++name);
	*out = n;
	return 0;
}
