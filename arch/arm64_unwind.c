/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64 by frame records, {fp, lr} at x29: arch/arm64/kernel/stacktrace.c. */
#include <errno.h>

#include "arch/arch.h"
#include "arch/unwind.h"

#define SET_FP		0x910003fdu	/* add x29, sp, #... or mov x29, sp */
#define SET_FP_MASK	0xff8003ffu
#define RET		0xd65f03c0u
#define MAX_PROLOGUE	4096u		/* instructions */

/* Behind a record of zeroes, since 6.14: struct frame_record_meta */
#define META_FINAL	1
#define META_PT_REGS	2

/* A record that exception entry made lies in the struct pt_regs of what was interrupted; its lr is the pc of that. */
static bool is_in_regs(const struct unwind *u, uint64_t record, uint64_t fp, uint64_t pc, struct unwind_frame *out)
{
	return u->record_offset && record > u->record_offset && !unwind_from_regs(u, record - u->record_offset, out) &&
	       out->pc == pc && out->fp == fp && !out->user;
}

static int cross_meta(const struct unwind *u, uint64_t record, struct unwind_frame *f)
{
	uint64_t type;
	int r = u->word(u->arg, record + 16, &type);

	if (r || type == META_FINAL)
		return r ? r : -ENOENT;
	if (type != META_PT_REGS || !u->record_offset)
		return -ENOENT;		/* before 6.14 that is the last one */
	return unwind_from_regs(u, record - u->record_offset, f);
}

/* Has the function that pc lies in made its record, and not yet taken it away? Else its caller's is the last one, and x30 tells
 * where it returns to. */
static bool has_record(const struct unwind *u, uint64_t pc)
{
	uint64_t at = u->function ? u->function(u->arg, pc) : 0, word;
	uint32_t code;

	if (!at || u->big_endian)
		return true;
	if (!u->word(u->arg, pc & ~7ull, &word) && (uint32_t)(word >> (pc & 4 ? 32 : 0)) == RET)
		return false;
	for (unsigned int i = 0; i < MAX_PROLOGUE && at < pc; i++, at += 4) {
		if (u->word(u->arg, at & ~7ull, &word))
			return true;
		code = (uint32_t)(word >> (at & 4 ? 32 : 0));
		if ((code & SET_FP_MASK) == SET_FP)
			return true;
	}
	return at < pc;
}

int arm64_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { 0 }, regs;
	uint64_t record = f->fp;
	int r;

	if (f->exact && f->has_link && u->is_code(u->arg, f->link - 1) && !has_record(u, f->pc)) {
		*f = (struct unwind_frame){ .pc = f->link, .sp = f->sp, .fp = record };
		return 0;
	}
	if (!record)
		return -ENOENT;
	if (record & 7)
		return -EIO;
	r = u->word(u->arg, record, &next.fp);
	if (!r)
		r = u->word(u->arg, record + 8, &next.pc);
	if (r)
		return r;
	if (!next.fp && !next.pc)
		return cross_meta(u, record, f);
	next.sp = record + 16;
	if (next.pc & 1ull << 55)
		next.pc |= u->pac_mask;
	if (is_in_regs(u, record, next.fp, next.pc, &regs))
		next = regs;
	else if (!u->is_code(u->arg, next.pc - 1))
		return -EIO;
	*f = next;
	return 0;
}
