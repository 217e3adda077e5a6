/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stacks, cpu/<n>/, panic/: what tasks and CPUs were doing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "fs/views/names.h"
#include "fs/views/stack_groups.h"
#include "fs/views/stack_text.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/percpu.h"

#define STACKS_BYTES	(16u << 20)	/* of the text of all stacks */
#define ONE_BYTES	(2u << 20)	/* of those of one CPU */

static uint64_t bound_stacks(const struct engine *e)
{
	(void)e;
	return STACKS_BYTES;
}

static uint64_t bound_one(const struct engine *e)
{
	(void)e;
	return ONE_BYTES;
}

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static int render_stacks(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct stack_source s;
	int r = stack_text_open(e, &s);

	(void)at;
	if (r)
		return r;
	r = stack_put_groups(e, s.stacks, STACKS_BYTES, out);
	stack_text_close(&s);
	return r;
}

/* --- cpu/<n> -------------------------------------------------------------------------------------------------------- */

enum cpu_part { REGS, STACK, TASK };

static int cpus_of(struct engine *e, struct kreader **r, struct kcpus *out)
{
	struct knames names = facts_names(e->facts);
	int result = kreader_open(e->kernel, r);

	if (result)
		return result;
	result = kcpus_read(&names, *r, out);
	kreader_take(*r, NULL);
	if (result)
		kreader_close(*r);
	return result;
}

/* The first CPU from a number on. */
static int next_cpu(struct engine *e, uint64_t from, uint64_t *out)
{
	struct kreader *r;
	struct kcpus cpus;
	int result = cpus_of(e, &r, &cpus);

	if (result)
		return error_is_passing(result) ? result : -ENOENT;
	result = -ENOENT;
	for (struct kbits b = kcpus_each(r, &cpus, false); result && kbits_next(&b);) {
		if (b.bit < from)
			continue;
		*out = b.bit;
		result = 0;
	}
	kreader_take(r, NULL);
	kreader_close(r);
	return result;
}

static int parse_cpu(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	uint64_t cpu;
	int r = name_number(name, key);

	(void)dir;
	if (!r)
		r = *key >= KCPUS_MAX ? -ENOENT : next_cpu(e, *key, &cpu);
	return r ? r : cpu == *key ? 0 : -ENOENT;
}

static int format_cpu(struct engine *e, uint64_t key, char *buf, size_t size)
{
	uint64_t cpu;
	int r = key >= KCPUS_MAX ? -ENOENT : next_cpu(e, key, &cpu);

	if (r || cpu != key)
		return r ? r : -ENOENT;
	snprintf(buf, size, "%u", (unsigned int)key);
	return 0;
}

static int list_cpus(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	int r = next_cpu(e, *pos, key);

	(void)dir;
	if (!r)
		*pos = *key + 1;
	return r;
}

static int put_stack(struct engine *e, const struct stack_source *s, const struct stack_cpu *cpu, struct outbuf *out)
{
	struct stack *stack = malloc(sizeof(*stack));
	int r = stack ? stack_of_task(s->stacks, &cpu->task, stack) : -ENOMEM;

	if (!r)
		stack_put_full(e, s->stacks, stack, out);
	free(stack);
	return r;
}

static int put_part(struct engine *e, const struct stack_source *s, const struct stack_cpu *cpu, enum cpu_part part, struct outbuf *out)
{
	if (part == STACK)
		return cpu->task.vaddr ? put_stack(e, s, cpu, out) : -ENOENT;
	if (part == REGS) {
		if (cpu->has_note)
			stack_put_registers(e, cpu, out);
		else
			out_printf(out, "its registers are not in the dump\n");
		return 0;
	}
	/* the idle task has no folder */
	if (cpu->task.pid <= 0)
		return -ENOENT;
	out_printf(out, "../%sproc/%d", "", cpu->task.pid);
	return 0;
}

static int render_cpu(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct stack_cpu *cpu;
	struct stack_source s;
	int r = stack_text_open(e, &s);

	if (r)
		return r;
	cpu = stack_cpus_numbered(stacks_cpus(s.stacks), (unsigned int)at->key);
	if (cpu && at->row->param == TASK)
		out_printf(out, "../");
	r = cpu ? put_part(e, &s, cpu, (enum cpu_part)at->row->param, out) : -ENOENT;
	stack_text_close(&s);
	return r;
}

/* --- panic/ --------------------------------------------------------------------------------------------------------- */

static int render_panic(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct stack_cpu *cpu;
	struct stack_source s;
	int r = stack_text_open(e, &s);

	if (r)
		return r;
	cpu = stacks_panicked(s.stacks);
	r = cpu ? put_part(e, &s, cpu, (enum cpu_part)at->row->param, out) : -ENOENT;
	stack_text_close(&s);
	return r;
}

static const struct names_ops cpu_names = { .parse = parse_cpu, .format = format_cpu, .list = list_cpus };

static const struct view_row rows[] = {
	{ .path = "stacks", .cost = "reads the kernel", .use = "you",
	  .help = "kernel stacks of all tasks, equal ones together, with who has them", .type = VIEW_COSTLY_TEXT,
	  .render = render_stacks, .bound = bound_stacks, .missing = missing_space },
	{ .path = "cpu", .cost = "reads the kernel", .use = "you",
	  .help = "cpu/<n>/: registers, stack and task of a CPU, by the kernel's number", .type = VIEW_FOLDER,
	  .missing = missing_space },
	{ .path = "cpu/<n>", .type = VIEW_FOLDER, .names = &cpu_names },
	{ .path = "cpu/<n>/regs", .type = VIEW_COSTLY_TEXT, .param = REGS, .render = render_cpu, .bound = bound_one },
	{ .path = "cpu/<n>/stack", .type = VIEW_COSTLY_TEXT, .param = STACK, .render = render_cpu, .bound = bound_one },
	{ .path = "panic", .cost = "reads the kernel", .use = "you",
	  .help = "registers, stack and log of the CPU that died", .type = VIEW_FOLDER, .missing = missing_space },
	{ .path = "panic/regs", .type = VIEW_COSTLY_TEXT, .param = REGS, .render = render_panic, .bound = bound_one },
	{ .path = "panic/stack", .type = VIEW_COSTLY_TEXT, .param = STACK, .render = render_panic, .bound = bound_one },
};

VIEW_FAMILY(stacks, rows);
