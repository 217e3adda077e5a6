/* SPDX-License-Identifier: GPL-2.0-or-later */
/* i386 by frame pointers: arch/x86/kernel/unwind_frame.c. */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"

#define LAST_BYTES	256u		/* of a task's stack: the program's struct pt_regs is in there */
#define ENCODED_REGS 0x80000000u	/* a frame pointer without its top bit is that of a struct pt_regs */

int i386_unwind(const struct unwind *u, struct unwind_frame *f)
{
	if (!f->fp)
		return -ENOENT;
	/* entry code leaves the program's */
	if (!f->exact && (f->fp < f->sp || f->fp >= u->stack_end) && f->sp + LAST_BYTES >= u->stack_end &&
	    (f->fp | ENCODED_REGS) < f->sp)
		return -ENOENT;
	if (!(f->fp & ENCODED_REGS))
		return unwind_from_regs(u, f->fp | ENCODED_REGS, f);
	return unwind_by_pair(u, f);
}
