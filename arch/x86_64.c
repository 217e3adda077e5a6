/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64 paging: Intel SDM volume 3 chapter 4; the kernel's address map: Documentation/arch/x86/x86_64/mm.rst.
 */
#include "arch/x86_64.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/x86_notes.h"
#include "arch/unwind.h"
#include "base/bytes.h"

#define PAGE_PRESENT	((uint64_t)1 << 0)
#define PAGE_PSE	((uint64_t)1 << 7)	/* a leaf at PUD and PMD */
#define PAGE_GLOBAL	((uint64_t)1 << 8)	/* with PRESENT clear: PROT_NONE */
#define PAGE_NX		((uint64_t)1 << 63)
#define ENTRY_ADDRESS	0x000ffffffffff000ull	/* bits 51:12 */

#define PAGE_SHIFT	12

#define NT_XEN_REGISTERS	0x1000002u	/* XEN_ELFNOTE_CRASH_REGS */
#define BITS_A_LEVEL	9

#define START_KERNEL_MAP	0xffffffff80000000ull
#define KERNEL_IMAGE_SIZE	0x40000000ull	/* with KASLR; 512 MiB without */
#define IMAGE_ALIGN		0x200000ull	/* the smallest CONFIG_PHYSICAL_ALIGN */
#define VMEMMAP_PAGE		0x200000ull	/* vmemmap_populate_hugepages() */
#define KERNEL_HALF		0xffff800000000000ull
#define GUEST_HALF		0xffff880000000000ull	/* of a guest of Xen */
#define KERNEL_HALF_5LEVEL	0xff00000000000000ull

/* The direct map lies below vmalloc; under RANDOMIZE_MEMORY it starts at any 1 GiB boundary from these on. The page
 * tables of processes also have an LDT in front of it, the kernel's own do not. */
#define DIRECT_MAP_ALIGN	0x40000000ull

enum { PTE, PMD, PUD };

/* space.mode: the form of entries of swap */
enum { SWAP_L1TF, SWAP_4_8, SWAP_OLD };

static void x86_64_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr,
			  struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (!(entry & PAGE_PRESENT))
		return;
	out->paddr = entry & s->pa_mask;
	if (level && !((level == PMD || level == PUD) && (entry & PAGE_PSE))) {
		out->kind = ENTRY_TABLE;
		return;
	}
	/* PAT of large pages is bit 12: below their address */
	out->kind = ENTRY_LEAF;
	out->paddr &= ~(((uint64_t)1 << (PAGE_SHIFT + level * BITS_A_LEVEL)) - 1);
}

/* Of a guest of Xen: it starts at a multiple of 1 GiB, where the guest's physical page 0 or one shortly above is mapped, to
 * any machine address. Below lies what is Xen's, in every guest's tables. */
static int guest_direct_map(void *arg, const struct mapping *m)
{
	struct mapping *out = arg;
	uint64_t base = m->vaddr / DIRECT_MAP_ALIGN * DIRECT_MAP_ALIGN;

	*out = (struct mapping){ .vaddr = base, .paddr = 0, .len = START_KERNEL_MAP - base };
	return 1;
}

/* The lowest leaf of the kernel half that can be the direct map: it starts with physical page 0 or shortly above. */
static int direct_map_candidate(void *arg, const struct mapping *m)
{
	struct mapping *out = arg;
	uint64_t base = m->vaddr - m->paddr;

	if (base % DIRECT_MAP_ALIGN || m->paddr >= DIRECT_MAP_ALIGN)
		return 0;
	*out = (struct mapping){ .vaddr = base, .paddr = 0, .len = START_KERNEL_MAP - base };
	return 1;
}

static int x86_64_direct_map(const struct space *s, struct mapping *out)
{
	uint64_t first = s->tables.levels == 5 ? KERNEL_HALF_5LEVEL : KERNEL_HALF;
	int r = s->scattered ? space_each(s, GUEST_HALF, START_KERNEL_MAP - 1, guest_direct_map, out) :
		space_each(s, first, START_KERNEL_MAP - 1, direct_map_candidate, out);

	return r == 1 ? 0 : -ENOENT;
}

/* arch/x86/include/asm/pgtable_64.h by era; against L1TF offsets are stored inverted since 4.18.1. */
static void describe_not_present(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	uint64_t type = entry >> 59, offset = ~entry << 5 >> 14;

	if (!entry || level > PMD || entry & PAGE_GLOBAL) {
		snprintf(buf, size, "%s", !entry ? "none" : level > PMD ? "not-present" : "prot-none");
		return;
	}
	if (s->mode == SWAP_4_8) {
		type = entry >> 9 & 0x1f;
		offset = entry >> 14;
	} else if (s->mode == SWAP_OLD) {
		type = entry >> 1 & 0x3f;
		offset = entry >> 8;
	}
	snprintf(buf, size, "swap type %llu offset 0x%llx", (unsigned long long)type, (unsigned long long)offset);
}

static void x86_64_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ 1, 1, "present" }, { 2, 2, "rw" }, { 4, 4, "user" }, { 8, 8, "pwt" }, { 16, 16, "pcd" }, { 32, 32, "accessed" },
		{ 64, 64, "dirty" }, { PAGE_GLOBAL, PAGE_GLOBAL, "global" }, { PAGE_NX, PAGE_NX, "nx" },
	};
	static const struct entry_flag table_flags[] = {
		{ 1, 1, "present" }, { 2, 2, "rw" }, { 4, 4, "user" }, { 8, 8, "pwt" }, { 16, 16, "pcd" }, { 32, 32, "accessed" },
		{ PAGE_NX, PAGE_NX, "nx" },
	};
	struct entry_meaning what;

	x86_64_decode(s, level, entry, 0, &what);
	if (what.kind == ENTRY_NONE)
		describe_not_present(s, level, entry, buf, size);
	else if (what.kind == ENTRY_LEAF)
		entry_describe(entry, flags, ARRAY_SIZE(flags), buf, size);
	else
		entry_describe(entry, table_flags, ARRAY_SIZE(table_flags), buf, size);
}

/* SYMBOL() of the top table by era: init_top_pgt since 4.13; swapper_pg_dir is what VMCOREINFO has had all the time. */
static int find_root(const struct arch_query *q, uint64_t *vaddr)
{
	static const char *const names[] = { "init_top_pgt", "swapper_pg_dir", "init_level4_pgt" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!q->symbol(q->arg, names[i], vaddr))
			return 0;
	return -ENOENT;
}

/* The inversion went into stable kernels too. */
static unsigned int swap_form(unsigned int version)
{
	static const unsigned int since[] = {
		ARCH_VERSION(4, 4, 148), ARCH_VERSION(4, 9, 120), ARCH_VERSION(4, 14, 63), ARCH_VERSION(4, 17, 15),
	};

	if (!version || version >= ARCH_VERSION(4, 18, 1))
		return SWAP_L1TF;
	for (size_t i = 0; i < ARRAY_SIZE(since); i++)
		if (version >> 8 == since[i] >> 8 && version >= since[i])
			return SWAP_L1TF;
	return version >= ARCH_VERSION(4, 8, 0) ? SWAP_4_8 : SWAP_OLD;
}

static void set_levels(struct space *s, bool five)
{
	s->tables = (struct radix){
		.root = s->tables.root, .levels = five ? 5 : 4, .page_shift = PAGE_SHIFT, .entry_bytes = 8,
		.bits = { BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL, BITS_A_LEVEL },
	};
}

/* How many levels: by the text, else by the registers of a CPU. */
static int x86_64_bare(struct space *s, const struct arch_query *q)
{
	uint64_t l5, sme_mask = 0;
	struct x86_paging regs;
	bool five = false;

	if (!q->number(q->arg, "pgtable_l5_enabled", &l5))
		five = l5;
	else
		for (size_t i = 0; i < q->nnotes && !five; i++)
			five = x86_paging_of(s->arch, &q->notes[i], &regs) && regs.cr4 & CR4_LA57;
	q->number(q->arg, "sme_mask", &sme_mask);
	s->mode = swap_form(q->version);
	s->pa_mask = ENTRY_ADDRESS & ~sme_mask;
	set_levels(s, five);
	return 0;
}

/* Do these tables map a kernel image and a direct map? Those of PTI for user mode have a piece of the first only. */
static bool are_kernel_tables(struct space *s)
{
	struct mapping image, direct;

	if (space_first(s, START_KERNEL_MAP, START_KERNEL_MAP + KERNEL_IMAGE_SIZE - 1, &image) || x86_64_direct_map(s, &direct))
		return false;
	s->text_paddr = s->phys_base = image.paddr - (image.vaddr - START_KERNEL_MAP);
	return true;
}

/* Without a text: tables of any CPU that has paging on have the kernel's part. */
static int setup_by_registers(struct space *s, const struct arch_query *q, const char **why)
{
	struct x86_paging regs;

	*why = "neither SYMBOL(swapper_pg_dir) nor control registers tell where the page tables are";
	x86_64_bare(s, q);
	s->text_vaddr = START_KERNEL_MAP;
	s->text_len = KERNEL_IMAGE_SIZE;
	for (size_t i = 0; i < q->nnotes && !q->machine; i++) {
		if (!x86_paging_of(s->arch, &q->notes[i], &regs))
			continue;
		set_levels(s, regs.cr4 & CR4_LA57);
		for (uint64_t pti = 0; pti <= 1; pti++) {
			s->tables.root = regs.cr3 & ENTRY_ADDRESS & ~(pti << PAGE_SHIFT);
			s->by_registers = are_kernel_tables(s);
			if (s->by_registers)
				return 0;
		}
	}
	return -ENOENT;
}

/*
 * The part of the p2m that has the guest's top table is lost: the tables that a CPU used, by Xen's note (crash_xen_core_t:
 * CR0, CR2, CR3, CR4), map the guest's kernel too if they are those of one of its processes.
 */
static bool find_guest_root(struct space *s, const struct arch_query *q, uint64_t root)
{
	uint64_t span;

	for (size_t i = 0; i < q->nnotes; i++) {
		const struct arch_note *n = &q->notes[i];
		const struct note_layout *l = note_layout(s->arch, n);
		uint64_t cr3;

		if (n->type != NT_XEN_REGISTERS || !l || !note_value(n, note_register(l, "cr3"), false, &cr3))
			continue;
		s->tables.root = cr3 & ENTRY_ADDRESS;
		if (!space_vtop(s, root, &s->tables.root, &span))
			return true;
	}
	return false;
}

static int x86_64_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, phys_base, sme_mask = 0, l5 = 0;

	if (find_root(q, &root))
		return setup_by_registers(s, q, why);
	/* 0 is a legal phys_base, and it may be negative: unsigned arithmetic wraps as it should */
	if (q->number(q->arg, "phys_base", &phys_base)) {
		if (!q->has_phys_base && !q->machine) {
			*why = "neither VMCOREINFO nor the dump's headers tell phys_base";
			return -ENOENT;
		}
		/* guests of Xen are loaded where they are linked */
		phys_base = q->machine ? 0 : q->phys_base;
	}
	s->mode = swap_form(q->version);
	q->number(q->arg, "sme_mask", &sme_mask);
	q->number(q->arg, "pgtable_l5_enabled", &l5);
	set_levels(s, l5);
	s->pa_mask = ENTRY_ADDRESS & ~sme_mask;
	s->text_vaddr = START_KERNEL_MAP;
	s->text_paddr = s->phys_base = phys_base;
	if (q->number(q->arg, "KERNEL_IMAGE_SIZE", &s->text_len) || s->text_len > KERNEL_IMAGE_SIZE)
		s->text_len = KERNEL_IMAGE_SIZE;
	if (root < START_KERNEL_MAP) {
		*why = "the page-table symbol lies outside the kernel image";
		return -ENOENT;
	}
	/* PTI keeps the user half in the odd page after it; the symbol is the kernel's */
	s->tables.root = (root - START_KERNEL_MAP + phys_base) & ENTRY_ADDRESS;
	s->scattered = q->machine;
	if (!q->machine || !q->machine(q->machine_arg, s->tables.root, &s->tables.root))
		return 0;
	*why = "the top page table of the guest has no machine address";
	return find_guest_root(s, q, root) ? 0 : -ENOENT;
}

/* CR3 has the process context in bits 11:0. With PTI, bit 12 tells the user's half of a pair of tables: each has what is
 * user's, so that the one that was named is taken. */
static int x86_64_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	space_with_root(kernel, pgd & kernel->pa_mask, RADIX_SIGNED, out);
	return 0;
}

/* level4_kernel_pgt: SYMBOL() of 4.13 and later that only this architecture has */
static const char *const x86_64_marks[] = {
	"NUMBER(phys_base)", "NUMBER(pgtable_l5_enabled)", "SYMBOL(level4_kernel_pgt)", NULL
};

/* arch/x86/include/asm/sparsemem.h */
static void x86_64_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			     unsigned int *max_physmem_bits)
{
	*section_size_bits = 27;
	*max_physmem_bits = s->tables.levels == 5 ? 52 : 46;
	if (version && version < ARCH_VERSION(2, 6, 31))
		*max_physmem_bits = version < ARCH_VERSION(2, 6, 26) ? 40 : 44;
}

/* struct user_regs_struct of arch/x86/include/asm/user_64.h; struct pt_regs of uapi/asm/ptrace.h is the beginning of it */
static const struct arch_register prstatus[] = {
	REGISTER64("r15", 0, REGISTER_PLAIN), REGISTER64("r14", 1, REGISTER_PLAIN),
	REGISTER64("r13", 2, REGISTER_PLAIN), REGISTER64("r12", 3, REGISTER_PLAIN),
	REGISTER64("rbp", 4, REGISTER_FP), REGISTER64("rbx", 5, REGISTER_PLAIN),
	REGISTER64("r11", 6, REGISTER_PLAIN), REGISTER64("r10", 7, REGISTER_PLAIN),
	REGISTER64("r9", 8, REGISTER_PLAIN), REGISTER64("r8", 9, REGISTER_PLAIN),
	REGISTER64("rax", 10, REGISTER_PLAIN), REGISTER64("rcx", 11, REGISTER_PLAIN),
	REGISTER64("rdx", 12, REGISTER_PLAIN), REGISTER64("rsi", 13, REGISTER_PLAIN),
	REGISTER64("rdi", 14, REGISTER_PLAIN), REGISTER64("orig_rax", 15, REGISTER_PLAIN),
	REGISTER64("rip", 16, REGISTER_PC), REGISTER64("cs", 17, REGISTER_PLAIN),
	REGISTER64("rflags", 18, REGISTER_FLAGS), REGISTER64("rsp", 19, REGISTER_SP),
	REGISTER64("ss", 20, REGISTER_PLAIN), REGISTER64_AT("fs_base", 21, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("gs_base", 22, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("ds", 23, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("es", 24, NOT_IN_FRAME, REGISTER_PLAIN),
	REGISTER64_AT("fs", 25, NOT_IN_FRAME, REGISTER_PLAIN), REGISTER64_AT("gs", 26, NOT_IN_FRAME, REGISTER_PLAIN),
};

/* crash_xen_core_t of Xen's xen/include/asm-x86/x86_64/elf.h */
static const struct arch_register xen_registers[] = {
	{ "cr0", 0, NOT_IN_FRAME, 8, REGISTER_PLAIN }, { "cr2", 8, NOT_IN_FRAME, 8, REGISTER_PLAIN },
	{ "cr3", 16, NOT_IN_FRAME, 8, REGISTER_PLAIN }, { "cr4", 24, NOT_IN_FRAME, 8, REGISTER_PLAIN },
};

static const struct note_layout x86_64_notes[] = {
	PRSTATUS64(prstatus, 27),
	X86_QEMU_NOTE,
	{ "Xen", NT_XEN_REGISTERS, 24, true, xen_registers, ARRAY_SIZE(xen_registers) },
	{ .owner = NULL },
};

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.elf_machine = EM_X86_64,
	.elf_class = 64,
	.big_endian = false,
	.setup = x86_64_setup,
	.decode = x86_64_decode,
	.unwind = x86_64_unwind,
	.describe = x86_64_describe,
	.bare = x86_64_bare,
	.user_space = x86_64_user_space,
	.marks = x86_64_marks,
	.notes = x86_64_notes,
	.direct_map = x86_64_direct_map,
	.image_vaddr = START_KERNEL_MAP,
	.image_bytes = KERNEL_IMAGE_SIZE,
	.image_align = IMAGE_ALIGN,
	.vmemmap_page_bytes = VMEMMAP_PAGE,
	.sparsemem = x86_64_sparsemem,
};
