/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where functions end. kallsyms has no sizes: up to the next symbol there is padding too, which no function of a vmlinux has.
 *
 * On x86_64 the tables of the unwinder ORC tell it: their last row of a function says that nothing is known from where its
 * padding begins (tools/objtool/orc_gen.c: a row of zeroes; arch/x86/include/asm/orc_types.h). Elsewhere, what assemblers and
 * linkers fill up with is taken off the end.
 *
 * Threads: one at a time. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_EXECUTABLE_FUNCTION_ENDS_H
#define VMCOREFS_KERNEL_EXECUTABLE_FUNCTION_ENDS_H

#include "kernel/debuginfo/facts.h"

struct function_ends;

/* -ENOMEM, passing faults. */
int function_ends_open(const struct facts *f, struct function_ends **out);
void function_ends_close(struct function_ends *e);	/* NULL is fine */
/* The end of the function at vaddr, in (vaddr, next], where next is the next symbol. */
uint64_t function_ends_find(struct function_ends *e, uint64_t vaddr, uint64_t next);

#endif
