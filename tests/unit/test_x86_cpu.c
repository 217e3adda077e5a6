/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of x86 CPUs as notes, against the structures of the C library's headers and those of QEMU. */
#include "formats/reader/x86_cpu.h"

#include <elf.h>
#include <stddef.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include "formats/reader/notes.h"
#include "tests/unit/unit.h"

static const struct x86_cpu cpu = {
	.rax = 0x1111111111111101, .rbx = 0x1111111111111102, .rcx = 0x1111111111111103, .rdx = 0x1111111111111104,
	.rsi = 0x1111111111111105, .rdi = 0x1111111111111106, .rsp = 0x1111111111111107, .rbp = 0x1111111111111108,
	.r8 = 0x1111111111111109, .r9 = 0x111111111111110a, .r10 = 0x111111111111110b, .r11 = 0x111111111111110c,
	.r12 = 0x111111111111110d, .r13 = 0x111111111111110e, .r14 = 0x111111111111110f, .r15 = 0x1111111111111110,
	.rip = 0x1111111111111111, .rflags = 0x1111111111111112,
	.cs = { 0x20, 0x21, 0x22, 0x23 }, .ds = { 0x30, 0x31, 0x32, 0x33 }, .es = { 0x40, 0x41, 0x42, 0x43 },
	.fs = { 0x50, 0x51, 0x52, 0x1111111111111153 }, .gs = { 0x60, 0x61, 0x62, 0x1111111111111163 },
	.ss = { 0x70, 0x71, 0x72, 0x73 }, .ldt = { 0x80, 0x81, 0x82, 0x83 }, .tr = { 0x90, 0x91, 0x92, 0x93 },
	.gdt = { 0xa0, 0xa1, 0xa2, 0xa3 }, .idt = { 0xb0, 0xb1, 0xb2, 0x11111111111111b3 },
	.cr = { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4 }, .kernel_gs_base = 0x11111111111111d0,
};

/* struct QEMUCPUState, target/i386/arch_dump.c */
struct qemu_segment {
	uint32_t selector, limit, flags, pad;
	uint64_t base;
};

struct qemu_cpu {
	uint32_t version, size;
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rip, rflags;
	struct qemu_segment cs, ds, es, fs, gs, ss, ldt, tr, gdt, idt;
	uint64_t cr[5];
	uint64_t kernel_gs_base;
};

/* The note at *pos, which must be of this kind. */
static const void *next_note(const struct dump *d, size_t *pos, const char *name, uint32_t type, size_t len)
{
	static _Alignas(8) uint8_t copy[1024];	/* notes are aligned to 4 */
	struct dump_note note;

	assert_int_equal(dump_next_note(d, pos, &note), 1);
	assert_string_equal(note.name, name);
	assert_int_equal(note.type, type);
	assert_int_equal(note.desc_len, len);
	assert_true(len <= sizeof(copy));
	memcpy(copy, note.desc, len);
	return copy;
}

static void check_qemu(const struct qemu_cpu *q)
{
	assert_int_equal(q->version, 1);
	assert_int_equal(q->size, sizeof(*q));
	assert_int_equal(q->rax, cpu.rax);
	assert_int_equal(q->rbx, cpu.rbx);
	assert_int_equal(q->rcx, cpu.rcx);
	assert_int_equal(q->rdx, cpu.rdx);
	assert_int_equal(q->rsi, cpu.rsi);
	assert_int_equal(q->rdi, cpu.rdi);
	assert_int_equal(q->rsp, cpu.rsp);
	assert_int_equal(q->rbp, cpu.rbp);
	assert_int_equal(q->r8, cpu.r8);
	assert_int_equal(q->r15, cpu.r15);
	assert_int_equal(q->rip, cpu.rip);
	assert_int_equal(q->rflags, cpu.rflags);
	assert_int_equal(q->cs.selector, 0x20);
	assert_int_equal(q->cs.limit, 0x21);
	assert_int_equal(q->cs.flags, 0x22);
	assert_int_equal(q->cs.base, 0x23);
	assert_int_equal(q->ds.selector, 0x30);
	assert_int_equal(q->es.selector, 0x40);
	assert_int_equal(q->fs.base, cpu.fs.base);
	assert_int_equal(q->gs.base, cpu.gs.base);
	assert_int_equal(q->ss.selector, 0x70);
	assert_int_equal(q->ldt.selector, 0x80);
	assert_int_equal(q->tr.base, 0x93);
	assert_int_equal(q->gdt.limit, 0xa1);
	assert_int_equal(q->idt.base, cpu.idt.base);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(q->cr[i], 0xc0 + i);
	assert_int_equal(q->kernel_gs_base, cpu.kernel_gs_base);
}

#ifdef __x86_64__
static void wide(void **state)
{
	struct dump d = { .elf_machine = EM_X86_64, .elf_class = 64 };
	const struct elf_prstatus *p;
	const struct user_regs_struct *r;
	size_t pos = 0;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(dump_add_x86_cpu(&d, &cpu, i + 4), 0);
		p = next_note(&d, &pos, "CORE", NT_PRSTATUS, sizeof(*p));
		r = (const struct user_regs_struct *)&p->pr_reg;
		assert_int_equal(p->pr_pid, i + 5);
		assert_int_equal(p->pr_fpvalid, 0);
		assert_int_equal(r->rax, cpu.rax);
		assert_int_equal(r->rbx, cpu.rbx);
		assert_int_equal(r->rcx, cpu.rcx);
		assert_int_equal(r->rdx, cpu.rdx);
		assert_int_equal(r->rsi, cpu.rsi);
		assert_int_equal(r->rdi, cpu.rdi);
		assert_int_equal(r->rsp, cpu.rsp);
		assert_int_equal(r->rbp, cpu.rbp);
		assert_int_equal(r->r8, cpu.r8);
		assert_int_equal(r->r9, cpu.r9);
		assert_int_equal(r->r10, cpu.r10);
		assert_int_equal(r->r11, cpu.r11);
		assert_int_equal(r->r12, cpu.r12);
		assert_int_equal(r->r13, cpu.r13);
		assert_int_equal(r->r14, cpu.r14);
		assert_int_equal(r->r15, cpu.r15);
		assert_int_equal(r->rip, cpu.rip);
		assert_int_equal(r->eflags, cpu.rflags);
		assert_int_equal(r->cs, 0x20);
		assert_int_equal(r->ds, 0x30);
		assert_int_equal(r->es, 0x40);
		assert_int_equal(r->fs, 0x50);
		assert_int_equal(r->gs, 0x60);
		assert_int_equal(r->ss, 0x70);
		assert_int_equal(r->fs_base, cpu.fs.base);
		assert_int_equal(r->gs_base, cpu.gs.base);
		check_qemu(next_note(&d, &pos, "QEMU", 0, sizeof(struct qemu_cpu)));
	}
	assert_int_equal(pos, d.notes_len);
	free(d.notes);
}
#endif

/* The 32-bit structures of the kernel: arch/x86/include/asm/user_32.h. */
struct prstatus32 {
	int32_t si_signo, si_code, si_errno;
	int16_t cursig, pad;
	uint32_t sigpend, sighold;
	int32_t pid, ppid, pgrp, sid;
	int32_t times[8];
	uint32_t bx, cx, dx, si, di, bp, ax, ds, es, fs, gs, orig_ax, ip, cs, flags, sp, ss;
	int32_t fpvalid;
};

static void narrow(void **state)
{
	struct dump d = { .elf_machine = EM_386, .elf_class = 32 };
	const struct prstatus32 *p;
	size_t pos = 0;

	(void)state;
	assert_int_equal(dump_add_x86_cpu(&d, &cpu, 0), 0);
	p = next_note(&d, &pos, "CORE", NT_PRSTATUS, sizeof(*p));
	assert_int_equal(p->pid, 1);
	assert_int_equal(p->ax, (uint32_t)cpu.rax);
	assert_int_equal(p->bx, (uint32_t)cpu.rbx);
	assert_int_equal(p->cx, (uint32_t)cpu.rcx);
	assert_int_equal(p->dx, (uint32_t)cpu.rdx);
	assert_int_equal(p->si, (uint32_t)cpu.rsi);
	assert_int_equal(p->di, (uint32_t)cpu.rdi);
	assert_int_equal(p->bp, (uint32_t)cpu.rbp);
	assert_int_equal(p->sp, (uint32_t)cpu.rsp);
	assert_int_equal(p->ip, (uint32_t)cpu.rip);
	assert_int_equal(p->flags, (uint32_t)cpu.rflags);
	assert_int_equal(p->cs, 0x20);
	assert_int_equal(p->ds, 0x30);
	assert_int_equal(p->es, 0x40);
	assert_int_equal(p->fs, 0x50);
	assert_int_equal(p->gs, 0x60);
	assert_int_equal(p->ss, 0x70);
	check_qemu(next_note(&d, &pos, "QEMU", 0, sizeof(struct qemu_cpu)));
	free(d.notes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef __x86_64__
		cmocka_unit_test(wide),
#endif
		cmocka_unit_test(narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
