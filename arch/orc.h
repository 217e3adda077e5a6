/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC, the kernel's own unwind tables of x86_64: what an entry says. arch/x86/include/asm/orc_types.h in four eras: 4.14 as it
 * was made, 6.3 with a signal bit, 6.4 with types of three bits, 7.1 with the registers in another order.
 *
 * An entry is 6 bytes, little-endian: s16 sp_offset, s16 bp_offset, 16 bits of fields.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_ARCH_ORC_H
#define VMCOREFS_ARCH_ORC_H

#include <stdbool.h>
#include <stdint.h>

#define ORC_ENTRY_BYTES 6u

/* The first five are those of unwind_frame.more[]. */
enum orc_register {
	ORC_AX, ORC_DX, ORC_DI, ORC_R10, ORC_R13, ORC_UNDEFINED, ORC_PREV_SP, ORC_BP, ORC_SP, ORC_BP_INDIRECT, ORC_SP_INDIRECT,
	ORC_UNKNOWN,
};
/* ORC_NONE: nothing is known of this code; ORC_END: it is the first of a stack. */
enum orc_type { ORC_NONE, ORC_END, ORC_CALL, ORC_REGS, ORC_REGS_PARTIAL };

struct orc_rule {
	int16_t sp_offset, bp_offset;
	enum orc_register sp, bp;
	enum orc_type type;
	bool signal;			/* the frame above was interrupted: its pc is exact */
};

/* Where the fields are in their 16 bits; bits 0: this era has no such field. */
struct orc_layout {
	struct orc_bits {
		uint8_t shift, bits;
	} sp, bp, type, signal, end;
	bool reordered;			/* the registers have 7.1's numbers */
};

/* Of a kernel whose types do not tell. version: ARCH_VERSION(). */
void orc_layout_of(unsigned int version, struct orc_layout *out);
void orc_decode(const struct orc_layout *l, const uint8_t entry[ORC_ENTRY_BYTES], struct orc_rule *out);
/* Whose numbers are they, by the registers that n entries have for sp: most have SP. */
bool orc_is_reordered(const struct orc_layout *l, const uint8_t *entries, unsigned int n);

#endif
