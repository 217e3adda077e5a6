/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of a Xen domain: struct vcpu_guest_context of x86_64, xen/include/public/arch-x86/xen.h. */
#include <elf.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/elf/xc_core.h"
#include "formats/reader/reader.h"
#include "formats/reader/x86_cpu.h"

#define CONTEXT_BYTES	5168u
#define CPUS_MAX	4096u
#define IN_KERNEL	4u		/* of flags, paravirtualised: it ran in the kernel, whatever CS says */

/* Offsets */
#define FLAGS		512u
#define USER_REGS	520u		/* r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi */
#define RIP		648u
#define CS		656u
#define RFLAGS		664u
#define RSP		672u
#define SS		680u
#define ES		688u
#define DS		696u
#define FS		704u
#define GS		712u
#define CONTROL_REGS	4984u
#define FS_BASE		5144u
#define GS_BASE_KERNEL	5152u
#define GS_BASE_USER	5160u

static void decode_context(const struct dump *d, const uint8_t *b, struct x86_cpu *c)
{
	uint64_t *const regs[] = {
		&c->r15, &c->r14, &c->r13, &c->r12, &c->rbp, &c->rbx, &c->r11, &c->r10, &c->r9, &c->r8, &c->rax, &c->rcx,
		&c->rdx, &c->rsi, &c->rdi,
	};
	uint16_t cs = get_u16(b + CS, false);
	bool in_kernel = !(cs & 3) || (d->own_address && (get_u64(b + FLAGS, false) & IN_KERNEL));
	uint64_t kernel_gs = get_u64(b + GS_BASE_KERNEL, false), user_gs = get_u64(b + GS_BASE_USER, false), root;

	*c = (struct x86_cpu){
		.rip = get_u64(b + RIP, false), .rflags = get_u64(b + RFLAGS, false), .rsp = get_u64(b + RSP, false),
		.cs = { .selector = cs }, .ss = { .selector = get_u16(b + SS, false) },
		.ds = { .selector = get_u16(b + DS, false) }, .es = { .selector = get_u16(b + ES, false) },
		.fs = { .selector = get_u16(b + FS, false), .base = get_u64(b + FS_BASE, false) },
		.gs = { .selector = get_u16(b + GS, false), .base = in_kernel ? kernel_gs : user_gs },
		.kernel_gs_base = in_kernel ? user_gs : kernel_gs,
	};
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++)
		*regs[i] = get_u64(b + USER_REGS + 8 * i, false);
	for (size_t i = 0; i < ARRAY_SIZE(c->cr); i++)
		c->cr[i] = get_u64(b + CONTROL_REGS + 8 * i, false);
	/* where page tables are, as all who read dumps take it: in the memory that is dumped */
	if (d->own_address && !d->own_address(d, c->cr[3], &root))
		c->cr[3] = root;
}

int xc_core_add_cpus(struct dump *d, uint64_t offset, uint64_t size, uint64_t vcpus)
{
	uint8_t b[CONTEXT_BYTES];
	struct x86_cpu cpu;
	int r = 0;

	if (d->elf_machine != EM_X86_64 || d->big_endian || !size)
		return 0;
	if (!vcpus || vcpus > CPUS_MAX || size / vcpus != CONTEXT_BYTES) {
		log_warn("%s: registers of %llu CPUs in %llu bytes: no registers of x86_64", d->src->name,
			 (unsigned long long)vcpus, (unsigned long long)size);
		return 0;
	}
	for (unsigned int i = 0; i < vcpus && !r; i++) {
		if (source_read(d->src, b, sizeof(b), offset + (uint64_t)i * CONTEXT_BYTES)) {
			log_warn("%s: registers of CPU %u at offset %#llx cannot be read", d->src->name, i,
				 (unsigned long long)(offset + (uint64_t)i * CONTEXT_BYTES));
			return 0;
		}
		decode_context(d, b, &cpu);
		r = dump_add_x86_cpu(d, &cpu, i);
	}
	return r;
}
