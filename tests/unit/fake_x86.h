/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64 page tables in fake memory, and a kernel over them.
 *
 * Physical memory: the top table at FAKE_ROOT, further tables behind it as they are needed. The kernel image is mapped
 * from FAKE_TEXT on to phys_base; the direct map is at FAKE_DIRECT.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_X86_H
#define VMCOREFS_TESTS_UNIT_FAKE_X86_H

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>

#include "arch/x86_64.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake.h"

#define FAKE_TEXT	0xffffffff80000000ull
#define FAKE_DIRECT	0xffff888000000000ull
#define FAKE_VMEMMAP	0xffffea0000000000ull
#define FAKE_ROOT	0x100000ull
#define PTE_P		0x1ull
#define PTE_RW		0x2ull
#define PTE_PSE		0x80ull
#define PTE_PROTNONE	0x100ull

struct fake_tables {
	struct fake *f;
	unsigned int levels;
	uint64_t root, next;		/* physical addresses: top table, next free page for one */
};

static inline uint64_t fake_table(struct fake_tables *t)
{
	uint64_t paddr = t->next;

	fake_page(t->f, paddr >> 12);
	t->next += 4096;
	return paddr;
}

static inline struct fake_tables fake_tables(struct fake *f, unsigned int levels, uint64_t root)
{
	struct fake_tables t = { .f = f, .levels = levels, .root = root, .next = root };

	fake_table(&t);
	return t;
}

/* Where the entry of vaddr in the table of a level is; tables above it are made. Level 0 is the last one. */
static inline uint64_t fake_entry(struct fake_tables *t, uint64_t vaddr, unsigned int level)
{
	uint64_t table = t->root;

	for (unsigned int l = t->levels - 1;; l--) {
		uint64_t at = table + (vaddr >> (12 + 9 * l)) % 512 * 8, entry;

		if (l == level)
			return at;
		entry = get_u64(t->f->bytes[at >> 12] + at % 4096, false);
		if (!(entry & PTE_P)) {
			entry = fake_table(t) | PTE_P | PTE_RW;
			fake_u64(t->f, at, entry);
		}
		table = entry & 0x000ffffffffff000ull;
	}
}

/* Map one page: level 0: 4 KiB, 1: 2 MiB, 2: 1 GiB. */
static inline void fake_map(struct fake_tables *t, uint64_t vaddr, uint64_t paddr, unsigned int level)
{
	fake_u64(t->f, fake_entry(t, vaddr, level), paddr | PTE_P | PTE_RW | (level ? PTE_PSE : 0));
}

/* A kernel over f whose text is mapped by one 2 MiB page, and the first GiB of memory by one 1 GiB page. more: further
 * lines of VMCOREINFO. *text is the caller's to free, after kernel_close(). */
static inline struct kernel *fake_kernel(struct fake *f, uint64_t phys_base, const char *more, char **text)
{
	struct fake_tables t = fake_tables(f, 4, FAKE_ROOT);
	struct kernel_input in = { .pages = &f->pages, .elf_machine = EM_X86_64 };
	struct kernel *k = NULL;
	int n;

	fake_map(&t, FAKE_TEXT, phys_base, 1);
	fake_map(&t, FAKE_DIRECT, 0, 2);
	n = asprintf(text, "OSRELEASE=6.12.0-fake\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=%llx\nNUMBER(phys_base)=%lld\n"
		     "NUMBER(pgtable_l5_enabled)=0\nSYMBOL(_stext)=ffffffff80000000\n%s",
		     (unsigned long long)(FAKE_TEXT + FAKE_ROOT - phys_base), (long long)phys_base, more);
	assert(n > 0);
	in.vmcoreinfo = *text;
	in.vmcoreinfo_len = (size_t)n;
	n = kernel_open(&in, &k);
	assert(n == 0 && k->has_space);
	return k;
}

#endif
