/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 32-bit x86 paging, with and without PAE: Intel SDM volume 3 chapter 4. Addresses are those of 32 bits, zero-extended.
 *
 * The kernel maps low memory from PAGE_OFFSET on, its image with it; KASLR moves the image inside of that. Which of the
 * possible PAGE_OFFSETs it is, and which form of tables when nobody says, is found by the top table: it maps itself.
 */
#include "arch/i386.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/linear.h"
#include "arch/x86_notes.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define PAGE_PRESENT	((uint64_t)1 << 0)
#define PAGE_PSE	((uint64_t)1 << 7)	/* a leaf at the level above the last one */
#define PAGE_GLOBAL	((uint64_t)1 << 8)	/* with PRESENT clear: PROT_NONE */
#define PAGE_NX		((uint64_t)1 << 63)
#define PAE_ADDRESS	0x000ffffffffff000ull	/* bits 51:12 */

#define PAGE_SHIFT	12

/* All choices of CONFIG_VMSPLIT are multiples of OFFSET_STEP: 0xc0000000, 0xb0000000, 0x80000000, 0x78000000, 0x40000000 */
#define LOWEST_OFFSET	0x40000000ull
#define OFFSET_STEP	0x08000000ull
#define IMAGE_ALIGN	0x2000ull		/* the smallest CONFIG_PHYSICAL_ALIGN */

enum { PTE, PMD };		/* without PAE, PMD is the top level */

/* space.mode */
enum { MODE_32, MODE_PAE };

static uint64_t large_page_address(const struct space *s, uint64_t entry)
{
	if (s->mode == MODE_PAE)
		return entry & PAE_ADDRESS & ~(uint64_t)0x1fffff;
	/* PSE-36: bits 20:13 are bits 39:32 of the address, and bit 12 is PAT */
	return (entry & 0xffc00000) | (entry >> 13 & 0xff) << 32;
}

static void i386_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (!(entry & PAGE_PRESENT))
		return;
	if (level == PMD && (entry & PAGE_PSE)) {
		out->kind = ENTRY_LEAF;
		out->paddr = large_page_address(s, entry);
		return;
	}
	out->kind = level ? ENTRY_TABLE : ENTRY_LEAF;
	out->paddr = entry & PAE_ADDRESS;
}

static void i386_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ 1, 1, "present" }, { 2, 2, "rw" }, { 4, 4, "user" }, { 8, 8, "pwt" }, { 16, 16, "pcd" }, { 32, 32, "accessed" },
		{ PAGE_NX, PAGE_NX, "nx" }, { 64, 64, "dirty" }, { PAGE_GLOBAL, PAGE_GLOBAL, "global" },
	};
	struct entry_meaning what;

	i386_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_NONE)
		snprintf(buf, size, "%s", entry & PAGE_GLOBAL ? "prot-none" : entry ? "not-present" : "none");
	else	/* the last two are those of leaves only */
		entry_describe(entry, flags, ARRAY_SIZE(flags) - (what.kind == ENTRY_LEAF ? 0 : 2), buf, size);
}

static void set_mode(struct space *s, unsigned int mode)
{
	s->mode = mode;
	if (mode == MODE_PAE)
		s->tables = (struct radix){ .levels = 3, .bits = { 9, 9, 2 }, .entry_bytes = 8 };
	else
		s->tables = (struct radix){ .levels = 2, .bits = { 10, 10 }, .entry_bytes = 4 };
	s->tables.page_shift = PAGE_SHIFT;
	s->tables.half = RADIX_LOW;
}

/* PAGE_OFFSET: where the direct map has the top table. */
static bool find_offset(const struct space *s, uint64_t *offset)
{
	for (*offset = LOWEST_OFFSET; *offset + s->tables.root <= UINT32_MAX; *offset += OFFSET_STEP)
		if (space_maps(s, *offset + s->tables.root, s->tables.root))
			return true;
	return false;
}

static void set_low_memory(struct space *s, uint64_t offset)
{
	linear_map_around(s, offset, offset + s->tables.root, s->tables.root, &s->direct);
	/* from physical address 0 on, also if its first page is not mapped */
	s->direct.len += s->direct.paddr;
	s->direct.vaddr = s->text_vaddr = offset;
	s->direct.paddr = 0;
}

/* Tables of any CPU that has paging on: the kernel's part is in all of them (but PTI's for user mode). */
static int setup_by_registers(struct space *s, const struct arch_query *q, uint64_t *offset)
{
	for (size_t i = 0; i < q->nnotes; i++) {
		struct x86_paging regs;

		if (!x86_paging_of(s->arch, &q->notes[i], &regs))
			continue;
		set_mode(s, regs.cr4 & CR4_PAE ? MODE_PAE : MODE_32);
		s->tables.root = regs.cr3 & (s->mode == MODE_PAE ? 0xffffffe0u : 0xfffff000u);
		s->by_registers = find_offset(s, offset);
		if (s->by_registers)
			return 0;
	}
	return -ENOENT;
}

/* By what was found when the image was looked for: phys_base is relative to image_vaddr, root as it was linked. */
static int setup_by_place(struct space *s, uint64_t root, uint64_t phys_base, uint64_t *offset)
{
	for (unsigned int mode = MODE_32; mode <= MODE_PAE; mode++) {
		set_mode(s, mode);
		s->tables.root = root - LOWEST_OFFSET + phys_base;
		if (find_offset(s, offset))
			return 0;
	}
	return -ENOENT;
}

static int setup_by_symbol(struct space *s, const struct arch_query *q, uint64_t root, uint64_t *offset)
{
	bool pae = !q->config(q->arg, "CONFIG_X86_PAE");
	int r;

	set_mode(s, pae ? MODE_PAE : MODE_32);
	r = space_find_root(s, root, OFFSET_STEP);
	if (r && !pae) {
		set_mode(s, MODE_PAE);
		r = space_find_root(s, root, OFFSET_STEP);
	}
	*offset = (root - s->tables.root) & UINT32_MAX;
	return r;
}

static int i386_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, phys_base, offset;
	int r;

	*why = "the kernel's top page table is not found in memory";
	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "neither SYMBOL(swapper_pg_dir) nor control registers tell where the page tables are";
		r = setup_by_registers(s, q, &offset);
	} else if (!q->number(q->arg, "phys_base", &phys_base)) {
		r = setup_by_place(s, root, phys_base, &offset);
	} else {
		r = setup_by_symbol(s, q, root, &offset);
	}
	if (!r)
		set_low_memory(s, offset);
	return r;
}

/* PAE is what says how a table is read. */
static int i386_bare(struct space *s, const struct arch_query *q)
{
	struct x86_paging regs;

	if (!q->config(q->arg, "CONFIG_X86_PAE")) {
		set_mode(s, MODE_PAE);
		return 0;
	}
	for (size_t i = 0; i < q->nnotes; i++) {
		if (!x86_paging_of(s->arch, &q->notes[i], &regs))
			continue;
		set_mode(s, regs.cr4 & CR4_PAE ? MODE_PAE : MODE_32);
		return 0;
	}
	return -ENOENT;
}

static int i386_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	/* with PAE the four entries of the top level need not have a page of their own */
	if (pgd > UINT32_MAX)
		return -EINVAL;
	space_with_root(kernel, pgd & (kernel->mode == MODE_PAE ? ~(uint64_t)0x1f : ~(uint64_t)0xfff), RADIX_LOW, out);
	return 0;
}

/* arch/x86/include/asm/sparsemem.h */
static void i386_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			   unsigned int *max_physmem_bits)
{
	if (s->mode == MODE_PAE)
		*section_size_bits = version && version < ARCH_VERSION(2, 6, 26) ? 30 : 29;
	else
		*section_size_bits = 26;
	*max_physmem_bits = s->mode == MODE_PAE ? 36 : 32;
}

static const char *const i386_marks[] = { "CONFIG_X86_PAE", NULL };

/* struct user_regs_struct of arch/x86/include/asm/user_32.h, which struct pt_regs is too */
static const struct arch_register prstatus[] = {
	REGISTER32("ebx", 0, REGISTER_PLAIN), REGISTER32("ecx", 1, REGISTER_PLAIN),
	REGISTER32("edx", 2, REGISTER_PLAIN), REGISTER32("esi", 3, REGISTER_PLAIN),
	REGISTER32("edi", 4, REGISTER_PLAIN), REGISTER32("ebp", 5, REGISTER_FP),
	REGISTER32("eax", 6, REGISTER_PLAIN), REGISTER32("ds", 7, REGISTER_PLAIN),
	REGISTER32("es", 8, REGISTER_PLAIN), REGISTER32("fs", 9, REGISTER_PLAIN),
	REGISTER32("gs", 10, REGISTER_PLAIN), REGISTER32("orig_eax", 11, REGISTER_PLAIN),
	REGISTER32("eip", 12, REGISTER_PC), REGISTER32("cs", 13, REGISTER_PLAIN),
	REGISTER32("eflags", 14, REGISTER_FLAGS), REGISTER32("esp", 15, REGISTER_SP),
	REGISTER32("ss", 16, REGISTER_PLAIN),
};

static const struct note_layout i386_notes[] = {
	PRSTATUS32(prstatus, 17),
	X86_QEMU_NOTE,
	{ .owner = NULL },
};

const struct arch arch_i386 = {
	.name = "i386",
	.elf_machine = EM_386,
	.elf_class = 32,
	.big_endian = false,
	.setup = i386_setup,
	.decode = i386_decode,
	.unwind = i386_unwind,
	.describe = i386_describe,
	.bare = i386_bare,
	.user_space = i386_user_space,
	.marks = i386_marks,
	.notes = i386_notes,
	.image_vaddr = LOWEST_OFFSET,
	.image_bytes = UINT32_MAX - LOWEST_OFFSET + 1,
	.image_align = IMAGE_ALIGN,
	.sparsemem = i386_sparsemem,
};
