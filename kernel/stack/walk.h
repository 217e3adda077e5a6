/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stack from a frame on, as far as it leads. Where the architecture's way does not, the rest of the stack is searched for
 * return addresses: frames that are guessed.
 *
 * All is bounded: frames, guesses, stacks that are visited, each of them once and upwards only.
 *
 * Threads: those of the functions of struct unwind.
 */
#ifndef VMCOREFS_KERNEL_STACK_WALK_H
#define VMCOREFS_KERNEL_STACK_WALK_H

#include "arch/unwind.h"
#include "kernel/stack/kinds.h"

struct stack_cpu;

#define STACK_MAX_FRAMES 512u

struct stack_frame {
	uint64_t pc, sp, fp;
	uint64_t regs;			/* address of the struct pt_regs that pc is from; 0: none */
	const char *kind;		/* of the stack that sp is in: "task", "IRQ", ...; NULL: not known */
	bool exact;			/* pc is the instruction itself, else where a call returns to */
	bool guessed;
	bool user;			/* a program's: the last one */
};

enum stack_end {
	STACK_WHOLE,			/* up to its beginning */
	STACK_USER,			/* the last frame is a program's, or was: it came from there */
	STACK_TORN,			/* what follows is no frame */
	STACK_LOST,			/* what follows cannot be read */
	STACK_LONG,			/* it has more frames */
	STACK_NOT_SAVED,		/* a CPU runs the task, and its registers are not in the dump */
	STACK_NONE,			/* the task has none any more, or it is not known where it was */
};

struct stack {
	struct stack_frame frames[STACK_MAX_FRAMES];
	size_t n;
	enum stack_end end;
	uint64_t first, last;		/* the task's stack: bytes first to last - 1 */
	const struct stack_cpu *cpu;	/* that runs it; NULL: none. Borrowed from struct stacks */
};

/*
 * out has first and last; its frames and its end are what is found from the frame on. *fault: a passing fault that a function of
 * u has met by now, or 0: it ends the walk and is returned.
 */
int stack_walk(struct unwind *u, const struct stack_kinds *kinds, const int *fault, struct unwind_frame from, struct stack *out);

#endif
