/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/{limits,oom_score_adj,loginuid,sessionid,personality}, proc/<pid>/task/<tid>/children: fs/proc/base.c */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "fs/proc/numbers.h"
#include "fs/proc/proc.h"
#include "kernel/object/list.h"

static void put_limit(struct outbuf *out, uint64_t limit)
{
	if (limit == UINT64_MAX)
		out_printf(out, " %-20s", "unlimited");
	else
		out_printf(out, " %-20" PRIu64, limit);
}

static int render_limits(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	/* in the order of include/uapi/asm-generic/resource.h */
	static const struct {
		const char *name, *unit;
	} limits[SIGNAL_LIMITS] = {
		{ "cpu time", "seconds" }, { "file size", "bytes" }, { "data size", "bytes" }, { "stack size", "bytes" },
		{ "core file size", "bytes" }, { "resident set", "bytes" }, { "processes", "processes" }, { "open files", "files" },
		{ "locked memory", "bytes" }, { "address space", "bytes" }, { "file locks", "locks" }, { "pending signals", "signals" },
		{ "msgqueue size", "bytes" }, { "nice priority", NULL }, { "realtime priority", NULL }, { "realtime timeout", "us" },
	};
	struct task_signals sig;
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	signals_read(t.r, &t.proc->signals, t.vaddr, &sig);
	out_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned int i = 0; sig.has_process && i < SIGNAL_LIMITS; i++) {
		out_printf(out, "Max %-21s", limits[i].name);
		put_limit(out, sig.soft[i]);
		put_limit(out, sig.hard[i]);
		if (limits[i].unit)
			out_printf(out, " %-10s\n", limits[i].unit);
		else
			out_printf(out, " \n");
	}
	proc_task_close(&t);
	return 0;
}

static int render_oom_score_adj(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct task_signals sig;
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	signals_read(t.r, &t.proc->signals, t.vaddr, &sig);
	out_printf(out, "%d\n", sig.oom_score_adj);
	proc_task_close(&t);
	return 0;
}

/* A member of task_struct that is an unsigned int, as the kernel prints it. */
static int render_member(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	enum proc_member member = at->row->param >> PROC_FOLDER_BITS;
	struct proc_task t;
	int r = proc_task_open(e, at, &t);
	unsigned int value;

	if (r)
		return r;
	value = (unsigned int)kget(t.r, t.vaddr, &t.proc->members[member]);
	r = t.proc->members[member].known ? kreader_take(t.r, NULL) : -ENOENT;
	proc_task_close(&t);
	if (!r)
		out_printf(out, member == PROC_PERSONALITY ? "%08x\n" : "%u", value);
	return r;
}

static int render_children(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct kfield *children, *sibling;
	struct proc_task t;
	struct klist l;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	children = &t.proc->members[PROC_CHILDREN];
	sibling = &t.proc->members[PROC_SIBLING];
	l = klist_ring(t.r, t.vaddr + children->at.offset, t.proc->tasks.n);
	while (klist_next(&l)) {
		int pid = (int)kget(t.r, l.node - sibling->at.offset, &t.proc->identity.f.pid);

		if (!kreader_take(t.r, NULL) && pid > 0)
			out_printf(out, "%d ", pid);
	}
	proc_task_close(&t);
	return 0;
}

static const struct view_row rows[] = {
	PROC_ROWS("limits", VIEW_PROC_TEXT, .render = render_limits),
	PROC_ROWS("oom_score_adj", VIEW_PROC_TEXT, .render = render_oom_score_adj),
	PROC_ROWS_OF("loginuid", VIEW_PROC_TEXT, PROC_LOGINUID, .render = render_member),
	PROC_ROWS_OF("sessionid", VIEW_PROC_TEXT, PROC_SESSIONID, .render = render_member),
	PROC_ROWS_OF("personality", VIEW_PROC_TEXT, PROC_PERSONALITY, .render = render_member),
	{ .path = "proc/<pid>/task/<tid>/children", .type = VIEW_PROC_TEXT, .param = PROC_THREAD, .render = render_children },
};

VIEW_FAMILY(proc_limits, rows);
