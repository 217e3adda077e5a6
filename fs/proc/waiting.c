/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/{wchan,syscall}: where in the kernel a task waits, and which system call it made. fs/proc/base.c, lib/syscall.c */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "fs/proc/proc.h"
#include "fs/views/stack_text.h"

/* Stacks are unwound once for all tasks: opening them costs as much as hundreds of tasks do. */
struct proc_waits {
	uint64_t stack_bytes;		/* of a stack; 0: there is none */
	struct {
		uint64_t pc;		/* where it waits; 0: not known */
		bool runs;
	} tasks[];			/* as in the table of tasks */
};

struct waits_making {
	struct engine *e;
	const struct proc *proc;
};

static int make_waits(void *arg)
{
	const struct waits_making *m = arg;
	const struct task_table *table = &m->proc->tasks;
	struct proc_waits *w = calloc(1, sizeof(*w) + table->n * sizeof(w->tasks[0]));
	struct stack *stack = malloc(sizeof(*stack));
	struct stack_source s;
	int r = w && stack ? stack_text_open(m->e, &s) : -ENOMEM;
	bool is_open = !r;

	for (size_t i = 0; i < table->n && !r; i++) {
		size_t frame = 0;

		r = stack_of_task_at(s.stacks, table->list[i].vaddr, stack);
		if (r)
			break;
		while (frame < stack->n && stacks_is_scheduler(s.stacks, stack->frames[frame].pc))
			frame++;
		w->tasks[i].runs = stack->cpu;
		if (frame < stack->n && !stack->frames[frame].user)
			w->tasks[i].pc = stack->frames[frame].pc;
		if (stack->last > stack->first)
			w->stack_bytes = stack->last - stack->first;
	}
	if (is_open)
		stack_text_close(&s);
	free(stack);
	if (r) {
		free(w);
		return r;
	}
	free(m->e->proc->waits);
	m->e->proc->waits = w;
	return 0;
}

/* What is known of a task, whose place in the table this is. */
static int waits_of(struct engine *e, const struct proc_task *t, const struct proc_waits **out, size_t *place)
{
	struct waits_making m = { e, t->proc };
	int r = once_run(&e->proc->waits_once, make_waits, &m);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	*out = e->proc->waits;
	*place = (size_t)(task_table_thread(&t->proc->tasks, t->tgid, t->pid) - t->proc->tasks.list);
	return 0;
}

static int render_wchan(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct proc_waits *w;
	const struct module *in;
	struct proc_task t;
	struct symbol sym;
	size_t place;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = waits_of(e, &t, &w, &place);
	proc_task_close(&t);
	if (r)
		return r;
	r = w->tasks[place].runs || !w->tasks[place].pc ? -ENOENT : facts_symbol_at(e->facts, w->tasks[place].pc, &sym, &in);
	if (!r || r == -ENOENT)
		out_printf(out, "%s", r ? "0" : sym.name);
	return r == -ENOENT ? 0 : r;
}

/* struct pt_regs is at the end of the stack of each task; those of kernel threads are zeroes. */
static int put_call(const struct proc_task *t, uint64_t stack_bytes, struct outbuf *out)
{
	const struct proc_regs_layout *l = &t->proc->regs;
	uint64_t stack = kget_ptr(t->r, t->vaddr, &t->proc->members[PROC_STACK]), regs = stack + stack_bytes - l->size.at.bytes;
	uint64_t arguments[ARRAY_SIZE(l->arguments)], sp = 0, pc = 0;
	int number = -1, r;

	if (stack && stack_bytes) {
		number = (int)kget(t->r, regs, &l->number);
		sp = kget_ptr(t->r, regs, &l->sp);
		pc = kget_ptr(t->r, regs, &l->pc);
	}
	for (size_t i = 0; number != -1 && i < ARRAY_SIZE(arguments); i++)
		arguments[i] = kget_ptr(t->r, regs, &l->arguments[i]);
	r = kreader_take(t->r, NULL);
	if (r)
		return r;
	out_printf(out, "%d", number);
	for (size_t i = 0; number != -1 && i < ARRAY_SIZE(arguments); i++)
		out_printf(out, " 0x%llx", (unsigned long long)arguments[i]);
	out_printf(out, " 0x%llx 0x%llx\n", (unsigned long long)sp, (unsigned long long)pc);
	return 0;
}

static int render_syscall(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct proc_waits *w;
	struct proc_task t;
	size_t place;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = waits_of(e, &t, &w, &place);
	if (!r && w->tasks[place].runs)
		out_printf(out, "running\n");
	else if (!r)
		r = put_call(&t, w->stack_bytes, out);
	proc_task_close(&t);
	return r;
}

static const char *missing_regs(const struct engine *e)
{
	return e->kernel->arch && (e->kernel->arch->elf_machine == EM_X86_64 || e->kernel->arch->elf_machine == EM_AARCH64) ? NULL :
		"not known of this architecture";
}

static const struct view_row rows[] = {
	PROC_ROWS("wchan", VIEW_PROC_TEXT, .render = render_wchan),
	PROC_ROWS("syscall", VIEW_PROC_TEXT, .render = render_syscall, .missing = missing_regs),
};

VIEW_FAMILY(proc_waiting, rows);
