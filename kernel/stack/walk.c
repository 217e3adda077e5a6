/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/stack/walk.h"

#include <errno.h>

#include "arch/arch.h"

#define MAX_GUESSED	64u		/* frames of one stack */
#define MAX_STACKS	16u		/* that one trace leads over */
#define UNKNOWN_BYTES	16384u		/* of a stack that is not known: it is taken to be aligned */

/* The stacks that it has come over. */
struct stack_visit {
	struct unwind *u;
	const struct stack_kinds *kinds;
	const int *fault;
	struct stack *out;
	struct stack_range seen[MAX_STACKS];
	unsigned int nseen;
	unsigned int guessed;
};

static struct stack_range range_of(const struct stack_visit *v, uint64_t sp)
{
	const struct stack_range *other;

	if (v->out->last && sp >= v->out->first && sp <= v->out->last)
		return (struct stack_range){ .kind = "task", .first = v->out->first, .end = v->out->last };
	other = stack_kinds_at(v->kinds, sp);
	if (other)
		return *other;
	return (struct stack_range){ .first = sp & ~(uint64_t)(UNKNOWN_BYTES - 1), .end = (sp | (UNKNOWN_BYTES - 1)) + 1 };
}

/* Is it a stack that the trace may go on to? Each is entered once. */
static bool enter(struct stack_visit *v, uint64_t sp)
{
	struct stack_range to = range_of(v, sp);

	for (unsigned int i = 0; i < v->nseen; i++)
		if (v->seen[i].first == to.first)
			return i + 1 == v->nseen;
	if (v->nseen == MAX_STACKS)
		return false;
	v->seen[v->nseen++] = to;
	return true;
}

static int push(struct stack_visit *v, const struct unwind_frame *f)
{
	struct stack *out = v->out;

	if (out->n == STACK_MAX_FRAMES || (f->guessed && v->guessed++ == MAX_GUESSED)) {
		out->end = STACK_LONG;
		return -EOVERFLOW;
	}
	out->frames[out->n++] = (struct stack_frame){
		.pc = f->pc, .sp = f->sp, .fp = f->fp, .regs = f->regs, .kind = f->user ? NULL : v->seen[v->nseen - 1].kind,
		.exact = f->exact, .guessed = f->guessed, .user = f->user,
	};
	return 0;
}

/* A step, or what a search finds. */
static int step(struct stack_visit *v, struct unwind_frame *f)
{
	struct unwind *u = v->u;
	struct unwind_frame next = *f;
	int r;

	u->stack_end = v->seen[v->nseen - 1].end;
	r = f->guessed || !u->arch->unwind ? -ENOTSUP : u->arch->unwind(u, &next);
	if (*v->fault)
		return *v->fault;
	if (!r && !next.user && !next.pc)
		r = -ENOENT;			/* a new task's registers */
	/* not up the same stack: only a function that was interrupted may have no frame */
	if (!r && !next.user && next.sp + f->exact <= f->sp && next.sp >= v->seen[v->nseen - 1].first)
		r = -EIO;
	if (!r && !next.user && !enter(v, next.sp))
		r = -ELOOP;
	if (r && r != -ENOENT) {
		int why = r;

		next = *f;
		r = unwind_search(u, &next);
		if (*v->fault)
			return *v->fault;
		if (r) {
			v->out->end = why == -EIO || why == -ENOTSUP || why == -ELOOP ? STACK_TORN : STACK_LOST;
			return r;
		}
	}
	if (!r)
		*f = next;
	return r;
}

int stack_walk(struct unwind *u, const struct stack_kinds *kinds, const int *fault, struct unwind_frame f, struct stack *out)
{
	struct stack_visit v = { .u = u, .kinds = kinds, .fault = fault, .out = out };
	int r;

	out->n = 0;
	if (f.user) {
		push(&v, &f);
		out->end = STACK_USER;
		return 0;
	}
	enter(&v, f.sp);
	out->end = STACK_WHOLE;
	do {
		r = push(&v, &f);
		if (!r)
			r = step(&v, &f);
	} while (!r && !f.user);
	if (!r && !push(&v, &f))
		out->end = STACK_USER;
	return *fault;
}
