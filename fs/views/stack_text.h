/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks as text, for all views that have some.
 *
 * Threads: any; struct stacks: one at a time.
 */
#ifndef VMCOREFS_FS_VIEWS_STACK_TEXT_H
#define VMCOREFS_FS_VIEWS_STACK_TEXT_H

#include "fs/views/engine.h"
#include "kernel/stack/stack.h"

/* The stacks of the engine's kernel; close with stack_text_close(). -ENOTSUP, with the reason logged; passing faults. */
struct stack_source {
	struct stacks *stacks;
	struct arch_note *notes;	/* owned: of CPUs */
};
int stack_text_open(struct engine *e, struct stack_source *out);
void stack_text_close(struct stack_source *s);

/* As /proc/<pid>/stack: "[<0>] function+0x12/0x340 [module]" lines, without the scheduler's functions. */
void stack_put_proc(const struct engine *e, const struct stacks *s, const struct stack *stack, struct outbuf *out);
/* A line a frame as the kernel's own traces have it: " function+0x12/0x340", "? " before what was guessed, <IRQ> and </IRQ>
 * around frames of other stacks than the task's; last a line that says what lacks. */
void stack_put_trace(const struct engine *e, const struct stack *stack, struct outbuf *out);
/* All of it: addresses, registers at exceptions, the words of each frame with what they point to. */
void stack_put_full(const struct engine *e, struct stacks *s, const struct stack *stack, struct outbuf *out);
/* The registers of a CPU, or of struct pt_regs at an address: "rip 0x... symbol" lines. */
void stack_put_registers(const struct engine *e, const struct stack_cpu *cpu, struct outbuf *out);

#endif
