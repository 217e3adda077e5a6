/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/ and proc/<pid>/task/<tid>/: folders of the dead kernel's processes and threads; proc/self, proc/thread-self. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"

/* Tools ask for names that another kernel has: no other one is malformed. Nobody has the number 0. */
static int parse_number(const char *name, uint32_t *out)
{
	uint64_t n;
	int r = proc_number(name, TASK_PID_MAX, &n);

	if (r || !n)
		return -ENOENT;
	*out = (uint32_t)n;
	return 0;
}

static int tasks_of(struct engine *e, const struct task_table **out)
{
	const struct proc *p;
	int r = proc_of(e, &p);

	*out = r ? NULL : &p->tasks;
	return r == -ENOTSUP ? -ENOENT : r;
}

/* --- proc/<pid> --------------------------------------------------------------------------------------------------- */

/* Threads have folders by their numbers too, which are not listed. */
static int parse_pid(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	const struct task_table *t;
	uint32_t pid;
	int r = parse_number(name, &pid);

	(void)dir;
	if (!r)
		r = tasks_of(e, &t);
	if (r)
		return r;
	*key = pid;
	return task_table_find(t, pid) ? 0 : -ENOENT;
}

static int format_pid(struct engine *e, uint64_t key, char *buf, size_t size)
{
	const struct task_table *t;
	int r = tasks_of(e, &t);

	if (r || key >= TASK_PID_MAX || !task_table_find(t, (uint32_t)key))
		return r ? r : -ENOENT;
	snprintf(buf, size, "%u", (unsigned int)key);
	return 0;
}

/* Processes by their first thread; where that one is lost, its threads. */
static int list_pids(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	const struct task_table *t;
	int r = tasks_of(e, &t);

	(void)dir;
	while (t && *pos < t->n) {
		const struct task_entry *task = &t->list[(*pos)++];

		*key = task->pid;
		if (task->pid == task->tgid || !task_table_thread(t, task->tgid, task->tgid))
			return 0;
	}
	return r ? r : -ENOENT;
}

/* --- proc/<pid>/task/<tid> ---------------------------------------------------------------------------------------- */

static int parse_tid(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	const struct task_table *t;
	const struct task_entry *leader;
	uint32_t tid;
	int r = parse_number(name, &tid);

	if (!r)
		r = tasks_of(e, &t);
	if (r)
		return r;
	leader = task_table_find(t, (uint32_t)dir->key);
	*key = dir->key | (uint64_t)tid << PROC_PID_BITS;
	return leader && task_table_thread(t, leader->tgid, tid) ? 0 : -ENOENT;
}

/* The process of a key, which may have been named by one of its threads. */
static int format_tid(struct engine *e, uint64_t key, char *buf, size_t size)
{
	const struct task_entry *named;
	const struct task_table *t;
	int r = tasks_of(e, &t);

	if (r || key >> 2 * PROC_PID_BITS)
		return r ? r : -ENOENT;
	named = task_table_find(t, proc_key_pid(key));
	if (!named || !task_table_thread(t, named->tgid, proc_key_tid(key)))
		return -ENOENT;
	snprintf(buf, size, "%u", proc_key_tid(key));
	return 0;
}

static int list_tids(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	const struct task_entry *named;
	const struct task_table *t;
	int r = tasks_of(e, &t);
	size_t first;

	if (r)
		return r;
	named = task_table_find(t, (uint32_t)dir->key);
	if (!named)
		return -ENOENT;
	first = task_table_first(t, named->tgid);
	if (*pos >= t->n - first || t->list[first + *pos].tgid != named->tgid)
		return -ENOENT;
	*key = dir->key | (uint64_t)t->list[first + (*pos)++].pid << PROC_PID_BITS;
	return 0;
}

static uint64_t parent_of_tid(uint64_t key)
{
	return proc_key_pid(key);
}

/* --- proc/<caller> ------------------------------------------------------------------------------------------------ */

/*
 * ps of procps 4 wants to read about itself, and ends where its own number has no folder: it is told what proc/self would
 * tell. Where the dead kernel has a process of that number, that one is there.
 */
static int parse_caller(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	const struct task_table *t;
	uint32_t pid;
	int r = parse_number(name, &pid);

	if (!r)
		r = tasks_of(e, &t);
	if (r)
		return r;
	*key = pid;
	return pid == dir->caller && t->n && !task_table_find(t, pid) ? 0 : -ENOENT;
}

static int format_caller(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	if (!key || key >= TASK_PID_MAX)
		return -ENOENT;
	snprintf(buf, size, "%u", (unsigned int)key);
	return 0;
}

/* Whose it is, and since when: ps and top of older procps ask the folder. */
static int attributes(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	proc_task_owner(&t, out);
	proc_task_close(&t);
	return 0;
}

/* --- the folder --------------------------------------------------------------------------------------------------- */

static int render_self(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct proc *p;
	int r = proc_of(e, &p);

	if (r || !p->self)
		return r == -ENOTSUP || !r ? -ENOENT : r;
	out_printf(out, "%u", (unsigned int)p->self);
	if (at->row->param == PROC_THREAD)
		out_printf(out, "/task/%u", (unsigned int)(p->panicked ? p->panicked : p->self));
	return 0;
}

static int render_mounts(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e, (void)at;
	out_printf(out, "self/mounts");
	return 0;
}

static void put_missing(const struct engine *e, struct outbuf *out)
{
	const struct proc *p;
	int r = proc_of(e, &p);

	if (r == -ENOTSUP)
		out_printf(out, "missing: proc/<pid>: the dump does not tell where the kernel has its tasks\n");
	if (r)
		return;
	if (p->tasks.found)
		out_printf(out, "tasks: %zu of %zu are not in the list of tasks; the table of pids has them\n", p->tasks.found,
			   p->tasks.n);
	if (p->tasks.error)
		out_printf(out, "missing: proc/<pid> of some tasks: a list of them is %s\n",
			   p->tasks.error == -ENODATA ? "not all in the dump" : "damaged");
	if (!p->panicked && !e->dump->live)
		out_printf(out, "missing: a process that panicked: proc/self is %u\n", (unsigned int)p->self);
}

static const struct names_ops pid_names = { .parse = parse_pid, .format = format_pid, .list = list_pids };
static const struct names_ops tid_names = { .parse = parse_tid, .format = format_tid, .list = list_tids, .parent = parent_of_tid };

static const struct names_ops caller_names = { .parse = parse_caller, .format = format_caller };

static const struct view_row rows[] = {
	{ .path = "proc", .cost = "reads the kernel", .use = "ps, lsof, tools that read /proc",
	  .help = "what the dead kernel's /proc would say", .type = VIEW_FOLDER, .missing = proc_missing, .put_missing = put_missing },
	{ .path = "proc/self", .type = VIEW_LINK, .param = PROC_PROCESS, .render = render_self },
	{ .path = "proc/thread-self", .type = VIEW_LINK, .param = PROC_THREAD, .render = render_self },
	{ .path = "proc/mounts", .type = VIEW_LINK, .render = render_mounts },
	{ .path = "proc/<pid>", .type = VIEW_FOLDER, .names = &pid_names, .param = PROC_PROCESS, .attributes = attributes },
	{ .path = "proc/<caller>", .type = VIEW_FOLDER, .names = &caller_names, .of_caller = true },
	{ .path = "proc/<pid>/task", .type = VIEW_FOLDER },
	{ .path = "proc/<pid>/task/<tid>", .type = VIEW_FOLDER, .names = &tid_names, .param = PROC_THREAD, .attributes = attributes },
};

VIEW_FAMILY(proc_folders, rows);
