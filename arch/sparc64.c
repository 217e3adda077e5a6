/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sparc64: arch/sparc/include/asm/pgtable_64.h (the tables are the kernel's alone; the TLB is filled by software).
 *
 * The image is mapped by locked TLB entries, all memory from PAGE_OFFSET on by the miss handler: windows. PAGE_OFFSET and
 * the place of the image are what the boot found: the dump's segments tell them.
 */
#include "arch/sparc64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"

#define PAGE_SHIFT		13
#define BITS_A_LEVEL		10

#define KERNEL_BASE		0x400000ull
#define KERNEL_END		0x6000000ull	/* of the largest image */
#define DEFAULT_PAGE_OFFSET	0xfffff80000000000ull	/* UltraSPARC I to IV */

/* The same in both forms of entries */
#define PTE_VALID	((uint64_t)1 << 63)
#define PTE_SPECIAL	((uint64_t)1 << 57)
#define PTE_HUGE	((uint64_t)1 << 56)

/* space.mode: the CPU's form of entries, and which bit is PRESENT */
enum { SUN4V, SUN4U };
#define PADDR_4U	0x000007ffffffe000ull
#define PRESENT_4U	((uint64_t)1 << 7)
#define PADDR_4V	0x00ffffffffffe000ull
#define PRESENT_4V	((uint64_t)1 << 4)
#define READ_WRITE_4V	((uint64_t)3 << 58)

static uint64_t pte_present(const struct space *s, uint64_t entry)
{
	return entry & (s->mode == SUN4U ? PRESENT_4U : PRESENT_4V);
}

/* A page is there if PRESENT: VALID is also clear until somebody uses it. */
static void sparc64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			   struct entry_meaning *out)
{
	unsigned int shift = PAGE_SHIFT + level * BITS_A_LEVEL;

	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (level && !(entry & PTE_HUGE)) {
		out->paddr = entry;
		if (entry && !(entry & (PTE_VALID | (((uint64_t)1 << PAGE_SHIFT) - 1))))
			out->kind = ENTRY_TABLE;
	} else if (level <= 2 && (pte_present(s, entry) || s->mode > SUN4U)) {
		out->kind = ENTRY_LEAF;
		out->paddr = entry & (s->mode == SUN4U ? PADDR_4U : PADDR_4V) & ~(((uint64_t)1 << shift) - 1);
	}
}

static void sparc64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
#define BIT(n, name) { (uint64_t)1 << (n), (uint64_t)1 << (n), name }
	static const struct entry_flag flags_4v[] = {
		BIT(63, "valid"), BIT(4, "present"), BIT(59, "read"), BIT(58, "write"), BIT(7, "exec"), BIT(60, "accessed"),
		BIT(61, "modified"), BIT(8, "privileged"), BIT(11, "side-effect"), BIT(57, "special"), BIT(56, "huge"),
	};
	static const struct entry_flag flags_4u[] = {
		BIT(63, "valid"), BIT(7, "present"), BIT(9, "read"), BIT(8, "write"), BIT(12, "exec"), BIT(10, "accessed"),
		BIT(11, "modified"), BIT(2, "privileged"), BIT(3, "side-effect"), BIT(57, "special"), BIT(56, "huge"),
	};
#undef BIT
	struct entry_meaning what;

	sparc64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, s->mode == SUN4U ? flags_4u : flags_4v, ARRAY_SIZE(flags_4u), buf, size);
	else if (what.kind == ENTRY_TABLE)
		snprintf(buf, size, "table");
	else if (!entry)
		snprintf(buf, size, "none");
	else if (level)
		snprintf(buf, size, "invalid");
	else	/* bit 20 is the mark for exclusive pages */
		snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)(entry >> PAGE_SHIFT & 0x7f),
			 (unsigned long long)(entry >> (PAGE_SHIFT + 8)));
}

/* The image's segment, and what the others are away from their physical address. */
static int learn_from_segments(struct space *s, const struct arch_query *q, uint64_t root, const char **why)
{
	const struct mapping *image = NULL;
	uint64_t page_offset = DEFAULT_PAGE_OFFSET;
	int r;

	for (size_t i = 0; i < q->nsegments; i++) {
		const struct mapping *m = &q->segments[i];

		if (m->vaddr >> 63 && m->paddr < m->vaddr)
			page_offset = m->vaddr - m->paddr;
		else if (root >= m->vaddr && root - m->vaddr < m->len && m->vaddr >= KERNEL_BASE && m->vaddr < KERNEL_END)
			image = m;
	}
	if (!image) {
		*why = "no segment of the dump has the kernel's image: nothing else tells where it is in memory";
		return -ENOENT;
	}
	s->text_vaddr = image->vaddr;
	s->text_paddr = image->paddr;
	s->text_len = min_u64(image->len, KERNEL_END - image->vaddr);
	s->phys_base = image->paddr & ~(uint64_t)0xffff;
	s->direct = (struct mapping){ page_offset, 0, -page_offset };
	r = space_add_window(s, s->text_vaddr, s->text_paddr, s->text_len);
	return r ? r : space_add_window(s, page_offset, 0, -page_offset);
}

/* An entry of the kernel's may be read: in sun4u that bit is elsewhere, and these two are clear. */
static int look_at_entry(void *arg, const struct mapping *m)
{
	(void)arg;
	return m->paddr & READ_WRITE_4V ? 1 + SUN4V : 1 + SUN4U;
}

#define MODE_RAW (SUN4U + 1)

/* While setup looks at entries, they are what decode says. */
static void raw_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr, struct entry_meaning *out)
{
	sparc64_decode(s, level, entry, vaddr, out);
	if (out->kind == ENTRY_LEAF)
		out->paddr = entry;
	if (!level && !(entry & PTE_VALID))
		out->kind = ENTRY_NONE;
}

static unsigned int learn_mode(const struct space *s)
{
	const struct arch raw = { .name = s->arch->name, .decode = raw_decode };
	struct space look = { .arch = &raw, .mem = s->mem, .tables = s->tables, .mode = MODE_RAW, .max_tables = 2048 };
	int r = space_each(&look, 0, ((uint64_t)1 << (space_va_bits(s) - 1)) - 1, look_at_entry, NULL);

	return r == 1 + SUN4U ? SUN4U : SUN4V;
}

static int sparc64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root;
	int r;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	/* the enterprise kernel 3.8.13 has four levels already; others before 3.12 had entries of 32 bits */
	if (q->version && q->version < ARCH_VERSION(3, 8, 13)) {
		*why = "page tables of sparc64 kernels before 3.8.13 are not supported";
		return -ENOENT;
	}
	r = learn_from_segments(s, q, root, why);
	if (r)
		return r;
	s->tables = (struct radix){
		.root = root - s->text_vaddr + s->text_paddr,
		.levels = q->version >= ARCH_VERSION(3, 12, 0) && q->version < ARCH_VERSION(3, 18, 0) ? 3 : 4,
		.page_shift = PAGE_SHIFT, .bits = { BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL },
		.entry_bytes = 8, .big_endian = true,
	};
	s->mode = learn_mode(s);
	return 0;
}

static int sparc64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	if (pgd & (((uint64_t)1 << PAGE_SHIFT) - 1) || pgd & ~PADDR_4V)
		return -EINVAL;
	space_with_root(kernel, pgd, RADIX_SIGNED, out);
	return 0;
}

/* arch/sparc/include/asm/sparsemem.h, page_64.h */
static void sparc64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			      unsigned int *max_physmem_bits)
{
	(void)version;
	*section_size_bits = 30;
	*max_physmem_bits = s->tables.levels == 4 ? 53 : 49;
}

/* elf_gregset_t of arch/sparc/include/asm/elf_64.h; struct pt_regs of uapi/asm/ptrace.h has no windows, and y in 32 bits */
static const struct arch_register prstatus[] = {
	REGISTER64("g0", 0, REGISTER_PLAIN), REGISTER64("g1", 1, REGISTER_PLAIN),
	REGISTER64("g2", 2, REGISTER_PLAIN), REGISTER64("g3", 3, REGISTER_PLAIN),
	REGISTER64("g4", 4, REGISTER_PLAIN), REGISTER64("g5", 5, REGISTER_PLAIN),
	REGISTER64("g6", 6, REGISTER_PLAIN), REGISTER64("g7", 7, REGISTER_PLAIN),
	REGISTER64("o0", 8, REGISTER_PLAIN), REGISTER64("o1", 9, REGISTER_PLAIN),
	REGISTER64("o2", 10, REGISTER_PLAIN), REGISTER64("o3", 11, REGISTER_PLAIN),
	REGISTER64("o4", 12, REGISTER_PLAIN), REGISTER64("o5", 13, REGISTER_PLAIN),
	REGISTER64("o6", 14, REGISTER_SP), REGISTER64("o7", 15, REGISTER_LINK),
	REGISTER64_AT("l0", 16, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("l1", 17, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("l2", 18, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("l3", 19, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("l4", 20, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("l5", 21, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("l6", 22, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("l7", 23, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("i0", 24, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("i1", 25, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("i2", 26, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("i3", 27, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("i4", 28, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("i5", 29, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("i6", 30, NOT_IN_FRAME, REGISTER_FP), REGISTER64_AT("i7", 31, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("tstate", 32, 8 * 16, REGISTER_FLAGS), REGISTER64_AT("tpc", 33, 8 * 17, REGISTER_PC),
	REGISTER64_AT("tnpc", 34, 8 * 18, REGISTER_PLAIN), REGISTER64_AT("y", 35, NOT_IN_FRAME, REGISTER_PLAIN),
};

static const struct note_layout sparc64_notes[] = {
	PRSTATUS64(prstatus, 36),
	{ .owner = NULL },
};

const struct arch arch_sparc64 = {
	.name = "sparc64",
	.elf_machine = EM_SPARCV9,
	.elf_class = 64,
	.big_endian = true,
	.setup = sparc64_setup,
	.decode = sparc64_decode,
	.describe = sparc64_describe,
	.user_space = sparc64_user_space,
	.notes = sparc64_notes,
	.sparsemem = sparc64_sparsemem,
};
