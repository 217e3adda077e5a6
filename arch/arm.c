/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 32-bit ARM: short descriptors and long ones (LPAE): ARM Architecture Reference Manual, ARMv7-A, B3; the kernel's use of
 * them: arch/arm/include/asm/pgtable-{2,3}level.h. Addresses are those of 32 bits, zero-extended.
 *
 * The kernel's own table always has all 4 GiB (TTBCR.N only makes tables of processes smaller, and Linux leaves it 0).
 * Nobody says where memory starts: the top table is found by that it maps itself.
 *
 * Short descriptors have no room for what Linux wants to know of a page, so that it keeps a second table next to the
 * processor's. Pages of a process that were not used for a while are in Linux's only.
 */
#include "arch/arm.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "arch/forms.h"
#include "arch/linear.h"
#include "base/bytes.h"

#define PAGE_SHIFT	12
#define TYPE		3u

#define SECTION_SUPER	((uint64_t)1 << 18)
#define TABLE_ADDRESS	0xfffffc00u
#define LPAE_ADDRESS	0xfffffff000ull		/* bits 39:12 */
#define LPAE_RESERVED	0x000fff0000000000ull	/* bits 51:40 */
#define LPAE_TABLE_ZERO	0x0770000000000ffcull	/* of an entry that leads to a table: all but bit 55 of 58:52, 11:2 */

/* Linux's page tables are in front of the processor's, until 2.6.37 behind them. */
#define LINUX_TABLE	2048u
#define L_PRESENT	((uint64_t)1 << 0)
#define L_YOUNG		((uint64_t)1 << 1)
#define L_NONE		((uint64_t)1 << 11)

#define LOWEST_OFFSET	0x40000000ull		/* the lowest PAGE_OFFSET */
#define PHYS_ALIGN	0x200000ull		/* of the start of memory; 16 MiB until 5.10 */

enum { PTE, PMD };			/* of short descriptors, PMD is the top level */

/* space.mode */
#define LPAE		1u
#define LINUX_BEHIND	2u		/* where Linux's page tables are */
#define OF_PROCESS	4u		/* read Linux's page tables, with short descriptors */

static void decode_section(uint64_t entry, uint64_t vaddr, struct entry_meaning *out)
{
	out->kind = ENTRY_LEAF;
	if (!(entry & SECTION_SUPER)) {
		out->paddr = entry & 0xfff00000;
		return;
	}
	/* 16 MiB by 16 equal entries; bits 23:20 are bits 35:32 of the address, 8:5 are 39:36 */
	out->paddr = (entry & 0xff000000) | (entry >> 20 & 0xf) << 32 | (entry >> 5 & 0xf) << 36 | (vaddr & 0x00f00000);
}

static void decode_short(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			 struct entry_meaning *out)
{
	unsigned int type = entry & TYPE;

	if (level == PTE && (s->mode & OF_PROCESS)) {
		out->kind = (entry & L_PRESENT) && !(entry & L_NONE) ? ENTRY_LEAF : ENTRY_NONE;
		out->paddr = entry & 0xfffff000;
	} else if (level == PTE && type) {
		/* 64 KiB by 16 equal entries, else 4 KiB: the lower bit of that type is "never execute" */
		out->kind = ENTRY_LEAF;
		out->paddr = type == 1 ? (entry & 0xffff0000) | (vaddr & 0xf000) : entry & 0xfffff000;
	} else if (level == PMD && type == 1) {
		out->kind = ENTRY_TABLE;
		out->paddr = entry & TABLE_ADDRESS;
		if (s->mode & OF_PROCESS)
			out->paddr += s->mode & LINUX_BEHIND ? LINUX_TABLE : -(uint64_t)LINUX_TABLE;
	} else if (level == PMD && type) {
		decode_section(entry, vaddr, out);
	}
}

/* A block is 2 MiB or 1 GiB; the bits below its address are not the address's. */
static void decode_long(unsigned int level, uint64_t entry, struct entry_meaning *out)
{
	unsigned int type = entry & TYPE;

	out->paddr = entry & LPAE_ADDRESS;
	if (type == 3) {
		out->kind = level == PTE ? ENTRY_LEAF : ENTRY_TABLE;
	} else if (type == 1 && level != PTE) {
		out->kind = ENTRY_LEAF;
		out->paddr &= ~(((uint64_t)1 << (PAGE_SHIFT + level * 9)) - 1);
	}
}

static void arm_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
		       struct entry_meaning *out)
{
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (s->mode & LPAE)
		decode_long(level, entry, out);
	else
		decode_short(s, level, entry, vaddr, out);
}

static void describe_linux(uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ 1, 1, "present" }, { L_YOUNG, L_YOUNG, "young" }, { L_YOUNG, 0, "old" }, { 64, 64, "dirty" }, { 128, 128, "ro" },
		{ 128, 0, "rw" }, { 256, 256, "user" }, { 512, 512, "nx" }, { 1024, 1024, "shared" }, { L_NONE, L_NONE, "prot-none" },
	};

	if (entry & L_PRESENT)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else
		snprintf(buf, size, "%s", entry ? "swap" : "none");
}

static void describe_short(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag page[] = {
		{ 3, 1, "large" }, { 2, 2, "small" }, { 3, 3, "nx" }, { 0x200, 0x200, "ro" }, { 0x20, 0x20, "user" },
		{ 0x400, 0x400, "shared" }, { 0x800, 0x800, "not-global" },
	};
	static const struct entry_flag section[] = {
		{ SECTION_SUPER, 0, "section" }, { SECTION_SUPER, SECTION_SUPER, "supersection" }, { 0x10, 0x10, "nx" },
		{ 0x8000, 0x8000, "ro" }, { 0x800, 0x800, "user" }, { 0x10000, 0x10000, "shared" }, { 0x20000, 0x20000, "not-global" },
	};

	if (level == PTE && (s->mode & OF_PROCESS))
		describe_linux(entry, buf, size);
	else if (!(entry & TYPE))
		snprintf(buf, size, "%s", entry ? "fault" : "none");
	else if (level == PTE)
		entry_describe(entry, page, ARRAY_SIZE(page), buf, size);
	else if ((entry & TYPE) == 1)
		snprintf(buf, size, "table");
	else
		entry_describe(entry, section, ARRAY_SIZE(section), buf, size);
}

static void describe_long(unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag leaf[] = {
		{ 1, 1, "valid" }, { 0x40, 0x40, "user" }, { 0x80, 0x80, "ro" }, { 0x80, 0, "rw" }, { 0x300, 0x300, "shared" },
		{ 0x400, 0x400, "young" }, { 0x400, 0, "old" }, { 0x800, 0x800, "not-global" },
		{ (uint64_t)1 << 53, (uint64_t)1 << 53, "kernel-nx" }, { (uint64_t)1 << 54, (uint64_t)1 << 54, "nx" },
	};
	struct entry_meaning what = { .kind = ENTRY_NONE };

	decode_long(level, entry, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, leaf, ARRAY_SIZE(leaf), buf, size);
	else	/* Linux's form of PROT_NONE has the upper bit of the type only */
		snprintf(buf, size, "%s", what.kind == ENTRY_TABLE ? "table" : !entry ? "none" :
			 (entry & TYPE) == 2 ? "prot-none" : "fault");
}

static void arm_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	if (s->mode & LPAE)
		describe_long(level, entry, buf, size);
	else
		describe_short(s, level, entry, buf, size);
}

static void set_mode(struct space *s, unsigned int mode)
{
	s->mode = mode;
	if (mode == LPAE)
		s->tables = (struct radix){ .levels = 3, .bits = { 9, 9, 2 }, .entry_bytes = 8 };
	else
		s->tables = (struct radix){ .levels = 2, .bits = { 8, 12 }, .entry_bytes = 4 };
	s->tables.page_shift = PAGE_SHIFT;
	s->tables.half = RADIX_LOW;
	s->tables.big_endian = s->arch->big_endian;
}

/* has_place: phys_base is what was found when the image was looked for, relative to image_vaddr. */
static int find_root(struct space *s, const struct arch_query *q, uint64_t root, unsigned int mode)
{
	uint64_t phys_base;

	set_mode(s, mode);
	if (q->number(q->arg, "phys_base", &phys_base))
		return space_find_root(s, root, PHYS_ALIGN);
	s->tables.root = root - LOWEST_OFFSET + phys_base;
	return space_maps(s, root, s->tables.root) ? 0 : -ENOENT;
}

static int arm_setup(struct space *s, const struct arch_query *q, const char **why)
{
	bool lpae = !q->config(q->arg, "CONFIG_ARM_LPAE");
	uint64_t root;
	int r;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	r = find_root(s, q, root, lpae ? LPAE : 0);
	if (r && !lpae)
		r = find_root(s, q, root, LPAE);
	if (r) {
		*why = "the kernel's top page table is not found in memory";
		return r;
	}
	if (q->version && q->version < ARCH_VERSION(2, 6, 38))
		s->mode |= LINUX_BEHIND;
	linear_map_around(s, LOWEST_OFFSET, root, s->tables.root, &s->direct);
	s->text_vaddr = s->direct.vaddr;
	s->text_paddr = s->direct.paddr;
	/* phys_base stays 0: kdump-compressed files count their pages from there on, and these count all of them */
	return 0;
}

/* The text may tell one of the forms, else it is as tables look that are named. */
static int arm_bare(struct space *s, const struct arch_query *q)
{
	s->tables.half = RADIX_LOW;
	if (!q->config(q->arg, "CONFIG_ARM_LPAE"))
		set_mode(s, LPAE);
	if (q->version && q->version < ARCH_VERSION(2, 6, 38))
		s->mode |= LINUX_BEHIND;
	return 0;
}

static uint64_t root_of(unsigned int mode, uint64_t pgd)
{
	return pgd & (mode & LPAE ? 0xffffffffe0ull : 0xffffc000ull);
}

static bool set_form(struct space *s, uint64_t pgd, size_t i)
{
	unsigned int behind = s->mode & LINUX_BEHIND;

	set_mode(s, i ? LPAE : 0);
	s->tables.root = root_of(s->mode, pgd);
	s->mode |= i ? 0 : OF_PROCESS | behind;
	return i || pgd <= UINT32_MAX;
}

/* arch/arm/include/asm/pgtable-{2,3}level-hwdef.h */
static bool possible(const struct space *s, unsigned int level, uint64_t entry)
{
	unsigned int type = entry & TYPE;

	if (s->mode & LPAE) {
		/* the last level, and large pages, have forms that the processor does not see */
		if (!(entry & 1))
			return level <= PMD;
		if (entry & LPAE_RESERVED || (level == PTE && type == 1))
			return false;
		return level == PTE ? !!(entry & LPAE_TABLE_ZERO) : type == 1 ? level == PMD : !(entry & LPAE_TABLE_ZERO);
	}
	/* bits 2 and 4: PXN, and what processors before ARMv6 want to have set */
	return level == PTE || type == 2 || (type == 1 && !(entry & 0x208));
}

/* pgd: or TTBR0, which has attributes below the address and with LPAE the address space's number above it. */
static int arm_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	static const struct table_forms forms = { .n = 2, .set = set_form, .possible = possible };
	uint64_t root = root_of(kernel->mode, pgd);

	if (space_form_unknown(kernel))
		return space_tell_form(kernel, pgd, &forms, out);
	if (!(kernel->mode & LPAE) && pgd > UINT32_MAX)
		return -EINVAL;
	space_with_root(kernel, root, RADIX_LOW, out);
	/* the kernel's own tables, asked for by their address, stay the processor's */
	if (root != kernel->tables.root)
		out->mode |= OF_PROCESS;
	return 0;
}

/* arch/arm/include/asm/sparsemem.h; some machines had other numbers */
static void arm_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			  unsigned int *max_physmem_bits)
{
	(void)s;
	(void)version;
	*section_size_bits = 28;
	*max_physmem_bits = 36;
}

static const char *const arm_marks[] = { "CONFIG_ARM_LPAE", NULL };

/* arch/arm/include/uapi/asm/ptrace.h: ARM_r0 to ARM_ORIG_r0; struct pt_regs is the same */
static const struct arch_register prstatus[] = {
	REGISTER32("r0", 0, REGISTER_PLAIN), REGISTER32("r1", 1, REGISTER_PLAIN),
	REGISTER32("r2", 2, REGISTER_PLAIN), REGISTER32("r3", 3, REGISTER_PLAIN),
	REGISTER32("r4", 4, REGISTER_PLAIN), REGISTER32("r5", 5, REGISTER_PLAIN),
	REGISTER32("r6", 6, REGISTER_PLAIN), REGISTER32("r7", 7, REGISTER_PLAIN),
	REGISTER32("r8", 8, REGISTER_PLAIN), REGISTER32("r9", 9, REGISTER_PLAIN),
	REGISTER32("r10", 10, REGISTER_PLAIN), REGISTER32("fp", 11, REGISTER_FP),
	REGISTER32("ip", 12, REGISTER_PLAIN), REGISTER32("sp", 13, REGISTER_SP), REGISTER32("lr", 14, REGISTER_LINK),
	REGISTER32("pc", 15, REGISTER_PC), REGISTER32("cpsr", 16, REGISTER_FLAGS),
	REGISTER32("orig_r0", 17, REGISTER_PLAIN),
};

static const struct note_layout arm_notes[] = {
	PRSTATUS32(prstatus, 18),
	{ .owner = NULL },
};

#define ARM_COMMON \
	.elf_machine = EM_ARM, \
	.elf_class = 32, \
	.setup = arm_setup, \
	.decode = arm_decode, \
	.describe = arm_describe, \
	.bare = arm_bare, \
	.user_space = arm_user_space, \
	.marks = arm_marks, \
	.notes = arm_notes, \
	.image_vaddr = LOWEST_OFFSET, \
	.image_bytes = UINT32_MAX - LOWEST_OFFSET + 1, \
	.image_align = PHYS_ALIGN, \
	.sparsemem = arm_sparsemem

const struct arch arch_arm = {
	.name = "arm",
	.big_endian = false,
	ARM_COMMON,
};

const struct arch arch_armeb = {
	.name = "armeb",
	.big_endian = true,
	ARM_COMMON,
};
