/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a page struct says, against what makedumpfile did with the same page (facts/makedumpfile.md, appendix A), and
 * over the eras of struct page.
 *
 * Two rows of that appendix are makedumpfile's mistakes, named so there: on kernels that do not export PG_slab it takes
 * flags bit 7 for it and keeps the page. Here bit 7 means nothing then.
 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/pages/pageclass.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define CACHE	(1u << CLASS_CACHE)
#define PRIVATE	(1u << CLASS_CACHE_PRIVATE)
#define USER	(1u << CLASS_USER)
#define FREE	(1u << CLASS_FREE)
#define POISON	(1u << CLASS_HWPOISON)
#define OFFLINE	(1u << CLASS_OFFLINE)

/* Bits of page.flags that all eras here have. */
#define LRU		(1ull << 5)
#define HEAD		(1ull << 6)
#define BIT7		(1ull << 7)
#define SWAPCACHE	(1ull << 10)
#define PG_PRIVATE	(1ull << 13)
#define SWAPBACKED	(1ull << 17)
#define HWPOISON	(1ull << 22)

/* Page types of 6.12: the top byte of _mapcount. */
#define T_BUDDY		0xf0000000u
#define T_OFFLINE	0xf1000000u
#define T_HUGETLB	0xf4000000u
#define T_SLAB		0xf5000000u
#define T_UNACCEPTED	0xf7000000u
#define NO_TYPE		0xffffffffu

#define COMMON \
	"SIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page._refcount)=52\nOFFSET(page.mapping)=24\nOFFSET(page.lru)=8\n" \
	"OFFSET(page._mapcount)=48\nOFFSET(page.private)=40\nLENGTH(zone.free_area)=11\nNUMBER(PG_lru)=5\n" \
	"NUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=22\n" \
	"NUMBER(PG_head_mask)=64\n"

static const char era_6_12[] = COMMON
	"OFFSET(page.compound_head)=8\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
	"NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-150994944\n";

struct page {
	uint64_t flags, head_word, mapping, private;
	uint32_t mapcount;
	uint64_t next_flags;		/* of page[1] */
	int at[2], value[2];		/* bytes of page[1]: offset and value */
	bool no_next;
};

static void setup(struct pageclass *pc, const char *text, bool big)
{
	struct kernel k = { .vmci = { text, strlen(text) }, .word_bytes = 8, .big_endian = big };
	const char *why = NULL;

	assert_int_equal(pageclass_setup(pc, &k, &why), 0);
}

static struct page_verdict judge_at(const struct pageclass *pc, uint64_t pfn, const struct page *p)
{
	/* exactly two structs, so that the sanitizer sees what reaches out of them */
	uint8_t *raw = malloc(pc->struct_bytes), *next = calloc(1, pc->struct_bytes);
	struct page_verdict v = { 99, 99, 99 };

	memset(raw, 0, pc->struct_bytes);
	put_u64(raw, p->flags, pc->big_endian);
	put_u64(raw + 8, p->head_word, pc->big_endian);
	put_u64(raw + 24, p->mapping, pc->big_endian);
	put_u64(raw + 40, p->private, pc->big_endian);
	put_u32(raw + 48, p->mapcount ? p->mapcount : NO_TYPE, pc->big_endian);
	put_u64(next, p->next_flags, pc->big_endian);
	put_u64(next + 8, 0xffffea0000000001, pc->big_endian);	/* a tail */
	for (int i = 0; i < 2; i++)
		if (p->at[i])
			next[p->at[i]] = (uint8_t)p->value[i];
	pageclass_judge(pc, pfn, raw, p->no_next ? NULL : next, &v);
	free(raw);
	free(next);
	return v;
}

static void expect(const struct pageclass *pc, const char *what, const struct page *p, unsigned int classes, uint64_t pages)
{
	struct page_verdict v = judge_at(pc, 0x40000, p);
	uint64_t other = v.classes & ~FREE ? v.pages : pages, freed = v.classes & FREE ? v.free_pages : pages;

	if (v.classes != classes || other != pages || freed != pages)
		fail_msg("%s: classes %#x, %llu pages, %llu free pages", what, v.classes, (unsigned long long)v.pages,
			 (unsigned long long)v.free_pages);
}

static void test_appendix_a(void **state)
{
	static const struct {
		const char *what;
		struct page page;
		unsigned int classes;
		uint64_t pages;
	} rows[] = {
		{ "LRU file", { .flags = LRU }, CACHE, 1 },
		{ "LRU anon, swapbacked", { .flags = LRU | SWAPBACKED, .mapping = 0xffff888000001001 }, USER, 1 },
		{ "LRU file + private", { .flags = LRU | PG_PRIVATE, .mapping = 0xffff888000001000 }, PRIVATE, 1 },
		{ "swapcache + swapbacked", { .flags = SWAPCACHE | SWAPBACKED }, CACHE, 1 },
		{ "swapcache only", { .flags = SWAPCACHE }, 0, 1 },
		{ "buddy order 3", { .mapcount = T_BUDDY, .private = 3 }, FREE, 8 },
		{ "buddy order 0", { .mapcount = T_BUDDY, .private = 0 }, FREE, 1 },
		{ "buddy order 10", { .mapcount = T_BUDDY, .private = 10 }, FREE, 1024 },
		{ "buddy with private = 11", { .mapcount = T_BUDDY, .private = 11 }, 0, 1 },
		{ "buddy with private = 20", { .mapcount = T_BUDDY, .private = 20 }, 0, 1 },
		{ "buddy with private = -1", { .mapcount = T_BUDDY, .private = UINT64_MAX }, 0, 1 },
		{ "buddy with flags bit 7", { .flags = BIT7, .mapcount = T_BUDDY, .private = 3 }, FREE, 8 },
		{ "hwpoison", { .flags = HWPOISON }, POISON, 1 },
		{ "offline", { .mapcount = T_OFFLINE }, OFFLINE, 1 },
		{ "slab with odd mapping", { .mapcount = T_SLAB, .mapping = 0x1234567 }, 0, 1 },
		{ "anon with flags bit 7", { .flags = LRU | BIT7, .mapping = 0xffff888000001001 }, USER, 1 },
		{ "file folio order 4", { .flags = LRU | HEAD, .next_flags = 0x1230004 }, CACHE, 16 },
		{ "anon folio order 4", { .flags = LRU | HEAD | SWAPBACKED, .mapping = 1, .next_flags = 4 }, USER, 16 },
		{ "hugetlb 2 MiB", { .flags = HEAD, .mapcount = T_HUGETLB, .next_flags = 9 }, USER, 512 },
		{ "hugetlb 1 GiB", { .flags = HEAD, .mapcount = T_HUGETLB, .next_flags = 18 }, USER, 262144 },
		{ "unaccepted", { .mapcount = T_UNACCEPTED }, FREE, 1024 },
		/* rules of section 3.2 */
		{ "KSM", { .flags = LRU, .mapping = 0xffff888000001003 }, USER, 1 },
		{ "movable, not LRU", { .mapping = 0xffff888000001002 }, 0, 1 },
		{ "anon, off the LRU", { .mapping = 0xffff888000001001 }, USER, 1 },
		{ "nothing", { 0 }, 0, 1 },
		{ "page table or so", { .mapcount = 0xf2000000 }, 0, 1 },
		{ "buddy by another low byte", { .mapcount = T_BUDDY | 1, .private = 3 }, 0, 1 },
		{ "kernel compound", { .flags = HEAD, .next_flags = 3 }, 0, 1 },
		{ "hwpoisoned cache", { .flags = LRU | HWPOISON }, CACHE | POISON, 1 },
		{ "hwpoisoned hugetlb", { .flags = HEAD | HWPOISON, .mapcount = T_HUGETLB, .next_flags = 9 },
		  USER | POISON, 512 },
		{ "tail of an LRU folio", { .flags = LRU, .head_word = 0xffffea0000000001 }, 0, 1 },
		{ "tail with anon mapping", { .mapping = 1, .head_word = 0xffffea0000000001 }, 0, 1 },
		{ "no struct", { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT32_MAX, UINT64_MAX, { 0 }, { 0 }, false },
		  0, 1 },
		/* order unknown or impossible: the head only */
		{ "order of another word", { .flags = LRU | HEAD, .next_flags = 200 }, CACHE, 1 },
		{ "misaligned head", { .flags = LRU | HEAD, .next_flags = 19 }, CACHE, 1 },
		{ "no next struct", { .flags = LRU | HEAD, .next_flags = 4, .no_next = true }, CACHE, 1 },
	};
	struct pageclass pc;

	(void)state;
	setup(&pc, era_6_12, false);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect(&pc, rows[i].what, &rows[i].page, rows[i].classes, rows[i].pages);
}

static void test_alignment(void **state)
{
	struct page file = { .flags = LRU | HEAD, .next_flags = 4 }, buddy = { .mapcount = T_BUDDY, .private = 4 };
	struct pageclass pc;

	(void)state;
	setup(&pc, era_6_12, false);
	for (uint64_t pfn = 0; pfn < 64; pfn++) {
		struct page_verdict v = judge_at(&pc, pfn, &file);

		assert_int_equal(v.classes, CACHE);
		assert_int_equal(v.pages, pfn % 16 ? 1 : 16);
		v = judge_at(&pc, pfn, &buddy);
		assert_int_equal(v.classes, FREE);
		if (pfn % 16 == 0)
			assert_int_equal(v.free_pages, 16);
	}
}

static void test_big_endian(void **state)
{
	struct page file = { .flags = LRU | HEAD, .next_flags = 4 }, buddy = { .mapcount = T_BUDDY, .private = 3 };
	struct page anon = { .flags = LRU, .mapping = 0xc000000000001001 };
	struct pageclass pc;

	(void)state;
	setup(&pc, era_6_12, true);
	expect(&pc, "file", &file, CACHE, 16);
	expect(&pc, "buddy", &buddy, FREE, 8);
	expect(&pc, "anon", &anon, USER, 1);
}

/* 4.10 to 6.2: order and destructor in bytes of page[1]; slab is a flag; hugetlb by destructor 2. */
static void test_era_5_10(void **state)
{
	static const char era[] = COMMON
		"OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\nOFFSET(page.compound_order)=17\n"
		"NUMBER(HUGETLB_PAGE_DTOR)=2\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
		"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n";
	struct page hugetlb = { .flags = HEAD, .at = { 16, 17 }, .value = { 2, 9 } };
	struct page thp = { .flags = HEAD | LRU | SWAPBACKED, .mapping = 1, .at = { 16, 17 }, .value = { 3, 9 } };
	struct page kernel = { .flags = HEAD, .at = { 16, 17 }, .value = { 1, 2 } };
	struct page buddy = { .mapcount = 0xffffff7f, .private = 5 }, offline = { .mapcount = 0xfffffeff };
	struct page slab = { .flags = 1 << 9, .mapping = 1 }, slab_count = { .flags = 1 << 9, .mapcount = 0xffffff7f };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "hugetlb", &hugetlb, USER, 512);
	expect(&pc, "thp", &thp, USER, 512);
	expect(&pc, "kernel compound", &kernel, 0, 1);
	expect(&pc, "buddy", &buddy, FREE, 32);
	expect(&pc, "offline", &offline, OFFLINE, 1);
	expect(&pc, "slab", &slab, 0, 1);
	expect(&pc, "slab whose counters look like buddy", &slab_count, 0, 1);
}

/* 4.4 to 4.15: the same, two bytes wide. Order 0x0109 would be 9 if one byte were read. */
static void test_era_4_4(void **state)
{
	static const char era[] = COMMON
		"OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\nOFFSET(page.compound_order)=18\n"
		"NUMBER(HUGETLB_PAGE_DTOR)=2\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128\n";
	struct page hugetlb = { .flags = HEAD, .at = { 16, 18 }, .value = { 2, 9 } };
	struct page wrong_dtor = { .flags = HEAD | LRU, .at = { 17, 18 }, .value = { 2, 3 } };
	struct page wrong_order = { .flags = HEAD | LRU, .at = { 19, 18 }, .value = { 1, 9 } };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "hugetlb", &hugetlb, USER, 512);
	expect(&pc, "destructor 0x200", &wrong_dtor, CACHE, 8);
	expect(&pc, "order 0x109", &wrong_order, CACHE, 1);
}

/* 6.3 to 6.5: fields of struct folio; _folio_dtor at 80 and _folio_order at 81 are bytes 16 and 17 of page[1]. */
static void test_era_6_3(void **state)
{
	static const char era[] = COMMON
		"OFFSET(page.compound_head)=8\nOFFSET(folio._folio_dtor)=80\nOFFSET(folio._folio_order)=81\n"
		"NUMBER(HUGETLB_PAGE_DTOR)=2\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n";
	struct page hugetlb = { .flags = HEAD, .at = { 16, 17 }, .value = { 2, 9 } };
	struct page file = { .flags = HEAD | LRU, .at = { 16, 17 }, .value = { 1, 2 } };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "hugetlb", &hugetlb, USER, 512);
	expect(&pc, "file", &file, CACHE, 4);
}

/* 6.6 to 6.8: the order in the low byte of page[1].flags, and PG_hugetlb (8) there too. */
static void test_era_6_6(void **state)
{
	static const char era[] = COMMON
		"OFFSET(page.compound_head)=8\nNUMBER(PG_hugetlb)=8\nNUMBER(PG_slab)=9\n"
		"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n";
	struct page hugetlb = { .flags = HEAD, .next_flags = 1 << 8 | 9 };
	struct page file = { .flags = HEAD | LRU, .next_flags = 2 };
	struct page flag_on_head = { .flags = 1 << 8 | LRU };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "hugetlb", &hugetlb, USER, 512);
	expect(&pc, "file", &file, CACHE, 4);
	expect(&pc, "the bit of a head means another thing", &flag_on_head, CACHE, 1);
}

/* 6.9: hugetlb is a type, as a mask: 0xfffff7ff. */
static void test_era_6_9(void **state)
{
	static const char era[] = COMMON
		"OFFSET(page.compound_head)=8\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
		"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-2049\n";
	struct page hugetlb = { .flags = HEAD, .mapcount = 0xfffff7ff, .next_flags = 9 };
	struct page slab = { .flags = 1 << 9, .mapping = 1 };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "hugetlb", &hugetlb, USER, 512);
	expect(&pc, "slab", &slab, 0, 1);
}

/* 7.1: compound_head is called compound_info. */
static void test_era_7_1(void **state)
{
	struct page tail = { .flags = LRU, .head_word = 1 }, file = { .flags = LRU };
	struct pageclass pc;
	char *text = strdup(era_6_12), *at = strstr(text, "compound_head");

	(void)state;
	memcpy(at, "compound_info", 13);
	setup(&pc, text, false);
	expect(&pc, "tail", &tail, 0, 1);
	expect(&pc, "file", &file, CACHE, 1);
	free(text);
}

/* Numbers that a kernel lacks: no class is made up. */
static void test_missing_numbers(void **state)
{
	static const char era[] =
		"SIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=24\nOFFSET(page._mapcount)=48\n"
		"OFFSET(page.private)=40\nOFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_swapcache)=10\n"
		"NUMBER(PG_head_mask)=64\n";
	struct page zero = { 0 }, buddy = { .mapcount = T_BUDDY, .private = 3 }, poison = { .flags = HWPOISON };
	struct page swapcache = { .flags = SWAPCACHE }, private = { .flags = LRU | PG_PRIVATE };
	struct page folio = { .flags = LRU | HEAD, .next_flags = 4 };
	struct pageclass pc;

	(void)state;
	setup(&pc, era, false);
	expect(&pc, "zero", &zero, 0, 1);
	expect(&pc, "buddy", &buddy, 0, 1);
	expect(&pc, "hwpoison", &poison, 0, 1);
	expect(&pc, "swapcache where swapbacked is not known", &swapcache, CACHE, 1);
	expect(&pc, "private where that is not known", &private, CACHE, 1);
	expect(&pc, "order not known", &folio, CACHE, 1);
}

static void test_setup_fails(void **state)
{
	static const char *const needed[] = {
		"SIZE(page)", "OFFSET(page.flags)", "OFFSET(page.mapping)", "OFFSET(page._mapcount)", "OFFSET(page.private)",
		"OFFSET(page.compound_head)", "NUMBER(PG_lru)", "NUMBER(PG_head_mask)",
	};
	static const char *const wrong[] = {
		"SIZE(page)=8", "SIZE(page)=100000", "SIZE(page)=-1", "OFFSET(page.flags)=57", "OFFSET(page.mapping)=64",
		"OFFSET(page._mapcount)=61", "OFFSET(page.private)=-8", "OFFSET(page.compound_head)=1000", "NUMBER(PG_lru)=64",
	};
	struct pageclass pc;
	const char *why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		char *text = strdup(era_6_12);
		struct kernel k = { .vmci = { text, strlen(text) }, .word_bytes = 8 };

		*strstr(text, needed[i]) = 'x';
		why = NULL;
		assert_int_equal(pageclass_setup(&pc, &k, &why), -ENOTSUP);
		assert_non_null(why);
		free(text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char *text = NULL;
		int n = asprintf(&text, "%s\n%s", wrong[i], era_6_12);
		struct kernel k = { .vmci = { text, (size_t)n }, .word_bytes = 8 };

		assert_int_equal(pageclass_setup(&pc, &k, &why), -ENOTSUP);
		free(text);
	}
}

/* Offsets of the era's own fields that do not fit: the era is passed over, nothing is read outside (the sanitizer sees). */
static void test_bad_orders(void **state)
{
	static const char *const bad[] = {
		"OFFSET(page.compound_order)=63\nOFFSET(page.compound_dtor)=0",
		"OFFSET(page.compound_order)=64", "OFFSET(page.compound_order)=-1",
		"OFFSET(page.compound_order)=62\nOFFSET(page.compound_dtor)=63",
		"OFFSET(page.compound_order)=0\nOFFSET(page.compound_dtor)=63",
		"OFFSET(page.compound_order)=0\nOFFSET(page.compound_dtor)=-1",
		"OFFSET(folio._folio_order)=127\nOFFSET(folio._folio_dtor)=128",
		"OFFSET(folio._folio_order)=128", "OFFSET(folio._folio_order)=0", "OFFSET(folio._folio_order)=-1",
		"OFFSET(folio._folio_order)=64\nOFFSET(folio._folio_dtor)=-1",
	};
	struct page folio = { .flags = LRU | HEAD };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pageclass pc;
		char *text = NULL;
		int n = asprintf(&text, COMMON "OFFSET(page.compound_head)=8\nNUMBER(HUGETLB_PAGE_DTOR)=2\n%s\n", bad[i]);

		assert_true(n > 0);
		setup(&pc, text, false);
		expect(&pc, bad[i], &folio, CACHE, 1);
		free(text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appendix_a),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_era_5_10),
		cmocka_unit_test(test_era_4_4),
		cmocka_unit_test(test_era_6_3),
		cmocka_unit_test(test_era_6_6),
		cmocka_unit_test(test_era_6_9),
		cmocka_unit_test(test_era_7_1),
		cmocka_unit_test(test_missing_numbers),
		cmocka_unit_test(test_setup_fails),
		cmocka_unit_test(test_bad_orders),
	};

	return cmocka_run_group_tests_name("pageclass", tests, NULL, NULL);
}
