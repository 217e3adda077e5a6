/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SPARSEMEM: include/linux/mmzone.h. mem_section is an array of pointers to pages full of struct mem_section;
 * section_mem_map holds the address of the section's first page struct, minus the first pfn of the section counted in
 * page structs, with flags in its low bits.
 */
#include "kernel/memmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define SECTION_PRESENT		((uint64_t)1 << 0)
/* SECTION_MAP_MASK: 5 flags since 4.13, 6 with SECTION_IS_VMEMMAP_PREINIT; a map is aligned to far more than that. */
#define SECTION_FLAGS		((uint64_t)0x3f)
#define MAX_SECTION_BYTES	4096
/* Page tables of a hostile dump may show one page as all of mem_section. */
#define MAX_SECTIONS		((size_t)1 << 22)
#define MAX_ROOTS		((uint64_t)1 << 22)

struct sparse {
	const struct kernel *k;
	uint64_t section_bytes;		/* SIZE(mem_section) */
	uint64_t map_offset;		/* OFFSET(mem_section.section_mem_map) */
	uint64_t pages_per_section, sections_per_root, roots;
};

static bool is_kernel_address(uint64_t vaddr)
{
	return vaddr >> 63;
}

static int add_section(struct memmap *m, size_t *cap, uint64_t first, uint64_t count, uint64_t vaddr)
{
	struct memmap_section *last = m->nsections ? &m->sections[m->nsections - 1] : NULL;

	/* with VMEMMAP neighbours are one array */
	if (last && last->first + last->count == first && last->vaddr + last->count * m->struct_bytes == vaddr) {
		last->count += count;
		return 0;
	}
	if (m->nsections == MAX_SECTIONS)
		return -EIO;
	if (m->nsections == *cap) {
		size_t n = *cap ? *cap * 2 : 16;
		struct memmap_section *s = reallocarray(m->sections, n, sizeof(*s));

		if (!s)
			return -ENOMEM;
		m->sections = s;
		*cap = n;
	}
	m->sections[m->nsections++] = (struct memmap_section){ first, count, vaddr };
	return 0;
}

/* The sections of one root: a page full of struct mem_section. */
static int add_root(struct memmap *m, size_t *cap, const struct sparse *sp, uint64_t root, uint64_t vaddr, char *buf)
{
	uint64_t max_pfn = m->kernel->pages->max_pfn;
	int r = kernel_read(sp->k, vaddr, buf, sp->sections_per_root * sp->section_bytes);

	if (r)
		return r;
	for (uint64_t i = 0; i < sp->sections_per_root; i++) {
		uint64_t map = get_u64(buf + i * sp->section_bytes + sp->map_offset, sp->k->big_endian);
		uint64_t first = (root * sp->sections_per_root + i) * sp->pages_per_section;

		if (first >= max_pfn)
			break;
		if (!(map & SECTION_PRESENT))
			continue;
		map = (map & ~SECTION_FLAGS) + first * m->struct_bytes;
		if (!is_kernel_address(map))
			return -EFAULT;
		r = add_section(m, cap, first, min_u64(sp->pages_per_section, max_pfn - first), map);
		if (r)
			return r;
	}
	return 0;
}

/* All sections, when the array of roots is at roots_vaddr. */
static int read_sections(struct memmap *m, const struct sparse *sp, uint64_t roots_vaddr)
{
	uint64_t page = pages_size(m->kernel->pages);
	char *roots = malloc(sp->roots * 8), *buf = malloc(page);
	size_t cap = m->nsections;
	int r = -ENOMEM;

	m->nsections = 0;
	if (!roots || !buf)
		goto out_free;
	r = kernel_read(sp->k, roots_vaddr, roots, sp->roots * 8);
	for (uint64_t i = 0; !r && i < sp->roots; i++) {
		uint64_t vaddr = get_u64(roots + i * 8, sp->k->big_endian);

		if (!vaddr)
			continue;
		r = is_kernel_address(vaddr) ? add_root(m, &cap, sp, i, vaddr, buf) : -EFAULT;
	}
	if (!r && !m->nsections)
		r = -EFAULT;
out_free:
	free(roots);
	free(buf);
	return r;
}

static int sparse_facts(const struct kernel *k, struct sparse *sp, const char **why)
{
	const struct vmcoreinfo *v = &k->vmci;
	uint64_t section_bits, length, page = pages_size(k->pages);

	sp->k = k;
	if (vmci_size(v, "mem_section", &sp->section_bytes) ||
	    vmci_offset(v, "mem_section.section_mem_map", &sp->map_offset)) {
		*why = "the memory model is not SPARSEMEM";
		return -ENOTSUP;
	}
	if (vmci_number(v, "SECTION_SIZE_BITS", &section_bits))
		section_bits = k->arch->section_size_bits;
	if (sp->section_bytes < 8 || sp->section_bytes > MAX_SECTION_BYTES || sp->section_bytes > page ||
	    sp->map_offset > sp->section_bytes - 8 || section_bits <= k->pages->page_shift || section_bits > 48) {
		*why = "the sizes of SPARSEMEM in VMCOREINFO do not fit together";
		return -EIO;
	}
	sp->pages_per_section = (uint64_t)1 << (section_bits - k->pages->page_shift);
	sp->sections_per_root = page / sp->section_bytes;
	/* only the roots that memory of this machine can be in */
	sp->roots = div_round_up(k->pages->max_pfn, sp->pages_per_section * sp->sections_per_root);
	if (!vmci_length(v, "mem_section", &length))
		sp->roots = min_u64(sp->roots, length);
	if (!sp->roots || sp->roots > MAX_ROOTS) {
		*why = "the number of memory sections cannot be right";
		return -EIO;
	}
	return 0;
}

int memmap_open(const struct kernel *k, struct memmap **out, const char **why)
{
	struct sparse sp = { 0 };
	struct memmap *m;
	uint64_t vaddr, pointer;
	int r;

	if (!k->has_space) {
		*why = k->why_no_space;
		return -ENOTSUP;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->kernel = k;
	if (vmci_size(&k->vmci, "page", &m->struct_bytes) || m->struct_bytes < 32 || m->struct_bytes > 4096) {
		*why = "VMCOREINFO lacks SIZE(page)";
		r = -ENOTSUP;
		goto err_close;
	}
	r = sparse_facts(k, &sp, why);
	if (r)
		goto err_close;
	if (vmci_symbol(&k->vmci, "mem_section", &vaddr)) {
		*why = "VMCOREINFO lacks SYMBOL(mem_section)";
		r = -ENOTSUP;
		goto err_close;
	}
	/* the array itself; or, in some kernels from 4.15 on, a pointer to it */
	r = read_sections(m, &sp, vaddr);
	if (r && r != -ENOMEM && !kernel_read_uint(k, vaddr, 8, &pointer))
		r = read_sections(m, &sp, pointer);
	if (r) {
		*why = "mem_section cannot be read";
		goto err_close;
	}
	*out = m;
	return 0;

err_close:
	memmap_close(m);
	return r;
}

void memmap_close(struct memmap *m)
{
	if (!m)
		return;
	free(m->sections);
	free(m);
}

/* One piece that is physically contiguous, page by page when it has a page that cannot be read. */
static void read_piece(const struct memmap *m, uint64_t paddr, char *buf, uint64_t n, uint64_t *unreadable_bytes)
{
	const struct pages *ps = m->kernel->pages;
	uint64_t page = pages_size(ps);

	if (!pages_read_bytes(ps, paddr, n, buf, HOLES_FAIL))
		return;
	while (n) {
		uint64_t part = min_u64(n, page - (paddr & (page - 1)));

		if (pages_read_bytes(ps, paddr, part, buf, HOLES_FAIL)) {
			memset(buf, 0xff, part);
			*unreadable_bytes += part;
		}
		paddr += part;
		buf += part;
		n -= part;
	}
}

void memmap_read(const struct memmap *m, const struct memmap_section *s, uint64_t pfn, uint64_t count, void *buf,
		 uint64_t *unreadable)
{
	uint64_t vaddr = s->vaddr + (pfn - s->first) * m->struct_bytes;
	uint64_t left = count * m->struct_bytes, page = pages_size(m->kernel->pages), bad = 0;
	char *at = buf;

	while (left) {
		uint64_t paddr, span;

		if (space_vtop(&m->kernel->space, vaddr, &paddr, &span)) {
			span = min_u64(left, page - (vaddr & (page - 1)));
			memset(at, 0xff, span);
			bad += span;
		} else {
			span = min_u64(left, span);
			read_piece(m, paddr, at, span, &bad);
		}
		at += span;
		vaddr += span;
		left -= span;
	}
	*unreadable += div_round_up(bad, m->struct_bytes);
}
