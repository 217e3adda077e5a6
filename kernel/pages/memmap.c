/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pages/memmap.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "kernel/object/bulk.h"
#include "kernel/pages/memmap_sections.h"

#define MIN_STRUCT_BYTES	24	/* 32-bit kernels: 32 as a rule */
#define MAX_STRUCT_BYTES	4096

static int find_sections(struct memmap *m, struct kreader *reader, const char **why)
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
	r = memmap_sparse(m, reader, why);
	if (r == -ENOENT)
		r = memmap_nodes(m, reader, why);
	if (r == -ENOENT) {
		*why = "VMCOREINFO tells of no memory model: neither mem_section nor node_mem_map";
		return -ENOTSUP;
	}
	return r;
}

int memmap_open(const struct kernel *k, struct memmap **out, const char **why)
{
	struct kreader *reader;
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
	r = kreader_open(k, &reader);
	if (r)
		goto err_close;
	/* where tables are lost those of the page structs are: better no memmap than one of which nothing can be read */
	kreader_by_tables(reader);
	r = find_sections(m, reader, why);
	kreader_close(reader);
	if (r)
		goto err_close;
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

void memmap_read(const struct memmap *m, const struct memmap_section *s, uint64_t pfn, uint64_t count, void *buf,
		 uint64_t *unreadable)
{
	uint64_t vaddr = s->vaddr + (pfn - s->first) * m->struct_bytes;
	uint64_t lost = kbulk_read(m->kernel, vaddr, buf, count * m->struct_bytes, 0xff);

	*unreadable += div_round_up(lost, m->struct_bytes);
}
