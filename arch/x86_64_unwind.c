/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64 by ORC, else by frame pointers: arch/x86/kernel/unwind_orc.c, unwind_frame.c. */
#include <errno.h>

#include "arch/arch.h"
#include "arch/orc.h"
#include "arch/unwind.h"

/* In struct pt_regs: what the processor itself puts there, ip cs flags sp ss. */
#define REGS_IP		128
#define REGS_SP		152

/* What functions without an entry are taken to do: unwind_orc.c, orc_fp_entry. */
static const struct orc_rule by_frame_pointer = {
	.type = ORC_CALL, .sp = ORC_BP, .sp_offset = 16, .bp = ORC_PREV_SP, .bp_offset = -16,
};

static int find_rule(const struct unwind *u, const struct unwind_frame *f, struct orc_rule *rule)
{
	uint64_t pc = f->exact ? f->pc : f->pc - 1;
	int r = u->rule ? u->rule(u->arg, pc, rule) : -ENOENT;

	if (r && r != -ENOENT)
		return r;
	if (r || rule->type == ORC_NONE) {
		/* code that was made at run time (BPF, trampolines) has frames; so has everything in a kernel without tables */
		if (u->rule && u->is_code(u->arg, pc))
			return -ENOTSUP;
		*rule = by_frame_pointer;
	}
	return 0;
}

static int find_sp(const struct unwind *u, const struct unwind_frame *f, const struct orc_rule *rule, uint64_t *out)
{
	uint64_t offset = (uint64_t)(int64_t)rule->sp_offset;
	int r = 0;

	switch (rule->sp) {
	case ORC_SP:
		*out = f->sp + offset;
		return 0;
	case ORC_BP:
		*out = f->fp + offset;
		return 0;
	case ORC_SP_INDIRECT:
		r = u->word(u->arg, f->sp, out);
		*out += offset;
		return r;
	case ORC_BP_INDIRECT:
		return u->word(u->arg, f->fp + offset, out);
	case ORC_AX: case ORC_DX: case ORC_DI: case ORC_R10: case ORC_R13:
		*out = f->more[rule->sp];	/* without an offset, as the kernel does */
		return f->has_more ? 0 : -ENOTSUP;
	default:
		return -EIO;
	}
}

static int find_bp(const struct unwind *u, const struct unwind_frame *f, const struct orc_rule *rule, uint64_t sp, uint64_t *out)
{
	uint64_t offset = (uint64_t)(int64_t)rule->bp_offset;

	if (rule->bp == ORC_PREV_SP)
		return u->word(u->arg, sp + offset, out);
	if (rule->bp == ORC_BP)
		return u->word(u->arg, f->fp + offset, out);
	*out = f->fp;
	return rule->bp == ORC_UNDEFINED ? 0 : -EIO;
}

/* An interrupt that came before all registers were saved. */
static int cross_partial(const struct unwind *u, uint64_t at, const struct unwind_frame *f, struct unwind_frame *out)
{
	uint64_t cs;
	int r;

	*out = (struct unwind_frame){ .exact = true, .fp = f->fp };
	r = u->word(u->arg, at, &out->pc);
	if (!r)
		r = u->word(u->arg, at + 8, &cs);
	if (!r)
		r = u->word(u->arg, at + REGS_SP - REGS_IP, &out->sp);
	if (!r) {
		out->user = cs & 3;
		out->regs = at - REGS_IP;
	}
	return r;
}

/* Of a kernel with frame pointers: an odd one is that of a struct pt_regs. unwind_frame.c, decode_frame_pointer() */
static int by_records(const struct unwind *u, struct unwind_frame *f)
{
	if (f->fp & 1)
		return unwind_from_regs(u, f->fp & ~1ull, f);
	return unwind_by_pair(u, f);
}

int x86_64_unwind(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { 0 };
	struct orc_rule rule;
	uint64_t sp;
	int r;

	if (!u->rule)
		return by_records(u, f);
	r = find_rule(u, f, &rule);
	if (r)
		return r;
	if (rule.type == ORC_END)
		return -ENOENT;
	r = find_sp(u, f, &rule, &sp);
	if (r)
		return r;
	if (rule.type == ORC_REGS) {
		r = unwind_from_regs(u, sp, &next);
	} else if (rule.type == ORC_REGS_PARTIAL) {
		r = cross_partial(u, sp, f, &next);
	} else {
		next.sp = sp;
		r = u->word(u->arg, sp - 8, &next.pc);
		if (!r)
			r = find_bp(u, f, &rule, sp, &next.fp);
	}
	next.exact = rule.signal;
	if (!r)
		*f = next;
	return r;
}
