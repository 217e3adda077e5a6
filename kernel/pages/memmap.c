/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pages/memmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/pages/memmap_sections.h"

#define MIN_STRUCT_BYTES	24	/* 32-bit kernels: 32 as a rule */
#define MAX_STRUCT_BYTES	4096

static int find_sections(struct memmap *m, const char **why)
{
	const struct kernel *k = m->kernel;
	int r;

	if (k->page_shift != k->pages->page_shift) {
		*why = "the pages of the dump are not those of the kernel";
		return -ENOTSUP;
	}
	if (vmci_size(&k->vmci, "page", &m->struct_bytes) || m->struct_bytes < MIN_STRUCT_BYTES ||
	    m->struct_bytes > MAX_STRUCT_BYTES) {
		*why = "VMCOREINFO lacks SIZE(page)";
		return -ENOTSUP;
	}
	r = memmap_sparse(m, why);
	if (r == -ENOENT)
		r = memmap_nodes(m, why);
	if (r == -ENOENT) {
		*why = "VMCOREINFO tells of no memory model: neither mem_section nor node_mem_map";
		return -ENOTSUP;
	}
	return r;
}

int memmap_open(const struct kernel *k, struct memmap **out, const char **why)
{
	struct memmap *m;
	int r;

	if (!k->has_space) {
		*why = k->why_no_space;
		return -ENOTSUP;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->kernel = k;
	r = find_sections(m, why);
	if (r)
		memmap_close(m);
	else
		*out = m;
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
