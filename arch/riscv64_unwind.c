/* SPDX-License-Identifier: GPL-2.0-or-later */
/* riscv64 by frame records, {fp, ra} below s0: arch/riscv/kernel/stacktrace.c. */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"

#define REGS_STATUS	256		/* in struct pt_regs */
#define LAST_BYTES	512u		/* of a task's stack: its first struct pt_regs is in there */
#define REGS_BYTES	288u
#define STATUS_SPP	0x100u		/* it was the kernel that was interrupted */

/* Exception entry puts struct pt_regs below what was interrupted, and calls on with the s0 that it found, or (6.10) its end. */
static bool is_in_regs(const struct unwind *u, const struct unwind_frame *f, struct unwind_frame *out)
{
	uint64_t status;

	if (unwind_from_regs(u, f->sp, out) || u->word(u->arg, f->sp + REGS_STATUS, &status))
		return false;
	if (out->fp != f->fp && f->fp - f->sp != REGS_BYTES)
		return false;
	out->user = !(status & STATUS_SPP);
	return out->user ? !(out->pc >> 63) : u->is_code(u->arg, out->pc);
}

int riscv64_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { .sp = f->fp }, regs;
	/* the first frame of a task has what its creator left: nothing that leads on, or registers that are none of a program */
	bool is_last = !f->exact && (f->fp <= f->sp || f->fp > u->stack_end - LAST_BYTES);
	int r;

	if (!f->exact && is_in_regs(u, f, &regs)) {
		*f = regs;
		return 0;
	}
	if (!f->fp)
		return -ENOENT;
	if (f->fp & 7)
		return is_last ? -ENOENT : -EIO;
	r = u->word(u->arg, f->fp - 16, &next.fp);
	if (!r)
		r = u->word(u->arg, f->fp - 8, &next.pc);
	if (r)
		return is_last ? -ENOENT : r;
	/* a leaf function has saved its caller's s0 alone, in the place of ra */
	if (f->exact && f->has_link && !u->is_code(u->arg, next.pc) && u->is_code(u->arg, f->link - 1)) {
		next.fp = next.pc;
		next.pc = f->link;
	}
	if (!u->is_code(u->arg, next.pc - 1))
		return next.pc && !is_last ? -EIO : -ENOENT;
	*f = next;
	return 0;
}
