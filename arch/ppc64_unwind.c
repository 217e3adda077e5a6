/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64 by the back chain: arch/powerpc/kernel/process.c, show_stack(). LR is in the caller's frame; the frame of an interrupt
 * has a marker, and struct pt_regs behind it, at one place in ABI v1 (and in v2 before 6.2), at another in v2.
 */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define LINK_OFFSET	16
#define KERNEL_REGION	0xc		/* bits 63:60 of its addresses */
#define MARKER		0x7265677368657265ull	/* "regshere" */

static const struct {
	unsigned int marker, regs;
} frames[] = { { 96, 112 }, { 32, 48 } };

int ppc64_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { 0 };
	uint64_t marker;
	int r;

	if (f->sp & 7)
		return -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(frames) && !f->exact; i++) {
		if (u->word(u->arg, f->sp + frames[i].marker, &marker) || marker != MARKER)
			continue;
		r = unwind_from_regs(u, f->sp + frames[i].regs, &next);
		if (r)
			return r;
		if (!next.user && !u->is_code(u->arg, next.pc))
			break;
		*f = next;
		return 0;
	}
	r = u->word(u->arg, f->sp, &next.sp);
	if (r)
		return r;
	/* a program's, where it entered by scv: there is no marker */
	if (next.sp >> 60 != KERNEL_REGION)
		return -ENOENT;
	r = u->word(u->arg, next.sp + LINK_OFFSET, &next.pc);
	if (!r && !u->is_code(u->arg, next.pc - 1))
		r = next.pc ? -EIO : -ENOENT;
	if (!r)
		*f = next;
	return r;
}
