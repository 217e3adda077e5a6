/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules by which makedumpfile tells page classes apart (its __exclude_unnecessary_pages). What an era has or lacks
 * is told by the lines its VMCOREINFO has or lacks; by its version only where kernels of that era tell nothing.
 */
#include "kernel/pages/pageclass.h"

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
	pc->order_bytes = pc->word_bytes;
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
	pc->order_bytes = pc->word_bytes;
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

/* Until 4.3: the list_head lru of page[1] has the address of the destructor and the order. */
static bool order_lru(struct pageclass *pc, const struct vmcoreinfo *v)
{
	uint64_t lru, next, prev, max = pc->struct_bytes - pc->word_bytes;

	if (vmci_offset(v, "page.lru", &lru) || vmci_offset(v, "list_head.next", &next) ||
	    vmci_offset(v, "list_head.prev", &prev) || lru > max || next > max - lru || prev > max - lru)
		return false;
	pc->order_at = lru + prev;
	pc->order_bytes = pc->word_bytes;
	pc->order_mask = UINT64_MAX;
	if (!vmci_symbol(v, "free_huge_page", &pc->hugetlb_dtor)) {
		pc->dtor_at = lru + next;
		pc->dtor_bytes = pc->word_bytes;
	}
	return true;
}

/* The eras of the compound order, newest first: the first that knows its facts is taken. */
static bool (*const orders[])(struct pageclass *pc, const struct vmcoreinfo *v) = {
	order_flags_type,
	order_flags_flag,
	order_folio,
	order_page,
	order_lru,
};

/* Where what is looked at lies in struct page. */
static int find_fields(struct pageclass *pc, const struct kernel *k, const char **why)
{
	const struct vmcoreinfo *v = &k->vmci;
	uint64_t max;

	*why = "VMCOREINFO does not describe struct page";
	if (vmci_size(v, "page", &pc->struct_bytes) || pc->struct_bytes < 24 || pc->struct_bytes > 4096 ||
	    vmci_offset(v, "page.flags", &pc->flags) || vmci_offset(v, "page.mapping", &pc->mapping) ||
	    vmci_offset(v, "page.private", &pc->private))
		return -ENOTSUP;
	pc->has_mapcount = !vmci_offset(v, "page._mapcount", &pc->mapcount);
	/* renamed in 7.1 */
	pc->has_compound_head = !vmci_offset(v, "page.compound_head", &pc->compound_head) ||
				!vmci_offset(v, "page.compound_info", &pc->compound_head);
	/* older kernels do without */
	if ((!pc->has_mapcount && (!k->version || k->version >= ARCH_VERSION(2, 6, 38))) ||
	    (!pc->has_compound_head && (!k->version || k->version >= ARCH_VERSION(4, 4, 0))))
		return -ENOTSUP;
	max = pc->struct_bytes - pc->word_bytes;
	if (pc->flags > max || pc->mapping > max || pc->private > max || pc->compound_head > max ||
	    pc->mapcount > pc->struct_bytes - 4) {
		*why = "the offsets in struct page do not fit its size";
		return -ENOTSUP;
	}
	return 0;
}

/*
 * A free page's mark. Kernels before 2.6.38 have a flag, which only debug information tells; then it is a value of
 * _mapcount, which kernels tell from 3.10 on.
 */
static void buddy_facts(struct pageclass *pc, const struct kernel *k)
{
	pc->has_buddy = type_value(&k->vmci, "PAGE_BUDDY_MAPCOUNT_VALUE", &pc->buddy);
	if (!pc->has_buddy)
		pc->buddy_flag = flag_mask(&k->vmci, "PG_buddy");
	if (!pc->has_buddy && !pc->buddy_flag && k->version >= ARCH_VERSION(2, 6, 38)) {
		pc->has_buddy = true;
		pc->buddy = k->version == ARCH_VERSION(2, 6, 38) ? (uint32_t)-2 : (uint32_t)-128;
	}
	pc->has_buddy &= pc->has_mapcount;
}

/* Before 2.6.26 flags were macros, which nothing tells: include/linux/page-flags.h of then. */
static void macro_flags(struct pageclass *pc)
{
	pc->lru = 1u << 5;
	pc->slab = 1u << 7;
	pc->priv = 1u << 11;
	pc->swapcache = 1u << 15;
}

int pageclass_setup(struct pageclass *pc, const struct kernel *k, const char **why)
{
	const struct vmcoreinfo *v = &k->vmci;
	uint64_t mask, order;
	int r;

	memset(pc, 0, sizeof(*pc));
	pc->big_endian = k->big_endian;
	pc->word_bytes = k->word_bytes;
	r = find_fields(pc, k, why);
	if (r)
		return r;
	pc->lru = flag_mask(v, "PG_lru");
	pc->priv = flag_mask(v, "PG_private");
	pc->swapcache = flag_mask(v, "PG_swapcache");
	pc->swapbacked = flag_mask(v, "PG_swapbacked");
	pc->slab = flag_mask(v, "PG_slab");
	pc->hwpoison = flag_mask(v, "PG_hwpoison");
	pc->head = vmci_number(v, "PG_head_mask", &mask) ? 0 : mask;
	if (!pc->lru && k->version && k->version < ARCH_VERSION(2, 6, 26))
		macro_flags(pc);
	/* PG_compound, or PG_head in 64-bit kernels: told from 3.8 on */
	if (!pc->head && k->version && k->version < ARCH_VERSION(3, 8, 0))
		pc->head = 1u << 14;
	if (!pc->lru || !pc->head) {
		*why = "VMCOREINFO lacks NUMBER(PG_lru) or NUMBER(PG_head_mask)";
		return -ENOTSUP;
	}
	buddy_facts(pc, k);
	pc->has_offline = pc->has_mapcount && type_value(v, "PAGE_OFFLINE_MAPCOUNT_VALUE", &pc->offline);
	pc->has_slab_type = pc->has_mapcount && type_value(v, "PAGE_SLAB_MAPCOUNT_VALUE", &pc->slab_type);
	pc->has_hugetlb_type = pc->has_mapcount && type_value(v, "PAGE_HUGETLB_MAPCOUNT_VALUE", &pc->hugetlb_type);
	pc->has_unaccepted = pc->has_mapcount && type_value(v, "PAGE_UNACCEPTED_MAPCOUNT_VALUE", &pc->unaccepted);
	pc->max_order = vmci_length(v, "zone.free_area", &order) || order > 63 ? 0 : (unsigned int)order;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		if (orders[i](pc, v))
			break;
	return 0;
}

/* How numbers are written. Nearly all dumps have one of them: what judges a page is inlined for it, as it runs for each page
 * of the machine. */
struct number_form {
	unsigned int word;		/* bytes */
	bool big;
};

static inline __attribute__((always_inline)) uint64_t get_word(struct number_form f, const uint8_t *p)
{
	return get_uint(p, f.word, f.big);
}

/* memmap_read() fills what it cannot read with 0xff, which may be a part of the struct: no such word is a real one. Behind
 * a head mapping may have other things in it: in 32-bit kernels of 6.1 the count of mappings, -1. */
static inline __attribute__((always_inline)) bool
is_unreadable(const struct pageclass *pc, struct number_form f, const uint8_t *page, bool behind_head)
{
	uint64_t ones = UINT64_MAX >> (64 - 8 * f.word);

	return get_word(f, page + pc->flags) == ones || (!behind_head && get_word(f, page + pc->mapping) == ones) ||
	       (pc->has_compound_head && get_word(f, page + pc->compound_head) == ones);
}

/* Order of a compound page and whether it is hugetlb, from the head and the struct after it. */
static unsigned int compound_order(const struct pageclass *pc, struct number_form f, uint64_t pfn, const uint8_t *next,
				   bool *hugetlb)
{
	uint64_t order;

	if (!next || !pc->order_bytes)
		return 0;
	order = get_uint(next + pc->order_at, pc->order_bytes, f.big) & pc->order_mask;
	if (order >= 40 || pfn & (((uint64_t)1 << order) - 1))
		order = 0;
	if (pc->dtor_bytes)
		*hugetlb |= get_uint(next + pc->dtor_at, pc->dtor_bytes, f.big) == pc->hugetlb_dtor;
	if (pc->hugetlb_flag && (get_word(f, next + pc->flags) & pc->hugetlb_flag))
		*hugetlb = true;
	return (unsigned int)order;
}

static inline __attribute__((always_inline)) void
judge(const struct pageclass *pc, struct number_form f, uint64_t pfn, const uint8_t *page, const uint8_t *next,
      struct page_verdict *out)
{
	uint64_t flags = get_word(f, page + pc->flags);
	uint32_t mapcount = get_u32(page + pc->mapcount, f.big);
	bool slab, anon, cache, hugetlb = false;

	out->classes = 0;
	out->pages = out->free_pages = 1;
	/* tails go with their head */
	if (is_unreadable(pc, f, page, false) || (pc->has_compound_head && (get_word(f, page + pc->compound_head) & TAIL_BIT)))
		return;
	if (flags & pc->head) {
		if (next && is_unreadable(pc, f, next, true))
			next = NULL;
		out->pages = (uint64_t)1 << compound_order(pc, f, pfn, next, &hugetlb);
	}
	if (pc->has_hugetlb_type && mapcount == pc->hugetlb_type)
		hugetlb = true;
	slab = (flags & pc->slab) || (pc->has_slab_type && mapcount == pc->slab_type);
	anon = !slab && (get_word(f, page + pc->mapping) & MAPPING_ANON);
	cache = (flags & pc->lru) || ((flags & pc->swapcache) && (!pc->swapbacked || (flags & pc->swapbacked)));

	if ((pc->has_buddy && !slab && mapcount == pc->buddy) || (flags & pc->buddy_flag)) {
		uint64_t order = get_word(f, page + pc->private);

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

void pageclass_judge(const struct pageclass *pc, uint64_t pfn, const uint8_t *page, const uint8_t *next,
		     struct page_verdict *out)
{
	if (pc->word_bytes == 8 && !pc->big_endian)
		judge(pc, (struct number_form){ 8, false }, pfn, page, next, out);
	else
		judge(pc, (struct number_form){ pc->word_bytes, pc->big_endian }, pfn, page, next, out);
}
