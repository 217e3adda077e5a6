/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loongarch64: LoongArch Reference Manual volume 1, chapter 5; arch/loongarch/include/asm/pgtable.h, pgtable-bits.h and
 * addrspace.h.
 *
 * The kernel and all memory are in windows; tables are for vmalloc, modules and page structs. Pointers in them are kernel
 * virtual addresses. How many levels there are is the kernel's configuration, which the tables themselves tell.
 */
#include "arch/loongarch64.h"

#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258		/* newer than some <elf.h> */
#endif

#define PA_BITS		48
#define PA_MASK		(((uint64_t)1 << PA_BITS) - 1)
#define UNCACHED	0x8000000000000000ull
#define CACHED		0x9000000000000000ull	/* PAGE_OFFSET */
#define WRITE_COMBINE	0xa000000000000000ull	/* since 6.3 */

/* vm_map_base: 2^64 less what the CPU's addresses have, which is 47 bits in all that were made; trees of fewer bits start
 * there too. */
#define VM_BITS		47
#define VM_MAP_BASE	0xffff800000000000ull

#define PTE_VALID	((uint64_t)1 << 0)
#define PTE_DIRTY	((uint64_t)1 << 1)
#define PTE_PLV		((uint64_t)3 << 2)
#define PTE_CACHE	((uint64_t)3 << 4)
#define PTE_GLOBAL	((uint64_t)1 << 6)	/* at the last level */
#define PTE_HUGE	((uint64_t)1 << 6)	/* above it */
#define PTE_PRESENT	((uint64_t)1 << 7)
#define PTE_WRITE	((uint64_t)1 << 8)
#define PTE_MODIFIED	((uint64_t)1 << 9)
#define PTE_PROTNONE	((uint64_t)1 << 10)
#define PTE_SPECIAL	((uint64_t)1 << 11)
#define PTE_HGLOBAL	((uint64_t)1 << 12)
#define PTE_NO_READ	((uint64_t)1 << 61)
#define PTE_NO_EXEC	((uint64_t)1 << 62)

static bool table_address(uint64_t entry, uint64_t *paddr)
{
	if (entry >> PA_BITS != CACHED >> PA_BITS || entry & 0xfff)
		return false;
	*paddr = entry & PA_MASK;
	return true;
}

/* A page is there if PRESENT: VALID is also clear until somebody uses it. */
static void loongarch64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			       struct entry_meaning *out)
{
	unsigned int shift = s->tables.page_shift + level * s->tables.bits[0];

	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (level && !(entry & PTE_HUGE)) {
		if (entry != s->empty[level] && table_address(entry, &out->paddr))
			out->kind = ENTRY_TABLE;
	} else if (entry & PTE_PRESENT) {
		out->kind = ENTRY_LEAF;
		out->paddr = entry & PA_MASK & ~(((uint64_t)1 << shift) - 1);
	}
}

static void loongarch64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	const uint64_t global = level ? PTE_HGLOBAL : PTE_GLOBAL;
	const struct entry_flag flags[] = {
		{ PTE_PRESENT, PTE_PRESENT, "present" }, { PTE_VALID, PTE_VALID, "valid" }, { PTE_DIRTY, PTE_DIRTY, "dirty" },
		{ PTE_PLV, PTE_PLV, "user" }, { PTE_CACHE, 0, "uncached" }, { PTE_CACHE, (uint64_t)2 << 4, "write-combine" },
		{ global, global, "global" }, { PTE_HUGE, level ? PTE_HUGE : 1, "huge" }, { PTE_WRITE, PTE_WRITE, "write" },
		{ PTE_MODIFIED, PTE_MODIFIED, "modified" }, { PTE_SPECIAL, PTE_SPECIAL, "special" },
		{ PTE_NO_READ, PTE_NO_READ, "no-read" }, { PTE_NO_EXEC, PTE_NO_EXEC, "no-exec" },
	};
	struct entry_meaning what;

	loongarch64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else if (what.kind == ENTRY_TABLE)
		snprintf(buf, size, "table");
	else if (level ? !entry || entry == s->empty[level] : !(entry & ~PTE_GLOBAL))
		snprintf(buf, size, "none");
	else if (entry & PTE_PROTNONE && !(level && !(entry & PTE_HUGE)))
		snprintf(buf, size, "prot-none");
	else if (level && !(entry & PTE_HUGE))
		snprintf(buf, size, "invalid");
	else	/* bit 23 is the mark for exclusive pages */
		snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)(entry >> 16 & 0x7f),
			 (unsigned long long)(entry >> 24));
}

static int setup_windows(struct space *s)
{
	static const uint64_t windows[] = { UNCACHED, CACHED, WRITE_COMBINE };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(windows) && !r; i++)
		r = space_add_window(s, windows[i], 0, (uint64_t)1 << PA_BITS);
	s->direct = (struct mapping){ CACHED, 0, (uint64_t)1 << PA_BITS };
	return r;
}

/* The configurations that there are: 4K pages with 3 or 4 levels, 16K with 2 or 3, 64K with 2 or 3. */
static void setup_levels(struct space *s)
{
	unsigned int per_level = s->tables.page_shift - 3, levels;

	if (space_learn_empty(s, per_level, table_address, &levels))
		levels = 3;
	s->tables.levels = levels;
	for (unsigned int l = 0; l < levels; l++)
		s->tables.bits[l] = (uint8_t)per_level;
	s->tables.half = RADIX_HIGH;
	if (space_va_bits(s) < VM_BITS) {
		s->tables.half = RADIX_BASE;
		s->tables.base = VM_MAP_BASE;
	}
}

static int loongarch64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root;
	int r;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	if (q->page_shift != 12 && q->page_shift != 14 && q->page_shift != 16) {
		*why = "no loongarch64 kernel has this page size";
		return -ENOENT;
	}
	s->tables = (struct radix){ .page_shift = q->page_shift, .entry_bytes = 8 };
	if (!table_address(root, &s->tables.root)) {
		*why = "the page-table symbol does not lie in the cached window";
		return -ENOENT;
	}
	r = setup_windows(s);
	if (!r)
		setup_levels(s);
	return r;
}

static int loongarch64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	/* PGDL and PGDH have zeroes below bit 12 */
	if (pgd & 0xfff || pgd & ~PA_MASK)
		return -EINVAL;
	space_with_root(kernel, pgd, RADIX_LOW, out);
	return 0;
}

/* arch/loongarch/include/asm/sparsemem.h */
static void loongarch64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
				  unsigned int *max_physmem_bits)
{
	(void)s;
	(void)version;
	*section_size_bits = 29;
	*max_physmem_bits = PA_BITS;
}

/* arch/loongarch/include/asm/elf.h, 45 words; struct pt_regs of asm/ptrace.h has the same order */
static const struct arch_register prstatus[] = {
	REGISTER64("r0", 0, REGISTER_PLAIN), REGISTER64("r1", 1, REGISTER_LINK), REGISTER64("r2", 2, REGISTER_PLAIN),
	REGISTER64("r3", 3, REGISTER_SP), REGISTER64("r4", 4, REGISTER_PLAIN), REGISTER64("r5", 5, REGISTER_PLAIN),
	REGISTER64("r6", 6, REGISTER_PLAIN), REGISTER64("r7", 7, REGISTER_PLAIN),
	REGISTER64("r8", 8, REGISTER_PLAIN), REGISTER64("r9", 9, REGISTER_PLAIN),
	REGISTER64("r10", 10, REGISTER_PLAIN), REGISTER64("r11", 11, REGISTER_PLAIN),
	REGISTER64("r12", 12, REGISTER_PLAIN), REGISTER64("r13", 13, REGISTER_PLAIN),
	REGISTER64("r14", 14, REGISTER_PLAIN), REGISTER64("r15", 15, REGISTER_PLAIN),
	REGISTER64("r16", 16, REGISTER_PLAIN), REGISTER64("r17", 17, REGISTER_PLAIN),
	REGISTER64("r18", 18, REGISTER_PLAIN), REGISTER64("r19", 19, REGISTER_PLAIN),
	REGISTER64("r20", 20, REGISTER_PLAIN), REGISTER64("r21", 21, REGISTER_PLAIN),
	REGISTER64("r22", 22, REGISTER_FP), REGISTER64("r23", 23, REGISTER_PLAIN),
	REGISTER64("r24", 24, REGISTER_PLAIN), REGISTER64("r25", 25, REGISTER_PLAIN),
	REGISTER64("r26", 26, REGISTER_PLAIN), REGISTER64("r27", 27, REGISTER_PLAIN),
	REGISTER64("r28", 28, REGISTER_PLAIN), REGISTER64("r29", 29, REGISTER_PLAIN),
	REGISTER64("r30", 30, REGISTER_PLAIN), REGISTER64("r31", 31, REGISTER_PLAIN),
	REGISTER64("orig_a0", 32, REGISTER_PLAIN), REGISTER64("era", 33, REGISTER_PC),
	REGISTER64("badv", 34, REGISTER_PLAIN), REGISTER64("crmd", 35, REGISTER_PLAIN),
	REGISTER64("prmd", 36, REGISTER_FLAGS), REGISTER64("euen", 37, REGISTER_PLAIN),
	REGISTER64("ecfg", 38, REGISTER_PLAIN), REGISTER64("estat", 39, REGISTER_PLAIN),
};

static const struct note_layout loongarch64_notes[] = {
	PRSTATUS64(prstatus, 45),
	{ .owner = NULL },
};

const struct arch arch_loongarch64 = {
	.name = "loongarch64",
	.elf_machine = EM_LOONGARCH,
	.elf_class = 64,
	.big_endian = false,
	.setup = loongarch64_setup,
	.decode = loongarch64_decode,
	.describe = loongarch64_describe,
	.user_space = loongarch64_user_space,
	.notes = loongarch64_notes,
	.sparsemem = loongarch64_sparsemem,
};
