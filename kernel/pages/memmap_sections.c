/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pages/memmap_sections.h"

#include <errno.h>

#include "base/vector.h"

/* Page tables of a hostile dump may show one page as all of mem_section. */
#define MAX_SECTIONS		((size_t)1 << 22)

int memmap_add(struct memmap *m, uint64_t first, uint64_t count, uint64_t vaddr)
{
	struct memmap_section *last = m->nsections ? &m->sections[m->nsections - 1] : NULL;

	if (last && first < last->first + last->count)
		return -EIO;
	/* with VMEMMAP neighbours are one array */
	if (last && last->first + last->count == first && last->vaddr + last->count * m->struct_bytes == vaddr) {
		last->count += count;
		return 0;
	}
	if (m->nsections == MAX_SECTIONS)
		return -EIO;
	return vector_push(m->sections, m->nsections, m->cap, (struct memmap_section){ first, count, vaddr });
}
