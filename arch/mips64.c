/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mips64: the address map: MIPS64 Architecture For Programmers volume III, chapter 4; the tables, which are the kernel's
 * alone (the TLB is filled by software): arch/mips/include/asm/pgtable-64.h and pgtable-bits.h.
 *
 * Pointers in the tables are kernel virtual addresses. How many levels there are and what the low bits of an entry mean
 * depends on the kernel's configuration; the tables themselves tell it, for VMCOREINFO does not.
 */
#include "arch/mips64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"

/* Windows: XKPHYS, one for each way of caching, and the low half GiB of memory twice. */
#define XKPHYS		0x8000000000000000ull
#define XKPHYS_WINDOWS	8
#define XKPHYS_SHIFT	59
#define CKSEG0		0xffffffff80000000ull
#define CKSEG1		0xffffffffa0000000ull
#define CKSEG_BYTES	0x20000000ull
#define CACHED		0x9800000000000000ull	/* the usual CAC_BASE, the kernel's PAGE_OFFSET */
#define PA_BITS		48			/* TO_PHYS_MASK */

#define XKSEG		0xc000000000000000ull	/* vmalloc */

/* The image: no kernel is longer. */
#define IMAGE_ALIGN	0x10000ull
#define IMAGE_BYTES	0x4000000ull

/*
 * A page's entry: software's bits, then those of the TLB, then the page number:
 *   PRESENT [NO_READ] WRITE ACCESSED MODIFIED [HUGE] [SPECIAL] ... [NO_EXEC NO_READ] GLOBAL VALID DIRTY CCC
 * NO_READ is the second bit, or with CPU_HAS_RIXI in front of GLOBAL.
 * space.mode: how far the address is shifted up in an entry, and whether NO_READ is the second bit.
 */
#define PTE_PRESENT	((uint64_t)1 << 0)
#define MODE_SHIFT	0xff
#define MODE_NO_RIXI	0x100
#define MODE_RAW	0x200			/* while setup looks at entries: they are what decode says */
#define SAMPLED_TABLES	2048
#define GLOBAL_BELOW	6			/* GLOBAL is so many bits below the page number */

enum { PTE, PMD };

static bool table_address(uint64_t entry, uint64_t *paddr)
{
	if (!entry || entry & 0xfff)
		return false;
	if (entry - CKSEG0 < CKSEG_BYTES)
		*paddr = entry - CKSEG0;
	else if (entry >> 62 == 2)
		*paddr = entry & (((uint64_t)1 << PA_BITS) - 1);
	else
		return false;
	return true;
}

static uint64_t page_address(const struct space *s, uint64_t entry)
{
	unsigned int pfn_shift = s->mode & MODE_SHIFT;

	return entry >> pfn_shift << s->tables.page_shift;
}

/* In the kernel's own words a page is there if PRESENT: VALID is also clear until somebody uses it. */
static void mips64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			  struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (entry == s->empty[level])
		return;
	if (level && table_address(entry, &out->paddr)) {
		out->kind = ENTRY_TABLE;
		return;
	}
	if (!(entry & PTE_PRESENT) || level > PMD)
		return;
	out->kind = ENTRY_LEAF;
	out->paddr = s->mode & MODE_RAW ? entry : page_address(s, entry) &
		     ~(((uint64_t)1 << (s->tables.page_shift + level * s->tables.bits[PTE])) - 1);
}

static void mips64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	bool no_rixi = s->mode & MODE_NO_RIXI;
	unsigned int software = no_rixi ? 2 : 1;
	unsigned int global = (s->mode & MODE_SHIFT) - (s->tables.page_shift - 12) - GLOBAL_BELOW;
	uint64_t one = 1, no_read = one << (no_rixi ? 1 : global - 1), no_exec = no_rixi ? 0 : one << (global - 2);
	const struct entry_flag flags[] = {
		{ one, one, "present" }, { one << software, one << software, "write" },
		{ one << (software + 1), one << (software + 1), "accessed" },
		{ one << (software + 2), one << (software + 2), "modified" },
		{ one << (software + 3), one << (software + 3), level ? "huge" : "" },
		{ no_exec, no_exec ? no_exec : 1, "no-exec" }, { no_read, no_read, "no-read" },
		{ one << global, one << global, "global" }, { one << (global + 1), one << (global + 1), "valid" },
		{ one << (global + 2), one << (global + 2), "dirty" },
	};
	struct entry_meaning what;

	mips64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else if (what.kind == ENTRY_TABLE)
		snprintf(buf, size, "table");
	else if (!(entry & ~(one << global)) || entry == s->empty[level])
		snprintf(buf, size, "none");
	else if (level)
		snprintf(buf, size, "invalid");
	else	/* arch/mips/include/asm/pgtable-64.h; bit 23 is the mark for exclusive pages */
		snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)(entry >> 16 & 0x7f),
			 (unsigned long long)(entry >> 24));
}

/* Windows and image; the address of the top table. */
static int setup_windows(struct space *s, uint64_t stext)
{
	int r = 0;

	for (uint64_t i = 0; i < XKPHYS_WINDOWS && !r; i++)
		r = space_add_window(s, XKPHYS + (i << XKPHYS_SHIFT), 0, (uint64_t)1 << PA_BITS);
	if (!r)
		r = space_add_window(s, CKSEG0, 0, CKSEG_BYTES);
	if (!r)
		r = space_add_window(s, CKSEG1, 0, CKSEG_BYTES);
	if (stext - CKSEG0 < CKSEG_BYTES) {
		s->text_vaddr = stext & ~(IMAGE_ALIGN - 1);
		s->text_paddr = s->text_vaddr - CKSEG0;
		s->text_len = min_u64(IMAGE_BYTES, CKSEG0 + CKSEG_BYTES - s->text_vaddr);
	}
	return r;
}

/* The index bits of the top table. With 4K pages and three levels it is two pages long, and with 16K pages in kernels of
 * 48 bits: then the second page starts with empty entries too. */
static unsigned int top_bits(const struct space *s, unsigned int levels, unsigned int per_level)
{
	uint8_t raw[8];

	if (s->tables.page_shift == 12)
		return levels == 3 ? 10 : 9;
	if (s->tables.page_shift == 14 &&
	    !pages_read_bytes(s->mem, s->tables.root + ((uint64_t)8 << per_level), 8, raw, HOLES_FAIL) &&
	    get_u64(raw, s->tables.big_endian) == s->empty[levels - 1])
		return per_level + 1;
	return per_level;
}

static void setup_levels(struct space *s)
{
	unsigned int per_level = s->tables.page_shift - 3, levels;

	if (space_learn_empty(s, per_level, table_address, &levels))
		levels = s->tables.page_shift == 16 ? 2 : 3;
	s->tables.levels = levels;
	for (unsigned int l = 0; l < levels; l++)
		s->tables.bits[l] = (uint8_t)(l == levels - 1 ? top_bits(s, levels, per_level) : per_level);
}

struct samples {
	unsigned int page_shift, n, global[16], no_rixi;
};

/* One entry of the kernel's: it may be read, written and used at once, so that its GLOBAL, VALID and DIRTY are set and what
 * is between MODIFIED and them is not. */
static int sample_entry(void *arg, const struct mapping *m)
{
	struct samples *f = arg;
	bool no_rixi = (m->paddr & 0x1f) == 0x1d;
	unsigned int g = 5;

	if (!no_rixi && (m->paddr & 0xf) != 0xf)
		return 0;
	while (g < 10 && (m->paddr >> g & 7) != 7)
		g++;
	if (g < 10) {
		f->global[g]++;
		f->no_rixi += no_rixi;
		f->n++;
	}
	return f->n == 4096;
}

/* Which bits the page number starts at: what most entries say. */
static void learn_entries(struct space *s, unsigned int version)
{
	struct samples f = { .page_shift = s->tables.page_shift };
	struct space look = *s;
	unsigned int most = 0;

	look.mode = MODE_RAW;
	look.max_tables = SAMPLED_TABLES;
	space_each(&look, s->tables.base, s->tables.base + ((uint64_t)1 << space_va_bits(s)) - 1, sample_entry, &f);
	for (unsigned int g = 0; g < ARRAY_SIZE(f.global); g++)
		if (f.global[g] > f.global[most])
			most = g;
	if (!f.n)	/* nothing is mapped: RIXI, huge pages and SPECIAL, which came with 4.5 */
		most = version && version < ARCH_VERSION(4, 5, 0) ? 7 : 8;
	s->mode = most + GLOBAL_BELOW + s->tables.page_shift - 12;
	if (f.no_rixi > f.n / 2)
		s->mode |= MODE_NO_RIXI;
}

/* Modules lie where 32 bits reach: what the TLB's handlers look up for them is the end of the same top table (early
 * kernels had another one, which VMCOREINFO tells only when it was made from a vmlinux). */
static void setup_module_tables(struct space *s, const struct arch_query *q)
{
	uint64_t vaddr;

	s->more = s->tables;
	s->more.half = RADIX_HIGH;
	if (!q->symbol(q->arg, "module_pg_dir", &vaddr))
		table_address(vaddr, &s->more.root);
}

/* The kernel's PAGE_OFFSET is the window with the kind of caching that the CPU was set to: pointers to tables are in it. */
static void learn_page_offset(struct space *s)
{
	uint8_t raw[8];

	s->direct = (struct mapping){ CACHED, 0, (uint64_t)1 << PA_BITS };
	for (uint64_t i = 0; i < (uint64_t)1 << s->tables.bits[s->tables.levels - 1]; i++) {
		uint64_t entry;

		if (pages_read_bytes(s->mem, s->tables.root + i * 8, 8, raw, HOLES_FAIL))
			return;
		entry = get_u64(raw, s->tables.big_endian);
		if (entry >> 62 == 2 && !(entry & 0xfff)) {
			s->direct.vaddr = entry >> XKPHYS_SHIFT << XKPHYS_SHIFT;
			return;
		}
	}
}

static int mips64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, stext;
	int r;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	if (q->page_shift < 12 || q->page_shift > 16) {
		*why = "no mips64 kernel has this page size";
		return -ENOENT;
	}
	s->tables = (struct radix){
		.page_shift = q->page_shift, .entry_bytes = 8, .big_endian = s->arch->big_endian, .half = RADIX_BASE,
		.base = XKSEG,
	};
	if (!table_address(root, &s->tables.root)) {
		*why = "the page-table symbol lies in no unmapped segment";
		return -ENOENT;
	}
	r = setup_windows(s, q->symbol(q->arg, "_stext", &stext) ? root : stext);
	if (r)
		return r;
	setup_levels(s);
	learn_entries(s, q->version);
	setup_module_tables(s, q);
	learn_page_offset(s);
	return 0;
}

static int mips64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	if (pgd & 0xfff)
		return -EINVAL;
	space_with_root(kernel, pgd, RADIX_LOW, out);
	return 0;
}

/* arch/mips/include/asm/sparsemem.h: 29 for huge pages of 64K pages, which few have */
static void mips64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			     unsigned int *max_physmem_bits)
{
	(void)version;
	*section_size_bits = s->tables.page_shift == 16 ? 29 : 28;
	*max_physmem_bits = PA_BITS;
}

/* MIPS64_EF_* of arch/mips/include/uapi/asm/reg.h, 45 words; struct pt_regs of asm/ptrace.h, without SmartMIPS */
static const struct arch_register prstatus[] = {
	REGISTER64("r0", 0, REGISTER_PLAIN), REGISTER64("r1", 1, REGISTER_PLAIN),
	REGISTER64("r2", 2, REGISTER_PLAIN), REGISTER64("r3", 3, REGISTER_PLAIN),
	REGISTER64("r4", 4, REGISTER_PLAIN), REGISTER64("r5", 5, REGISTER_PLAIN),
	REGISTER64("r6", 6, REGISTER_PLAIN), REGISTER64("r7", 7, REGISTER_PLAIN),
	REGISTER64("r8", 8, REGISTER_PLAIN), REGISTER64("r9", 9, REGISTER_PLAIN),
	REGISTER64("r10", 10, REGISTER_PLAIN), REGISTER64("r11", 11, REGISTER_PLAIN),
	REGISTER64("r12", 12, REGISTER_PLAIN), REGISTER64("r13", 13, REGISTER_PLAIN),
	REGISTER64("r14", 14, REGISTER_PLAIN), REGISTER64("r15", 15, REGISTER_PLAIN),
	REGISTER64("r16", 16, REGISTER_PLAIN), REGISTER64("r17", 17, REGISTER_PLAIN),
	REGISTER64("r18", 18, REGISTER_PLAIN), REGISTER64("r19", 19, REGISTER_PLAIN),
	REGISTER64("r20", 20, REGISTER_PLAIN), REGISTER64("r21", 21, REGISTER_PLAIN),
	REGISTER64("r22", 22, REGISTER_PLAIN), REGISTER64("r23", 23, REGISTER_PLAIN),
	REGISTER64("r24", 24, REGISTER_PLAIN), REGISTER64("r25", 25, REGISTER_PLAIN),
	REGISTER64("r26", 26, REGISTER_PLAIN), REGISTER64("r27", 27, REGISTER_PLAIN),
	REGISTER64("r28", 28, REGISTER_PLAIN), REGISTER64("r29", 29, REGISTER_SP),
	REGISTER64("r30", 30, REGISTER_FP), REGISTER64("r31", 31, REGISTER_LINK),
	REGISTER64_AT("lo", 32, 8 * 34, REGISTER_PLAIN), REGISTER64_AT("hi", 33, 8 * 33, REGISTER_PLAIN),
	REGISTER64_AT("epc", 34, 8 * 37, REGISTER_PC), REGISTER64_AT("badvaddr", 35, 8 * 35, REGISTER_PLAIN),
	REGISTER64_AT("status", 36, 8 * 32, REGISTER_FLAGS), REGISTER64_AT("cause", 37, 8 * 36, REGISTER_PLAIN),
};

static const struct note_layout mips64_notes[] = {
	PRSTATUS64(prstatus, 45),
	{ .owner = NULL },
};

#define MIPS64_ROW(is_big_endian) { \
	.name = "mips64", \
	.elf_machine = EM_MIPS, \
	.elf_class = 64, \
	.big_endian = is_big_endian, \
	.setup = mips64_setup, \
	.decode = mips64_decode, \
	.describe = mips64_describe, \
	.user_space = mips64_user_space, \
	.notes = mips64_notes, \
	.sparsemem = mips64_sparsemem, \
}

const struct arch arch_mips64 = MIPS64_ROW(true);
const struct arch arch_mips64el = MIPS64_ROW(false);
