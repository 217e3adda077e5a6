/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of the vmemmap that hold page structs of left-out pages only: they can go too (makedumpfile -e).
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FILTER_VMEMMAP_H
#define VMCOREFS_FILTER_VMEMMAP_H

#include <stdbool.h>

#include "base/bitmap.h"
#include "base/pages.h"
#include "kernel/pages/memmap.h"

/* Does this kernel have its page structs in large pages, as those that are looked at are? */
bool vmemmap_known(const struct memmap *m);

/*
 * The pages that can go when ps is kept: two or more side by side (as makedumpfile), mapped by large pages, all structs
 * in them of pages that are EXCLUDED in ps. Those of pages that the machine does not have stay. *out is the caller's.
 * 0, -ENOMEM.
 */
int vmemmap_find(const struct memmap *m, const struct pages *ps, struct bitmap **out);

#endif
