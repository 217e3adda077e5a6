/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64 page tables: The RISC-V Instruction Set Manual volume II, Sv39, Sv48, Sv57 and Svnapot; the kernel's address
 * map: Documentation/arch/riscv/vm-layout.rst. Which of the three it is, the kernel decides while booting.
 */
#include "arch/riscv64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "arch/forms.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define PTE_V		((uint64_t)1 << 0)
#define PTE_R		((uint64_t)1 << 1)
#define PTE_W		((uint64_t)1 << 2)
#define PTE_X		((uint64_t)1 << 3)
#define PTE_LEAF	(PTE_R | PTE_W | PTE_X)
#define PTE_U		((uint64_t)1 << 4)
#define PTE_G		((uint64_t)1 << 5)
#define PTE_A		((uint64_t)1 << 6)
#define PTE_D		((uint64_t)1 << 7)
#define PTE_SPECIAL	((uint64_t)1 << 8)
#define PTE_PBMT	((uint64_t)3 << 61)
#define PTE_N		((uint64_t)1 << 63)	/* Svnapot: the low bits of the page number tell the size */
#define PPN_SHIFT	10
#define PPN_BITS	44

#define PAGE_SHIFT	12
#define BITS_A_LEVEL	9
#define NAPOT_64K	8			/* bits 3:0 of the page number */
#define NAPOT_SHIFT	16

#define SATP_MODE_SHIFT	60
#define SATP_SV39	8

#define IMAGE_ALIGN	0x200000ull		/* the image is mapped by large pages */
#define IMAGE_BELOW	0x4000000ull		/* what may lie in front of _stext */
#define IMAGE_BYTES	0x14000000ull

/* space.mode: the form of entries that are not present */
enum { SWAP_OLD, SWAP_5_18, SWAP_6_3 };

static uint64_t entry_address(uint64_t entry)
{
	return (entry >> PPN_SHIFT & (((uint64_t)1 << PPN_BITS) - 1)) << PAGE_SHIFT;
}

static void riscv64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			   struct entry_meaning *out)
{
	uint64_t below = ((uint64_t)1 << (PAGE_SHIFT + level * BITS_A_LEVEL)) - 1;

	(void)s;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (!(entry & PTE_V))
		return;
	out->paddr = entry_address(entry);
	if (!(entry & PTE_LEAF)) {
		if (level)
			out->kind = ENTRY_TABLE;
		return;
	}
	if (entry & PTE_N) {
		uint64_t napot = ((uint64_t)1 << NAPOT_SHIFT) - 1;

		/* the only size that there is; each of its 16 entries is the same */
		if (level || (out->paddr >> PAGE_SHIFT & 15) != NAPOT_64K)
			return;
		out->paddr = (out->paddr & ~napot) | (vaddr & napot & ~below);
	}
	if (out->paddr & below)		/* the processor faults on it */
		return;
	out->kind = ENTRY_LEAF;
}

static void describe_invalid(const struct space *s, uint64_t entry, char *buf, size_t size)
{
	static const struct { uint64_t prot_none; uint8_t type_shift, offset_shift; } forms[] = {
		[SWAP_OLD] = { PTE_R, 2, 7 }, [SWAP_5_18] = { PTE_G, 6, 11 }, [SWAP_6_3] = { PTE_G, 7, 12 },
	};
	unsigned int form = s->mode;

	if (!entry)
		snprintf(buf, size, "none");
	else if (entry & PTE_V)
		snprintf(buf, size, "invalid");
	else if (entry & forms[form].prot_none)
		snprintf(buf, size, "prot-none");
	else
		snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)(entry >> forms[form].type_shift & 31),
			 (unsigned long long)(entry >> forms[form].offset_shift));
}

static void riscv64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ PTE_V, PTE_V, "valid" }, { PTE_R, PTE_R, "r" }, { PTE_W, PTE_W, "w" }, { PTE_X, PTE_X, "x" },
		{ PTE_U, PTE_U, "user" }, { PTE_G, PTE_G, "global" }, { PTE_A, PTE_A, "accessed" }, { PTE_D, PTE_D, "dirty" },
		{ PTE_SPECIAL, PTE_SPECIAL, "special" }, { PTE_PBMT, (uint64_t)1 << 61, "noncacheable" },
		{ PTE_PBMT, (uint64_t)2 << 61, "io" }, { PTE_N, PTE_N, "napot" },
	};
	struct entry_meaning what;

	/* a page of many entries: any will do, it is for the flags */
	riscv64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else if (what.kind == ENTRY_TABLE)
		snprintf(buf, size, "table");
	else
		describe_invalid(s, entry, buf, size);
}

static void set_levels(struct space *s, unsigned int va_bits)
{
	s->tables = (struct radix){
		.levels = (va_bits - PAGE_SHIFT) / BITS_A_LEVEL, .page_shift = PAGE_SHIFT, .entry_bytes = 8,
		.bits = { BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL },
	};
}

static unsigned int swap_form(unsigned int version)
{
	return !version || version >= ARCH_VERSION(6, 3, 0) ? SWAP_6_3 : version >= ARCH_VERSION(5, 18, 0) ? SWAP_5_18 : SWAP_OLD;
}

static unsigned int told_va_bits(const struct arch_query *q)
{
	uint64_t va_bits;

	if (q->number(q->arg, "VA_BITS", &va_bits) || (va_bits != 39 && va_bits != 48 && va_bits != 57))
		return 0;
	return (unsigned int)va_bits;
}

/* A segment that has the kernel's image, as /proc/vmcore has one. */
static bool image_segment(const struct arch_query *q, uint64_t vaddr, uint64_t *offset)
{
	for (size_t i = 0; i < q->nsegments; i++) {
		const struct mapping *m = &q->segments[i];

		if (m->vaddr >> 63 && vaddr >= m->vaddr && vaddr - m->vaddr < m->len) {
			*offset = m->vaddr - m->paddr;
			return true;
		}
	}
	return false;
}

static int find_tables(struct space *s, const struct arch_query *q, uint64_t root)
{
	static const uint8_t choices[] = { 39, 48, 57 };
	unsigned int va_bits = told_va_bits(q);
	uint64_t offset;
	bool known = !q->number(q->arg, "va_kernel_pa_offset", &offset) || image_segment(q, root, &offset);

	for (size_t i = 0; i < (va_bits ? 1 : ARRAY_SIZE(choices)); i++) {
		set_levels(s, va_bits ? va_bits : choices[i]);
		if (known) {
			s->tables.root = root - offset;
			if (va_bits || space_maps(s, root, s->tables.root))
				return 0;
		} else if (!space_find_root(s, root, IMAGE_ALIGN)) {
			return 0;
		}
	}
	return -ENOENT;
}

static int riscv64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, stext;

	if (q->symbol(q->arg, "swapper_pg_dir", &root)) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir)";
		return -ENOENT;
	}
	s->mode = swap_form(q->version);
	if (find_tables(s, q, root)) {
		*why = "VMCOREINFO does not tell va_kernel_pa_offset or VA_BITS, and no page table in memory maps itself";
		return -ENOENT;
	}
	if (q->symbol(q->arg, "_stext", &stext))
		stext = root;
	s->text_vaddr = (stext - IMAGE_BELOW) & ~(IMAGE_ALIGN - 1);
	s->text_paddr = s->text_vaddr - (root - s->tables.root);
	s->text_len = min_u64(IMAGE_BYTES, -s->text_vaddr);
	if (q->number(q->arg, "phys_ram_base", &s->phys_base))
		s->phys_base = q->phys_base;
	/* a start for riscv64_direct_map(); while len is 0 it is no direct map */
	if (q->number(q->arg, "PAGE_OFFSET", &s->direct.vaddr))
		s->direct.vaddr = 0;
	return 0;
}

/*
 * From PAGE_OFFSET on there is nothing else. Before 6.0 VMCOREINFO does not tell it: it was one of a few; above each of
 * them is the direct map of the others too, so that the lowest one that fits is it.
 */
static int riscv64_direct_map(const struct space *s, struct mapping *out)
{
	static const uint64_t starts[][4] = {
		{ 0xffffffe000000000, 0xffffffd800000000, 0xffffffd600000000 }, { 0xffffaf8000000000 }, { 0xff60000000000000 },
	};
	static const uint64_t ends[] = { 0xfffffff700000000, 0xffffefffffffffff, 0xffdeffffffffffff };
	const uint64_t *from = s->direct.vaddr ? &s->direct.vaddr : starts[s->tables.levels - 3];
	uint64_t end = ends[s->tables.levels - 3], offset = 0;
	size_t n = s->direct.vaddr ? 1 : ARRAY_SIZE(starts[0]);

	*out = (struct mapping){ 0 };
	for (size_t i = 0; i < n && from[i] && from[i] < end; i++) {
		struct mapping first;

		if (space_first(s, from[i], end, &first))
			continue;
		if (out->len && first.vaddr - first.paddr != offset)
			break;
		offset = first.vaddr - first.paddr;
		*out = (struct mapping){ from[i], from[i] - offset, end - from[i] };
	}
	return out->len ? 0 : -ENOENT;
}

/* Without a kernel: as its text or the register tells, else as tables look that are named. */
static int riscv64_bare(struct space *s, const struct arch_query *q)
{
	unsigned int va_bits = told_va_bits(q);

	s->mode = swap_form(q->version);
	if (va_bits)
		set_levels(s, va_bits);
	return 0;
}

static bool is_root(uint64_t root)
{
	return !(root & (((uint64_t)1 << PAGE_SHIFT) - 1)) && !(root >> (PPN_BITS + PAGE_SHIFT));
}

static bool set_form(struct space *s, uint64_t pgd, size_t i)
{
	set_levels(s, (unsigned int)(39 + i * BITS_A_LEVEL));
	s->tables.root = pgd;
	return is_root(pgd);
}

/* What the processor does not take, Linux does not write. Of an entry that leads to a table, the other bits are 0. */
static bool possible(const struct space *s, unsigned int level, uint64_t entry)
{
	struct entry_meaning what;

	if (!(entry & PTE_V))
		return level <= 1;
	riscv64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_TABLE)
		return !(entry & ~((((uint64_t)1 << PPN_BITS) - 1) << PPN_SHIFT) & ~PTE_V);
	return what.kind == ENTRY_LEAF && (entry & (PTE_R | PTE_W)) != PTE_W;
}

/* satp: the mode in bits 63:60, the address space above the page number in bits 43:0. A process has the kernel's mode,
 * or a lesser one where the register says so. */
static int riscv64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	static const struct table_forms forms = { .n = 3, .set = set_form, .possible = possible };
	uint64_t mode = pgd >> SATP_MODE_SHIFT;

	if (!mode && space_form_unknown(kernel))
		return space_tell_form(kernel, pgd, &forms, out);
	space_with_root(kernel, pgd, RADIX_SIGNED, out);
	if (mode) {
		if (mode < SATP_SV39 || mode > SATP_SV39 + 2)
			return -EINVAL;
		set_levels(out, (unsigned int)(39 + (mode - SATP_SV39) * BITS_A_LEVEL));
		out->tables.root = (pgd & (((uint64_t)1 << PPN_BITS) - 1)) << PAGE_SHIFT;
	}
	return is_root(out->tables.root) ? 0 : -EINVAL;
}

/* arch/riscv/include/asm/sparsemem.h */
static void riscv64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			      unsigned int *max_physmem_bits)
{
	(void)s;
	(void)version;
	*section_size_bits = 27;
	*max_physmem_bits = 56;
}

static const char *const riscv64_marks[] = {
	"NUMBER(phys_ram_base)", "NUMBER(va_kernel_pa_offset)", "NUMBER(KERNEL_LINK_ADDR)", NULL
};

/* struct user_regs_struct of arch/riscv/include/uapi/asm/ptrace.h: struct pt_regs begins with it */
static const struct arch_register prstatus[] = {
	REGISTER64("pc", 0, REGISTER_PC), REGISTER64("ra", 1, REGISTER_LINK), REGISTER64("sp", 2, REGISTER_SP),
	REGISTER64("gp", 3, REGISTER_PLAIN), REGISTER64("tp", 4, REGISTER_PLAIN),
	REGISTER64("t0", 5, REGISTER_PLAIN), REGISTER64("t1", 6, REGISTER_PLAIN),
	REGISTER64("t2", 7, REGISTER_PLAIN), REGISTER64("s0", 8, REGISTER_FP), REGISTER64("s1", 9, REGISTER_PLAIN),
	REGISTER64("a0", 10, REGISTER_PLAIN), REGISTER64("a1", 11, REGISTER_PLAIN),
	REGISTER64("a2", 12, REGISTER_PLAIN), REGISTER64("a3", 13, REGISTER_PLAIN),
	REGISTER64("a4", 14, REGISTER_PLAIN), REGISTER64("a5", 15, REGISTER_PLAIN),
	REGISTER64("a6", 16, REGISTER_PLAIN), REGISTER64("a7", 17, REGISTER_PLAIN),
	REGISTER64("s2", 18, REGISTER_PLAIN), REGISTER64("s3", 19, REGISTER_PLAIN),
	REGISTER64("s4", 20, REGISTER_PLAIN), REGISTER64("s5", 21, REGISTER_PLAIN),
	REGISTER64("s6", 22, REGISTER_PLAIN), REGISTER64("s7", 23, REGISTER_PLAIN),
	REGISTER64("s8", 24, REGISTER_PLAIN), REGISTER64("s9", 25, REGISTER_PLAIN),
	REGISTER64("s10", 26, REGISTER_PLAIN), REGISTER64("s11", 27, REGISTER_PLAIN),
	REGISTER64("t3", 28, REGISTER_PLAIN), REGISTER64("t4", 29, REGISTER_PLAIN),
	REGISTER64("t5", 30, REGISTER_PLAIN), REGISTER64("t6", 31, REGISTER_PLAIN),
};

static const struct note_layout riscv64_notes[] = {
	PRSTATUS64(prstatus, 32),
	{ .owner = NULL },
};

const struct arch arch_riscv64 = {
	.name = "riscv64",
	.elf_machine = EM_RISCV,
	.elf_class = 64,
	.big_endian = false,
	.setup = riscv64_setup,
	.decode = riscv64_decode,
	.unwind = riscv64_unwind,
	.describe = riscv64_describe,
	.bare = riscv64_bare,
	.user_space = riscv64_user_space,
	.marks = riscv64_marks,
	.notes = riscv64_notes,
	.direct_map = riscv64_direct_map,
	.sparsemem = riscv64_sparsemem,
};
