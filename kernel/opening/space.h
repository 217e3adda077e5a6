/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a text of VMCOREINFO to the address space of its kernel.
 *
 * Threads: before others know the kernel.
 */
#ifndef VMCOREFS_KERNEL_OPENING_SPACE_H
#define VMCOREFS_KERNEL_OPENING_SPACE_H

#include "kernel/input.h"
#include "kernel/kernel.h"

/* With k->vmci and k->arch set, all that follows from them: what the text says of the kernel as a whole, the space, or
 * k->why_no_space, and the kernel's name. */
void space_of_text(struct kernel *k, const struct kernel_input *in);
/* A proof that the tables are the right ones: the kernel's own first instruction is mapped; under Xen to the frame that
 * the p2m has for it. Else an error, and k->why_no_space. */
int space_check(struct kernel *k);

#endif
