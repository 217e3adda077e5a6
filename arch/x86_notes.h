/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What i386 and x86_64 share of notes.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_ARCH_X86_NOTES_H
#define VMCOREFS_ARCH_X86_NOTES_H

#include "arch/registers.h"

#define X86_QEMU_REGISTERS 24
extern const struct arch_register x86_qemu_registers[X86_QEMU_REGISTERS];
/* kernel_gs_base is not in older ones */
#define X86_QEMU_NOTE { "QEMU", 0, 432, true, x86_qemu_registers, X86_QEMU_REGISTERS }

/* Control registers of a CPU that has paging on, by QEMU's note; false: the note is none of these. */
struct x86_paging {
	uint64_t cr3, cr4;
};
#define CR4_PAE		((uint64_t)1 << 5)
#define CR4_LA57	((uint64_t)1 << 12)
bool x86_paging_of(const struct arch *arch, const struct arch_note *note, struct x86_paging *out);

#endif
