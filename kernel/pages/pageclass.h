/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one page struct says about its page, over the eras of struct page: the classes of makedumpfile.
 *
 * Immutable after setup. Threads: any.
 */
#ifndef VMCOREFS_KERNEL_PAGES_PAGECLASS_H
#define VMCOREFS_KERNEL_PAGES_PAGECLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

enum page_class {
	CLASS_CACHE,		/* page cache without private data */
	CLASS_CACHE_PRIVATE,	/* page cache with private data */
	CLASS_USER,		/* anonymous and hugetlb pages */
	CLASS_FREE,		/* buddy allocator; memory that a guest has not accepted yet */
	CLASS_HWPOISON,
	CLASS_OFFLINE,		/* balloon */
	CLASSES
};

struct pageclass {
	bool big_endian;
	unsigned int word_bytes;	/* of flags, mapping, private, compound_head: 4 or 8 */
	uint64_t struct_bytes;
	/* offsets in struct page */
	uint64_t flags, mapping, private, mapcount, compound_head;
	bool has_compound_head;		/* from 4.4 on: tells tail pages */
	bool has_mapcount;
	/* bit masks of page.flags; 0: unknown */
	uint64_t lru, priv, swapcache, swapbacked, slab, hwpoison, head;
	uint64_t buddy_flag;		/* before 2.6.38 */
	/* values of _mapcount / page_type; has_*: known */
	bool has_buddy, has_offline, has_slab_type, has_hugetlb_type, has_unaccepted;
	uint32_t buddy, offline, slab_type, hugetlb_type, unaccepted;
	unsigned int max_order;		/* LENGTH(zone.free_area) */
	/* order and kind of a compound page, told by the page struct after its head: see orders[] in pageclass.c */
	unsigned int order_bytes, dtor_bytes;	/* 0: unknown */
	uint64_t order_at, order_mask, dtor_at;	/* offsets in that page struct */
	uint64_t hugetlb_dtor;
	uint64_t hugetlb_flag;		/* mask of its flags; 0: none */
};

/* -ENOTSUP with a short *why when VMCOREINFO does not describe struct page. */
int pageclass_setup(struct pageclass *pc, const struct kernel *k, const char **why);

/* What the struct of a page says. */
struct page_verdict {
	unsigned int classes;		/* bits 1 << enum page_class */
	uint64_t pages;			/* how many pages from this one on they hold for: the compound page's size */
	uint64_t free_pages;		/* the same for CLASS_FREE */
};

/* page: the struct of pfn; next: that of pfn + 1, or NULL when it is not at hand. */
void pageclass_judge(const struct pageclass *pc, uint64_t pfn, const uint8_t *page, const uint8_t *next,
		     struct page_verdict *out);

#endif
