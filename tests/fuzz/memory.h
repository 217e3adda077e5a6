/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of PAGES pages (to be defined before) as a page source, for fuzz targets. Reads beyond it are a finding: runs say
 * where it ends.
 */
#ifndef VMCOREFS_TESTS_FUZZ_MEMORY_H
#define VMCOREFS_TESTS_FUZZ_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

#define PAGE 4096u

struct memory {
	struct pages pages;		/* first; the target sets it */
	uint8_t bytes[PAGES][PAGE];
};

static inline int memory_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct memory *m = (const struct memory *)ps;

	if (pfn >= PAGES || count > PAGES - pfn)
		abort();
	memcpy(buf, m->bytes[pfn], count * PAGE);
	return 0;
}

/* One run of stored pages, where the machine has no others. */
static inline void memory_run_all(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_DATA, false };
}

#endif
