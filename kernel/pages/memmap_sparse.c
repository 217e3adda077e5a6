/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SPARSEMEM: include/linux/mmzone.h. With EXTREME, mem_section is an array of pointers to pages full of struct
 * mem_section, the roots; else an array of struct mem_section. section_mem_map holds the address of the section's first
 * page struct, minus the first pfn of the section counted in page structs, with flags in its low bits.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "kernel/pages/memmap_sections.h"

#define SECTION_PRESENT		((uint64_t)1 << 0)
/* SECTION_MAP_MASK: 5 flags since 4.13, 6 with SECTION_IS_VMEMMAP_PREINIT, fewer before; on 32 bits, where a map is
 * less aligned, there are 5 at most. */
#define SECTION_FLAGS		((uint64_t)0x3f)
#define SECTION_FLAGS_32	((uint64_t)0x1f)
#define MAX_SECTION_BYTES	4096
#define MAX_ROOTS		((uint64_t)1 << 22)

struct sparse {
	struct memmap *m;
	const struct kernel *k;
	struct kreader *r;
	uint64_t section_bytes;		/* SIZE(mem_section) */
	uint64_t map_offset;		/* OFFSET(mem_section.section_mem_map) */
	uint64_t pages_per_section;
	uint64_t sections;		/* so many can hold memory of this machine */
	uint64_t sections_per_root, roots;	/* EXTREME */
	uint64_t flags;
	char *buf;			/* owned: a page */
};

/* n struct mem_section from number first on, which are at vaddr. */
static int add_sections(struct sparse *sp, uint64_t first, uint64_t n, uint64_t vaddr)
{
	uint64_t max_pfn = sp->k->max_pfn, paddr, span;
	int r = kread(sp->r, vaddr, sp->buf, n * sp->section_bytes);

	for (uint64_t i = 0; i < n && !r; i++) {
		uint64_t map = get_uint(sp->buf + i * sp->section_bytes + sp->map_offset, sp->k->word_bytes, sp->k->big_endian);
		uint64_t pfn = (first + i) * sp->pages_per_section;

		if (pfn >= max_pfn)
			break;
		if (!(map & SECTION_PRESENT))
			continue;
		map = kernel_wrap(sp->k, (map & ~sp->flags) + pfn * sp->m->struct_bytes);
		/* some test whether this is mem_section at all */
		if (!sp->m->nsections && space_vtop(&sp->k->space, map, &paddr, &span) == -EFAULT)
			return -EFAULT;
		r = memmap_add(sp->m, pfn, min_u64(sp->pages_per_section, max_pfn - pfn), map);
	}
	return r;
}

/* The array of roots is at vaddr. */
static int read_extreme(struct sparse *sp, uint64_t vaddr)
{
	unsigned int word = sp->k->word_bytes;
	char *roots = memory_malloc(sp->roots * word);
	int r = roots ? kread(sp->r, vaddr, roots, sp->roots * word) : -ENOMEM;

	for (uint64_t i = 0; !r && i < sp->roots; i++) {
		uint64_t root = get_uint(roots + i * word, word, sp->k->big_endian);

		if (root)
			r = add_sections(sp, i * sp->sections_per_root, sp->sections_per_root, root);
	}
	free(roots);
	return r;
}

static int read_static(struct sparse *sp, uint64_t vaddr)
{
	int r = 0;

	for (uint64_t i = 0; i < sp->sections && !r; i += sp->sections_per_root)
		r = add_sections(sp, i, min_u64(sp->sections_per_root, sp->sections - i), vaddr + i * sp->section_bytes);
	return r;
}

static int sparse_facts(struct sparse *sp, const char **why)
{
	const struct vmcoreinfo *v = &sp->k->vmci;
	uint64_t section_bits, page = (uint64_t)1 << sp->k->page_shift;

	if (vmci_size(v, "mem_section", &sp->section_bytes) ||
	    vmci_offset(v, "mem_section.section_mem_map", &sp->map_offset))
		return -ENOENT;
	if (vmci_number(v, "SECTION_SIZE_BITS", &section_bits)) {
		unsigned int bits = 0, physmem_bits;

		if (sp->k->arch->sparsemem)
			sp->k->arch->sparsemem(&sp->k->space, sp->k->version, &bits, &physmem_bits);
		section_bits = bits;
	}
	if (sp->section_bytes < sp->k->word_bytes || sp->section_bytes > MAX_SECTION_BYTES || sp->section_bytes > page ||
	    sp->map_offset > sp->section_bytes - sp->k->word_bytes || section_bits <= sp->k->page_shift || section_bits > 48) {
		*why = "the sizes of SPARSEMEM in VMCOREINFO do not fit together";
		return -EIO;
	}
	sp->flags = sp->k->word_bytes == 4 ? SECTION_FLAGS_32 : SECTION_FLAGS;
	sp->pages_per_section = (uint64_t)1 << (section_bits - sp->k->page_shift);
	sp->sections_per_root = page / sp->section_bytes;
	/* only those that memory of this machine can be in */
	sp->sections = div_round_up(sp->k->max_pfn, sp->pages_per_section);
	sp->roots = div_round_up(sp->sections, sp->sections_per_root);
	return 0;
}

static int try_layouts(struct sparse *sp, const char **why)
{
	uint64_t vaddr, pointer, length;
	int r;

	if (vmci_symbol(&sp->k->vmci, "mem_section", &vaddr)) {
		*why = "VMCOREINFO lacks SYMBOL(mem_section)";
		return -ENOTSUP;
	}
	/* NR_SECTION_ROOTS: where sections are their own roots, the number of sections */
	if (!vmci_length(&sp->k->vmci, "mem_section", &length)) {
		sp->sections = min_u64(sp->sections, length * sp->sections_per_root);
		sp->roots = min_u64(sp->roots, length);
	}
	if (!sp->roots || sp->roots > MAX_ROOTS) {
		*why = "the number of memory sections cannot be right";
		return -EIO;
	}
	/* the array itself; or, in some kernels from 4.15 on, a pointer to it; or no roots at all */
	r = read_extreme(sp, vaddr);
	if ((r || !sp->m->nsections) && r != -ENOMEM && !kptr_at(sp->r, vaddr, &pointer)) {
		sp->m->nsections = 0;
		r = read_extreme(sp, pointer);
	}
	if ((r || !sp->m->nsections) && r != -ENOMEM) {
		sp->m->nsections = 0;
		r = read_static(sp, vaddr);
	}
	if (r || !sp->m->nsections) {
		*why = "mem_section cannot be read";
		r = r ? r : -EIO;
	}
	return r;
}

int memmap_sparse(struct memmap *m, struct kreader *reader, const char **why)
{
	struct sparse sp = { .m = m, .k = m->kernel, .r = reader };
	int r = sparse_facts(&sp, why);

	if (r)
		return r;
	m->model = "SPARSEMEM";
	sp.buf = malloc((size_t)1 << sp.k->page_shift);
	r = sp.buf ? try_layouts(&sp, why) : -ENOMEM;
	free(sp.buf);
	return r;
}
