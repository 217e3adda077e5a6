/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/stack/stack.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/debuginfo/orc.h"
#include "kernel/stack/kinds.h"
#include "kernel/stack/start.h"

#define STACK_BYTES	16384u		/* where the kernel does not tell */
#define NOT_PANICKED	0xffffffffu	/* PANIC_CPU_INVALID */

struct stacks {
	const struct facts *facts;	/* borrowed */
	struct kreader *r;		/* owned */
	struct task_layout tasks;
	struct stack_cpus cpus;		/* owned */
	struct stack_kinds kinds;	/* owned */
	struct stack_start start;
	struct kfield on_cpu;
	struct orc *orc;		/* owned; NULL: the kernel has none */
	struct unwind unwind;
	uint64_t text, text_end, init_text, init_text_end, sched, sched_end;
	int fault;			/* a passing one that a function of unwind met */
};

/* --- what unwinding asks -------------------------------------------------------------------------------------------- */

static int keep(struct stacks *s, int r)
{
	if (error_is_passing(r) && !s->fault)
		s->fault = r;
	return r;
}

static int read_word(void *arg, uint64_t vaddr, uint64_t *out)
{
	struct stacks *s = arg;
	int r = kptr_at(s->r, vaddr, out);

	kreader_take(s->r, NULL);
	return keep(s, r);
}

static bool is_code(void *arg, uint64_t vaddr)
{
	struct stacks *s = arg;
	const struct module *module;
	struct symbol sym;

	if (vaddr - s->text < s->text_end - s->text || vaddr - s->init_text < s->init_text_end - s->init_text)
		return true;
	if (s->text_end && vaddr >> 32 != s->text >> 32 && vaddr < s->text && s->unwind.arch->elf_machine == EM_X86_64)
		return false;			/* modules are near: most words of a stack need no search */
	if (keep(s, facts_symbol_at(s->facts, vaddr, &sym, &module)))
		return false;
	return strchr("tTwW", sym.type) && (module || !s->text_end);
}

static uint64_t function(void *arg, uint64_t pc)
{
	struct stacks *s = arg;
	const struct module *module;
	struct symbol sym;

	return keep(s, facts_symbol_at(s->facts, pc, &sym, &module)) ? 0 : sym.vaddr;
}

static int find_rule(void *arg, uint64_t pc, struct orc_rule *out)
{
	struct stacks *s = arg;

	return keep(s, orc_find(s->orc, pc, out));
}

/* --- one task ------------------------------------------------------------------------------------------------------- */

/* On a CPU that is not known: what it saved when it was last switched away from is of no use. */
static bool runs_elsewhere(struct stacks *s, const struct task *task)
{
	int64_t on_cpu = kget(s->r, task->vaddr, &s->on_cpu);

	if (kreader_take(s->r, NULL) || !on_cpu)
		return false;
	for (size_t i = 0; i < s->cpus.n; i++)
		if (s->cpus.list[i].task.vaddr == task->vaddr)
			return false;		/* it was about to run */
	return true;
}

int stack_of_task(struct stacks *s, const struct task *task, struct stack *out)
{
	struct unwind_frame f;
	int r = 0;

	out->n = 0;
	out->first = task->stack;
	out->last = task->stack ? task->stack + s->tasks.stack_bytes : 0;
	out->cpu = stack_cpus_running(&s->cpus, task, s->tasks.stack_bytes);
	out->end = STACK_NONE;
	s->fault = 0;
	if (!task->stack)
		return 0;
	if (out->cpu && !out->cpu->has_note)
		out->end = STACK_NOT_SAVED;
	else if (out->cpu)
		r = stack_walk(&s->unwind, &s->kinds, &s->fault, out->cpu->frame, out);
	else if (runs_elsewhere(s, task))
		out->end = STACK_NOT_SAVED;
	else if (!(r = stack_start(s->r, &s->start, &s->unwind, task->vaddr, &f)) && f.pc)
		r = stack_walk(&s->unwind, &s->kinds, &s->fault, f, out);
	else if (r == -EFAULT || r == -ENODATA || r == -EIO || r == -EBADMSG)
		out->end = STACK_LOST;
	return error_is_passing(r) ? r : 0;
}

int stack_of_task_at(struct stacks *s, uint64_t vaddr, struct stack *out)
{
	struct task task = { .vaddr = vaddr, .stack = kget_ptr(s->r, vaddr, &s->tasks.stack) };
	int r = kreader_take(s->r, NULL);

	return error_is_passing(r) ? r : stack_of_task(s, &task, out);
}

/* --- opening -------------------------------------------------------------------------------------------------------- */

static void find_text(struct stacks *s, const struct knames *names)
{
	static const struct {
		const char *first, *end;
		size_t at;		/* of the first; the end is behind it */
	} parts[] = {
		{ "_stext", "_etext", offsetof(struct stacks, text) },
		{ "_sinittext", "_einittext", offsetof(struct stacks, init_text) },
		{ "__sched_text_start", "__sched_text_end", offsetof(struct stacks, sched) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		uint64_t *range = (uint64_t *)((char *)s + parts[i].at);

		if (kvariable(names, parts[i].first, &range[0]) || kvariable(names, parts[i].end, &range[1]) ||
		    range[1] < range[0])
			range[0] = range[1] = 0;
	}
}

/* What the architecture's step asks of the kernel. */
static void find_offsets(struct stacks *s, const struct knames *names)
{
	struct {
		struct kfield chain, gprs, record, on_cpu;
	} f = {
		KFIELD("?stack_frame.back_chain"), KFIELD("?stack_frame.gprs"), KFIELD("?pt_regs.stackframe"),
		KFIELD("?task_struct.on_cpu"),
	};
	const struct kernel *k = facts_kernel(s->facts);
	uint64_t mask = 0;

	kfields_resolve(names, (struct kfield *)&f, kfields_count(f));
	/* s390x: as CONFIG_PACK_STACK has it, which all distributions set; gprs are r6 to r15 */
	s->unwind.chain_offset = f.chain.known ? (unsigned int)f.chain.at.offset : 152;
	s->unwind.link_offset = f.gprs.known ? (unsigned int)f.gprs.at.offset + 64 : 136;
	s->unwind.record_offset = f.record.known ? (unsigned int)f.record.at.offset : 0;
	s->on_cpu = f.on_cpu;
	if (!vmci_number(&k->vmci, "KERNELPACMASK", &mask))
		s->unwind.pac_mask = mask;
}

/* Where all stacks are known, one that is none of the CPU's own and not its task's is that of the task before. */
static void find_switching(struct stacks *s)
{
	for (size_t i = 0; i < s->cpus.n && s->kinds.n; i++) {
		struct stack_cpu *c = &s->cpus.list[i];
		uint64_t sp = c->frame.sp;

		c->switching = c->has_note && !c->frame.user && sp - c->task.stack >= s->tasks.stack_bytes &&
			       !stack_kinds_at(&s->kinds, sp);
	}
}

static int find_tasks(const struct facts *f, struct task_layout *out, const char **why)
{
	const struct kernel *k = facts_kernel(f);
	struct knames names = facts_names(f);
	int r;

	*why = k->has_space ? "the architecture is not known" : k->why_no_space;
	if (!k->has_space || !k->arch)
		return -ENOTSUP;
	r = task_layout(&names, out);
	*why = "no symbols or types tell where tasks are";
	return !r || error_is_passing(r) ? r : -ENOTSUP;
}

const char *stacks_missing(const struct facts *f)
{
	struct task_layout tasks;
	const char *why;

	return find_tasks(f, &tasks, &why) == -ENOTSUP ? why : NULL;
}

static int open_all(struct stacks *s, const struct knames *names, const struct stack_notes *notes)
{
	const struct kernel *k = facts_kernel(s->facts);
	int r;

	if (!s->tasks.stack_bytes)
		s->tasks.stack_bytes = STACK_BYTES;
	s->unwind = (struct unwind){
		.arch = k->arch, .big_endian = k->big_endian, .word_bytes = k->word_bytes, .arg = s, .word = read_word,
		.is_code = is_code, .function = function,
	};
	find_text(s, names);
	find_offsets(s, names);
	r = stack_start_fields(names, &s->start);
	if (!r)
		r = stack_cpus_read(s->r, names, &s->tasks, notes, &s->cpus);
	if (!error_is_passing(r) && r != -ENOMEM)
		r = stack_kinds_read(s->r, names, s->tasks.stack_bytes, &s->kinds);
	if (!r)
		find_switching(s);
	if (r || k->arch->elf_machine != EM_X86_64)
		return r;
	s->orc = calloc(1, sizeof(*s->orc));
	r = s->orc ? orc_open(s->facts, s->r, s->orc) : -ENOMEM;
	if (r) {
		free(s->orc);
		s->orc = NULL;
		return r == -ENOMEM || error_is_passing(r) ? r : 0;
	}
	s->unwind.rule = find_rule;
	return 0;
}

int stacks_open(const struct facts *f, const struct stack_notes *notes, struct stacks **out, const char **why)
{
	struct knames names = facts_names(f);
	struct task_layout tasks;
	struct stacks *s;
	int r = find_tasks(f, &tasks, why);

	if (r)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->facts = f;
	s->tasks = tasks;
	r = kreader_open(facts_kernel(f), &s->r);
	if (!r)
		r = open_all(s, &names, notes);
	if (r) {
		stacks_close(s);
		s = NULL;
	}
	*out = s;
	return r;
}

void stacks_close(struct stacks *s)
{
	if (!s)
		return;
	stack_cpus_free(&s->cpus);
	stack_kinds_free(&s->kinds);
	kreader_close(s->r);
	free(s->orc);
	free(s);
}

/* --- who ------------------------------------------------------------------------------------------------------------ */

int stacks_each_task(struct stacks *s, int (*fn)(void *arg, const struct task *task), void *arg, int *lost)
{
	struct knames names = facts_names(s->facts);
	int r = tasks_each(s->r, &names, &s->tasks, fn, arg);

	*lost = kreader_take(s->r, NULL);
	return r;
}

const struct stack_cpus *stacks_cpus(const struct stacks *s)
{
	return &s->cpus;
}

bool stacks_is_scheduler(const struct stacks *s, uint64_t pc)
{
	return pc - s->sched < s->sched_end - s->sched;
}

struct kreader *stacks_reader(struct stacks *s)
{
	return s->r;
}

static const struct stack_cpu *cpu_named_by(struct stacks *s, const char *variable)
{
	struct knames names = facts_names(s->facts);
	uint64_t vaddr, cpu;

	if (kvariable(&names, variable, &vaddr))
		return NULL;
	cpu = kuint(s->r, vaddr, 4);
	return kreader_take(s->r, NULL) || cpu == NOT_PANICKED ? NULL : stack_cpus_numbered(&s->cpus, (unsigned int)cpu);
}

static bool has_function(struct stacks *s, const struct stack *stack, const char *const *list, size_t n)
{
	const struct module *module;
	struct symbol sym;

	for (size_t i = 0; i < stack->n; i++)
		for (size_t j = 0; j < n; j++)
			if (!facts_symbol_at(s->facts, stack->frames[i].pc - 1, &sym, &module) && !strcmp(sym.name, list[j]))
				return true;
	return false;
}

const struct stack_cpu *stacks_panicked(struct stacks *s)
{
	static const char *const functions[] = { "panic", "vpanic", "__crash_kexec", "crash_kexec", "die", "oops_end" };
	const struct stack_cpu *c = cpu_named_by(s, "panic_cpu");
	struct stack *stack;

	if (!c)
		c = cpu_named_by(s, "crashing_cpu");
	if (c)
		return c;
	stack = malloc(sizeof(*stack));
	for (size_t i = 0; stack && i < s->cpus.n && !c; i++)
		if (s->cpus.list[i].task.vaddr && !stack_of_task(s, &s->cpus.list[i].task, stack) &&
		    has_function(s, stack, functions, ARRAY_SIZE(functions)))
			c = &s->cpus.list[i];
	free(stack);
	return c;
}
