/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/tasks.h"

#include <errno.h>

#include "kernel/object/list.h"
#include "kernel/object/percpu.h"

int task_layout(const struct knames *names, struct task_layout *out)
{
	struct task_layout_fields {
		struct kfield tasks, node, head, signal, pid, comm, stack, task, idle, thread_union;
	} f = {
		KFIELD("task_struct.tasks"), KFIELD("task_struct.thread_node"), KFIELD("signal_struct.thread_head"),
		KFIELD("task_struct.signal"), KFIELD("task_struct.pid"), KFIELD("task_struct.comm"), KFIELD("task_struct.stack"),
		KFIELD("task_struct"), KFIELD("?rq.idle"), KFIELD("?thread_union"),
	};
	uint64_t first, end;
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (r)
		return r;
	*out = (struct task_layout){
		.tasks = f.tasks, .node = f.node, .head = f.head, .signal = f.signal, .pid = f.pid, .comm = f.comm,
		.stack = f.stack, .task = f.task, .idle = f.idle, .stack_bytes = f.thread_union.at.bytes,
	};
	/* init_task's own is between two symbols, since 6.10 under other names */
	if (!kvariable(names, "__start_init_stack|__start_init_task", &first) &&
	    !kvariable(names, "__end_init_stack|__end_init_task", &end) && end > first && end - first <= 1 << 20)
		out->stack_bytes = end - first;
	return kvariable(names, "init_task", &out->init_task);
}

int task_read(struct kreader *r, const struct task_layout *l, uint64_t vaddr, struct task *out)
{
	*out = (struct task){ .vaddr = vaddr };
	out->stack = kget_ptr(r, vaddr, &l->stack);
	out->pid = (int)kget(r, vaddr, &l->pid);
	kget_string(r, vaddr, &l->comm, out->comm, sizeof(out->comm));
	return kreader_take(r, NULL);
}

static int tell(struct kreader *r, const struct task_layout *l, uint64_t vaddr, int (*fn)(void *arg, const struct task *task),
		void *arg)
{
	struct task t;

	return task_read(r, l, vaddr, &t) ? 0 : fn(arg, &t);
}

static int each_idle(struct kreader *r, const struct knames *names, const struct task_layout *l,
		     int (*fn)(void *arg, const struct task *task), void *arg)
{
	struct kcpus cpus;
	uint64_t runqueues, rq;
	int told = tell(r, l, l->init_task, fn, arg);

	if (told || !l->idle.known || kvariable(names, "runqueues", &runqueues) || kcpus_read(names, r, &cpus))
		return told;
	for (struct kbits b = kcpus_each(r, &cpus, false); !told && kbits_next(&b);) {
		uint64_t idle = kpercpu(r, &cpus, (unsigned int)b.bit, runqueues, &rq) ? 0 : kget_ptr(r, rq, &l->idle);

		if (!kreader_take(r, NULL) && idle && idle != l->init_task)
			told = tell(r, l, idle, fn, arg);
	}
	return told;
}

int tasks_each(struct kreader *r, const struct knames *names, const struct task_layout *l,
	       int (*fn)(void *arg, const struct task *task), void *arg)
{
	struct klist p = klist_ring(r, l->init_task + l->tasks.at.offset, TASKS_MAX);
	int told = each_idle(r, names, l, fn, arg), lost = 0, error;
	uint64_t left = TASKS_MAX;

	kreader_take(r, NULL);
	while (!told && klist_next(&p)) {
		uint64_t signal = kget_ptr(r, p.node - l->tasks.at.offset, &l->signal);
		struct klist t = klist_ring(r, signal + l->head.at.offset, left);

		error = kreader_take(r, NULL);
		if (error) {
			lost = error;
			continue;
		}
		for (; !told && klist_next(&t); left--) {
			kreader_take(r, NULL);	/* t.error has it */
			told = tell(r, l, t.node - l->node.at.offset, fn, arg);
		}
		lost = t.error ? t.error : lost;
		kreader_take(r, NULL);
	}
	lost = p.error ? p.error : lost;
	kreader_take(r, NULL);
	if (lost)
		kreader_fail(r, lost, l->init_task);
	return told;
}
