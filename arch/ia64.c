/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ia64: Intel Itanium Architecture Software Developer's Manual volume 2, chapter 4; arch/ia64/include/asm/pgtable.h and
 * page.h.
 *
 * Bits 63:61 of an address are its region: 0 to 4 a process's, 5 the kernel's mapped one (vmalloc, and the image, which is
 * mapped by a translation register), 6 and 7 all memory, uncached and cached. Huge pages of processes are in region 4,
 * the tables of which are laid out for their size: those are not walked.
 */
#include "arch/ia64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"

#define REGION_MAPPED		0xa000000000000000ull
#define REGION_UNCACHED		0xc000000000000000ull
#define REGION_CACHED		0xe000000000000000ull	/* PAGE_OFFSET */
#define PA_BITS			50

#define KERNEL_START		0xa000000100000000ull
#define KERNEL_TR_BYTES		0x4000000ull		/* the translation register that maps the image */
#define DEFAULT_PHYS_START	0x4000000ull

#define PTE_P		((uint64_t)1 << 0)
#define PTE_MA		((uint64_t)7 << 2)
#define PTE_A		((uint64_t)1 << 5)
#define PTE_D		((uint64_t)1 << 6)
#define PTE_PL		((uint64_t)3 << 7)
#define PTE_AR_SHIFT	9
#define PTE_AR		((uint64_t)7 << PTE_AR_SHIFT)
#define PTE_ED		((uint64_t)1 << 52)
#define PTE_PROTNONE	((uint64_t)1 << 63)
#define PFN_MASK	((((uint64_t)1 << PA_BITS) - 1) & ~(uint64_t)0xfff)

static void ia64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			struct entry_meaning *out)
{
	uint64_t page = (uint64_t)1 << s->tables.page_shift;

	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE, .paddr = entry & PFN_MASK & ~(page - 1) };
	if (level && entry && entry == out->paddr)
		out->kind = ENTRY_TABLE;
	else if (!level && entry & PTE_P)
		out->kind = ENTRY_LEAF;
}

static void ia64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
#define AR(n, name) { PTE_AR, (uint64_t)(n) << PTE_AR_SHIFT, name }
	static const struct entry_flag flags[] = {
		{ PTE_P, PTE_P, "present" }, AR(0, "r"), AR(1, "rx"), AR(2, "rw"), AR(3, "rwx"), AR(4, "r/rw"), AR(5, "rx/rwx"),
		AR(6, "rwx/rw"), AR(7, "x/rx"), { PTE_PL, PTE_PL, "user" }, { PTE_A, PTE_A, "accessed" }, { PTE_D, PTE_D, "dirty" },
		{ PTE_MA, (uint64_t)4 << 2, "uncached" }, { PTE_MA, (uint64_t)6 << 2, "write-combine" }, { PTE_ED, PTE_ED, "ed" },
	};
#undef AR
	struct entry_meaning what;

	ia64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else if (what.kind == ENTRY_TABLE)
		snprintf(buf, size, "table");
	else if (!entry)
		snprintf(buf, size, "none");
	else if (level)
		snprintf(buf, size, "invalid");
	else if (entry & PTE_PROTNONE)
		snprintf(buf, size, "prot-none");
	else	/* bit 7 is the mark for exclusive pages */
		snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)(entry >> 1 & 0x3f),
			 (unsigned long long)(entry >> 8));
}

/* Where the image is: a segment of the dump has it, as in /proc/vmcore; else the usual place. */
static uint64_t find_image(const struct arch_query *q)
{
	for (size_t i = 0; i < q->nsegments; i++) {
		const struct mapping *m = &q->segments[i];

		if (m->vaddr >= KERNEL_START && m->vaddr - KERNEL_START < KERNEL_TR_BYTES)
			return m->paddr - (m->vaddr - KERNEL_START);
	}
	return DEFAULT_PHYS_START;
}

static int ia64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	unsigned int per_level = q->page_shift - 3;
	uint64_t root;
	int r;

	if (q->symbol(q->arg, "swapper_pg_dir", &root) || root - KERNEL_START >= KERNEL_TR_BYTES) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir) in the kernel's image";
		return -ENOENT;
	}
	s->tables = (struct radix){
		.levels = q->config(q->arg, "CONFIG_PGTABLE_4") ? 3 : 4, .page_shift = q->page_shift, .entry_bytes = 8,
		.half = RADIX_BASE, .base = REGION_MAPPED,
	};
	if (q->page_shift < 12 || q->page_shift > 16 || (q->page_shift == 16 && s->tables.levels == 4)) {
		*why = "no ia64 kernel has this page size";
		return -ENOENT;
	}
	for (unsigned int l = 0; l < s->tables.levels; l++)
		s->tables.bits[l] = (uint8_t)per_level;
	s->text_vaddr = KERNEL_START;
	s->text_paddr = s->phys_base = find_image(q);
	s->text_len = KERNEL_TR_BYTES;
	s->tables.root = root - KERNEL_START + s->text_paddr;
	s->direct = (struct mapping){ REGION_CACHED, 0, (uint64_t)1 << PA_BITS };
	r = space_add_window(s, KERNEL_START, s->text_paddr, KERNEL_TR_BYTES);
	if (!r)
		r = space_add_window(s, REGION_CACHED, 0, (uint64_t)1 << PA_BITS);
	if (!r)
		r = space_add_window(s, REGION_UNCACHED, 0, (uint64_t)1 << PA_BITS);
	return r;
}

/* An eighth of the top table for each region; init_mm's is all for region 5. */
static int ia64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	if (pgd & (((uint64_t)1 << kernel->tables.page_shift) - 1) || pgd >> PA_BITS)
		return -EINVAL;
	space_with_root(kernel, pgd, RADIX_REGIONS, out);
	return 0;
}

/* arch/ia64/include/asm/sparsemem.h */
static void ia64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			   unsigned int *max_physmem_bits)
{
	(void)s;
	(void)version;
	*section_size_bits = 30;
	*max_physmem_bits = PA_BITS;
}

static const char *const ia64_marks[] = { "CONFIG_PGTABLE_3", "CONFIG_PGTABLE_4", NULL };

/* elf_gregset_t of arch/ia64/include/asm/elf.h (until 6.6), 128 words; struct pt_regs has the scratch ones only, elsewhere */
static const struct arch_register prstatus[] = {
	REGISTER64_AT("r0", 0, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r1", 1, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r2", 2, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r3", 3, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r4", 4, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r5", 5, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r6", 6, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r7", 7, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r8", 8, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r9", 9, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r10", 10, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r11", 11, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("r12", 12, NOT_IN_FRAME, REGISTER_SP),
	REGISTER64_AT("r13", 13, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r14", 14, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r15", 15, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r16", 16, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r17", 17, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r18", 18, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r19", 19, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r20", 20, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r21", 21, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r22", 22, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r23", 23, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r24", 24, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r25", 25, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r26", 26, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r27", 27, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r28", 28, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r29", 29, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r30", 30, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("r31", 31, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("nat", 32, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("pr", 33, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("b0", 34, NOT_IN_FRAME, REGISTER_LINK),
	REGISTER64_AT("b1", 35, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("b2", 36, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("b3", 37, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("b4", 38, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("b5", 39, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("b6", 40, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("b7", 41, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("ip", 42, NOT_IN_FRAME, REGISTER_PC),
	REGISTER64_AT("cfm", 43, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("psr", 44, NOT_IN_FRAME, REGISTER_FLAGS),
	REGISTER64_AT("rsc", 45, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("bsp", 46, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("bspstore", 47, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("rnat", 48, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("ccv", 49, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("unat", 50, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("fpsr", 51, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("pfs", 52, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("lc", 53, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("ec", 54, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("csd", 55, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("ssd", 56, NOT_IN_FRAME, REGISTER_PLAIN),
};

static const struct note_layout ia64_notes[] = {
	PRSTATUS64(prstatus, 128),
	{ .owner = NULL },
};

const struct arch arch_ia64 = {
	.name = "ia64",
	.elf_machine = EM_IA_64,
	.elf_class = 64,
	.big_endian = false,
	.setup = ia64_setup,
	.decode = ia64_decode,
	.describe = ia64_describe,
	.user_space = ia64_user_space,
	.marks = ia64_marks,
	.notes = ia64_notes,
	.sparsemem = ia64_sparsemem,
};
