/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debug.guest, which ESXi writes with debug.vmem when a guest panics: how many CPUs, the holes in memory, the registers.
 * The layouts are those that crash's vmware_guestdump.c knows, all little-endian and without padding. Version 7, of later
 * ESXi, is not in it.
 */
#include <elf.h>
#include <errno.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/x86_cpu.h"
#include "formats/vmware/vmware.h"

#define HEADER_MAX 96u				/* bytes up to the first CPU, in any version */
#define HOLES_MAX 2u
#define CPUS_MAX 4096u
#define PAGE_SHIFT 12u
#define STATE_BYTES 116u			/* control registers, descriptor tables */
#define REGS_BYTES 233u				/* general registers and what follows them */
#define RESERVED_BYTES 4096u			/* for each CPU */
#define CR0_PROTECTED 0x1u
#define CR0_RESERVED 0x1ffaffc0u

static const struct {
	uint32_t version;
	unsigned int memory;			/* offset of the description of memory */
	unsigned int cpus;			/* offset of the first CPU; version 1: without holes */
	unsigned int gap;			/* between the two halves of a CPU */
	bool narrow;				/* pages in 32 bits */
} layouts[] = {
	{ 1, 21, 61, 45, true }, { 3, 22, 78, 45, false }, { 4, 22, 78, 42, false }, { 5, 22, 78, 42, false },
	{ 6, 23, 79, 42, false },
};

struct guest {
	uint32_t version, ncpus, nholes;
	uint64_t last, pages;			/* highest physical address; pages of memory */
	struct {
		uint64_t ppn, pages;
	} holes[HOLES_MAX];
	uint64_t cpus, cpu_bytes;		/* offset of the first, length of each */
	unsigned int gap;
};

static void decode_memory(const uint8_t *b, bool narrow, struct guest *g)
{
	unsigned int size = narrow ? 4 : 8, at = 8 + size + 8;

	g->last = get_u64(b, false);
	g->pages = get_uint(b + 8, size, false);
	g->nholes = get_u32(b + 8 + size + 4, false);
	for (unsigned int i = 0; i < HOLES_MAX; i++, at += 2 * size) {
		g->holes[i].ppn = get_uint(b + at, size, false);
		g->holes[i].pages = get_uint(b + at + size, size, false);
	}
}

/* Holes in order, inside memory, which ends where they say. */
static bool fits(const struct guest *g)
{
	uint64_t end = 0, all = g->pages;

	if (!g->ncpus || g->ncpus > CPUS_MAX || g->nholes > HOLES_MAX || !g->pages || g->pages >> (62 - PAGE_SHIFT))
		return false;
	for (uint32_t i = 0; i < g->nholes; i++) {
		if (g->holes[i].ppn < end || add_overflows(g->holes[i].ppn, g->holes[i].pages, &end) ||
		    add_overflows(all, g->holes[i].pages, &all))
			return false;
	}
	return end <= all && !(all >> (62 - PAGE_SHIFT)) && g->last == (all << PAGE_SHIFT) - 1;
}

/* 1, 0: no such file, or -errno. */
static int read_guest(const struct source *src, struct guest *g)
{
	uint8_t b[HEADER_MAX] = { 0 };
	ssize_t n = source_read_some(src, b, sizeof(b), 0);

	if (n < 0)
		return (int)n;
	for (size_t i = 0; n == sizeof(b) && i < ARRAY_SIZE(layouts); i++) {
		*g = (struct guest){ .version = get_u32(b, false), .ncpus = get_u32(b + 4, false), .gap = layouts[i].gap };
		if (g->version != layouts[i].version)
			continue;
		decode_memory(b + layouts[i].memory, layouts[i].narrow, g);
		if (!fits(g))
			return 0;
		g->cpus = layouts[i].cpus + (layouts[i].narrow ? 8 * g->nholes : 0);
		g->cpu_bytes = STATE_BYTES + g->gap + REGS_BYTES;
		return src->size == g->cpus + g->ncpus * (g->cpu_bytes + RESERVED_BYTES);
	}
	return 0;
}

int vmware_guest_probe(const struct source *src)
{
	struct guest g;

	return read_guest(src, &g);
}

static void decode_cpu(const uint8_t *state, const uint8_t *regs, struct x86_cpu *c)
{
	uint64_t *const order[] = {
		&c->r15, &c->r14, &c->r13, &c->r12, &c->rbp, &c->rbx, &c->r11, &c->r10, &c->r9, &c->r8, &c->rax, &c->rcx, &c->rdx,
		&c->rsi, &c->rdi, NULL /* orig_rax */, &c->rip, NULL /* cs */, &c->rflags, &c->rsp,
	};

	*c = (struct x86_cpu){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i])
			*order[i] = get_u64(regs + 8 * i, false);
	c->cs.selector = (uint16_t)get_u64(regs + 8 * 17, false);
	c->ss.selector = (uint16_t)get_u64(regs + 8 * 20, false);
	c->cr[0] = get_u32(state, false);
	c->cr[2] = get_u64(state + 4, false);
	c->cr[3] = get_u64(state + 12, false);
	c->cr[4] = get_u64(state + 20, false);
	c->idt.base = get_u64(state + 108, false);
}

static bool is_state(const struct source *src, uint64_t at)
{
	uint8_t cr0[4];

	return !source_read(src, cr0, sizeof(cr0), at) && (get_u32(cr0, false) & (CR0_PROTECTED | CR0_RESERVED)) == CR0_PROTECTED;
}

/* crash's description of the format has the reserved bytes behind each CPU, and its code has them behind all. */
static uint64_t distance(const struct source *src, const struct guest *g)
{
	uint64_t apart = g->cpu_bytes + RESERVED_BYTES;

	if (g->ncpus > 1 && !is_state(src, g->cpus + apart) && is_state(src, g->cpus + g->cpu_bytes))
		return g->cpu_bytes;
	return apart;
}

static void make_regions(const struct guest *g, struct vmware_memory *m)
{
	uint64_t ppn = 0, page = 0;

	for (uint32_t i = 0; i <= g->nholes; i++) {
		uint64_t pages = (i < g->nholes ? g->holes[i].ppn : (g->last + 1) >> PAGE_SHIFT) - ppn;

		if (pages)
			m->regions[m->nregions++] = (struct vmware_region){ .page = page, .ppn = ppn, .pages = pages };
		page += pages;
		ppn += pages + (i < g->nholes ? g->holes[i].pages : 0);
	}
}

int vmware_guest_load(struct dump *d, struct vmware_memory *m)
{
	uint8_t b[STATE_BYTES + 45 + REGS_BYTES];
	struct x86_cpu cpu;
	struct guest g;
	int r = read_guest(d->src, &g) == 1 ? 0 : fail(EIO, "%s: cannot be read", d->src->name);

	uint64_t step;

	if (r)
		return r;
	step = distance(d->src, &g);
	make_regions(&g, m);
	d->elf_machine = EM_X86_64;
	d->elf_class = 64;
	d->nr_cpus = g.ncpus;
	for (uint32_t i = 0; i < g.ncpus && !r; i++) {
		uint64_t at = g.cpus + i * step;

		if (source_read(d->src, b, g.cpu_bytes, at))
			return fail(EIO, "%s: the registers of CPU %u at offset %#llx cannot be read", d->src->name, i,
				    (unsigned long long)at);
		decode_cpu(b, b + STATE_BYTES + g.gap, &cpu);
		r = dump_add_x86_cpu(d, &cpu, i);
	}
	return r;
}
