/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source without the pages that it only claims to have: what lies beyond the end of a file is ABSENT, and what
 * there is ends with the last page that can be read. For files that say of each page whether the machine has it, and where
 * it is, even of lost ones.
 *
 * Threads: any once made.
 */
#ifndef VMCOREFS_FILTER_LOST_H
#define VMCOREFS_FILTER_LOST_H

#include "base/pages.h"

#define LOST_FEW 65536u				/* pages: 1.5 MiB of descriptors */
#define EXCLUDED_FEW ((uint64_t)1 << 32)	/* 16 TiB: 512 MiB of bits */

/* What is claimed too much of. */
enum lost_claims {
	LOST_PAGES = 1,		/* each_bytes for each page that is known to be lost (base/pages.h) are more than what can be read */
	LOST_EXCLUDED = 2,	/* a bit for each page that is excluded is */
};

/* 0, or some of them. Not where there are only a few. */
unsigned int lost_too_many(const struct pages *ps, uint64_t each_bytes);

/* Borrows below; with LOST_EXCLUDED also what is EXCLUDED is ABSENT. NULL: out of memory. */
struct pages *lost_leave_out(const struct pages *below, unsigned int claims);
void lost_free(struct pages *ps);		/* NULL is fine */

#endif
