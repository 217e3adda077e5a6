/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 32-bit PowerPC. Its processors have no page tables that they walk: these are Linux's own, from which it fills the hash
 * table or the TLB (arch/powerpc/include/asm/{book3s,nohash}/32/). Addresses are those of 32 bits, zero-extended.
 *
 * The linear map of low memory is not in the tables (BATs or TLB entries have it): it is a window. There are three forms
 * of entries, and nothing says which one a kernel has: the top table's size and the values of entries tell.
 */
#include "arch/ppc.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"

#define PAGE_SHIFT	12
#define PAGE_PRESENT	1u
#define LOW_MEMORY	0x30000000ull		/* at most so much is in the linear map */
#define OFFSET_STEP	0x10000000ull		/* PAGE_OFFSET is a multiple, the image starts less than this above it */
#define LOWEST_OFFSET	0x40000000ull
#define BIGGEST_ADDRESS	((uint64_t)1 << 36)	/* of the forms with entries of 64 bits */

enum { PTE, PGD };

/* space.mode */
enum {
	FORM_32,			/* entries of 32 bits: an address and flags */
	FORM_64,			/* of 64 bits in the last tables: the same (44x) */
	FORM_64_E500,			/* of 64 bits: 24 bits of flags below the page number */
};

static uint64_t offset_of(const struct space *s)
{
	return s->direct.vaddr - s->direct.paddr;
}

/* Pointers are physical addresses or, on Book E processors, those in the linear map. Tables are in low memory. */
static void decode_pointer(const struct space *s, uint64_t entry, struct entry_meaning *out)
{
	uint64_t table = entry & 0xfffff000;

	if (!table)
		return;
	out->kind = ENTRY_TABLE;
	out->paddr = table >= s->direct.vaddr ? table - offset_of(s) : table;
}

static uint64_t page_address(unsigned int mode, uint64_t entry)
{
	return mode == FORM_64_E500 ? entry >> 24 << PAGE_SHIFT : entry & ~(uint64_t)0xfff;
}

static void ppc_decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr, struct entry_meaning *out)
{
	(void)vaddr;
	*out = (struct entry_meaning){ .kind = ENTRY_NONE };
	if (level != PTE) {
		decode_pointer(s, entry, out);
		return;
	}
	if (!(entry & PAGE_PRESENT))
		return;
	out->kind = ENTRY_LEAF;
	out->paddr = page_address(s->mode, entry);
}

/* The flags of classic processors; those of others differ from model to model. */
static void ppc_describe(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size)
{
	static const struct entry_flag flags[] = {
		{ 1, 1, "present" }, { 2, 2, "hashed" }, { 4, 4, "user" }, { 8, 8, "guarded" }, { 16, 16, "coherent" },
		{ 32, 32, "no-cache" }, { 64, 64, "write-through" }, { 128, 128, "dirty" }, { 256, 256, "accessed" },
		{ 512, 512, "x" }, { 1024, 1024, "rw" },
	};

	if (level != PTE)
		snprintf(buf, size, "%s", entry & 0xfffff000 ? "table" : "none");
	else if (!(entry & PAGE_PRESENT))
		snprintf(buf, size, "%s", entry ? "not-present" : "none");
	else
		entry_describe(entry, flags, s->mode == FORM_32 ? ARRAY_SIZE(flags) : 1, buf, size);
}

static bool has_entries(const struct space *s, uint64_t paddr, uint64_t bytes)
{
	uint8_t raw[2048];

	return !pages_read_bytes(s->mem, paddr, bytes, raw, HOLES_FAIL) && !bytes_are_zero(raw, bytes);
}

static void set_form(struct space *s, unsigned int form)
{
	uint64_t root = s->tables.root;

	s->mode = form;
	s->tables = (struct radix){ .root = root, .levels = 2, .page_shift = PAGE_SHIFT, .bits = { 10, 10 }, .entry_bytes = 4 };
	if (form != FORM_32) {
		s->tables.bits[PTE] = 9;
		s->tables.bits[PGD] = 11;
		s->tables.last_entry_bytes = 8;
	}
	s->tables.half = RADIX_LOW;
	s->tables.big_endian = true;
}

/* An entry that is no address with flags is a page number with more of them. */
static int find_large_entry(void *arg, const struct mapping *m)
{
	(void)arg;
	return m->paddr >= BIGGEST_ADDRESS;
}

/*
 * The kernel's top table has no entries for addresses of processes. So the upper part of the first page is used if that
 * is all of the table; if entries of last tables have 64 bits, it is twice as large and the first page is empty.
 */
static void find_form(struct space *s)
{
	uint64_t used = (UINT32_MAX - s->direct.vaddr + 1) >> 22 << 2;	/* bytes of the smaller table */

	if (used > 2048 || has_entries(s, s->tables.root + 4096 - used, used) ||
	    !has_entries(s, s->tables.root + 8192 - 2 * min_u64(used, 1024), 2 * min_u64(used, 1024))) {
		set_form(s, FORM_32);
		return;
	}
	set_form(s, FORM_64);
	if (space_each(s, s->direct.vaddr, UINT32_MAX, find_large_entry, NULL) == 1)
		set_form(s, FORM_64_E500);
}

/* The PT_LOAD that has an address tells how far it is from memory; QEMU's have no virtual addresses. */
static uint64_t find_paddr(const struct arch_query *q, uint64_t vaddr, uint64_t otherwise)
{
	for (size_t i = 0; i < q->nsegments; i++) {
		const struct mapping *m = &q->segments[i];

		if (m->vaddr >= LOWEST_OFFSET && m->vaddr != m->paddr && vaddr >= m->vaddr && vaddr - m->vaddr < m->len)
			return vaddr - m->vaddr + m->paddr;
	}
	return otherwise;
}

static int ppc_setup(struct space *s, const struct arch_query *q, const char **why)
{
	uint64_t root, offset, phys_base, memory = s->mem->max_pfn <= LOW_MEMORY >> s->mem->page_shift ?
							s->mem->max_pfn << s->mem->page_shift : LOW_MEMORY;

	if (q->symbol(q->arg, "swapper_pg_dir", &root) || root < LOWEST_OFFSET || root > UINT32_MAX) {
		*why = "VMCOREINFO has no SYMBOL(swapper_pg_dir) in the linear map";
		return -ENOENT;
	}
	offset = root & ~(OFFSET_STEP - 1);
	s->tables.root = find_paddr(q, root, root - offset);
	/* only there when the image was looked for: relative to image_vaddr */
	if (!q->number(q->arg, "phys_base", &phys_base))
		s->tables.root = root - LOWEST_OFFSET + phys_base;
	s->direct = (struct mapping){ .vaddr = offset, .paddr = s->tables.root - (root - offset), .len = memory };
	if (s->direct.paddr > UINT32_MAX) {
		*why = "the linear map would not start in memory";
		return -ENOENT;
	}
	s->direct.len = memory > s->direct.paddr ? memory - s->direct.paddr : 0;
	s->text_vaddr = s->direct.vaddr;
	find_form(s);
	return space_add_window(s, s->direct.vaddr, s->direct.paddr, s->direct.len);
}

static int ppc_user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	if (pgd > UINT32_MAX)
		return -EINVAL;
	space_with_root(kernel, pgd & ~(uint64_t)0xfff, RADIX_LOW, out);
	out->direct = kernel->direct;		/* pointers may be addresses in it */
	return 0;
}

/* arch/powerpc/include/asm/sparsemem.h */
static void ppc_sparsemem(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			  unsigned int *max_physmem_bits)
{
	(void)s;
	(void)version;
	*section_size_bits = 24;
	*max_physmem_bits = 44;
}

/* struct pt_regs of arch/powerpc/include/uapi/asm/ptrace.h, of 48 words of registers in a note */
static const struct arch_register prstatus[] = {
	REGISTER32("r0", 0, REGISTER_PLAIN), REGISTER32("r1", 1, REGISTER_SP), REGISTER32("r2", 2, REGISTER_PLAIN),
	REGISTER32("r3", 3, REGISTER_PLAIN), REGISTER32("r4", 4, REGISTER_PLAIN),
	REGISTER32("r5", 5, REGISTER_PLAIN), REGISTER32("r6", 6, REGISTER_PLAIN),
	REGISTER32("r7", 7, REGISTER_PLAIN), REGISTER32("r8", 8, REGISTER_PLAIN),
	REGISTER32("r9", 9, REGISTER_PLAIN), REGISTER32("r10", 10, REGISTER_PLAIN),
	REGISTER32("r11", 11, REGISTER_PLAIN), REGISTER32("r12", 12, REGISTER_PLAIN),
	REGISTER32("r13", 13, REGISTER_PLAIN), REGISTER32("r14", 14, REGISTER_PLAIN),
	REGISTER32("r15", 15, REGISTER_PLAIN), REGISTER32("r16", 16, REGISTER_PLAIN),
	REGISTER32("r17", 17, REGISTER_PLAIN), REGISTER32("r18", 18, REGISTER_PLAIN),
	REGISTER32("r19", 19, REGISTER_PLAIN), REGISTER32("r20", 20, REGISTER_PLAIN),
	REGISTER32("r21", 21, REGISTER_PLAIN), REGISTER32("r22", 22, REGISTER_PLAIN),
	REGISTER32("r23", 23, REGISTER_PLAIN), REGISTER32("r24", 24, REGISTER_PLAIN),
	REGISTER32("r25", 25, REGISTER_PLAIN), REGISTER32("r26", 26, REGISTER_PLAIN),
	REGISTER32("r27", 27, REGISTER_PLAIN), REGISTER32("r28", 28, REGISTER_PLAIN),
	REGISTER32("r29", 29, REGISTER_PLAIN), REGISTER32("r30", 30, REGISTER_PLAIN),
	REGISTER32("r31", 31, REGISTER_PLAIN), REGISTER32("nip", 32, REGISTER_PC),
	REGISTER32("msr", 33, REGISTER_FLAGS), REGISTER32("orig_r3", 34, REGISTER_PLAIN),
	REGISTER32("ctr", 35, REGISTER_PLAIN), REGISTER32("lr", 36, REGISTER_LINK),
	REGISTER32("xer", 37, REGISTER_PLAIN), REGISTER32("cr", 38, REGISTER_PLAIN),
	REGISTER32("mq", 39, REGISTER_PLAIN), REGISTER32("trap", 40, REGISTER_PLAIN),
	REGISTER32("dar", 41, REGISTER_PLAIN), REGISTER32("dsisr", 42, REGISTER_PLAIN),
	REGISTER32("result", 43, REGISTER_PLAIN),
};

static const struct note_layout ppc_notes[] = {
	PRSTATUS32(prstatus, 48),
	{ .owner = NULL },
};

const struct arch arch_ppc = {
	.name = "ppc",
	.elf_machine = EM_PPC,
	.elf_class = 32,
	.big_endian = true,
	.setup = ppc_setup,
	.decode = ppc_decode,
	.describe = ppc_describe,
	.user_space = ppc_user_space,
	.notes = ppc_notes,
	.image_vaddr = LOWEST_OFFSET,
	.image_bytes = UINT32_MAX - LOWEST_OFFSET + 1,
	.image_align = OFFSET_STEP,
	.sparsemem = ppc_sparsemem,
};
