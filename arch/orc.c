/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/orc.h"

#include "arch/arch.h"
#include "base/bytes.h"

/* ORC_REG_* by their numbers: the second since 7.1 */
static const uint8_t registers[2][11] = {
	{ ORC_UNDEFINED, ORC_PREV_SP, ORC_DX, ORC_DI, ORC_BP, ORC_SP, ORC_R10, ORC_R13, ORC_BP_INDIRECT, ORC_SP_INDIRECT, ORC_AX },
	{ ORC_UNDEFINED, ORC_AX, ORC_DX, ORC_SP, ORC_BP, ORC_DI, ORC_R10, ORC_R13, ORC_PREV_SP, ORC_SP_INDIRECT, ORC_BP_INDIRECT },
};
#define OLD_SP 5u
#define NEW_SP 3u

void orc_layout_of(unsigned int version, struct orc_layout *out)
{
	*out = (struct orc_layout){ .sp = { 0, 4 }, .bp = { 4, 4 } };
	if (version && version < ARCH_VERSION(6, 3, 0)) {
		out->type = (struct orc_bits){ 8, 2 };
		out->end = (struct orc_bits){ 10, 1 };
	} else if (version && version < ARCH_VERSION(6, 4, 0)) {
		out->type = (struct orc_bits){ 8, 2 };
		out->signal = (struct orc_bits){ 10, 1 };
		out->end = (struct orc_bits){ 11, 1 };
	} else {
		out->type = (struct orc_bits){ 8, 3 };
		out->signal = (struct orc_bits){ 11, 1 };
	}
}

static unsigned int field(unsigned int word, struct orc_bits at)
{
	return word >> at.shift & ((1u << at.bits) - 1);
}

static enum orc_register register_of(const struct orc_layout *l, unsigned int number)
{
	return number < ARRAY_SIZE(registers[0]) ? registers[l->reordered][number] : ORC_UNKNOWN;
}

void orc_decode(const struct orc_layout *l, const uint8_t entry[ORC_ENTRY_BYTES], struct orc_rule *out)
{
	static const uint8_t types[] = { ORC_CALL, ORC_REGS, ORC_REGS_PARTIAL, ORC_NONE };
	static const uint8_t types_6_4[] = { ORC_NONE, ORC_END, ORC_CALL, ORC_REGS, ORC_REGS_PARTIAL };
	unsigned int word = get_u16(entry + 4, false), type = field(word, l->type);

	*out = (struct orc_rule){
		.sp_offset = (int16_t)get_u16(entry, false), .bp_offset = (int16_t)get_u16(entry + 2, false),
		.sp = register_of(l, field(word, l->sp)), .bp = register_of(l, field(word, l->bp)),
	};
	if (!l->end.bits)
		out->type = type < ARRAY_SIZE(types_6_4) ? types_6_4[type] : ORC_NONE;
	else if (out->sp == ORC_UNDEFINED)
		out->type = field(word, l->end) ? ORC_END : ORC_NONE;
	else
		out->type = types[type & 3];
	out->signal = l->signal.bits ? field(word, l->signal) : out->type == ORC_REGS || out->type == ORC_REGS_PARTIAL;
}

bool orc_is_reordered(const struct orc_layout *l, const uint8_t *entries, unsigned int n)
{
	unsigned int old = 0, new = 0;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int sp = field(get_u16(entries + i * ORC_ENTRY_BYTES + 4, false), l->sp);

		old += sp == OLD_SP;
		new += sp == NEW_SP;
	}
	return new > old;
}
