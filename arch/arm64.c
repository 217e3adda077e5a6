/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64 translation tables: Arm Architecture Reference Manual D8 (VMSAv8-64); the kernel's address map:
 * Documentation/arch/arm64/memory.rst, arch/arm64/include/asm/memory.h.
 *
 * The kernel's half has its own root (TTBR1). Its addresses are signed, whatever number of bits the tables translate.
 */
#include "arch/arm64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "arch/forms.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define DESC_VALID	((uint64_t)1 << 0)
#define DESC_TABLE	((uint64_t)1 << 1)	/* and a page at the last level; else a block */
#define DESC_TYPE	(DESC_VALID | DESC_TABLE)
#define PTE_USER	((uint64_t)1 << 6)
#define PTE_RDONLY	((uint64_t)1 << 7)
#define PTE_AF		((uint64_t)1 << 10)
#define PTE_NG		((uint64_t)1 << 11)
#define PTE_DBM		((uint64_t)1 << 51)	/* PTE_WRITE of the kernel */
#define PTE_CONT	((uint64_t)1 << 52)
#define PTE_PXN		((uint64_t)1 << 53)
#define PTE_UXN		((uint64_t)1 << 54)
#define PTE_DIRTY	((uint64_t)1 << 55)
#define PTE_SPECIAL	((uint64_t)1 << 56)
#define PTE_PROT_NONE	((uint64_t)1 << 58)	/* with VALID clear, to 6.9 */
/* What Linux leaves 0 in an entry that leads to a table, and never all of it in one of a page */
#define PAGE_BITS	0x07fc000000000bfcull	/* 58:50, 11, 9:2 */
#define PAGE_BITS_LPA2	0x07fc0000000008fcull	/* bits 9:8 are of the address */

#define MAX_PA_BITS	48			/* of the plain format */
#define IMAGE_ALIGN	0x200000ull		/* the kernel keeps virtual and physical address equal modulo this */
#define IMAGE_BYTES	0x10000000ull		/* more than any kernel is long */

enum { PTE, PMD, PUD, P4D };

/* space.mode: where bits 51:48 of an address are in an entry (bits 1:0), and which form entries of swap have. */
enum pa_form {
	PA_48,
	PA_LPA,			/* 64K pages: entry bits 15:12 */
	PA_LPA2,		/* 4K and 16K pages: 49:48 in their place, 51:50 in entry bits 9:8 */
	PA_FORM = 3,
};

enum swap_form {
	SWAP_3_13 = 0 << 2,	/* to 3.19: type 8:3 */
	SWAP_4_0 = 1 << 2,	/* type 7:2, offset from 8 on */
	SWAP_5_19 = 2 << 2,	/* type 7:3 */
	SWAP_6_10 = 3 << 2,	/* type 10:6, offset from 12 on; PROT_NONE is bit 11 */
	SWAP_FORM = 3 << 2,
};

static uint64_t entry_address(const struct space *s, uint64_t entry)
{
	uint64_t paddr = entry & (((uint64_t)1 << MAX_PA_BITS) - 1);

	switch (s->mode & PA_FORM) {
	case PA_LPA:
		paddr |= (entry >> 12 & 0xf) << 48;
		break;
	case PA_LPA2:
		paddr |= (entry & (uint64_t)3 << 48) | (entry >> 8 & 3) << 50;
		break;
	}
	return paddr & ~(((uint64_t)1 << s->tables.page_shift) - 1);
}

/* Which levels may have blocks depends on the page size; one more has them with 52 bits of address. */
static bool has_blocks(const struct space *s, unsigned int level)
{
	bool small = s->tables.page_shift == 12;

	return level == PMD || (level == PUD && (small || (s->mode & PA_FORM) != PA_48)) ||
	       (level == P4D && small && (s->mode & PA_FORM) == PA_LPA2);
}

static void arm64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			 struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (!(entry & DESC_VALID))
		return;
	if (level && entry & DESC_TABLE) {
		out->kind = ENTRY_TABLE;
	} else if (level ? has_blocks(s, level) : !!(entry & DESC_TABLE)) {
		out->kind = ENTRY_LEAF;
	}
	out->paddr = entry_address(s, entry);
	if (level && out->kind == ENTRY_LEAF)
		out->paddr &= ~(((uint64_t)1 << (s->tables.page_shift + level * s->tables.bits[0])) - 1);
}

/* An entry of a process that is not valid. */
static void describe_invalid(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct { uint8_t type_shift, type_bits, offset_shift; } forms[] = {
		{ 3, 6, 9 }, { 2, 6, 8 }, { 3, 5, 8 }, { 6, 5, 12 },
	};
	unsigned int form = (s->mode & SWAP_FORM) >> 2;
	uint64_t prot_none = form == SWAP_6_10 >> 2 ? PTE_NG : PTE_PROT_NONE;
	uint64_t offset_end = form == SWAP_6_10 >> 2 ? 62 : 58;

	if (!entry)
		snprintf(buf, size, "none");
	else if (level > PMD || entry & DESC_VALID)
		snprintf(buf, size, "invalid");
	else if (entry & prot_none)
		snprintf(buf, size, "prot-none");
	else
		snprintf(buf, size, "swap type %llu offset 0x%llx",
			 (unsigned long long)(entry >> forms[form].type_shift & ((1u << forms[form].type_bits) - 1)),
			 (unsigned long long)((entry & (((uint64_t)1 << offset_end) - 1)) >> forms[form].offset_shift));
}

static void arm64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ DESC_VALID, DESC_VALID, "valid" }, { PTE_USER, PTE_USER, "user" }, { PTE_RDONLY, PTE_RDONLY, "ro" },
		{ PTE_RDONLY, 0, "rw" }, { PTE_AF, PTE_AF, "accessed" }, { PTE_NG, 0, "global" }, { PTE_DBM, PTE_DBM, "write" },
		{ PTE_CONT, PTE_CONT, "contiguous" }, { PTE_PXN, PTE_PXN, "pxn" }, { PTE_UXN, PTE_UXN, "uxn" },
		{ PTE_DIRTY, PTE_DIRTY, "dirty" }, { PTE_SPECIAL, PTE_SPECIAL, "special" },
	};
	static const struct entry_flag table_flags[] = {
		{ DESC_VALID, DESC_VALID, "table" }, { (uint64_t)1 << 59, (uint64_t)1 << 59, "pxn" },
		{ (uint64_t)1 << 60, (uint64_t)1 << 60, "uxn" }, { (uint64_t)1 << 62, (uint64_t)1 << 62, "ro" },
	};
	struct entry_meaning what;

	arm64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else if (what.kind == ENTRY_TABLE)
		entry_describe(entry, table_flags, ARRAY_SIZE(table_flags), buf, size);
	else
		describe_invalid(s, level, entry, buf, size);
}

/* Each table fills one page, but for the top one, which has what is left. */
static void set_levels(struct space *s, unsigned int page_shift, unsigned int va_bits)
{
	unsigned int per_level = page_shift - 3, left = va_bits - page_shift;

	s->tables = (struct radix){
		.page_shift = page_shift, .entry_bytes = 8, .big_endian = s->arch->big_endian, .half = RADIX_HIGH,
	};
	while (left) {
		unsigned int bits = left < per_level ? left : per_level;

		s->tables.bits[s->tables.levels++] = (uint8_t)bits;
		left -= bits;
	}
	s->mode &= ~(unsigned int)PA_FORM;
	if (page_shift == 16)
		s->mode |= PA_LPA;	/* without it these bits are zero */
	else if (va_bits == 52)
		s->mode |= PA_LPA2;	/* Linux has 52 bits of virtual and of physical address together there */
}

static void set_pa_mask(struct space *s)
{
	s->pa_mask = ((uint64_t)1 << (s->mode & PA_FORM ? 52 : MAX_PA_BITS)) - 1;
}

static unsigned int swap_form(unsigned int version)
{
	if (!version || version >= ARCH_VERSION(6, 10, 0))
		return SWAP_6_10;
	return version >= ARCH_VERSION(5, 19, 0) ? SWAP_5_19 : version >= ARCH_VERSION(4, 0, 0) ? SWAP_4_0 : SWAP_3_13;
}

/* What VMCOREINFO says of the number of bits that TTBR1's tables translate; 0: nothing. */
static unsigned int told_va_bits(const struct arch_query *q)
{
	uint64_t va_bits, t1sz;

	if (q->number(q->arg, "VA_BITS", &va_bits))
		return 0;
	/* with 64K pages the top table is made for VA_BITS, even where the CPU has fewer; with others 52 bits or what the CPU
	 * can is decided while booting */
	if (q->page_shift != 16 && va_bits == 52 &&
	    (!q->number(q->arg, "TCR_EL1_T1SZ", &t1sz) || !q->number(q->arg, "tcr_el1_t1sz", &t1sz)))
		va_bits = 64 - t1sz;
	return va_bits >= 36 && va_bits <= 52 ? (unsigned int)va_bits : 0;
}

/* A segment that has the kernel's image, as /proc/vmcore has one. */
static bool image_segment(const struct arch_query *q, uint64_t vaddr, uint64_t *voffset)
{
	for (size_t i = 0; i < q->nsegments; i++) {
		const struct mapping *m = &q->segments[i];

		if (m->vaddr >> 63 && m->vaddr != m->paddr && vaddr >= m->vaddr && vaddr - m->vaddr < m->len) {
			*voffset = m->vaddr - m->paddr;
			return true;
		}
	}
	return false;
}

static int find_tables(struct space *s, const struct arch_query *q, uint64_t root, uint64_t *voffset)
{
	static const uint8_t choices[] = { 52, 48, 47, 42, 39, 36 };
	unsigned int va_bits = told_va_bits(q);
	bool known = !q->number(q->arg, "kimage_voffset", voffset) || image_segment(q, root, voffset);

	/* the bits above those that are translated are ones, as of any kernel address: each may be right */
	for (size_t i = 0; i < (va_bits ? 1 : ARRAY_SIZE(choices)); i++) {
		set_levels(s, q->page_shift, va_bits ? va_bits : choices[i]);
		s->tables.root = root - *voffset;
		if (known && (va_bits || space_maps(s, root, s->tables.root)))
			return 0;
		if (!known && !space_find_root(s, root, IMAGE_ALIGN)) {
			*voffset = root - s->tables.root;
			return 0;
		}
	}
	return -ENOENT;
}

static int arm64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, voffset = 0, stext;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	if (q->page_shift != 12 && q->page_shift != 14 && q->page_shift != 16) {
		*why = "no arm64 kernel has this page size";
		return -ENOENT;
	}
	s->top_byte_ignored = true;
	s->mode = swap_form(q->version);
	if (find_tables(s, q, root, &voffset)) {
		*why = "VMCOREINFO does not tell kimage_voffset or VA_BITS, and no page table in memory maps itself";
		return -ENOENT;
	}
	if (q->symbol(q->arg, "_stext", &stext))
		stext = root;
	/* _text is up to 64 KiB below _stext */
	s->text_vaddr = (stext - 0x80000) & ~(IMAGE_ALIGN - 1);
	s->text_paddr = s->text_vaddr - voffset;
	s->text_len = IMAGE_BYTES;
	if (q->number(q->arg, "PHYS_OFFSET", &s->phys_base))
		s->phys_base = q->phys_base;
	set_pa_mask(s);
	/* before 4.6 the image is in the linear map, in the upper half */
	if (q->version && q->version < ARCH_VERSION(4, 6, 0)) {
		s->direct.vaddr = -((uint64_t)1 << (space_va_bits(s) - 1));
		s->direct.paddr = s->direct.vaddr - voffset;
		s->direct.len = -s->direct.vaddr;
	}
	return 0;
}

/*
 * The linear map is the lower half of the kernel's half since 5.4, the upper one before; the image is in the other one.
 * Nothing else is there, so that its first page tells where it goes.
 */
static int arm64_direct_map(const struct space *s, struct mapping *out)
{
	unsigned int bits = space_va_bits(s);
	/* 52 bits may be 48 for the CPU: the other half is always that of 48 bits */
	uint64_t middle = -((uint64_t)1 << ((bits > 48 ? 48 : bits) - 1)), start = -((uint64_t)1 << bits);
	struct mapping first;
	uint64_t last = middle - 1;

	if (s->text_vaddr < middle) {
		start = middle;
		last = UINT64_MAX;
	}
	if (space_first(s, start, last, &first))
		return -ENOENT;
	*out = (struct mapping){ start, start - (first.vaddr - first.paddr), last - start + 1 };
	return 0;
}

/* Without a kernel: as its text tells, else as tables look that are named. */
static int arm64_bare(struct space *s, const struct arch_query *q)
{
	unsigned int va_bits = told_va_bits(q);

	s->top_byte_ignored = true;
	s->mode = swap_form(q->version);
	if (va_bits && (q->page_shift == 12 || q->page_shift == 14 || q->page_shift == 16))
		set_levels(s, q->page_shift, va_bits);
	else
		s->tables = (struct radix){ .half = RADIX_HIGH };
	set_pa_mask(s);
	return 0;
}

/* TTBR0: bits 63:48 are the ASID, bit 0 is CnP; with 52 bits of address, bits 5:2 are its bits 51:48. */
static uint64_t root_of(const struct space *s, uint64_t pgd)
{
	if (pgd & ~s->pa_mask || pgd & 0x3f)
		pgd = (pgd & 0x0000ffffffffffc0) | (pgd >> 2 & 0xf) << 48;
	return pgd & s->pa_mask;
}

/* arch/arm64/Kconfig: ARM64_VA_BITS by page size */
static const struct { uint8_t page_shift, va_bits; } known_forms[] = {
	{ 16, 42 }, { 16, 48 }, { 16, 52 }, { 14, 36 }, { 14, 47 }, { 14, 48 }, { 14, 52 }, { 12, 39 }, { 12, 48 }, { 12, 52 },
};

static bool set_form(struct space *s, uint64_t pgd, size_t i)
{
	set_levels(s, known_forms[i].page_shift, known_forms[i].va_bits);
	set_pa_mask(s);
	s->tables.half = RADIX_LOW;
	s->tables.root = root_of(s, pgd);
	/* a table is where a multiple of its size is */
	return !(s->tables.root & (((uint64_t)8 << s->tables.bits[s->tables.levels - 1]) - 1));
}

/* arch/arm64/include/asm/pgtable-prot.h: pages have attributes, tables none but for bits 63:59 and, of late, AF. */
static bool possible(const struct space *s, unsigned int level, uint64_t entry)
{
	uint64_t attributes = entry & ((s->mode & PA_FORM) == PA_LPA2 ? PAGE_BITS_LPA2 : PAGE_BITS);
	uint64_t below = (((uint64_t)1 << s->tables.page_shift) - 1) & ~(uint64_t)0xfff;

	if (!(entry & DESC_VALID))
		return level <= PMD;
	if (entry & below && (s->mode & PA_FORM) != PA_LPA)
		return false;
	if (entry & DESC_TABLE)
		return level ? !attributes : !!attributes;
	below = ((uint64_t)1 << (s->tables.page_shift + level * s->tables.bits[0])) - 1;
	return level && has_blocks(s, level) && !(entry_address(s, entry) & below);
}

static int arm64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	static const struct table_forms forms = { .n = ARRAY_SIZE(known_forms), .set = set_form, .possible = possible };

	if (space_form_unknown(kernel))
		return space_tell_form(kernel, pgd, &forms, out);
	space_with_root(kernel, root_of(kernel, pgd), RADIX_LOW, out);
	return 0;
}

/* arch/arm64/include/asm/sparsemem.h */
static void arm64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			    unsigned int *max_physmem_bits)
{
	*section_size_bits = version && version < ARCH_VERSION(5, 12, 0) ? 30 : s->tables.page_shift == 16 ? 29 : 27;
	*max_physmem_bits = (s->mode & PA_FORM) == PA_LPA2 ? 52 : MAX_PA_BITS;
}

static const char *const arm64_marks[] = { "NUMBER(kimage_voffset)", "NUMBER(TCR_EL1_T1SZ)", "NUMBER(tcr_el1_t1sz)", NULL };

/* struct user_pt_regs of arch/arm64/include/uapi/asm/ptrace.h: struct pt_regs begins with it */
static const struct arch_register prstatus[] = {
	REGISTER64("x0", 0, REGISTER_PLAIN), REGISTER64("x1", 1, REGISTER_PLAIN),
	REGISTER64("x2", 2, REGISTER_PLAIN), REGISTER64("x3", 3, REGISTER_PLAIN),
	REGISTER64("x4", 4, REGISTER_PLAIN), REGISTER64("x5", 5, REGISTER_PLAIN),
	REGISTER64("x6", 6, REGISTER_PLAIN), REGISTER64("x7", 7, REGISTER_PLAIN),
	REGISTER64("x8", 8, REGISTER_PLAIN), REGISTER64("x9", 9, REGISTER_PLAIN),
	REGISTER64("x10", 10, REGISTER_PLAIN), REGISTER64("x11", 11, REGISTER_PLAIN),
	REGISTER64("x12", 12, REGISTER_PLAIN), REGISTER64("x13", 13, REGISTER_PLAIN),
	REGISTER64("x14", 14, REGISTER_PLAIN), REGISTER64("x15", 15, REGISTER_PLAIN),
	REGISTER64("x16", 16, REGISTER_PLAIN), REGISTER64("x17", 17, REGISTER_PLAIN),
	REGISTER64("x18", 18, REGISTER_PLAIN), REGISTER64("x19", 19, REGISTER_PLAIN),
	REGISTER64("x20", 20, REGISTER_PLAIN), REGISTER64("x21", 21, REGISTER_PLAIN),
	REGISTER64("x22", 22, REGISTER_PLAIN), REGISTER64("x23", 23, REGISTER_PLAIN),
	REGISTER64("x24", 24, REGISTER_PLAIN), REGISTER64("x25", 25, REGISTER_PLAIN),
	REGISTER64("x26", 26, REGISTER_PLAIN), REGISTER64("x27", 27, REGISTER_PLAIN),
	REGISTER64("x28", 28, REGISTER_PLAIN), REGISTER64("x29", 29, REGISTER_FP),
	REGISTER64("x30", 30, REGISTER_LINK), REGISTER64("sp", 31, REGISTER_SP), REGISTER64("pc", 32, REGISTER_PC),
	REGISTER64("pstate", 33, REGISTER_FLAGS),
};

static const struct note_layout arm64_notes[] = {
	PRSTATUS64(prstatus, 34),
	{ .owner = NULL },
};

#define ARM64_ROW(row_name, is_big_endian) { \
	.name = row_name, \
	.elf_machine = EM_AARCH64, \
	.elf_class = 64, \
	.big_endian = is_big_endian, \
	.setup = arm64_setup, \
	.decode = arm64_decode, .unwind = arm64_unwind, \
	.describe = arm64_describe, \
	.bare = arm64_bare, \
	.user_space = arm64_user_space, \
	.marks = arm64_marks, \
	.notes = arm64_notes, \
	.direct_map = arm64_direct_map, \
	.sparsemem = arm64_sparsemem, \
}

const struct arch arch_arm64 = ARM64_ROW("aarch64", false);
const struct arch arch_arm64_be = ARM64_ROW("aarch64_be", true);
