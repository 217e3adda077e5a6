/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/cgroup: proc_cgroup_show() of kernel/cgroup/cgroup.c. */
#include <errno.h>

#include "fs/proc/proc.h"

static void put_subsystems(const struct proc_task *t, const struct cgroup_facts *c, struct outbuf *out)
{
	const char *between = "";
	char name[64];

	for (unsigned int i = 0; c->hierarchy && i < 64; i++) {
		if (!(c->subsystems >> i & 1))
			continue;
		cgroup_subsystem(t->r, &t->proc->cgroups, i, name, sizeof(name));
		out_printf(out, "%s%s", between, name);
		between = ",";
	}
	if (*c->name)
		out_printf(out, "%sname=%s", between, c->name);
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct cgroup_facts list[CGROUPS_MAX];
	char path[D_PATH_BYTES];
	struct proc_task t;
	bool exiting;
	unsigned int n;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	exiting = kget(t.r, t.vaddr, &t.proc->identity.f.flags) & TASK_EXITING;
	n = t.proc->has_cgroups ? cgroups_of(t.r, &t.proc->cgroups, t.vaddr, list) : 0;
	for (unsigned int i = 0; i < n; i++) {
		out_printf(out, "%d:", list[i].hierarchy);
		put_subsystems(&t, &list[i], out);
		cgroup_path(t.r, &t.proc->cgroups, list[i].vaddr, path, sizeof(path));
		out_printf(out, ":%s%s\n", list[i].hierarchy && exiting ? "/" : path, !list[i].hierarchy && list[i].dead ? " (deleted)" : "");
	}
	proc_task_close(&t);
	return t.proc->has_cgroups ? 0 : -ENOENT;
}

static const struct view_row rows[] = {
	PROC_ROWS("cgroup", VIEW_PROC_TEXT, .render = render),
};

VIEW_FAMILY(proc_cgroup, rows);
