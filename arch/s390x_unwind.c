/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x by the back chain: arch/s390/kernel/unwind_bc.c. A function saves its registers, r14 with them, in the frame of its
 * caller, where sp was; the frame of an interrupt ends the chain with 0, and has struct pt_regs behind it.
 */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"

#define FRAME_BYTES 160u		/* STACK_FRAME_OVERHEAD */

int s390x_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { 0 };
	int r;

	if (!f->sp)
		return -ENOENT;
	if (f->sp & 7)
		return -EIO;
	r = u->word(u->arg, f->sp + u->chain_offset, &next.sp);
	if (r)
		return r;
	if (next.sp) {
		r = u->word(u->arg, next.sp + u->link_offset, &next.pc);
		if (!r && !u->is_code(u->arg, next.pc - 1))
			r = next.pc ? -EIO : -ENOENT;
	} else {
		r = unwind_from_regs(u, f->sp + FRAME_BYTES, &next);
		if (!r && !next.user && next.pc && !u->is_code(u->arg, next.pc))
			r = -EIO;
	}
	if (!r)
		*f = next;
	return r;
}
