/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A selection cut into parts with about the same number of kept pages.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FILTER_SPLIT_H
#define VMCOREFS_FILTER_SPLIT_H

#include "base/pages.h"

/* Parts start at multiples of this: crash(8) counts pages in words of the bitmap, from the start of a part on. */
#define SPLIT_UNIT 64

/*
 * Part i, from 0 on, gets the pages starts[i] to starts[i + 1] - 1; starts has parts + 1 elements, the first is 0 and the
 * last max_pfn. No part is empty, even if it keeps nothing: parts must not be more than split_max() says.
 */
uint64_t split_max(const struct pages *ps);
void split_balance(const struct pages *ps, unsigned int parts, uint64_t *starts);

#endif
