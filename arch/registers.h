/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of CPUs: what the notes of a dump have of them and where, and where the kernel has them in struct pt_regs,
 * which it makes on its stacks when it is entered. A table an architecture; the first one of its notes is NT_PRSTATUS, as
 * the kernel makes it (struct elf_prstatus, include/linux/elfcore.h, with the registers of uapi/asm/ptrace.h or asm/elf.h).
 *
 * Threads: any. Nothing is owned.
 */
#ifndef VMCOREFS_ARCH_REGISTERS_H
#define VMCOREFS_ARCH_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct arch_note;

enum register_role { REGISTER_PLAIN, REGISTER_PC, REGISTER_SP, REGISTER_FP, REGISTER_LINK, REGISTER_FLAGS };

#define NOT_IN_FRAME (-1)

struct arch_register {
	const char *name;		/* as manuals and debuggers have it: "rip" */
	uint16_t offset;		/* in the note's description, bytes */
	int16_t frame;			/* in struct pt_regs, bytes; NOT_IN_FRAME */
	uint8_t bytes;			/* 4 or 8 */
	uint8_t role;			/* enum register_role: of each but PLAIN there is at most one */
};

/* What one kind of note has. */
struct note_layout {
	const char *owner;		/* the note's name: "CORE"; NULL: the end of the list */
	uint32_t type;
	uint16_t bytes;			/* of the description */
	bool open;			/* it may have more */
	const struct arch_register *registers;
	size_t n;
};

/* struct elf_prstatus: its registers begin there, and behind them is one word more, pr_fpvalid with padding. */
#define PRSTATUS64_REGISTERS 112
#define PRSTATUS32_REGISTERS 72
/* Word i of the registers in a note of 64 or 32 bits, which is word i of struct pt_regs too; that is elsewhere or not there */
#define REGISTER64(name, i, role) { name, PRSTATUS64_REGISTERS + 8 * (i), 8 * (i), 8, role }
#define REGISTER32(name, i, role) { name, PRSTATUS32_REGISTERS + 4 * (i), 4 * (i), 4, role }
#define REGISTER64_AT(name, i, frame, role) { name, PRSTATUS64_REGISTERS + 8 * (i), frame, 8, role }
#define REGISTER32_AT(name, i, frame, role) { name, PRSTATUS32_REGISTERS + 4 * (i), frame, 4, role }
#define PRSTATUS64(list, words) { "CORE", 1, PRSTATUS64_REGISTERS + 8 * (words) + 8, false, list, ARRAY_SIZE(list) }
#define PRSTATUS32(list, words) { "CORE", 1, PRSTATUS32_REGISTERS + 4 * (words) + 4, false, list, ARRAY_SIZE(list) }

/* What the note is to this architecture: NULL: nothing that is known, or it has another size. */
const struct note_layout *note_layout(const struct arch *arch, const struct arch_note *note);
/* By name, or by role (not PLAIN); NULL: there is none. */
const struct arch_register *note_register(const struct note_layout *l, const char *name);
const struct arch_register *note_register_of(const struct note_layout *l, enum register_role role);
/* Its value, zero-extended; big_endian: the note. false: r is NULL, or the note ends before it. */
bool note_value(const struct arch_note *note, const struct arch_register *r, bool big_endian, uint64_t *value);

#endif
