/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware saw of the machine: the CPUs as system management mode saved them, and the time.
 *
 * The sub header has the size of all CPU states, an APIC id and LDR for each CPU, then the states, by APIC id. A state of
 * zeroes is that of no CPU. That the notes come in the order of APIC ids is the kernel's numbering on most machines, not
 * on all.
 */
#include <elf.h>
#include <errno.h>
#include <time.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"
#include "formats/reader/x86_cpu.h"
#include "formats/sadump/sadump.h"

#define CPUS_MAX 65536u
#define CPU_TABLE 4u				/* behind the size */
#define CPU_TABLE_ENTRY 16u
#define STATE_BYTES 1024u			/* struct sadump_smram_cpu_state */
#define EFER_LMA 0x400u

/* Offsets in a CPU state. */
enum {
	GDT_UPPER = 464, LDT_UPPER = 468, IDT_UPPER = 472, CR4 = 576, GDT_LOWER = 652, GDT_LIMIT = 656, IDT_LOWER = 660,
	IDT_LIMIT = 664, LDT_LOWER = 668, LDT_LIMIT = 672, GPRS = 796, SELECTORS = 936, LDTR = 960, TR = 964, RIP = 984,
	EFER = 992, RFLAGS = 1000, CR3 = 1008, CR0 = 1016,
};

static uint64_t u64_at(const uint8_t *state, unsigned int at)
{
	return get_u64(state + at, false);
}

static uint32_t u32_at(const uint8_t *state, unsigned int at)
{
	return get_u32(state + at, false);
}

static uint64_t base_at(const uint8_t *state, unsigned int upper, unsigned int lower)
{
	return (uint64_t)u32_at(state, upper) << 32 | u32_at(state, lower);
}

static void decode_state(const uint8_t *state, struct x86_cpu *c)
{
	uint64_t *const gprs[] = {
		&c->r15, &c->r14, &c->r13, &c->r12, &c->r11, &c->r10, &c->r9, &c->r8, &c->rax, &c->rcx, &c->rdx, &c->rbx, &c->rsp,
		&c->rbp, &c->rsi, &c->rdi,
	};
	uint32_t *const selectors[] = {
		&c->es.selector, &c->cs.selector, &c->ss.selector, &c->ds.selector, &c->fs.selector, &c->gs.selector,
	};

	*c = (struct x86_cpu){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(gprs); i++)
		*gprs[i] = u64_at(state, GPRS + 8 * (unsigned int)i);
	for (size_t i = 0; i < ARRAY_SIZE(selectors); i++)
		*selectors[i] = u32_at(state, SELECTORS + 4 * (unsigned int)i) & 0xffff;
	c->ldt.selector = u32_at(state, LDTR) & 0xffff;
	c->ldt.base = base_at(state, LDT_UPPER, LDT_LOWER);
	c->ldt.limit = u32_at(state, LDT_LIMIT);
	c->tr.selector = u32_at(state, TR) & 0xffff;
	c->gdt.base = base_at(state, GDT_UPPER, GDT_LOWER);
	c->gdt.limit = u32_at(state, GDT_LIMIT);
	c->idt.base = base_at(state, IDT_UPPER, IDT_LOWER);
	c->idt.limit = u32_at(state, IDT_LIMIT);
	c->rip = u64_at(state, RIP);
	c->rflags = u64_at(state, RFLAGS);
	c->cr[0] = u64_at(state, CR0);
	c->cr[3] = u64_at(state, CR3);
	c->cr[4] = u32_at(state, CR4);
}

/* Where the states are; stride 0: there are none. */
struct states {
	uint64_t at, stride;
	uint32_t n;
};

static struct states find_states(const struct dump *d, uint64_t at, uint64_t bytes, uint32_t nr_cpus)
{
	struct states none = { 0 }, s = { .n = nr_cpus };
	uint64_t table = CPU_TABLE + (uint64_t)nr_cpus * CPU_TABLE_ENTRY;
	uint8_t size[4];

	if (!bytes || !nr_cpus)
		return none;
	if (nr_cpus > CPUS_MAX || source_read(d->src, size, sizeof(size), at)) {
		log_warn("%s: the registers of %u CPUs at offset %#llx are not believed", d->src->name, nr_cpus,
			 (unsigned long long)at);
		return none;
	}
	s.at = at + table;
	s.stride = get_u32(size, false) / nr_cpus;
	if (table + s.stride * nr_cpus > bytes || s.stride < STATE_BYTES) {
		log_warn("%s: the registers of %u CPUs at offset %#llx are damaged: they have %u bytes", d->src->name, nr_cpus,
			 (unsigned long long)at, get_u32(size, false));
		return none;
	}
	return s;
}

/* The next CPU from *i on: 1, or 0 at the end. */
static int next_state(const struct dump *d, const struct states *s, uint32_t *i, uint8_t *state)
{
	while (s->stride && *i < s->n) {
		uint64_t at = s->at + (*i)++ * s->stride;

		if (!source_read(d->src, state, STATE_BYTES, at) && !bytes_are_zero(state, STATE_BYTES))
			return 1;
	}
	return 0;
}

int sadump_load_cpus(struct dump *d, uint64_t at, uint64_t bytes, uint32_t nr_cpus)
{
	struct states s = find_states(d, at, bytes, nr_cpus);
	uint8_t state[STATE_BYTES];
	struct x86_cpu cpu;
	bool wide = false;
	int r = 0;

	for (uint32_t i = 0; next_state(d, &s, &i, state);) {
		wide |= u64_at(state, EFER) & EFER_LMA;
		d->nr_cpus++;
	}
	wide |= !d->nr_cpus;
	d->elf_machine = wide ? EM_X86_64 : EM_386;
	d->elf_class = wide ? 64 : 32;
	if (!d->nr_cpus)
		d->told |= TOLD_ARCH;
	if (!d->nr_cpus && d->req->elf_machine == EM_386) {
		d->elf_machine = EM_386;
		d->elf_class = 32;
	}
	for (uint32_t i = 0, index = 0; !r && next_state(d, &s, &i, state); index++) {
		decode_state(state, &cpu);
		r = dump_add_x86_cpu(d, &cpu, index);
	}
	return r;
}

int64_t sadump_time(const uint8_t *efi)
{
	struct tm tm = {
		.tm_year = get_u16(efi, false) - 1900, .tm_mon = efi[2] - 1, .tm_mday = efi[3], .tm_hour = efi[4],
		.tm_min = efi[5], .tm_sec = efi[6],
	};
	int16_t zone = (int16_t)get_u16(efi + 12, false);
	bool has_zone = zone >= -1440 && zone <= 1440;		/* else unspecified: taken for UTC */
	time_t t;

	/* the ranges of the UEFI specification */
	if (tm.tm_year < 0 || tm.tm_year > 8099 || tm.tm_mon < 0 || tm.tm_mon > 11 || !tm.tm_mday || tm.tm_mday > 31 ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return 0;
	t = timegm(&tm);
	/* local time = UTC - zone, in minutes */
	return t <= 0 ? 0 : (int64_t)t + (has_zone ? 60 * zone : 0);
}
