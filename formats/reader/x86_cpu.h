/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of x86 CPUs in formats of hypervisors and firmware, handed on as notes: what everybody who reads dumps knows.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_READER_X86_CPU_H
#define VMCOREFS_FORMATS_READER_X86_CPU_H

#include "formats/reader/dump.h"

struct x86_segment {
	uint32_t selector, limit, flags;
	uint64_t base;
};

struct x86_cpu {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rip, rflags;
	struct x86_segment cs, ds, es, fs, gs, ss, ldt, tr, gdt, idt;
	uint64_t cr[5];
	uint64_t kernel_gs_base;	/* 0: not known */
};

/*
 * Append the notes of one CPU to d->notes: NT_PRSTATUS (struct elf_prstatus of x86_64, or of i386 where d->elf_class is 32;
 * pr_pid = index + 1) and QEMU's own note with control registers and descriptor tables (QEMUCPUState,
 * target/i386/arch_dump.c, which is the same for both), which crash and the page table code here take CR3 from. 0 or
 * -ENOMEM.
 */
int dump_add_x86_cpu(struct dump *d, const struct x86_cpu *cpu, unsigned int index);

#endif
