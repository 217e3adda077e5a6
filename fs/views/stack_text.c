/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/stack_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/reader/notes.h"
#include "kernel/debuginfo/address.h"
#include "kernel/object/percpu.h"
#include "kernel/object/reader.h"

#define NT_PRSTATUS	1u
#define NAME_BYTES	600u		/* of a symbol with its module */
#define FRAME_WORDS	64u		/* of a frame are shown */
#define FULL_BYTES	(1u << 20)	/* of the text of one stack */

static unsigned long long number(uint64_t n)
{
	return n;
}

int stack_text_open(struct engine *e, struct stack_source *out)
{
	struct dump_note note;
	const char *why = NULL;
	size_t pos = 0, n = 0, cap = 0;
	int r = 0;

	*out = (struct stack_source){ 0 };
	while (!r && dump_next_note(e->dump, &pos, &note)) {
		if (note.type != NT_PRSTATUS || strcmp(note.name, "CORE") || n == KCPUS_MAX)
			continue;
		r = vector_push(out->notes, n, cap,
				(struct arch_note){ .name = "CORE", .type = note.type, .desc = note.desc, .len = note.desc_len });
	}
	if (!r)
		r = stacks_open(e->facts, &(struct stack_notes){ out->notes, n, e->dump->big_endian }, &out->stacks, &why);
	if (r == -ENOTSUP)
		log_warn("stacks: %s", why);
	if (r)
		stack_text_close(out);
	return r;
}

void stack_text_close(struct stack_source *s)
{
	stacks_close(s->stacks);
	free(s->notes);
	*s = (struct stack_source){ 0 };
}

static void put_code(const struct engine *e, uint64_t pc, bool exact, struct outbuf *out)
{
	char name[NAME_BYTES];

	if (address_format_code(e->facts, pc, !exact, name, sizeof(name)))
		out_printf(out, "0x%0*llx", (int)e->kernel->word_bytes * 2, number(pc));
	else
		out_printf(out, "%s", name);
}

void stack_put_proc(const struct engine *e, const struct stacks *s, const struct stack *stack, struct outbuf *out)
{
	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_frame *f = &stack->frames[i];

		if (f->user || stacks_is_scheduler(s, f->pc - !f->exact))
			continue;
		out_printf(out, "[<0>] %s", f->guessed ? "? " : "");
		put_code(e, f->pc, f->exact, out);
		out_char(out, '\n');
	}
}

static const char *what_lacks(const struct stack *stack)
{
	switch (stack->end) {
	case STACK_TORN:
		return "what follows is no frame";
	case STACK_LOST:
		return "what follows is not in the dump, or damaged";
	case STACK_LONG:
		return "there are more frames";
	case STACK_NOT_SAVED:
		return "a CPU was running it, whose registers are not in the dump";
	case STACK_NONE:
		return "it has no stack that is known";
	default:
		return NULL;
	}
}

static bool is_task(const char *kind)
{
	return !kind || !strcmp(kind, "task");
}

void stack_put_trace(const struct engine *e, const struct stack *stack, struct outbuf *out)
{
	const char *kind = NULL, *lacks = what_lacks(stack);

	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_frame *f = &stack->frames[i];

		if (!is_task(kind) && (!f->kind || strcmp(kind, f->kind)))
			out_printf(out, "    </%s>\n", kind);
		if (!is_task(f->kind) && (!kind || strcmp(kind, f->kind)))
			out_printf(out, "    <%s>\n", f->kind);
		kind = f->kind;
		if (f->user) {
			out_printf(out, "    a program at %#llx\n", number(f->pc));
			continue;
		}
		out_printf(out, "    %s", f->guessed ? "? " : "");
		put_code(e, f->pc, f->exact, out);
		out_char(out, '\n');
	}
	if (lacks)
		out_printf(out, "    (%s)\n", lacks);
}

/* --- registers ------------------------------------------------------------------------------------------------------ */

static void put_value(const struct engine *e, const char *name, unsigned int bytes, uint64_t value, struct outbuf *out)
{
	char symbol[NAME_BYTES];

	out_printf(out, "%s 0x%0*llx", name, (int)bytes * 2, number(value));
	if (bytes == e->kernel->word_bytes && !address_format(e->facts, value, symbol, sizeof(symbol)))
		out_printf(out, " %s", symbol);
	out_char(out, '\n');
}

void stack_put_registers(const struct engine *e, const struct stack_cpu *cpu, struct outbuf *out)
{
	const struct note_layout *l = cpu->has_note ? note_layout(e->kernel->arch, &cpu->note) : NULL;
	uint64_t value;

	for (size_t i = 0; l && i < l->n; i++)
		if (note_value(&cpu->note, &l->registers[i], cpu->big_endian, &value))
			put_value(e, l->registers[i].name, l->registers[i].bytes, value, out);
}

/* Those of struct pt_regs in memory. */
static void put_frame_registers(const struct engine *e, struct kreader *r, uint64_t regs, struct outbuf *out)
{
	const struct note_layout *l = e->kernel->arch->notes;

	for (size_t i = 0; l && l->owner && i < l->n; i++) {
		const struct arch_register *reg = &l->registers[i];
		uint64_t value;

		if (reg->frame == NOT_IN_FRAME)
			continue;
		value = kuint(r, regs + (uint64_t)reg->frame, reg->bytes);
		if (kreader_take(r, NULL))
			continue;
		out_printf(out, "      ");
		put_value(e, reg->name, reg->bytes, value, out);
	}
}

/* --- all of it ------------------------------------------------------------------------------------------------------ */

static void put_words(const struct engine *e, struct kreader *r, uint64_t from, uint64_t to, struct outbuf *out)
{
	unsigned int word = e->kernel->word_bytes, shown = 0;
	char symbol[NAME_BYTES];

	for (uint64_t at = from; at < to && to - at >= word; at += word) {
		uint64_t value = kuint(r, at, word);

		if (shown++ == FRAME_WORDS) {
			out_printf(out, "      ... %#llx bytes more\n", number(to - at));
			return;
		}
		if (kreader_take(r, NULL)) {
			out_printf(out, "      0x%0*llx: cannot be read\n", (int)word * 2, number(at));
			return;
		}
		out_printf(out, "      0x%0*llx: 0x%0*llx", (int)word * 2, number(at), (int)word * 2, number(value));
		if (!address_format(e->facts, value, symbol, sizeof(symbol)))
			out_printf(out, " %s", symbol);
		out_char(out, '\n');
	}
}

void stack_put_full(const struct engine *e, struct stacks *s, const struct stack *stack, struct outbuf *out)
{
	const char *lacks = what_lacks(stack);
	struct kreader *r = stacks_reader(s);
	int width = (int)e->kernel->word_bytes * 2;
	size_t begin = out->len;

	if (stack->last)
		out_printf(out, "stack: 0x%0*llx to 0x%0*llx\n", width, number(stack->first), width, number(stack->last));
	if (stack->cpu)
		out_printf(out, "cpu: %u\n", stack->cpu->cpu);
	for (size_t i = 0; i < stack->n && out->len - begin < FULL_BYTES; i++) {
		const struct stack_frame *f = &stack->frames[i], *up = i + 1 < stack->n ? f + 1 : NULL;

		out_printf(out, "#%zu 0x%0*llx %s", i, width, number(f->pc), f->guessed ? "? " : f->user ? "a program" : "");
		if (!f->user)
			put_code(e, f->pc, f->exact, out);
		out_printf(out, "\n    sp 0x%0*llx fp 0x%0*llx", width, number(f->sp), width, number(f->fp));
		out_printf(out, "%s%s\n", f->kind ? ", stack of: " : "", f->kind ? f->kind : "");
		if (f->regs) {
			out_printf(out, "    registers at 0x%0*llx\n", width, number(f->regs));
			put_frame_registers(e, r, f->regs, out);
		}
		if (up && !f->user && !up->user && up->sp > f->sp && up->kind == f->kind)
			put_words(e, r, f->sp, up->sp, out);
	}
	if (lacks)
		out_printf(out, "%s\n", lacks);
}
