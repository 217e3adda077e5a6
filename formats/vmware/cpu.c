/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Group "cpu" of VMware's saved states: a tag for each register and CPU, or a block for several registers of a CPU; the
 * names and layouts are those that crash's vmware_vmss.c knows.
 */
#include "formats/vmware/vmware.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/reader/x86_cpu.h"

#define CPUS_MAX 4096u
#define GPREGS 16u
#define CRS 9u
#define IDTR_BYTES 10u				/* limit, base */

struct cpus {
	struct x86_cpu *list;			/* owned */
	uint32_t n;
	bool *seen;				/* owned: has any register */
};

#define REG(name) { #name, offsetof(struct x86_cpu, name) }

static const struct {
	const char *name;
	size_t offset;
} registers[] = {
	/* the first GPREGS in the order of block "gpregs" */
	REG(rax), REG(rcx), REG(rdx), REG(rbx), REG(rbp), REG(rsp), REG(rsi), REG(rdi), REG(r8), REG(r9), REG(r10), REG(r11),
	REG(r12), REG(r13), REG(r14), REG(r15), REG(rip), { "eflags", offsetof(struct x86_cpu, rflags) },
	{ "EFLAGS", offsetof(struct x86_cpu, rflags) },
};

/* By the second index of S and S.base64. */
static const size_t segments[] = {
	offsetof(struct x86_cpu, es), offsetof(struct x86_cpu, cs), offsetof(struct x86_cpu, ss), offsetof(struct x86_cpu, ds),
	offsetof(struct x86_cpu, fs), offsetof(struct x86_cpu, gs), offsetof(struct x86_cpu, ldt), offsetof(struct x86_cpu, tr),
};

static uint64_t *register_of(struct x86_cpu *c, size_t i)
{
	return (uint64_t *)((char *)c + registers[i].offset);
}

static struct x86_segment *segment_of(struct x86_cpu *c, size_t i)
{
	return (struct x86_segment *)((char *)c + segments[i]);
}

/* Several registers together. false: something else. */
static bool take_block(const struct vmware_group *g, const struct vmware_tag *t, struct x86_cpu *c)
{
	uint8_t b[8 * GPREGS];

	if (t->compressed || t->len > sizeof(b) || source_read(g->src, b, (size_t)t->len, t->offset))
		return false;
	if (!strcmp(t->name, "gpregs") && t->len == 8 * GPREGS) {
		for (size_t i = 0; i < GPREGS; i++)
			*register_of(c, i) = get_u64(b + 8 * i, false);
	} else if (!strcmp(t->name, "CR64") && t->len == 8 * CRS) {
		for (size_t i = 0; i < ARRAY_SIZE(c->cr); i++)
			c->cr[i] = get_u64(b + 8 * i, false);
	} else if (!strcmp(t->name, "IDTR") && t->len == IDTR_BYTES) {
		c->idt.limit = get_u16(b, false);
		c->idt.base = get_u64(b + 2, false);
	} else if (!strcmp(t->name, "GDTR") && t->len == IDTR_BYTES) {
		c->gdt.limit = get_u16(b, false);
		c->gdt.base = get_u64(b + 2, false);
	} else {
		return false;
	}
	return true;
}

/* IDTR[cpu][1], [2]: the halves of the base. */
static void take_half(uint64_t *base, unsigned int half, uint64_t value)
{
	if (half == 1)
		*base = (*base & ~(uint64_t)UINT32_MAX) | (uint32_t)value;
	else if (half == 2)
		*base = (*base & UINT32_MAX) | value << 32;
}

static bool take_value(const struct vmware_group *g, const struct vmware_tag *t, struct x86_cpu *c)
{
	uint64_t value = vmware_value(g, t);

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (!strcmp(t->name, registers[i].name)) {
			*register_of(c, i) = value;
			return true;
		}
	if (!strcmp(t->name, "CR64") && t->index[1] < ARRAY_SIZE(c->cr))
		c->cr[t->index[1]] = value;
	else if (!strcmp(t->name, "IDTR"))
		take_half(&c->idt.base, t->index[1], value);
	else if (!strcmp(t->name, "S") && t->index[1] < ARRAY_SIZE(segments))
		segment_of(c, t->index[1])->selector = (uint16_t)value;
	else if (!strcmp(t->name, "S.base64") && t->index[1] < ARRAY_SIZE(segments))
		segment_of(c, t->index[1])->base = value;
	else
		return false;
	return true;
}

static int set_number(struct cpus *cpus, const struct vmware_group *g, const struct vmware_tag *t)
{
	uint64_t n = vmware_value(g, t);

	if (cpus->list || !n)
		return 0;
	if (n > CPUS_MAX) {
		log_warn("%s: the registers of %llu CPUs are not believed", g->src->name, (unsigned long long)n);
		return 0;
	}
	cpus->list = memory_calloc(n, sizeof(*cpus->list));
	cpus->seen = memory_calloc(n, sizeof(*cpus->seen));
	if (!cpus->list || !cpus->seen)
		return -ENOMEM;
	cpus->n = (uint32_t)n;
	return 0;
}

/* The kernel of a 64-bit machine has its interrupt descriptors in the upper half of the address space. */
static bool is_narrow(const struct cpus *cpus)
{
	bool narrow = false;

	for (uint32_t i = 0; i < cpus->n; i++) {
		const struct x86_cpu *c = &cpus->list[i];

		if ((c->idt.base | c->rip | c->rsp) > UINT32_MAX)
			return false;
		narrow |= c->idt.base != 0;
	}
	return narrow;
}

int vmware_load_cpus(struct dump *d, struct vmware_group *g)
{
	struct cpus cpus = { 0 };
	struct vmware_tag t;
	unsigned int index = 0;
	int r = 0, more = g->src != NULL;

	while (!r && more > 0 && (more = vmware_next_tag(g, &t)) == 1) {
		if (!strcmp(t.name, "cpu:numVCPUs"))
			r = set_number(&cpus, g, &t);
		else if (t.nindex && t.index[0] < cpus.n && (t.block ? take_block : take_value)(g, &t, &cpus.list[t.index[0]]))
			cpus.seen[t.index[0]] = true;
	}
	if (more < 0)
		log_warn("%s: tag at offset %#llx in group %s: %s; registers from there on are left out", g->src->name,
			 (unsigned long long)g->at, g->name, g->trouble);
	d->elf_machine = is_narrow(&cpus) ? EM_386 : EM_X86_64;
	d->elf_class = d->elf_machine == EM_386 ? 32 : 64;
	d->nr_cpus = cpus.n;
	for (uint32_t i = 0; i < cpus.n && !r; i++)
		if (cpus.seen[i])
			r = dump_add_x86_cpu(d, &cpus.list[i], index++);
	free(cpus.list);
	free(cpus.seen);
	return r;
}
