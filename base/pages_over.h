/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source over another one: what it leaves as it is comes from below.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_PAGES_OVER_H
#define VMCOREFS_BASE_PAGES_OVER_H

#include "base/pages.h"

/* The first member of such a source. */
struct pages_over {
	struct pages pages;		/* first */
	const struct pages *below;	/* borrowed */
};

/* As many pages of the same size. */
static inline struct pages_over pages_over(const struct pages_ops *ops, const struct pages *below)
{
	return (struct pages_over){ { ops, below->page_shift, below->max_pfn }, below };
}

static inline const struct pages *pages_below(const struct pages *ps)
{
	return ((const struct pages_over *)ps)->below;
}

/* For struct pages_ops: what the source below answers. */
int pages_over_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf);
void pages_over_run(const struct pages *ps, uint64_t pfn, struct page_run *out);
void pages_over_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out);
uint64_t pages_over_lost(const struct pages *ps, uint64_t pfn, uint64_t count);
bool pages_over_compressed(const struct pages *ps);

#endif
