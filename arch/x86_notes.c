/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's note of an x86 CPU, which has its control registers: struct QEMUCPUState in target/i386/arch_dump.c, the same for
 * 32 and 64 bits. Other hypervisors' registers are handed on in this form too.
 */
#include "arch/x86_notes.h"

#include "arch/arch.h"
#include "base/bytes.h"

#define CR0_PAGING ((uint64_t)1 << 31)

/* Behind version and size; ten segments of 24 bytes are between rflags and cr0. */
#define GENERAL(name, i, role) { name, 8 + 8 * (i), NOT_IN_FRAME, 8, role }
#define CONTROL(name, i) { name, 392 + 8 * (i), NOT_IN_FRAME, 8, REGISTER_PLAIN }

const struct arch_register x86_qemu_registers[X86_QEMU_REGISTERS] = {
	GENERAL("rax", 0, REGISTER_PLAIN), GENERAL("rbx", 1, REGISTER_PLAIN), GENERAL("rcx", 2, REGISTER_PLAIN),
	GENERAL("rdx", 3, REGISTER_PLAIN), GENERAL("rsi", 4, REGISTER_PLAIN), GENERAL("rdi", 5, REGISTER_PLAIN),
	GENERAL("rsp", 6, REGISTER_SP), GENERAL("rbp", 7, REGISTER_FP), GENERAL("r8", 8, REGISTER_PLAIN),
	GENERAL("r9", 9, REGISTER_PLAIN), GENERAL("r10", 10, REGISTER_PLAIN), GENERAL("r11", 11, REGISTER_PLAIN),
	GENERAL("r12", 12, REGISTER_PLAIN), GENERAL("r13", 13, REGISTER_PLAIN), GENERAL("r14", 14, REGISTER_PLAIN),
	GENERAL("r15", 15, REGISTER_PLAIN), GENERAL("rip", 16, REGISTER_PC), GENERAL("rflags", 17, REGISTER_FLAGS),
	CONTROL("cr0", 0), CONTROL("cr1", 1), CONTROL("cr2", 2), CONTROL("cr3", 3), CONTROL("cr4", 4),
	CONTROL("kernel_gs_base", 5),	/* since 2.10 */
};

bool x86_paging_of(const struct arch *arch, const struct arch_note *note, struct x86_paging *out)
{
	const struct note_layout *l = note_layout(arch, note);
	uint64_t cr0;

	return l && note_value(note, note_register(l, "cr0"), false, &cr0) && (cr0 & CR0_PAGING) &&
	       note_value(note, note_register(l, "cr3"), false, &out->cr3) &&
	       note_value(note, note_register(l, "cr4"), false, &out->cr4);
}
