/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 64-bit POWER servers (Book3S): the radix page tables of POWER9 and later (Power ISA 3.0, Book III, 6.7), and the tables
 * from which Linux fills the hashed one: arch/powerpc/include/asm/book3s/64/. How many bits index each level, and what
 * an entry looks like, changed often: all by kernel version and page size.
 *
 * With the hashed page table the linear map and the page structs are in no table: the processor is told of them
 * directly. They are windows here; vmemmap_list is the kernel's record of where the page structs are.
 */
#include "arch/ppc64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "arch/forms.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define LINEAR_MAP	0xc000000000000000ull
#define OLD_VMALLOC	0xd000000000000000ull	/* of the tables until 5.1, with the hashed page table */
#define LINEAR_64K	((uint64_t)1 << 51)	/* how far it may go: below vmalloc at 0xc008000000000000 */
#define LINEAR_4K	0x3d0000000000ull	/* ... at 0xc0003d0000000000 */
#define LINEAR_OLD	((uint64_t)1 << 60)
#define LINEAR_ROOM	((uint64_t)1 << 46)	/* where the image may be */
#define IMAGE_ALIGN	0x10000ull

/* since 4.6 */
#define PAGE_PRESENT	((uint64_t)1 << 63)
#define PAGE_LEAF	((uint64_t)1 << 62)
#define POINTER_FLAGS	0xc0000000000000ffull

/* a directory of huge pages, under the hashed page table */
#define HUGEPD_SHIFT	0x3fu
#define HUGEPD_ADDRESS	0x0fffffffffffffc0ull

#define MAX_BLOCKS	65536u			/* of page structs: 16 MiB each by default */
#define SPARE_BLOCKS	64u			/* that are not full */
#define PAGE_STRUCT_MAX	256u

enum { PTE, PMD, PUD, PGD };

/* space.mode */
enum {
	BEFORE_4_5 = 0, SINCE_4_5 = 1, SINCE_4_6 = 2, ERA = 3,
	HASHED = 4, POINTERS_3_11 = 8, HUGEPD_BEFORE_3_10 = 16, HUGEPD_4_7 = 32, HUGEPD_4_10 = 64,
};

static unsigned int era_of(const struct space *s)
{
	return s->mode & ERA;
}

static unsigned int shift_of(const struct space *s, unsigned int level)
{
	unsigned int shift = s->tables.page_shift;

	for (unsigned int i = 0; i < level; i++)
		shift += s->tables.bits[i];
	return shift;
}

static bool is_present(const struct space *s, uint64_t entry)
{
	static const uint64_t bits[] = { [BEFORE_4_5] = 1, [SINCE_4_5] = 2, [SINCE_4_6] = PAGE_PRESENT };

	return entry & bits[era_of(s)];
}

/* Is what is not in the last table a page all the same? */
static bool is_large(const struct space *s, uint64_t entry)
{
	static const uint64_t bits[] = { [BEFORE_4_5] = 3, [SINCE_4_5] = 1, [SINCE_4_6] = PAGE_LEAF };

	return entry & bits[era_of(s)];
}

/* The page's address is shifted up to make room for flags, until 4.5. */
static uint64_t page_address(const struct space *s, uint64_t entry)
{
	static const unsigned int shifts_4k[] = { [BEFORE_4_5] = 17, [SINCE_4_5] = 18 };
	unsigned int page_shift = s->tables.page_shift;

	if (era_of(s) == SINCE_4_6)
		return entry & s->pa_mask;
	return entry >> (page_shift == 12 ? shifts_4k[era_of(s)] : 30) << page_shift;
}

/* Until 4.5 pointers are addresses in the linear map. */
static uint64_t table_address(const struct space *s, unsigned int level, uint64_t entry)
{
	if (era_of(s) == SINCE_4_6)
		return entry & ~POINTER_FLAGS;
	entry &= ~LINEAR_MAP;
	if (s->tables.page_shift == 16)
		entry &= level == PMD && (s->mode & POINTERS_3_11) ? ~(uint64_t)0xfff : ~(uint64_t)0x1ff;
	return entry;
}

static bool is_huge_directory(const struct space *s, uint64_t entry)
{
	if (!(s->mode & HASHED))
		return false;
	if (s->mode & HUGEPD_BEFORE_3_10)
		return !(entry >> 63);
	if (s->tables.page_shift != 12 || !(entry & HUGEPD_SHIFT))
		return false;
	return era_of(s) == SINCE_4_6 ? !(entry & PAGE_LEAF) && (entry & PAGE_PRESENT) : !(entry & 3);
}

/* Until 3.9 the size itself, then the number that the kernel has it under (MMU_PAGE_*). */
static unsigned int huge_shift(const struct space *s, uint64_t entry)
{
	static const uint8_t since_3_10[16] = { 12, 14, 16, 16, 18, 20, 22, 23, 24, 26, 28, 30, 34, 36 };
	static const uint8_t since_4_7[16] = { 12, 14, 16, 16, 18, 20, 21, 22, 23, 24, 26, 28, 30, 34, 36 };
	static const uint8_t since_4_10[16] = { 12, 14, 16, 16, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 34, 36 };
	unsigned int number = (unsigned int)(entry & HUGEPD_SHIFT) >> 2;

	if (s->mode & HUGEPD_BEFORE_3_10)
		return entry & HUGEPD_SHIFT;
	return (s->mode & HUGEPD_4_10 ? since_4_10 : s->mode & HUGEPD_4_7 ? since_4_7 : since_3_10)[number];
}

/* A table of its own, of entries for pages of one size, in place of a part of the tree. */
static void decode_huge_directory(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
				  struct entry_meaning *out)
{
	unsigned int shift = huge_shift(s, entry), span = shift_of(s, level);
	uint64_t index, in_page;
	uint8_t raw[8];

	if (shift <= s->tables.page_shift || span >= 64)
		return;
	out->leaf_shift = shift < span ? (uint8_t)shift : 0;
	index = shift < span ? (vaddr & (((uint64_t)1 << span) - 1)) >> shift : 0;
	if (pages_read_bytes(s->mem, (entry & HUGEPD_ADDRESS) + index * 8, 8, raw, HOLES_FAIL))
		return;
	entry = get_u64(raw, s->tables.big_endian);
	if (!is_present(s, entry))
		return;
	/* a page of more than this entry's span counts as so many leaves */
	in_page = vaddr & (((uint64_t)1 << shift) - 1) & ~(((uint64_t)1 << span) - 1);
	out->kind = ENTRY_LEAF;
	out->paddr = (page_address(s, entry) & ~(((uint64_t)1 << shift) - 1)) | (shift > span ? in_page : 0);
}

static void ppc64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			 struct entry_meaning *out)
{
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (!entry)
		return;
	if (level != PTE && is_huge_directory(s, entry)) {
		decode_huge_directory(s, level, entry, vaddr, out);
		return;
	}
	if (level == PTE || is_large(s, entry)) {
		if (!is_present(s, entry))
			return;
		out->kind = ENTRY_LEAF;
		out->paddr = page_address(s, entry) & ~(((uint64_t)1 << shift_of(s, level)) - 1);
		return;
	}
	if (era_of(s) == SINCE_4_6 && !is_present(s, entry))
		return;
	out->kind = ENTRY_TABLE;
	out->paddr = table_address(s, level, entry);
}

static void describe_page(const struct space *s, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ PAGE_PRESENT, PAGE_PRESENT, "present" }, { 4, 4, "r" }, { 2, 2, "w" }, { 1, 1, "x" }, { 8, 8, "privileged" },
		{ 0x30, 0x10, "strong-order" }, { 0x30, 0x20, "non-idempotent" }, { 0x30, 0x30, "no-cache" },
		{ 0x80, 0x80, "dirty" }, { 0x100, 0x100, "accessed" }, { 0x400, 0x400, "special" },
	};

	if (!is_present(s, entry))
		snprintf(buf, size, "%s", !entry ? "none" : era_of(s) == SINCE_4_6 && (entry & PAGE_LEAF) ? "swap" : "not-present");
	else if (era_of(s) == SINCE_4_6)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else
		snprintf(buf, size, "present");
}

static void ppc64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	if (level != PTE && entry && is_huge_directory(s, entry))
		snprintf(buf, size, "huge-directory");
	else if (level == PTE || is_large(s, entry))
		describe_page(s, entry, buf, size);
	else
		snprintf(buf, size, "%s", !entry ? "none" : era_of(s) == SINCE_4_6 && !is_present(s, entry) ? "not-present" : "table");
}

/* Index bits from the last table on; 0: the level is folded. */
struct geometry {
	unsigned int since;
	uint8_t bits[4];
};

static const struct geometry hashed_64k[] = {
	{ ARCH_VERSION(4, 17, 0), { 8, 10, 10, 8 } }, { ARCH_VERSION(4, 12, 0), { 8, 10, 7, 8 } },
	{ ARCH_VERSION(4, 6, 0), { 8, 5, 5, 12 } }, { ARCH_VERSION(3, 10, 0), { 8, 10, 0, 12 } }, { 0, { 12, 12, 0, 4 } },
};

static const struct geometry hashed_4k[] = {
	{ ARCH_VERSION(3, 7, 0), { 9, 7, 9, 9 } }, { 0, { 9, 7, 7, 9 } },
};

static const struct geometry radix_64k[] = { { 0, { 5, 9, 9, 13 } } };
static const struct geometry radix_4k[] = { { 0, { 9, 9, 9, 13 } } };

static void set_geometry(struct space *s, bool hashed, unsigned int page_shift, unsigned int version)
{
	const struct geometry *g = hashed ? (page_shift == 16 ? hashed_64k : hashed_4k) :
				   page_shift == 16 ? radix_64k : radix_4k;

	while (g->since > version)
		g++;
	s->tables.page_shift = page_shift;
	s->tables.levels = 4;
	memcpy(s->tables.bits, g->bits, sizeof(g->bits));
	s->tables.half = RADIX_BASE;
	s->tables.base = hashed && version < ARCH_VERSION(5, 2, 0) ? OLD_VMALLOC : LINEAR_MAP;
}

static void set_era(struct space *s, bool hashed, unsigned int version)
{
	unsigned int pa_bits = version >= ARCH_VERSION(4, 11, 0) ? 53 : 57;

	s->mode = version >= ARCH_VERSION(4, 6, 0) ? SINCE_4_6 : version >= ARCH_VERSION(4, 5, 0) ? SINCE_4_5 : BEFORE_4_5;
	if (hashed)
		s->mode |= HASHED;
	if (version >= ARCH_VERSION(3, 11, 0))
		s->mode |= POINTERS_3_11;
	s->mode |= version < ARCH_VERSION(3, 10, 0) ? HUGEPD_BEFORE_3_10 : version >= ARCH_VERSION(4, 10, 0) ? HUGEPD_4_10 :
		   version >= ARCH_VERSION(4, 7, 0) ? HUGEPD_4_7 : 0;
	s->pa_mask = ((((uint64_t)1 << pa_bits) - 1) >> s->tables.page_shift) << s->tables.page_shift;
	s->tables.entry_bytes = 8;
	s->tables.big_endian = version >= ARCH_VERSION(4, 7, 0) || s->arch->big_endian;
}

static void set_tables(struct space *s, bool hashed, unsigned int page_shift, unsigned int version)
{
	set_geometry(s, hashed, page_shift, version);
	set_era(s, hashed, version);
}

static int read_word(const struct space *s, uint64_t vaddr, unsigned int bytes, uint64_t *out)
{
	uint8_t raw[8];
	int r = space_read(s, vaddr, raw, bytes);

	if (!r)
		*out = get_uint(raw, bytes, s->arch->big_endian);
	return r;
}

/* Where struct vmemmap_backing has what, and the size of a block. */
struct blocks {
	uint64_t first, list, phys, virt, bytes;
};

static bool find_blocks(const struct space *s, const struct arch_query *q, struct blocks *b)
{
	uint64_t vaddr, defs, size, shift, psize;

	if (q->symbol(q->arg, "vmemmap_list", &vaddr) || q->offset(q->arg, "vmemmap_backing.list", &b->list) ||
	    q->offset(q->arg, "vmemmap_backing.phys", &b->phys) || q->offset(q->arg, "vmemmap_backing.virt_addr", &b->virt) ||
	    read_word(s, vaddr, 8, &b->first))
		return false;
	if (q->symbol(q->arg, "mmu_vmemmap_psize", &vaddr) || q->symbol(q->arg, "mmu_psize_defs", &defs) ||
	    q->size(q->arg, "mmu_psize_def", &size) || q->offset(q->arg, "mmu_psize_def.shift", &shift) ||
	    read_word(s, vaddr, 4, &psize) || psize > 15 || size > 4096 || read_word(s, defs + psize * size + shift, 4, &shift) ||
	    shift < 12 || shift > 34)
		return false;
	b->bytes = (uint64_t)1 << shift;
	return true;
}

/* The page structs, block by block. What a damaged list does not tell is not mapped. */
static int add_blocks(struct space *s, const struct arch_query *q)
{
	struct blocks b;
	uint64_t at, phys, virt, limit;
	int r = 0;

	if (!find_blocks(s, q, &b))
		return 0;
	/* no more than memory has pages for: a damaged list may go in circles */
	limit = min_u64(s->mem->max_pfn, (uint64_t)1 << 40) << s->mem->page_shift >> s->tables.page_shift;
	limit = min_u64(limit * PAGE_STRUCT_MAX / b.bytes + SPARE_BLOCKS, MAX_BLOCKS);
	at = b.first;
	for (unsigned int n = 0; at && n < limit && !r; n++) {
		if (read_word(s, at + b.phys, 8, &phys) || read_word(s, at + b.virt, 8, &virt) || virt < LINEAR_MAP ||
		    virt > UINT64_MAX - b.bytes || phys > UINT64_MAX - b.bytes || read_word(s, at + b.list, 8, &at))
			break;
		r = space_add_window(s, virt, phys, b.bytes);
	}
	return r;
}

static int setup_hashed(struct space *s, const struct arch_query *q, unsigned int version)
{
	uint64_t room = version < ARCH_VERSION(5, 2, 0) ? LINEAR_OLD : s->tables.page_shift == 16 ? LINEAR_64K : LINEAR_4K;
	uint64_t memory = s->mem->max_pfn <= room >> s->mem->page_shift ? s->mem->max_pfn << s->mem->page_shift : room;
	int r = space_add_window(s, LINEAR_MAP, 0, memory);

	return r ? r : add_blocks(s, q);
}

/* The linear map is in radix tables, and in no others. */
static bool is_radix(struct space *s, const struct arch_query *q, unsigned int version)
{
	uint64_t radix;

	if (version < ARCH_VERSION(4, 7, 0))
		return false;
	if (!q->number(q->arg, "RADIX_MMU", &radix))
		return radix;
	set_tables(s, false, q->page_shift, version);
	return space_maps(s, LINEAR_MAP + s->tables.root, s->tables.root);
}

static int ppc64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	unsigned int version = q->version ? q->version : UINT32_MAX;
	uint64_t root, phys_base = 0;
	bool hashed;

	if (q->symbol(q->arg, "swapper_pg_dir", &root) || root < LINEAR_MAP) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir) in the linear map";
		return -ENOENT;
	}
	if (q->page_shift != 12 && q->page_shift != 16) {
		*why = "the page size is neither 4 KiB nor 64 KiB";
		return -ENOENT;
	}
	/* only there when the image was looked for: how far its symbols are from memory */
	q->number(q->arg, "phys_base", &phys_base);
	s->tables.root = root - LINEAR_MAP + phys_base;
	hashed = !is_radix(s, q, version);
	set_tables(s, hashed, q->page_shift, version);
	s->text_vaddr = LINEAR_MAP;
	s->direct = (struct mapping){ LINEAR_MAP, 0, q->page_shift == 16 || !hashed ? LINEAR_64K : LINEAR_4K };
	return hashed ? setup_hashed(s, q, version) : 0;
}

/* Tables of the radix MMU tell their form; those that the hashed one is filled from tell none. */
static int ppc64_bare(struct space *s, const struct arch_query *q)
{
	(void)q;
	s->tables = (struct radix){ .half = RADIX_BASE, .base = LINEAR_MAP };
	return 0;
}

static bool set_form(struct space *s, uint64_t pgd, size_t i)
{
	set_tables(s, false, i ? 12 : 16, UINT32_MAX);
	s->tables.half = RADIX_LOW;
	s->tables.base = 0;
	s->tables.root = pgd & ~POINTER_FLAGS;
	return true;
}

/* An entry that leads to a table has the number of its index bits in it (NLS): RADIX_*_VAL_BITS in
 * arch/powerpc/include/asm/book3s/64/radix.h. */
static bool possible(const struct space *s, unsigned int level, uint64_t entry)
{
	uint64_t below = ((uint64_t)1 << shift_of(s, level)) - 1;

	if (!is_present(s, entry))
		return level <= PMD;
	if (level == PTE || is_large(s, entry))
		return level <= PUD && is_large(s, entry) && !(page_address(s, entry) & below);
	return (entry & 0xff) == s->tables.bits[level - 1];
}

/* pgd: its address. The tables of a process are like the kernel's, for addresses from 0 on. */
static int ppc64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	static const struct table_forms forms = { .n = 2, .set = set_form, .possible = possible };

	if (space_form_unknown(kernel))
		return space_tell_form(kernel, pgd, &forms, out);
	/* what a radix process table has: an address with the size of the table below it */
	space_with_root(kernel, pgd & ~POINTER_FLAGS, RADIX_LOW, out);
	return 0;
}

/* arch/powerpc/include/asm/sparsemem.h and pgtable headers by version */
static void ppc64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			    unsigned int *max_physmem_bits)
{
	(void)s;
	*section_size_bits = 24;
	*max_physmem_bits = !version || version >= ARCH_VERSION(4, 20, 0) ? 51 : version >= ARCH_VERSION(4, 19, 0) ? 47 :
			    version >= ARCH_VERSION(3, 7, 0) ? 46 : 44;
}

static const char *const ppc64_marks[] = { "SYMBOL(vmemmap_list)", "NUMBER(RADIX_MMU)", "SYMBOL(cur_cpu_spec)", NULL };

/* struct pt_regs of arch/powerpc/include/uapi/asm/ptrace.h, of 48 words of registers in a note */
static const struct arch_register prstatus[] = {
	REGISTER64("r0", 0, REGISTER_PLAIN), REGISTER64("r1", 1, REGISTER_SP), REGISTER64("r2", 2, REGISTER_PLAIN),
	REGISTER64("r3", 3, REGISTER_PLAIN), REGISTER64("r4", 4, REGISTER_PLAIN),
	REGISTER64("r5", 5, REGISTER_PLAIN), REGISTER64("r6", 6, REGISTER_PLAIN),
	REGISTER64("r7", 7, REGISTER_PLAIN), REGISTER64("r8", 8, REGISTER_PLAIN),
	REGISTER64("r9", 9, REGISTER_PLAIN), REGISTER64("r10", 10, REGISTER_PLAIN),
	REGISTER64("r11", 11, REGISTER_PLAIN), REGISTER64("r12", 12, REGISTER_PLAIN),
	REGISTER64("r13", 13, REGISTER_PLAIN), REGISTER64("r14", 14, REGISTER_PLAIN),
	REGISTER64("r15", 15, REGISTER_PLAIN), REGISTER64("r16", 16, REGISTER_PLAIN),
	REGISTER64("r17", 17, REGISTER_PLAIN), REGISTER64("r18", 18, REGISTER_PLAIN),
	REGISTER64("r19", 19, REGISTER_PLAIN), REGISTER64("r20", 20, REGISTER_PLAIN),
	REGISTER64("r21", 21, REGISTER_PLAIN), REGISTER64("r22", 22, REGISTER_PLAIN),
	REGISTER64("r23", 23, REGISTER_PLAIN), REGISTER64("r24", 24, REGISTER_PLAIN),
	REGISTER64("r25", 25, REGISTER_PLAIN), REGISTER64("r26", 26, REGISTER_PLAIN),
	REGISTER64("r27", 27, REGISTER_PLAIN), REGISTER64("r28", 28, REGISTER_PLAIN),
	REGISTER64("r29", 29, REGISTER_PLAIN), REGISTER64("r30", 30, REGISTER_PLAIN),
	REGISTER64("r31", 31, REGISTER_PLAIN), REGISTER64("nip", 32, REGISTER_PC),
	REGISTER64("msr", 33, REGISTER_FLAGS), REGISTER64("orig_r3", 34, REGISTER_PLAIN),
	REGISTER64("ctr", 35, REGISTER_PLAIN), REGISTER64("lr", 36, REGISTER_LINK),
	REGISTER64("xer", 37, REGISTER_PLAIN), REGISTER64("cr", 38, REGISTER_PLAIN),
	REGISTER64("softe", 39, REGISTER_PLAIN), REGISTER64("trap", 40, REGISTER_PLAIN),
	REGISTER64("dar", 41, REGISTER_PLAIN), REGISTER64("dsisr", 42, REGISTER_PLAIN),
	REGISTER64("result", 43, REGISTER_PLAIN),
};

static const struct note_layout ppc64_notes[] = {
	PRSTATUS64(prstatus, 48),
	{ .owner = NULL },
};

#define PPC64_COMMON \
	.elf_machine = EM_PPC64, \
	.elf_class = 64, \
	.setup = ppc64_setup, \
	.decode = ppc64_decode, .unwind = ppc64_unwind, \
	.describe = ppc64_describe, \
	.bare = ppc64_bare, \
	.user_space = ppc64_user_space, \
	.marks = ppc64_marks, \
	.notes = ppc64_notes, \
	.image_vaddr = LINEAR_MAP, \
	.image_bytes = LINEAR_ROOM, \
	.image_align = IMAGE_ALIGN, \
	.sparsemem = ppc64_sparsemem

const struct arch arch_ppc64 = {
	.name = "ppc64",
	.big_endian = true,
	PPC64_COMMON,
};

const struct arch arch_ppc64le = {
	.name = "ppc64le",
	.big_endian = false,
	PPC64_COMMON,
};
