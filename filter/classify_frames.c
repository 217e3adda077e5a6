/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under Xen page structs are those of dom0's own page numbers, but a dump has machine frames: the classes by the ones are
 * turned into classes by the others.
 */
#include "filter/classify_frames.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

struct frames_pass {
	const struct xen *x;
	uint64_t max_mfn;
	struct bitmap *out[CLASSES];
	uint64_t unreadable;		/* pfns */
};

/* Is any of these pages in any class? Bits beyond the end are no matter. */
static bool has_class(const struct classes *c, uint64_t first, uint64_t count)
{
	for (unsigned int i = 0; i < CLASSES; i++) {
		uint64_t n;
		bool set;

		for (uint64_t at = first; at < first + count; at += n) {
			n = bitmap_run(c->maps[i], at, &set);
			if (!n)
				break;
			if (set)
				return true;
		}
	}
	return false;
}

/* The pfns of a page of the p2m. */
static int turn_part(struct frames_pass *p, const struct classes *c, uint64_t pfn)
{
	uint64_t mfns[XEN_P2M_ENTRIES];

	if (!has_class(c, pfn, XEN_P2M_ENTRIES))
		return 0;
	if (xen_frames(p->x, pfn, mfns)) {
		p->unreadable += XEN_P2M_ENTRIES;
		return 0;
	}
	for (unsigned int i = 0; i < XEN_P2M_ENTRIES; i++)
		for (unsigned int class = 0; class < CLASSES; class++)
			if (mfns[i] < p->max_mfn && bitmap_test(c->maps[class], pfn + i) &&
			    bitmap_set(p->out[class], mfns[i]))
				return -ENOMEM;
	return 0;
}

int classify_frames(struct classes *c, const struct xen *x, uint64_t max_mfn)
{
	struct frames_pass p = { .x = x, .max_mfn = max_mfn };
	int r = 0;

	for (unsigned int i = 0; i < CLASSES && !r; i++) {
		p.out[i] = bitmap_new(max_mfn);
		r = p.out[i] ? 0 : -ENOMEM;
	}
	for (uint64_t pfn = 0; pfn < x->dom0_pages && !r; pfn += XEN_P2M_ENTRIES)
		r = turn_part(&p, c, pfn);
	for (unsigned int i = 0; i < CLASSES; i++) {
		if (!r) {
			bitmap_free(c->maps[i]);
			c->maps[i] = p.out[i];
		} else {
			bitmap_free(p.out[i]);
		}
	}
	if (p.unreadable)
		log_warn("the p2m table of %llu pages of dom0 is not in the dump or damaged: they are kept",
			 (unsigned long long)p.unreadable);
	return r;
}
