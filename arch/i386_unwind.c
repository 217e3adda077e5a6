/* SPDX-License-Identifier: GPL-2.0-or-later */
/* i386 by frame pointers: arch/x86/kernel/unwind_frame.c. */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"

#define LAST_BYTES	256u		/* of a task's stack: the program's struct pt_regs is in there */
#define ENCODED_REGS 0x80000000u	/* a frame pointer without its top bit is that of a struct pt_regs */

int i386_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { .sp = f->fp + 8 };
	int r;

	if (!f->fp)
		return -ENOENT;
	/* entry code leaves the program's */
	if (!f->exact && (f->fp < f->sp || f->fp >= u->stack_end) && f->sp + LAST_BYTES >= u->stack_end &&
	    (f->fp | ENCODED_REGS) < f->sp)
		return -ENOENT;
	if (!(f->fp & ENCODED_REGS))
		return unwind_from_regs(u, f->fp | ENCODED_REGS, f);
	if (f->fp < f->sp)
		return -EIO;
	r = u->word(u->arg, f->fp, &next.fp);
	if (!r)
		r = u->word(u->arg, f->fp + 4, &next.pc);
	if (r)
		return r;
	if (!next.pc)
		return -ENOENT;
	if (!u->is_code(u->arg, next.pc))
		return -EIO;
	*f = next;
	return 0;
}
