/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stacks, cpu/<n>/, panic/: what tasks and CPUs were doing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "fs/views/names.h"
#include "fs/views/stack_groups.h"
#include "fs/views/stack_text.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/log/cause.h"
#include "kernel/log/printk.h"
#include "kernel/object/percpu.h"

#define STACKS_BYTES	(16u << 20)	/* of the text of all stacks */
#define FAULT_LINES	100u		/* between those of two faults */
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

static void put_missing(const struct engine *e, struct outbuf *out)
{
	const char *why = stacks_missing(e->facts);

	if (why)
		out_printf(out, "missing: stacks, cpu/<n>/, panic/: %s\n", why);
}

/* --- cpu/<n> -------------------------------------------------------------------------------------------------------- */

enum cpu_part { REGS, STACK, TASK };

/* The first CPU from a number on. */
static int next_cpu(struct engine *e, uint64_t from, uint64_t *out)
{
	struct knames names = facts_names(e->facts);
	struct kreader *r;
	struct kcpus cpus;
	int result = kreader_open(e->kernel, &r);

	if (result)
		return error_is_passing(result) ? result : -ENOENT;
	result = kcpus_read(&names, r, &cpus);
	if (!result) {
		struct kbits b = kcpus_each(r, &cpus, false);

		kbits_skip(&b, from);
		result = kbits_next(&b) ? 0 : -ENOENT;
		*out = b.bit;
	}
	kreader_take(r, NULL);
	kreader_close(r);
	return !result || error_is_passing(result) ? result : -ENOENT;
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
	/* of the idle task it leads nowhere, but tells that it is the one */
	if (!cpu->task.vaddr)
		return -ENOENT;
	out_printf(out, "proc/%d", cpu->task.pid);
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
	if (at->row->param == TASK)
		out_printf(out, "../../");
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
	if (cpu && at->row->param == TASK)
		out_printf(out, "../");
	if (cpu)
		r = put_part(e, &s, cpu, (enum cpu_part)at->row->param, out);
	else if (at->row->param == TASK)
		r = -ENOENT;
	else
		out_printf(out, "no CPU has called panic()\n");
	stack_text_close(&s);
	return r;
}

static uint64_t bound_log(const struct engine *e)
{
	return printk_bound(e->kernel);
}

/* Where it begins: with the fault that the panic is due to, else with the panic; of a kernel that did not panic with its last
 * fault. len: nowhere. */
static size_t find_panic(struct log_cause *c, const char *log, size_t len)
{
	size_t fault = len, line;
	const char *cause;

	for (size_t at = 0; at < len; at += line) {
		const char *end = memchr(log + at, '\n', len - at);
		size_t before = c->fault_at, messages = c->messages;

		line = end ? (size_t)(end - (log + at)) + 1 : len - at;
		log_cause_text(c, log + at, line);
		/* one fault is several lines */
		if (c->fault_at != before && (fault == len || messages - before > FAULT_LINES))
			fault = at;
		if (!c->panicked)
			continue;
		cause = log_cause_panic(c);
		return cause == c->last[SIGN_FAULT] ? fault : at;
	}
	return log_cause_fault(c) ? fault : len;
}

static int render_panic_log(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct log_cause *c = calloc(1, sizeof(*c));
	struct outbuf log = OUTBUF_INIT;
	int r = c ? printk_render_form(e->kernel, e->facts, PRINTK_DMESG, &log, NULL) : -ENOMEM;
	size_t from;

	(void)at;
	if (!r)
		r = log.error;
	if (!r) {
		from = find_panic(c, log.data, log.len);
		if (from < log.len)
			out_write(out, log.data + from, log.len - from);
		else
			out_printf(out, "the log tells of no panic\n");
	}
	out_free(&log);
	free(c);
	return r;
}

static const char *missing_log(const struct engine *e)
{
	return e->kernel->has_space ? printk_why_no_form(e->kernel, PRINTK_DMESG) : e->kernel->why_no_space;
}

static const struct names_ops cpu_names = { .parse = parse_cpu, .format = format_cpu, .list = list_cpus };

static const struct view_row rows[] = {
	{ .path = "stacks", .cost = "reads the kernel", .use = "you",
	  .help = "kernel stacks of all tasks, equal ones together, with who has them", .type = VIEW_COSTLY_TEXT,
	  .render = render_stacks, .bound = bound_stacks, .missing = missing_space },
	{ .path = "cpu", .cost = "reads the kernel", .use = "you",
	  .help = "cpu/<n>/: registers, stack and task of a CPU, by the kernel's number", .type = VIEW_FOLDER,
	  .missing = missing_space, .put_missing = put_missing },
	{ .path = "cpu/<n>", .type = VIEW_FOLDER, .names = &cpu_names },
	{ .path = "cpu/<n>/regs", .type = VIEW_COSTLY_TEXT, .param = REGS, .render = render_cpu, .bound = bound_one },
	{ .path = "cpu/<n>/stack", .type = VIEW_COSTLY_TEXT, .param = STACK, .render = render_cpu, .bound = bound_one },
	{ .path = "cpu/<n>/task", .type = VIEW_PROC_LINK, .param = TASK, .render = render_cpu },
	{ .path = "panic", .cost = "reads the kernel", .use = "you",
	  .help = "registers, stack, task and log of the CPU that died", .type = VIEW_FOLDER, .missing = missing_space },
	{ .path = "panic/regs", .type = VIEW_COSTLY_TEXT, .param = REGS, .render = render_panic, .bound = bound_one },
	{ .path = "panic/stack", .type = VIEW_COSTLY_TEXT, .param = STACK, .render = render_panic, .bound = bound_one },
	{ .path = "panic/task", .type = VIEW_PROC_LINK, .param = TASK, .render = render_panic },
	{ .path = "panic/log", .type = VIEW_COSTLY_TEXT, .render = render_panic_log, .bound = bound_log, .missing = missing_log },
};

VIEW_FAMILY(stacks, rows);
