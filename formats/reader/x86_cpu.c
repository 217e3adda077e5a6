/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/x86_cpu.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

/* struct elf_prstatus, include/linux/elfcore.h: of x86_64, and of i386 */
#define PRSTATUS_BYTES 336u
#define PRSTATUS_PID 32u
#define PRSTATUS_REGS 112u		/* struct user_regs_struct */
#define PRSTATUS32_BYTES 144u
#define PRSTATUS32_PID 24u
#define PRSTATUS32_REGS 72u
#define QEMU_VERSION 1u
#define QEMU_BYTES 440u			/* QEMUCPUState, with kernel_gs_base */

static uint8_t *put_words(uint8_t *at, const uint64_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++, at += 8)
		put_u64(at, words[i], false);
	return at;
}

static void fill_prstatus(uint8_t *desc, const struct x86_cpu *c, unsigned int index)
{
	const uint64_t regs[] = {
		c->r15, c->r14, c->r13, c->r12, c->rbp, c->rbx, c->r11, c->r10, c->r9, c->r8, c->rax, c->rcx, c->rdx,
		c->rsi, c->rdi, 0 /* orig_rax */, c->rip, c->cs.selector, c->rflags, c->rsp, c->ss.selector, c->fs.base,
		c->gs.base, c->ds.selector, c->es.selector, c->fs.selector, c->gs.selector,
	};

	put_u32(desc + PRSTATUS_PID, index + 1, false);
	put_words(desc + PRSTATUS_REGS, regs, ARRAY_SIZE(regs));
}

static void fill_prstatus32(uint8_t *desc, const struct x86_cpu *c, unsigned int index)
{
	const uint64_t regs[] = {
		c->rbx, c->rcx, c->rdx, c->rsi, c->rdi, c->rbp, c->rax, c->ds.selector, c->es.selector, c->fs.selector,
		c->gs.selector, 0 /* orig_eax */, c->rip, c->cs.selector, c->rflags, c->rsp, c->ss.selector,
	};

	put_u32(desc + PRSTATUS32_PID, index + 1, false);
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++)
		put_u32(desc + PRSTATUS32_REGS + 4 * i, (uint32_t)regs[i], false);
}

static void fill_qemu(uint8_t *desc, const struct x86_cpu *c)
{
	const uint64_t regs[] = {
		c->rax, c->rbx, c->rcx, c->rdx, c->rsi, c->rdi, c->rsp, c->rbp, c->r8, c->r9, c->r10, c->r11, c->r12, c->r13,
		c->r14, c->r15, c->rip, c->rflags,
	};
	const struct x86_segment *const segments[] = {
		&c->cs, &c->ds, &c->es, &c->fs, &c->gs, &c->ss, &c->ldt, &c->tr, &c->gdt, &c->idt,
	};
	uint8_t *at;

	put_u32(desc, QEMU_VERSION, false);
	put_u32(desc + 4, QEMU_BYTES, false);
	at = put_words(desc + 8, regs, ARRAY_SIZE(regs));
	for (size_t i = 0; i < ARRAY_SIZE(segments); i++, at += 24) {
		put_u32(at, segments[i]->selector, false);
		put_u32(at + 4, segments[i]->limit, false);
		put_u32(at + 8, segments[i]->flags, false);
		put_u64(at + 16, segments[i]->base, false);
	}
	at = put_words(at, c->cr, ARRAY_SIZE(c->cr));
	put_words(at, &c->kernel_gs_base, 1);
}

int dump_add_x86_cpu(struct dump *d, const struct x86_cpu *cpu, unsigned int index)
{
	uint8_t prstatus[PRSTATUS_BYTES] = { 0 }, qemu[QEMU_BYTES] = { 0 };
	int r;

	if (d->elf_class == 32)
		fill_prstatus32(prstatus, cpu, index);
	else
		fill_prstatus(prstatus, cpu, index);
	fill_qemu(qemu, cpu);
	r = dump_add_note(d, "CORE", NT_PRSTATUS, prstatus, d->elf_class == 32 ? PRSTATUS32_BYTES : PRSTATUS_BYTES);
	return r ? r : dump_add_note(d, "QEMU", 0, qemu, sizeof(qemu));
}
