/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x dynamic address translation: z/Architecture Principles of Operation, chapter 3; the kernel's use of it:
 * arch/s390/include/asm/pgtable.h. Tables of 2048 entries, the last one of 256. How many levels there are, each entry
 * tells by its type.
 *
 * Up to 6.9 the kernel runs at its physical address, wherever KASLR put it. From 6.10 on the image, the identity map and
 * physical memory are three different ranges; VMCOREINFO or os_info (found through lowcore) say how they relate.
 *
 * Virtual addresses 0 to 0x1fff are each CPU's own lowcore. They are translated as the tables say, which is to the
 * absolute lowcore, not to that of a CPU.
 */
#include "arch/s390x.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/unwind.h"
#include "base/bytes.h"

/* region and segment entries; an address-space-control element has TYPE and LENGTH at the same place */
#define ENTRY_LENGTH	0x003u		/* last part of the next table that exists, in units of 512 entries */
#define ENTRY_TYPE	0x00cu		/* the level of the table that has this entry, from the segment table on */
#define ENTRY_INVALID	0x020u
#define ENTRY_OFFSET	0x0c0u		/* first part of the next table that exists */
#define ENTRY_PROTECT	0x200u
#define ENTRY_LARGE	0x400u		/* segment: 1 MiB, region-third: 2 GiB */
#define ENTRY_READ	0x003u		/* of large ones; software: readable, whatever INVALID says */
#define PART_ENTRIES	512u

#define PAGE_PRESENT	0x001u		/* software, since 3.12 */
#define PAGE_READ	0x010u		/* software, since 3.12 */
#define PAGE_NX		0x100u
#define PAGE_PROTECT	0x200u
#define PAGE_INVALID	0x400u
#define PAGE_MUST_BE_0	0x800u

#define PAGE_SHIFT	12
#define PAGE_BITS	8
#define TABLE_BITS	11
#define TABLE_BYTES	((1u << TABLE_BITS) * 8)

#define ASCE_REAL_SPACE	0x20u
#define NT_CTRS		0x304		/* NT_S390_CTRS: 16 control registers */
#define HOME_ASCE	"cr13"		/* the one that is the kernel's in all versions */

#define LOWCORE_OS_INFO	0xe18u		/* 64 bits: where os_info is; same place in all versions */
#define OS_INFO_MAGIC	0x4f53494e464f535aull	/* OSINFOSZ */
#define OS_INFO_ENTRIES	32u		/* { u64 address or value, u64 size, u32 checksum } */
#define OS_INFO_ENTRY	20u
#define OS_INFO_BYTES	4096u

enum { OS_IDENTITY_BASE = 4, OS_IMAGE_BASE, OS_IMAGE_PHYS, OS_VMEMMAP };

/* Room for the image; nothing is mapped above it. */
#define IMAGE_ROOM	0x40000000ull

enum { PTE, SEGMENT, REGION3, REGION2, REGION1 };

/* space.mode */
#define FORMS_OF_3_12	1u		/* PAGE_PRESENT means what it says */
#define OF_PROCESS	2u		/* INVALID is also how the kernel sees that a page is used: old pages are there */

static bool present_bit(const struct space *s, uint64_t entry)
{
	return (s->mode & FORMS_OF_3_12) && (entry & PAGE_PRESENT);
}

/* A readable page of a process that was not used for a while. The kernel's own pages are never old. */
static bool is_old_page(const struct space *s, uint64_t entry)
{
	return (s->mode & OF_PROCESS) && present_bit(s, entry) && (entry & PAGE_READ);
}

static bool is_old_large_page(const struct space *s, unsigned int level, uint64_t entry)
{
	return (s->mode & OF_PROCESS) && level == SEGMENT && (entry & ENTRY_LARGE) && (entry & ENTRY_READ);
}

static void decode_page(const struct space *s, uint64_t entry, struct entry_meaning *out)
{
	if ((entry & (PAGE_INVALID | PAGE_MUST_BE_0)) && !is_old_page(s, entry))
		return;
	out->kind = ENTRY_LEAF;
	out->paddr = entry & ~(uint64_t)0xfff;
}

static void s390x_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			 struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (level == PTE) {
		decode_page(s, entry, out);
		return;
	}
	if ((entry & ENTRY_TYPE) >> 2 != level - SEGMENT)
		return;
	if ((entry & ENTRY_INVALID) && !is_old_large_page(s, level, entry))
		return;
	if ((entry & ENTRY_LARGE) && level <= REGION3) {
		out->kind = ENTRY_LEAF;
		out->paddr = entry & (level == SEGMENT ? ~(uint64_t)0xfffff : ~(uint64_t)0x7fffffff);
		return;
	}
	out->kind = ENTRY_TABLE;
	if (level == SEGMENT) {
		out->paddr = entry & ~(uint64_t)0x7ff;
		return;
	}
	out->paddr = entry & ~(uint64_t)0xfff;
	out->first = (unsigned int)((entry & ENTRY_OFFSET) >> 6) * PART_ENTRIES;
	out->end = (unsigned int)((entry & ENTRY_LENGTH) + 1) * PART_ENTRIES;
}

static void describe_page(const struct space *s, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ PAGE_INVALID, 0, "valid" }, { PAGE_PROTECT, PAGE_PROTECT, "ro" }, { PAGE_PROTECT, 0, "rw" },
		{ 4, 4, "young" }, { 8, 8, "dirty" }, { PAGE_NX, PAGE_NX, "nx" },
	};
	const char *text;

	if (!(entry & (PAGE_INVALID | PAGE_MUST_BE_0))) {
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
		return;
	}
	if (present_bit(s, entry))
		text = entry & PAGE_READ ? "old" : "prot-none";
	else
		text = !(entry & ~(uint64_t)PAGE_INVALID) ? "none" :
		       (s->mode & FORMS_OF_3_12) && (entry & PAGE_PROTECT) ? "swap" : "invalid";
	snprintf(buf, size, "%s", text);
}

static void s390x_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ ENTRY_INVALID, 0, "valid" }, { ENTRY_INVALID, ENTRY_INVALID, "invalid" },
		{ ENTRY_TYPE, 0, "segment" }, { ENTRY_TYPE, 4, "region3" }, { ENTRY_TYPE, 8, "region2" },
		{ ENTRY_TYPE, 12, "region1" }, { ENTRY_PROTECT, ENTRY_PROTECT, "ro" },
	};

	if (level == PTE) {
		describe_page(s, entry, buf, size);
		return;
	}
	entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
}

/* What the kernel says of its three ranges. */
struct s390x_ranges {
	uint64_t identity, image, image_phys, vmemmap;
	bool apart;			/* the image is elsewhere than identity map and physical memory */
};

static bool read_os_info(const struct space *s, uint8_t info[OS_INFO_BYTES])
{
	uint8_t raw[8];
	uint64_t paddr;

	if (pages_read_bytes(s->mem, LOWCORE_OS_INFO, 8, raw, HOLES_FAIL))
		return false;
	paddr = get_u64(raw, true);
	if (!paddr || paddr % OS_INFO_BYTES || pages_read_bytes(s->mem, paddr, OS_INFO_BYTES, info, HOLES_FAIL))
		return false;
	return get_u64(info, true) == OS_INFO_MAGIC;
}

static uint64_t os_info_value(const uint8_t *info, unsigned int entry)
{
	return get_u64(info + OS_INFO_ENTRIES + entry * OS_INFO_ENTRY, true);
}

static struct s390x_ranges find_placement(const struct space *s, const struct arch_query *q)
{
	uint8_t info[OS_INFO_BYTES];
	struct s390x_ranges p = { 0 };

	/* KERNELOFFSET alone is what KASLR added to both addresses */
	if (!q->plain(q->arg, "KERNELOFFPHYS", &p.image_phys) && !q->plain(q->arg, "KERNELOFFSET", &p.image)) {
		p.apart = true;
		q->plain(q->arg, "IDENTITYBASE", &p.identity);
	}
	if ((q->version && q->version < ARCH_VERSION(6, 10, 0)) || !read_os_info(s, info) ||
	    !os_info_value(info, OS_IMAGE_BASE))
		return p;
	p.vmemmap = os_info_value(info, OS_VMEMMAP);
	if (!p.apart) {
		p.apart = true;
		p.identity = os_info_value(info, OS_IDENTITY_BASE);
		p.image = os_info_value(info, OS_IMAGE_BASE);
		p.image_phys = os_info_value(info, OS_IMAGE_PHYS);
	}
	return p;
}

/* The kernel's address-space-control element by the control registers of any CPU that has them. */
static int asce_of_cpus(const struct arch *arch, const struct arch_query *q, uint64_t *asce)
{
	for (size_t i = 0; i < q->nnotes; i++) {
		const struct arch_note *n = &q->notes[i];
		const struct note_layout *l = note_layout(arch, n);

		if (n->type != NT_CTRS || !l || !note_value(n, note_register(l, HOME_ASCE), true, asce))
			continue;
		if ((*asce & ~(uint64_t)0xfff) && !(*asce & ASCE_REAL_SPACE))
			return 0;
	}
	return -ENOENT;
}

/* The kernel fills each entry of a table, valid or not, with the type of its level; of a table of segments that is 0. */
static int levels_of_table(const struct space *s, uint64_t root, unsigned int *levels)
{
	uint8_t raw[512];

	for (unsigned int at = 0; at < TABLE_BYTES; at += sizeof(raw)) {
		if (pages_read_bytes(s->mem, root + at, sizeof(raw), raw, HOLES_FAIL))
			return -ENOENT;
		for (unsigned int i = 0; i < sizeof(raw); i += 8) {
			uint64_t entry = get_u64(raw + i, true);

			if (entry & ENTRY_INVALID)
				continue;
			*levels = (unsigned int)((entry & ENTRY_TYPE) >> 2) + 2;
			return 0;
		}
	}
	return -ENOENT;
}

static int find_root(struct space *s, const struct arch_query *q, const struct s390x_ranges *p, const char **why)
{
	uint64_t asce, vaddr;
	unsigned int levels;
	bool has_asce = !asce_of_cpus(s->arch, q, &asce);

	if (!q->symbol(q->arg, "swapper_pg_dir", &vaddr)) {
		s->tables.root = p->apart ? vaddr - p->image + p->image_phys : vaddr;
		has_asce = has_asce && (asce & ~(uint64_t)0xfff) == s->tables.root;
	} else if (has_asce) {
		s->tables.root = asce & ~(uint64_t)0xfff;
		s->by_registers = true;
	} else {
		*why = "neither SYMBOL(swapper_pg_dir) nor control registers tell where the page tables are";
		return -ENOENT;
	}
	if (has_asce) {
		levels = (unsigned int)((asce & ENTRY_TYPE) >> 2) + 2;
	} else if (levels_of_table(s, s->tables.root, &levels)) {
		*why = "the kernel's top page table cannot be read or is empty";
		return -ENOENT;
	}
	s->tables.levels = levels;
	return 0;
}

static int s390x_bare(struct space *s, const struct arch_query *q)
{
	s->mode = q->version && q->version < ARCH_VERSION(3, 12, 0) ? 0 : FORMS_OF_3_12;
	s->tables = (struct radix){
		.page_shift = PAGE_SHIFT, .bits = { PAGE_BITS, TABLE_BITS, TABLE_BITS, TABLE_BITS, TABLE_BITS },
		.entry_bytes = 8, .big_endian = true, .half = RADIX_LOW,
	};
	return 0;
}

static int s390x_setup(struct space *s, const struct arch_query *q, const char **why)
{
	struct s390x_ranges p = find_placement(s, q);
	uint64_t end;

	s390x_bare(s, q);
	if (find_root(s, q, &p, why))
		return -ENOENT;
	end = s->tables.levels < 5 ? (uint64_t)1 << space_va_bits(s) : UINT64_MAX;
	if (p.apart) {
		s->text_vaddr = p.image;
		s->text_paddr = p.image_phys;
		s->text_len = p.image < end ? min_u64(IMAGE_ROOM, end - p.image) : 0;
		end = p.vmemmap ? p.vmemmap : p.image;
	}
	if (p.identity < end)
		s->direct = (struct mapping){ .vaddr = p.identity, .paddr = 0, .len = end - p.identity };
	return 0;
}

/* pgd: an address-space-control element, which is not without bits below the address; or the address. */
static int s390x_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	uint64_t root = pgd & ~(uint64_t)0xfff;
	unsigned int levels = (unsigned int)((pgd & ENTRY_TYPE) >> 2) + 2;

	if (pgd & ASCE_REAL_SPACE)
		return -EINVAL;
	if (pgd == root && levels_of_table(kernel, root, &levels))
		return -EINVAL;
	space_with_root(kernel, root, RADIX_LOW, out);
	out->tables.levels = levels;
	/* the kernel's own tables, asked for by their address, stay the kernel's */
	if (root != kernel->tables.root)
		out->mode |= OF_PROCESS;
	return 0;
}

static const char *const s390x_marks[] = { "SYMBOL(lowcore_ptr)", "SAMODE31", NULL };

/* arch/s390/include/asm/sparsemem.h by version */
static void s390x_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			    unsigned int *max_physmem_bits)
{
	(void)s;
	*section_size_bits = !version || version < ARCH_VERSION(6, 13, 0) ? 28 : 27;
	*max_physmem_bits = version && version < ARCH_VERSION(3, 2, 0) ? 42 : 46;
}

static const char *const level_names[] = { "PTE", "STE", "R3TE", "R2TE", "R1TE" };

#define CONTROL(i) { "cr" #i, 8 * (i), NOT_IN_FRAME, 8, REGISTER_PLAIN }

/* s390_regs of arch/s390/include/uapi/asm/ptrace.h; in struct pt_regs (asm/ptrace.h) one word, args, is in front */
static const struct arch_register prstatus[] = {
	REGISTER64_AT("psw.mask", 0, 8, REGISTER_FLAGS), REGISTER64_AT("psw.addr", 1, 16, REGISTER_PC),
	REGISTER64_AT("r0", 2, 24, REGISTER_PLAIN), REGISTER64_AT("r1", 3, 32, REGISTER_PLAIN),
	REGISTER64_AT("r2", 4, 40, REGISTER_PLAIN), REGISTER64_AT("r3", 5, 48, REGISTER_PLAIN),
	REGISTER64_AT("r4", 6, 56, REGISTER_PLAIN), REGISTER64_AT("r5", 7, 64, REGISTER_PLAIN),
	REGISTER64_AT("r6", 8, 72, REGISTER_PLAIN), REGISTER64_AT("r7", 9, 80, REGISTER_PLAIN),
	REGISTER64_AT("r8", 10, 88, REGISTER_PLAIN), REGISTER64_AT("r9", 11, 96, REGISTER_PLAIN),
	REGISTER64_AT("r10", 12, 104, REGISTER_PLAIN), REGISTER64_AT("r11", 13, 112, REGISTER_PLAIN),
	REGISTER64_AT("r12", 14, 120, REGISTER_PLAIN), REGISTER64_AT("r13", 15, 128, REGISTER_PLAIN),
	REGISTER64_AT("r14", 16, 136, REGISTER_LINK), REGISTER64_AT("r15", 17, 144, REGISTER_SP),
	{ "a0", 256 + 4 * 0, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a1", 256 + 4 * 1, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a2", 256 + 4 * 2, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a3", 256 + 4 * 3, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a4", 256 + 4 * 4, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a5", 256 + 4 * 5, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a6", 256 + 4 * 6, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a7", 256 + 4 * 7, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a8", 256 + 4 * 8, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a9", 256 + 4 * 9, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a10", 256 + 4 * 10, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a11", 256 + 4 * 11, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a12", 256 + 4 * 12, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a13", 256 + 4 * 13, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a14", 256 + 4 * 14, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "a15", 256 + 4 * 15, NOT_IN_FRAME, 4, REGISTER_PLAIN },
	{ "orig_r2", 320, 152, 8, REGISTER_PLAIN },
};

static const struct arch_register control_registers[] = {
	CONTROL(0), CONTROL(1), CONTROL(2), CONTROL(3), CONTROL(4), CONTROL(5), CONTROL(6), CONTROL(7), CONTROL(8),
	CONTROL(9), CONTROL(10), CONTROL(11), CONTROL(12), CONTROL(13), CONTROL(14), CONTROL(15),
};

static const struct note_layout s390x_notes[] = {
	PRSTATUS64(prstatus, 27),
	{ "LINUX", NT_CTRS, 16 * 8, true, control_registers, ARRAY_SIZE(control_registers) },
	{ .owner = NULL },
};

const struct arch arch_s390x = {
	.name = "s390x",
	.elf_machine = EM_S390,
	.elf_class = 64,
	.big_endian = true,
	.setup = s390x_setup,
	.decode = s390x_decode,
	.unwind = s390x_unwind,
	.describe = s390x_describe,
	.level_names = level_names,
	.bare = s390x_bare,
	.user_space = s390x_user_space,
	.marks = s390x_marks,
	.notes = s390x_notes,
	.sparsemem = s390x_sparsemem,
};
