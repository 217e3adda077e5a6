/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/task_table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bisect.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/object/xarray.h"

struct gathering {
	struct kreader *r;
	struct task_table *t;
	struct kfield tgid;
	int error;			/* of our own memory */
};

static int add(struct gathering *g, uint64_t vaddr, uint64_t pid)
{
	uint64_t tgid = kget_ptr(g->r, vaddr, &g->tgid);

	if (kreader_take(g->r, NULL) || !pid || pid >= TASK_PID_MAX || !tgid || tgid >= TASK_PID_MAX)
		return 0;
	g->error = vector_push_max(g->t->list, g->t->n, g->t->cap, TASK_TABLE_MAX,
				   (struct task_entry){ .vaddr = vaddr, .pid = (uint32_t)pid, .tgid = (uint32_t)tgid });
	return g->error;
}

static int add_task(void *arg, const struct task *task)
{
	return task->pid > 0 ? add(arg, task->vaddr, (uint64_t)task->pid) : 0;
}

static int compare(const void *a, const void *b)
{
	const struct task_entry *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->vaddr < y->vaddr ? -1 : x->vaddr > y->vaddr;
}

/* In order, and each once. */
static void sort(struct task_table *t)
{
	size_t n = 0;

	if (t->n)
		qsort(t->list, t->n, sizeof(*t->list), compare);
	for (size_t i = 0; i < t->n; i++)
		if (!n || t->list[i].tgid != t->list[n - 1].tgid || t->list[i].pid != t->list[n - 1].pid)
			t->list[n++] = t->list[i];
	t->n = n;
}

/* What a list in a circle has told many times is there once now. */
static void end_part(struct gathering *g)
{
	sort(g->t);
	if (g->error == -EOVERFLOW) {
		g->t->error = -ELOOP;
		g->error = 0;
	}
}

/* Those that the kernel finds by their number: 4.15 and later have an idr of struct pid. */
static int add_pids(struct gathering *g, const struct knames *names, const struct task_layout *layout)
{
	struct pid_fields {
		struct kfield tasks, links, pid, nsproxy, space, idr;
	} f = {
		KFIELD("pid.tasks"), KFIELD("task_struct.pid_links|task_struct.pids"), KFIELD("task_struct.pid"),
		KFIELD("task_struct.nsproxy"), KFIELD("nsproxy.pid_ns_for_children"), KFIELD("pid_namespace.idr"),
	};
	size_t listed = g->t->n;
	struct kxarray_layout xarray;
	struct kxarray a;
	uint64_t space;
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (!r)
		r = kxarray_layout(names, &xarray);
	if (r)
		return r == -ENOENT ? 0 : r;
	space = kget_ptr(g->r, kget_ptr(g->r, layout->init_task, &f.nsproxy), &f.space);
	if (!xarray.idr.known || kreader_take(g->r, NULL))
		return 0;
	a = kxarray_of_idr(g->r, &xarray, space + f.idr.at.offset, TASK_PID_MAX);
	while (!g->error && kxarray_next(&a)) {
		/* a number that is only that of a group or a session has no task */
		uint64_t node = kptr(g->r, a.entry + f.tasks.at.offset);
		uint64_t task = node - f.links.at.offset;

		if (!kreader_take(g->r, NULL) && node && a.index == kget_ptr(g->r, task, &f.pid))
			add(g, task, a.index);
		kreader_take(g->r, NULL);
	}
	kreader_take(g->r, NULL);
	if (a.error && !g->t->error)
		g->t->error = a.error;
	end_part(g);
	g->t->found = g->t->n - listed;
	return 0;
}

static int compare_pid(const void *a, const void *b, void *arg)
{
	const struct task_entry *list = arg, *x = &list[*(const uint32_t *)a], *y = &list[*(const uint32_t *)b];

	return x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) : compare(x, y);
}

static int index_pids(struct task_table *t)
{
	t->by_pid = memory_malloc(t->n * sizeof(*t->by_pid));
	if (!t->by_pid)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		t->by_pid[i] = (uint32_t)i;
	qsort_r(t->by_pid, t->n, sizeof(*t->by_pid), compare_pid, t->list);
	return 0;
}

int task_table_make(struct kreader *r, const struct knames *names, const struct task_layout *layout, struct task_table *out)
{
	struct gathering g = { .r = r, .t = out, .tgid = KFIELD("task_struct.tgid") };
	struct fault_watch watch;
	int result;

	*out = (struct task_table){ .n = 0 };
	result = kfields_resolve(names, &g.tgid, 1);
	if (result)
		return result;
	fault_watch_begin(&watch);
	tasks_each(r, names, layout, add_task, &g);
	out->error = kreader_take(r, NULL);
	end_part(&g);
	result = g.error ? g.error : add_pids(&g, names, layout);
	if (!result)
		result = g.error;
	result = fault_watch_result(&watch, result);
	if (!result) {
		vector_trim(out->list, out->n, out->cap);
		result = index_pids(out);
	}
	if (result)
		task_table_free(out);
	return result;
}

void task_table_free(struct task_table *t)
{
	free(t->list);
	free(t->by_pid);
	*t = (struct task_table){ .n = 0 };
}

const struct task_entry *task_table_find(const struct task_table *t, uint32_t pid)
{
	size_t at = bisect_first(i, t->n, t->list[t->by_pid[i]].pid >= pid);

	return at < t->n && t->list[t->by_pid[at]].pid == pid ? &t->list[t->by_pid[at]] : NULL;
}

size_t task_table_first(const struct task_table *t, uint32_t tgid)
{
	return bisect_first(i, t->n, t->list[i].tgid >= tgid);
}

const struct task_entry *task_table_thread(const struct task_table *t, uint32_t tgid, uint32_t pid)
{
	size_t at = bisect_first(i, t->n, t->list[i].tgid > tgid || (t->list[i].tgid == tgid && t->list[i].pid >= pid));

	return at < t->n && t->list[at].tgid == tgid && t->list[at].pid == pid ? &t->list[at] : NULL;
}
