/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64 paging: Intel SDM volume 3 chapter 4; the kernel's address map: Documentation/arch/x86/x86_64/mm.rst.
 */
#include "arch/x86_64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define PAGE_PRESENT	((uint64_t)1 << 0)
#define PAGE_PSE	((uint64_t)1 << 7)	/* a leaf at PUD and PMD */
#define PAGE_GLOBAL	((uint64_t)1 << 8)	/* with PRESENT clear: PROT_NONE */
#define ENTRY_ADDRESS	0x000ffffffffff000ull	/* bits 51:12 */

#define ENTRIES		512
#define PAGE_SHIFT	12
#define BITS_A_LEVEL	9

#define START_KERNEL_MAP	0xffffffff80000000ull
#define KERNEL_IMAGE_SIZE	0x40000000ull	/* with KASLR; 512 MiB without */
#define IMAGE_ALIGN		0x200000ull	/* the smallest CONFIG_PHYSICAL_ALIGN */
#define KERNEL_HALF		0xffff800000000000ull
#define KERNEL_HALF_5LEVEL	0xff00000000000000ull

/* The direct map lies below vmalloc; under RANDOMIZE_MEMORY it starts at any 1 GiB boundary from these on. The page
 * tables of processes also have an LDT in front of it, the kernel's own do not. */
#define DIRECT_MAP_ALIGN	0x40000000ull

#define MAX_TABLES	65536		/* each(): 32 TiB in 4 KiB pages; a loop in hostile tables ends here */

static const char *const level_names[] = { "PTE", "PMD", "PUD", "P4D", "PGD" };

/* Name of a level, 0 being the last; with 4 levels the fourth is the PGD. */
static const char *level_name(const struct space *s, unsigned int level)
{
	return level == s->levels - 1 ? "PGD" : level_names[level];
}

static unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + level * BITS_A_LEVEL;
}

static bool is_leaf(unsigned int level, uint64_t entry)
{
	return level == 0 || ((level == 1 || level == 2) && (entry & PAGE_PSE));
}

/* The page that a leaf entry maps. PAT of large pages is bit 12, below the mask. */
static uint64_t leaf_paddr(const struct space *s, unsigned int level, uint64_t entry)
{
	return entry & s->pa_mask & ~(((uint64_t)1 << level_shift(level)) - 1);
}

static bool is_canonical(const struct space *s, uint64_t vaddr)
{
	int64_t top = (int64_t)vaddr >> (level_shift(s->levels) - 1);

	return top == 0 || top == -1;
}

static int x86_64_walk(const struct space *s, uint64_t vaddr, struct walk *w)
{
	uint64_t table = s->root;

	w->nsteps = 0;
	if (!is_canonical(s, vaddr))
		return -EFAULT;
	for (unsigned int level = s->levels; level-- > 0;) {
		struct walk_step *step = &w->steps[w->nsteps];
		uint8_t raw[8];
		int r;

		step->level = level_name(s, level);
		step->entry_paddr = table + (vaddr >> level_shift(level)) % ENTRIES * 8;
		r = pages_read_bytes(s->mem, step->entry_paddr, sizeof(raw), raw, HOLES_FAIL);
		if (r)
			return r;
		step->entry = get_u64(raw, false);
		step->leaf = is_leaf(level, step->entry);
		w->nsteps++;
		if (!(step->entry & PAGE_PRESENT))
			return -EFAULT;
		if (step->leaf) {
			w->page_bytes = (uint64_t)1 << level_shift(level);
			w->paddr = leaf_paddr(s, level, step->entry) | (vaddr & (w->page_bytes - 1));
			return 0;
		}
		table = step->entry & s->pa_mask;
	}
	return -EFAULT;
}

struct each {
	const struct space *s;
	uint64_t first, last;
	int (*fn)(void *arg, const struct mapping *m);
	void *arg;
	unsigned int tables;
};

/* All leaves below one table that maps from vaddr on. Depth is bounded by the number of levels. */
static int each_in_table(struct each *e, uint64_t table, unsigned int level, uint64_t vaddr)
{
	uint64_t bytes = (uint64_t)1 << level_shift(level);
	uint8_t raw[ENTRIES * 8];
	int r;

	if (++e->tables > MAX_TABLES)
		return -ELOOP;
	if (pages_read_bytes(e->s->mem, table, sizeof(raw), raw, HOLES_FAIL))
		return 0;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint64_t start = vaddr + i * bytes, entry;

		if (level == e->s->levels - 1)	/* sign-extend */
			start = (uint64_t)((int64_t)(start << (64 - level_shift(e->s->levels)))
					   >> (64 - level_shift(e->s->levels)));
		if (start + (bytes - 1) < e->first)
			continue;
		if (start > e->last)
			break;
		entry = get_u64(raw + i * 8, false);
		if (!(entry & PAGE_PRESENT))
			continue;
		if (is_leaf(level, entry)) {
			struct mapping m = { start, leaf_paddr(e->s, level, entry), bytes };

			r = e->fn(e->arg, &m);
		} else {
			r = each_in_table(e, entry & e->s->pa_mask, level - 1, start);
		}
		if (r)
			return r;
	}
	return 0;
}

static int x86_64_each(const struct space *s, uint64_t first, uint64_t last,
		       int (*fn)(void *arg, const struct mapping *m), void *arg)
{
	struct each e = { .s = s, .first = first, .last = last, .fn = fn, .arg = arg };
	unsigned int top = level_shift(s->levels);

	/* only one half at a time: table order is address order inside a half */
	if (first >> (top - 1) == 0 && last >> (top - 1) != 0)
		return -EINVAL;
	return each_in_table(&e, s->root, s->levels - 1, 0);
}

/* The lowest leaf of the kernel half that can be the direct map: it starts with physical page 0 or shortly above. */
static int direct_map_candidate(void *arg, const struct mapping *m)
{
	uint64_t *vaddr = arg;
	uint64_t base = m->vaddr - m->paddr;

	if (base % DIRECT_MAP_ALIGN || m->paddr >= DIRECT_MAP_ALIGN)
		return 0;
	*vaddr = base;
	return 1;
}

static int x86_64_direct_map(const struct space *s, uint64_t *vaddr)
{
	uint64_t first = s->levels == 5 ? KERNEL_HALF_5LEVEL : KERNEL_HALF;
	int r = x86_64_each(s, first, START_KERNEL_MAP - 1, direct_map_candidate, vaddr);

	return r == 1 ? 0 : -ENOENT;
}

static void x86_64_describe(uint64_t entry, bool leaf, char *buf, size_t size)
{
	static const struct { uint64_t bit; const char *name; bool leaf_only; } flags[] = {
		{ (uint64_t)1 << 0, "present", false }, { (uint64_t)1 << 1, "rw", false },
		{ (uint64_t)1 << 2, "user", false }, { (uint64_t)1 << 3, "pwt", false },
		{ (uint64_t)1 << 4, "pcd", false }, { (uint64_t)1 << 5, "accessed", false },
		{ (uint64_t)1 << 6, "dirty", true }, { PAGE_GLOBAL, "global", true },
		{ (uint64_t)1 << 63, "nx", false },
	};
	size_t used = 0;

	buf[0] = '\0';
	if (!(entry & PAGE_PRESENT)) {
		snprintf(buf, size, "%s", entry & PAGE_GLOBAL ? "prot-none" : entry ? "not-present" : "none");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		int n;

		if (!(entry & flags[i].bit) || (flags[i].leaf_only && !leaf))
			continue;
		n = snprintf(buf + used, size - used, "%s%s", used ? " " : "", flags[i].name);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

/* SYMBOL() of the top table by era: init_top_pgt since 4.13; swapper_pg_dir is what VMCOREINFO has had all the time. */
static int find_root(const struct arch_query *q, uint64_t *vaddr)
{
	static const char *const names[] = { "init_top_pgt", "swapper_pg_dir", "init_level4_pgt" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!q->symbol(q->arg, names[i], vaddr))
			return 0;
	return -ENOENT;
}

static int x86_64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, phys_base, sme_mask = 0, l5 = 0;

	if (find_root(q, &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	/* 0 is a legal phys_base, and it may be negative: unsigned arithmetic wraps as it should */
	if (q->number(q->arg, "phys_base", &phys_base)) {
		if (!q->has_phys_base) {
			*why = "neither VMCOREINFO nor the dump's headers tell phys_base";
			return -ENOENT;
		}
		phys_base = q->phys_base;
	}
	q->number(q->arg, "sme_mask", &sme_mask);
	q->number(q->arg, "pgtable_l5_enabled", &l5);
	s->levels = l5 ? 5 : 4;
	s->pa_mask = ENTRY_ADDRESS & ~sme_mask;
	s->text_vaddr = START_KERNEL_MAP;
	s->text_paddr = phys_base;
	if (q->number(q->arg, "KERNEL_IMAGE_SIZE", &s->text_len) || s->text_len > KERNEL_IMAGE_SIZE)
		s->text_len = KERNEL_IMAGE_SIZE;
	if (root < START_KERNEL_MAP) {
		*why = "the page-table symbol lies outside the kernel image";
		return -ENOENT;
	}
	/* PTI keeps the user half in the odd page after it; the symbol is the kernel's */
	s->root = (root - START_KERNEL_MAP + phys_base) & ENTRY_ADDRESS;
	return 0;
}

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.elf_machine = EM_X86_64,
	.elf_class = 64,
	.big_endian = false,
	.setup = x86_64_setup,
	.walk = x86_64_walk,
	.each = x86_64_each,
	.direct_map = x86_64_direct_map,
	.describe = x86_64_describe,
	.image_vaddr = START_KERNEL_MAP,
	.image_bytes = KERNEL_IMAGE_SIZE,
	.image_align = IMAGE_ALIGN,
	.section_size_bits = 27,
	.max_physmem_bits = 46,
	.max_physmem_bits_5level = 52,
};
