/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/stack/cpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/sched/runqueues.h"

#define NT_PRSTATUS	1u
#define NOTE_HEADER	12u		/* of an ELF note; name and description follow, padded to 4 */
#define MAX_NOTE	4096u		/* bytes of a description that are believed */
#define PID64		32u		/* of pr_pid in struct elf_prstatus */
#define PID32		24u

static bool give(struct stack_cpu *c, const struct arch *arch, const struct arch_note *note, bool big_endian)
{
	if (bytes_are_zero(note->desc, note->len) || unwind_from_note(arch, note, big_endian, &c->frame) || !c->frame.pc)
		return false;
	c->note = *note;
	c->has_note = true;
	c->big_endian = big_endian;
	return true;
}

/* What crash_save_cpu() wrote for a CPU. */
static int read_crash_note(struct kreader *r, uint64_t vaddr, struct stack_cpu *c)
{
	const struct kernel *k = kreader_kernel(r);
	uint64_t name_bytes = kuint(r, vaddr, 4), bytes = kuint(r, vaddr + 4, 4), type = kuint(r, vaddr + 8, 4);
	struct arch_note note = { .name = "CORE", .type = NT_PRSTATUS, .len = bytes };
	int error = kreader_take(r, NULL);

	if (error || name_bytes != 5 || type != NT_PRSTATUS || !bytes || bytes > MAX_NOTE)
		return error_is_passing(error) ? error : 0;
	c->own = memory_malloc(bytes);
	if (!c->own)
		return -ENOMEM;
	error = kread(r, vaddr + NOTE_HEADER + 8, c->own, bytes);
	kreader_take(r, NULL);
	note.desc = c->own;
	if (!error)
		give(c, k->arch, &note, k->big_endian);
	return error_is_passing(error) ? error : 0;
}

static int add_cpu(struct kreader *r, const struct task_layout *tasks, const struct runqueues *q, unsigned int cpu,
		   uint64_t crash_notes, struct stack_cpus *out)
{
	struct stack_cpu c = { .cpu = cpu };
	uint64_t running = runqueues_current(r, q, cpu), at;
	int error = kreader_take(r, NULL);

	if (!error && running)
		error = task_read(r, tasks, running, &c.task);
	if (error) {
		c.task = (struct task){ 0 };
		if (error_is_passing(error))
			return error;
	}
	if (crash_notes && !kpercpu(r, &q->cpus, cpu, crash_notes, &at))
		error = read_crash_note(r, at, &c);
	kreader_take(r, NULL);
	if (!error_is_passing(error))
		error = vector_push(out->list, out->n, out->cap, c);
	if (error)
		free(c.own);
	return error;
}

struct matching {
	const struct kernel *k;
	const struct arch_note **notes;	/* those of CPUs; NULL: given */
	size_t n;
	struct stack_cpus *cpus;
	uint64_t stack_bytes;
	bool big_endian;		/* the notes */
	bool numbered;			/* pids are QEMU's: the number of the vCPU, from 1 on */
};

static uint64_t pid_of(const struct matching *m, const struct arch_note *n)
{
	size_t at = m->k->word_bytes == 8 ? PID64 : PID32;

	return n->len < at + 4 ? 0 : get_u32(n->desc + at, m->big_endian);
}

static bool is_on_stack(const struct matching *m, const struct stack_cpu *c, const struct unwind_frame *f)
{
	return c->task.stack && f->sp - c->task.stack < m->stack_bytes;
}

/* pass 0: by stack; 1: by pid; 2: by place. */
static bool fits(const struct matching *m, size_t i, size_t cpu, unsigned int pass)
{
	const struct stack_cpu *c = &m->cpus->list[cpu];
	uint64_t pid = pid_of(m, m->notes[i]);
	struct unwind_frame f;

	if (pass == 1)
		return !m->numbered && pid && c->task.vaddr && pid == (uint64_t)c->task.pid;
	if (pass == 2)
		return m->n == m->cpus->n ? i == cpu : i == c->cpu;
	return !unwind_from_note(m->k->arch, m->notes[i], m->big_endian, &f) && is_on_stack(m, c, &f);
}

static void match(struct matching *m)
{
	for (unsigned int pass = 0; pass < 3; pass++)
		for (size_t cpu = 0; cpu < m->cpus->n; cpu++)
			for (size_t i = 0; i < m->n && !m->cpus->list[cpu].has_note; i++)
				if (m->notes[i] && fits(m, i, cpu, pass) &&
				    give(&m->cpus->list[cpu], m->k->arch, m->notes[i], m->big_endian))
					m->notes[i] = NULL;
}

/* What is left is of CPUs of which no more is known. */
static int add_rest(struct matching *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct stack_cpu c = { 0 };
		int error;

		while (stack_cpus_numbered(m->cpus, c.cpu))
			c.cpu++;
		if (!m->notes[i] || !give(&c, m->k->arch, m->notes[i], m->big_endian))
			continue;
		error = vector_push_max(m->cpus->list, m->cpus->n, m->cpus->cap, KCPUS_MAX, c);
		if (error)
			return error;
	}
	return 0;
}

static int match_notes(const struct kernel *k, const struct task_layout *tasks, const struct stack_notes *notes, struct stack_cpus *cpus,
		       bool whole)
{
	int r = 0;

	struct matching m = { .k = k, .cpus = cpus, .stack_bytes = tasks->stack_bytes, .big_endian = notes->big_endian,
			      .numbered = true };

	m.notes = memory_calloc(notes->n + 1, sizeof(*m.notes));
	if (!m.notes)
		return -ENOMEM;
	for (size_t i = 0; i < notes->n; i++) {
		const struct arch_note *n = &notes->list[i];

		if (n->type != NT_PRSTATUS || !note_layout(k->arch, n))
			continue;
		m.notes[m.n++] = n;
		m.numbered &= pid_of(&m, n) == m.n;
	}
	match(&m);
	if (!whole)
		r = add_rest(&m);
	free(m.notes);
	return r;
}

struct running {
	struct kreader *r;
	struct kfield on_cpu, cpu;
	struct stack_cpus *out;
};

static int add_running(void *arg, const struct task *task)
{
	struct running *run = arg;
	struct stack_cpu c = { .task = *task };
	uint64_t on_cpu = kget_ptr(run->r, task->vaddr, &run->on_cpu);

	c.cpu = (unsigned int)kget(run->r, task->vaddr, &run->cpu);
	if (kreader_take(run->r, NULL) || !on_cpu || c.cpu >= KCPUS_MAX || stack_cpus_numbered(run->out, c.cpu))
		return 0;
	return vector_push_max(run->out->list, run->out->n, run->out->cap, KCPUS_MAX, c);
}

static int by_number(const void *a, const void *b)
{
	const struct stack_cpu *left = a, *right = b;

	return left->cpu < right->cpu ? -1 : left->cpu > right->cpu;
}

/* Where no symbol tells of runqueues. */
static int read_by_tasks(struct kreader *r, const struct knames *names, const struct task_layout *tasks, struct stack_cpus *out)
{
	struct running run = {
		.r = r, .out = out, .on_cpu = KFIELD("?task_struct.on_cpu"),
		.cpu = KFIELD("?task_struct.thread_info.cpu|task_struct.cpu|task_struct.wake_cpu"),
	};
	int result = kfields_resolve(names, &run.on_cpu, 2);

	if (!result && run.on_cpu.known && run.cpu.known)
		result = tasks_each(r, names, tasks, add_running, &run);
	kreader_take(r, NULL);
	if (out->n)
		qsort(out->list, out->n, sizeof(*out->list), by_number);
	return result;
}

static int read_runqueues(struct kreader *r, const struct knames *names, const struct task_layout *tasks, struct stack_cpus *out)
{
	struct runqueues q;
	uint64_t crash_notes = 0;
	int result = runqueues_find(r, names, &q);

	if (result)
		return result;
	if (!kvariable(names, "crash_notes", &crash_notes))
		crash_notes = kptr(r, crash_notes);
	if (kreader_take(r, NULL))
		crash_notes = 0;
	/* of all that are possible: panic() may have taken some offline */
	for (struct kbits b = kcpus_each(r, &q.cpus, false); !result && kbits_next(&b);)
		result = add_cpu(r, tasks, &q, (unsigned int)b.bit, crash_notes, out);
	kreader_take(r, NULL);
	return result;
}

int stack_cpus_read(struct kreader *r, const struct knames *names, const struct task_layout *tasks, const struct stack_notes *notes,
		    struct stack_cpus *out)
{
	int result;
	bool whole;

	*out = (struct stack_cpus){ 0 };
	result = read_runqueues(r, names, tasks, out);
	whole = !result && out->n;
	if (!whole && !error_is_passing(result) && result != -ENOMEM)
		result = read_by_tasks(r, names, tasks, out);
	if (!result)
		result = match_notes(kreader_kernel(r), tasks, notes, out, whole);
	if (result)
		stack_cpus_free(out);
	return result;
}

void stack_cpus_free(struct stack_cpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->list[i].own);
	free(c->list);
	*c = (struct stack_cpus){ 0 };
}

const struct stack_cpu *stack_cpus_running(const struct stack_cpus *c, const struct task *task, uint64_t stack_bytes)
{
	const struct stack_cpu *found = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct stack_cpu *cpu = &c->list[i];

		if (cpu->has_note && !cpu->frame.user && task->stack && cpu->frame.sp - task->stack < stack_bytes)
			return cpu;
		if (task->vaddr && cpu->task.vaddr == task->vaddr && !cpu->switching)
			found = cpu;
	}
	return found;
}

const struct stack_cpu *stack_cpus_numbered(const struct stack_cpus *c, unsigned int cpu)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].cpu == cpu)
			return &c->list[i];
	return NULL;
}
