/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source without the pages that it only claims to have: what lies beyond the end of a file is EXCLUDED, and what
 * there is ends with the last page that can be read. For files that say of each page where it is, even of lost ones.
 *
 * Threads: any once made.
 */
#ifndef VMCOREFS_FILTER_LOST_H
#define VMCOREFS_FILTER_LOST_H

#include "base/pages.h"

#define LOST_FEW 65536u		/* pages: a GiB of them is 6 MiB of descriptors */

/* Would each_bytes for each page that is known to be lost (base/pages.h) be more than all bytes that can be read? Not where
 * there are only a few. */
bool lost_are_too_many(const struct pages *ps, uint64_t each_bytes);

/* Borrows below. NULL: out of memory. */
struct pages *lost_leave_out(const struct pages *below);
void lost_free(struct pages *ps);		/* NULL is fine */

#endif
