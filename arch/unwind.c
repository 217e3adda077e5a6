/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/unwind.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

/* How registers tell that a program was interrupted. */
static const struct user_mode {
	uint16_t elf_machine;
	const char *name;		/* of the register */
	uint64_t mask, value;
} user_modes[] = {
	{ EM_X86_64, "cs", 3, 3 }, { EM_386, "cs", 3, 3 }, { EM_AARCH64, "pstate", 0xf, 0 }, { EM_ARM, "cpsr", 0x1f, 0x10 },
	{ EM_S390, "psw.mask", 1ull << 48, 1ull << 48 }, { EM_PPC64, "msr", 0x4000, 0x4000 },
};

/* A register of a note or of struct pt_regs. */
struct register_source {
	const struct note_layout *layout;
	const struct arch_note *note;	/* NULL: in memory */
	bool big_endian;
	const struct unwind *u;
	uint64_t regs;
	int error;
};

static bool get(struct register_source *s, const struct arch_register *r, uint64_t *out)
{
	int error;

	if (s->note)
		return note_value(s->note, r, s->big_endian, out);
	if (!r || r->frame == NOT_IN_FRAME || r->bytes != s->u->word_bytes)
		return false;
	error = s->u->word(s->u->arg, s->regs + (uint64_t)r->frame, out);
	if (error)
		s->error = error;
	return !error;
}

static bool is_user(struct register_source *s, const struct arch *arch)
{
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(user_modes); i++) {
		const struct user_mode *m = &user_modes[i];

		if (m->elf_machine == arch->elf_machine && get(s, note_register(s->layout, m->name), &value))
			return (value & m->mask) == m->value;
	}
	return false;
}

static int read_frame(struct register_source *s, const struct arch *arch, struct unwind_frame *out)
{
	static const char *const more[UNWIND_MORE] = { "rax", "rdx", "rdi", "r10", "r13" };	/* enum orc_register */

	*out = (struct unwind_frame){ .exact = true, .regs = s->regs };
	if (!get(s, note_register_of(s->layout, REGISTER_PC), &out->pc) ||
	    !get(s, note_register_of(s->layout, REGISTER_SP), &out->sp))
		return s->error ? s->error : -EINVAL;
	get(s, note_register_of(s->layout, REGISTER_FP), &out->fp);
	out->has_link = get(s, note_register_of(s->layout, REGISTER_LINK), &out->link);
	out->has_more = arch->elf_machine == EM_X86_64;
	for (size_t i = 0; out->has_more && i < UNWIND_MORE; i++)
		out->has_more = get(s, note_register(s->layout, more[i]), &out->more[i]);
	out->user = is_user(s, arch);
	return s->error;
}

int unwind_from_note(const struct arch *arch, const struct arch_note *note, bool big_endian, struct unwind_frame *out)
{
	struct register_source s = { .layout = note_layout(arch, note), .note = note, .big_endian = big_endian };

	return s.layout ? read_frame(&s, arch, out) : -EINVAL;
}

int unwind_from_regs(const struct unwind *u, uint64_t regs, struct unwind_frame *out)
{
	struct register_source s = { .layout = u->arch->notes, .u = u, .regs = regs };

	return s.layout && s.layout->owner ? read_frame(&s, u->arch, out) : -ENOTSUP;
}

int unwind_by_pair(const struct unwind *u, struct unwind_frame *f)
{
	struct unwind_frame next = { .sp = f->fp + 2 * u->word_bytes };
	int r;

	if (!f->fp)
		return -ENOENT;
	if (f->fp < f->sp)
		return -EIO;
	r = u->word(u->arg, f->fp, &next.fp);
	if (!r)
		r = u->word(u->arg, f->fp + u->word_bytes, &next.pc);
	if (r)
		return r;
	if (!next.pc)
		return -ENOENT;
	if (!u->is_code(u->arg, next.pc))
		return -EIO;
	*f = next;
	return 0;
}

#define CALL_BYTES	5u		/* x86: e8 and a distance of 32 bits */

static bool is_after_x86_call(uint64_t word, uint64_t vaddr, uint64_t *target)
{
	uint8_t code[8];

	put_u64(code, word, false);
	if (code[sizeof(code) - CALL_BYTES] == 0xe8) {
		*target = vaddr + (uint64_t)(int64_t)(int32_t)(word >> 32);
		return true;
	}
	/* call *%rax, call *8(%rbx), ... */
	for (size_t i = 1; i + 1 < sizeof(code); i++)
		if (code[i] == 0xff && (code[i + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* Does a call stand before vaddr, and of what? *target 0: of what a register says. Where it is not known how calls look: true. */
static bool is_after_call(const struct unwind *u, uint64_t vaddr, uint64_t *target)
{
	uint64_t word;
	uint32_t code;

	*target = 0;
	switch (u->arch->elf_machine) {
	case EM_X86_64:
		return !u->word(u->arg, vaddr - 8, &word) && is_after_x86_call(word, vaddr, target);
	case EM_ARM:		/* bl, blx to a register */
		return !(vaddr & 3) && !u->word(u->arg, vaddr - 4, &word) &&
		       ((word & 0x0f000000) == 0x0b000000 || (word & 0x0ffffff0) == 0x012fff30);
	case EM_MIPS:		/* jal, jalr, and what is behind them */
		if (u->word_bytes != 8 || vaddr & 3 || u->word(u->arg, vaddr - 8, &word))
			return false;
		code = (uint32_t)(u->big_endian ? word >> 32 : word);
		return code >> 26 == 3 || (code >> 26 == 0 && (code & 0x3f) == 9);
	default:
		return true;
	}
}

int unwind_search(const struct unwind *u, struct unwind_frame *f)
{
	uint64_t function = f->pc && u->function ? u->function(u->arg, f->exact ? f->pc : f->pc - 1) : 0, word, target;

	for (uint64_t at = f->sp; at < u->stack_end && u->stack_end - at >= u->word_bytes; at += u->word_bytes) {
		if (u->word(u->arg, at, &word) || !u->is_code(u->arg, word) || !is_after_call(u, word, &target))
			continue;
		*f = (struct unwind_frame){ .pc = word, .sp = at + u->word_bytes, .fp = f->fp, .guessed = !target || target != function };
		return 0;
	}
	return -ENOENT;
}
