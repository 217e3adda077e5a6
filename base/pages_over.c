/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pages_over.h"

int pages_over_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	return pages_read_run(pages_below(ps), pfn, count, buf);
}

void pages_over_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	pages_run(pages_below(ps), pfn, out);
}

void pages_over_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	pages_places(pages_below(ps), pfn, count, out);
}

uint64_t pages_over_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	return pages_lost(pages_below(ps), pfn, count);
}

bool pages_over_compressed(const struct pages *ps)
{
	return pages_compressed(pages_below(ps));
}
