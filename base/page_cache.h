/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source over another one that keeps the pages that were read last: for those who read a few bytes here and there
 * (page tables, the kernel's objects). Long reads go past it. That a page is damaged is kept too; a passing fault
 * (base/fault.h) is not.
 *
 * Threads: any. Borrows the source below.
 */
#ifndef VMCOREFS_BASE_PAGE_CACHE_H
#define VMCOREFS_BASE_PAGE_CACHE_H

#include "base/pages.h"

/* bytes: of pages that are kept at most, but one page there is always. NULL: out of memory. */
struct pages *page_cache_new(const struct pages *below, size_t bytes);
void page_cache_free(struct pages *ps);		/* NULL is fine */

#endif
