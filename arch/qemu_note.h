/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's note of an x86 CPU, which has its control registers: struct QEMUCPUState in target/i386/arch_dump.c, the same for
 * 32 and 64 bits. Other hypervisors' registers are handed on in this form too.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_ARCH_QEMU_NOTE_H
#define VMCOREFS_ARCH_QEMU_NOTE_H

#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

#define QEMU_STATE_MIN	432u
#define CR0_PAGING	((uint64_t)1 << 31)
#define CR4_PAE		((uint64_t)1 << 5)
#define CR4_LA57	((uint64_t)1 << 12)

struct qemu_registers {
	uint64_t cr3, cr4;
};

/* Of a CPU that has paging on; false: the note is none of these. */
static inline bool qemu_note_registers(const struct arch_note *n, struct qemu_registers *out)
{
	if (strcmp(n->name, "QEMU") || n->len < QEMU_STATE_MIN || !(get_u64(n->desc + 392, false) & CR0_PAGING))
		return false;
	*out = (struct qemu_registers){ get_u64(n->desc + 416, false), get_u64(n->desc + 424, false) };
	return true;
}

#endif
