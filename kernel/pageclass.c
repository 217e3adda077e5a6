/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules by which makedumpfile tells page classes apart (its __exclude_unnecessary_pages), for kernels from 4.6 on.
 * What an era has or lacks is told by the lines its VMCOREINFO has or lacks, never by its version.
 */
#include "kernel/pageclass.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define MAPPING_ANON 1		/* include/linux/page-flags.h: PAGE_MAPPING_ANON */
#define TAIL_BIT 1		/* compound_head: this is a tail page */

/* A PG_* bit number as a mask; 0 when the kernel does not export it. */
static uint64_t flag_mask(const struct vmcoreinfo *v, const char *name)
{
	uint64_t bit;

	return vmci_number(v, name, &bit) || bit > 63 ? 0 : (uint64_t)1 << bit;
}

static bool type_value(const struct vmcoreinfo *v, const char *name, uint32_t *out)
{
	uint64_t value;

	if (vmci_number(v, name, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

/* 6.9 and later: order in the low byte of page[1].flags, hugetlb is a page type of the head. */
static bool order_flags_type(struct pageclass *pc, const struct vmcoreinfo *v)
{
	(void)v;
	if (!pc->has_hugetlb_type)
		return false;
	pc->order_at = pc->flags;
	pc->order_bytes = 8;
	pc->order_mask = 0xff;
	return true;
}

/* 6.6 to 6.8: the same order; hugetlb is a flag of page[1]. */
static bool order_flags_flag(struct pageclass *pc, const struct vmcoreinfo *v)
{
	pc->hugetlb_flag = flag_mask(v, "PG_hugetlb");
	if (!pc->hugetlb_flag)
		return false;
	pc->order_at = pc->flags;
	pc->order_bytes = 8;
	pc->order_mask = 0xff;
	return true;
}

static void dtor_facts(struct pageclass *pc, const struct vmcoreinfo *v, bool has_dtor, uint64_t at, unsigned int bytes)
{
	if (!has_dtor || at > pc->struct_bytes - bytes || vmci_number(v, "HUGETLB_PAGE_DTOR", &pc->hugetlb_dtor))
		return;
	pc->dtor_at = at;
	pc->dtor_bytes = bytes;
}

/* 6.3 to 6.5: fields of struct folio, the second page struct of which is page[1]. */
static bool order_folio(struct pageclass *pc, const struct vmcoreinfo *v)
{
	uint64_t order, dtor;

	if (vmci_offset(v, "folio._folio_order", &order) || order < pc->struct_bytes ||
	    order - pc->struct_bytes >= pc->struct_bytes)
		return false;
	pc->order_at = order - pc->struct_bytes;
	pc->order_bytes = 1;
	pc->order_mask = 0xff;
	if (!vmci_offset(v, "folio._folio_dtor", &dtor) && dtor >= pc->struct_bytes)
		dtor_facts(pc, v, true, dtor - pc->struct_bytes, 1);
	return true;
}

/* 4.4 to 6.2: fields of page[1], two bytes each until 4.15, one since. */
static bool order_page(struct pageclass *pc, const struct vmcoreinfo *v)
{
	uint64_t order, dtor;
	unsigned int bytes = 1;
	bool has_dtor = !vmci_offset(v, "page.compound_dtor", &dtor);

	if (vmci_offset(v, "page.compound_order", &order) || order > pc->struct_bytes - 2)
		return false;
	/* side by side: their distance is their width */
	if (has_dtor && (order > dtor ? order - dtor : dtor - order) >= 2)
		bytes = 2;
	pc->order_at = order;
	pc->order_bytes = bytes;
	pc->order_mask = bytes == 1 ? 0xff : 0xffff;
	dtor_facts(pc, v, has_dtor, dtor, bytes);
	return true;
}

/* The eras of the compound order, newest first: the first that knows its facts is taken. */
static bool (*const orders[])(struct pageclass *pc, const struct vmcoreinfo *v) = {
	order_flags_type,
	order_flags_flag,
	order_folio,
	order_page,
};

int pageclass_setup(struct pageclass *pc, const struct vmcoreinfo *v, bool big_endian, const char **why)
{
	uint64_t mask, order;

	memset(pc, 0, sizeof(*pc));
	pc->big_endian = big_endian;
	*why = "VMCOREINFO does not describe struct page";
	if (vmci_size(v, "page", &pc->struct_bytes) || pc->struct_bytes < 32 || pc->struct_bytes > 4096 ||
	    vmci_offset(v, "page.flags", &pc->flags) || vmci_offset(v, "page.mapping", &pc->mapping) ||
	    vmci_offset(v, "page._mapcount", &pc->mapcount) || vmci_offset(v, "page.private", &pc->private))
		return -ENOTSUP;
	/* renamed in 7.1 */
	if (vmci_offset(v, "page.compound_head", &pc->compound_head) &&
	    vmci_offset(v, "page.compound_info", &pc->compound_head))
		return -ENOTSUP;
	if (pc->flags > pc->struct_bytes - 8 || pc->mapping > pc->struct_bytes - 8 ||
	    pc->private > pc->struct_bytes - 8 || pc->compound_head > pc->struct_bytes - 8 ||
	    pc->mapcount > pc->struct_bytes - 4) {
		*why = "the offsets in struct page do not fit its size";
		return -ENOTSUP;
	}
	pc->lru = flag_mask(v, "PG_lru");
	pc->priv = flag_mask(v, "PG_private");
	pc->swapcache = flag_mask(v, "PG_swapcache");
	pc->swapbacked = flag_mask(v, "PG_swapbacked");
	pc->slab = flag_mask(v, "PG_slab");
	pc->hwpoison = flag_mask(v, "PG_hwpoison");
	pc->head = vmci_number(v, "PG_head_mask", &mask) ? 0 : mask;
	if (!pc->lru || !pc->head) {
		*why = "VMCOREINFO lacks NUMBER(PG_lru) or NUMBER(PG_head_mask)";
		return -ENOTSUP;
	}
	pc->has_buddy = type_value(v, "PAGE_BUDDY_MAPCOUNT_VALUE", &pc->buddy);
	pc->has_offline = type_value(v, "PAGE_OFFLINE_MAPCOUNT_VALUE", &pc->offline);
	pc->has_slab_type = type_value(v, "PAGE_SLAB_MAPCOUNT_VALUE", &pc->slab_type);
	pc->has_hugetlb_type = type_value(v, "PAGE_HUGETLB_MAPCOUNT_VALUE", &pc->hugetlb_type);
	pc->has_unaccepted = type_value(v, "PAGE_UNACCEPTED_MAPCOUNT_VALUE", &pc->unaccepted);
	pc->max_order = vmci_length(v, "zone.free_area", &order) || order > 63 ? 0 : (unsigned int)order;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		if (orders[i](pc, v))
			break;
	return 0;
}

/* Order of a compound page and whether it is hugetlb, from the head and the struct after it. */
static unsigned int compound_order(const struct pageclass *pc, uint64_t pfn, const uint8_t *next, bool *hugetlb)
{
	uint64_t order;

	if (!next || !pc->order_bytes)
		return 0;
	order = pc->order_bytes == 1 ? next[pc->order_at] :
		pc->order_bytes == 2 ? get_u16(next + pc->order_at, pc->big_endian) :
		get_u64(next + pc->order_at, pc->big_endian);
	order &= pc->order_mask;
	if (order >= 40 || pfn & (((uint64_t)1 << order) - 1))
		order = 0;
	if (pc->dtor_bytes)
		*hugetlb |= (pc->dtor_bytes == 1 ? next[pc->dtor_at] : get_u16(next + pc->dtor_at, pc->big_endian)) ==
			    pc->hugetlb_dtor;
	if (pc->hugetlb_flag && (get_u64(next + pc->flags, pc->big_endian) & pc->hugetlb_flag))
		*hugetlb = true;
	return (unsigned int)order;
}

void pageclass_judge(const struct pageclass *pc, uint64_t pfn, const uint8_t *page, const uint8_t *next,
		     struct page_verdict *out)
{
	uint64_t flags = get_u64(page + pc->flags, pc->big_endian);
	uint32_t mapcount = get_u32(page + pc->mapcount, pc->big_endian);
	bool slab, anon, cache, hugetlb = false;

	out->classes = 0;
	out->pages = out->free_pages = 1;
	/* tails go with their head; also what memmap_read() could not read */
	if (get_u64(page + pc->compound_head, pc->big_endian) & TAIL_BIT)
		return;
	/* the next one could not be read: memmap_read() */
	if (next && get_u64(next + pc->compound_head, pc->big_endian) == UINT64_MAX)
		next = NULL;
	if (flags & pc->head)
		out->pages = (uint64_t)1 << compound_order(pc, pfn, next, &hugetlb);
	if (pc->has_hugetlb_type && mapcount == pc->hugetlb_type)
		hugetlb = true;
	slab = (flags & pc->slab) || (pc->has_slab_type && mapcount == pc->slab_type);
	anon = !slab && (get_u64(page + pc->mapping, pc->big_endian) & MAPPING_ANON);
	cache = (flags & pc->lru) || ((flags & pc->swapcache) && (!pc->swapbacked || (flags & pc->swapbacked)));

	if (pc->has_buddy && !slab && mapcount == pc->buddy) {
		uint64_t order = get_u64(page + pc->private, pc->big_endian);

		/* an order that the allocator does not have: damaged, keep the page */
		if (order < (pc->max_order ? pc->max_order : 40)) {
			out->classes |= 1u << CLASS_FREE;
			out->free_pages = (uint64_t)1 << order;
		}
	} else if (pc->has_unaccepted && mapcount == pc->unaccepted && pc->max_order) {
		out->classes |= 1u << CLASS_FREE;
		out->free_pages = (uint64_t)1 << (pc->max_order - 1);
	}
	if (cache && !anon)
		out->classes |= 1u << (flags & pc->priv ? CLASS_CACHE_PRIVATE : CLASS_CACHE);
	if (anon || hugetlb)
		out->classes |= 1u << CLASS_USER;
	if (flags & pc->hwpoison)
		out->classes |= 1u << CLASS_HWPOISON;
	if (pc->has_offline && !slab && mapcount == pc->offline)
		out->classes |= 1u << CLASS_OFFLINE;
}
