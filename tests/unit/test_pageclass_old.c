/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page structs of 32-bit kernels, and of those before 4.4: layouts as include/linux/mm_types.h of then has them. */
#include "kernel/pages/pageclass.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define CACHE	(1u << CLASS_CACHE)
#define USER	(1u << CLASS_USER)
#define FREE	(1u << CLASS_FREE)

#define TEXT_I386 \
	"SIZE(page)=32\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=12\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=20\n" \
	"OFFSET(page.compound_head)=4\nOFFSET(page.compound_dtor)=8\nOFFSET(page.compound_order)=9\n" \
	"NUMBER(HUGETLB_PAGE_DTOR)=2\nLENGTH(zone.free_area)=11\nNUMBER(PG_lru)=4\nNUMBER(PG_private)=13\n" \
	"NUMBER(PG_head_mask)=65536\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"

/* 3.2 on x86_64; neither PG_head_mask nor PAGE_BUDDY_MAPCOUNT_VALUE */
#define TEXT_3_2 \
	"SIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=8\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n" \
	"OFFSET(page.lru)=32\nOFFSET(list_head.next)=0\nOFFSET(list_head.prev)=8\nSYMBOL(free_huge_page)=ffffffff81150000\n" \
	"LENGTH(zone.free_area)=11\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=11\nNUMBER(PG_swapcache)=16\nNUMBER(PG_slab)=7\n"

/* 2.6.24: no numbers at all; free pages have a flag, which a text made from debug information may tell */
#define TEXT_2_6_24 \
	"SIZE(page)=56\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=24\nOFFSET(page.private)=16\nOFFSET(page.lru)=40\n" \
	"OFFSET(list_head.next)=0\nOFFSET(list_head.prev)=8\nLENGTH(zone.free_area)=11\nNUMBER(PG_buddy)=19\n"

static struct pageclass rules(const char *text, unsigned int word_bytes, bool big, unsigned int version)
{
	struct kernel k = {
		.vmci = { text, strlen(text) }, .word_bytes = word_bytes, .big_endian = big, .version = version,
	};
	struct pageclass pc;
	const char *why = "";

	if (pageclass_setup(&pc, &k, &why))
		fail_msg("%s", why);
	return pc;
}

static void put32(const struct pageclass *pc, uint8_t *page, unsigned int at, uint32_t value)
{
	put_u32(page + at, value, pc->big_endian);
}

static void expect(const struct pageclass *pc, uint8_t *pages, unsigned int classes, uint64_t count, uint64_t free_count)
{
	struct page_verdict v;

	pageclass_judge(pc, 0x1000, pages, pages + pc->struct_bytes, &v);
	assert_int_equal(v.classes, classes);
	assert_int_equal(v.pages, count);
	assert_int_equal(v.free_pages, free_count);
	memset(pages, 0, 2 * pc->struct_bytes);
}

static void test_i386(void **state)
{
	uint8_t pages[64] = { 0 };

	(void)state;
	for (int big = 0; big <= 1; big++) {
		struct pageclass pc = rules(TEXT_I386, 4, big, ARCH_VERSION(5, 10, 0));

		put32(&pc, pages, 0, 1u << 4);
		put32(&pc, pages, 24, 0xffffffff);
		expect(&pc, pages, CACHE, 1, 1);
		/* anonymous, in a compound page of order 3; what follows mapping must not count */
		put32(&pc, pages, 0, 1u << 4 | 1u << 16);
		put32(&pc, pages, 12, 0xc1234001);
		put32(&pc, pages, 16, 0xfffffffe);
		put32(&pc, pages, 32 + 4, 0xc0000001);
		pages[32 + 8] = 1;
		pages[32 + 9] = 3;
		expect(&pc, pages, USER, 8, 1);
		/* hugetlb */
		put32(&pc, pages, 0, 1u << 16);
		put32(&pc, pages, 32 + 4, 0xc0000001);
		pages[32 + 8] = 2;
		pages[32 + 9] = 9;
		put32(&pc, pages, 32 + 12, 0xffffffff);	/* compound_mapcount: nobody has it */
		expect(&pc, pages, USER, 512, 1);
		put32(&pc, pages, 20, 10);
		put32(&pc, pages, 24, (uint32_t)-129);
		expect(&pc, pages, FREE, 1, 1024);
		/* a tail; and one that could not be read */
		put32(&pc, pages, 0, 1u << 4);
		put32(&pc, pages, 4, 0xc0000021);
		expect(&pc, pages, 0, 1, 1);
		memset(pages, 0xff, 32);
		expect(&pc, pages, 0, 1, 1);
	}
}

static void test_3_2(void **state)
{
	struct pageclass pc = rules(TEXT_3_2, 8, false, ARCH_VERSION(3, 2, 0));
	uint8_t pages[128] = { 0 };

	(void)state;
	put_u64(pages, 1u << 5, false);
	expect(&pc, pages, CACHE, 1, 1);
	put_u64(pages, 1u << 5 | 1u << 14, false);
	put_u64(pages + 8, 0xffff880012345001, false);
	put_u64(pages + 64 + 32, 0xffffffff81100000, false);	/* free_compound_page */
	put_u64(pages + 64 + 40, 9, false);
	expect(&pc, pages, USER, 512, 1);
	put_u64(pages, 1u << 14, false);
	put_u64(pages + 64 + 32, 0xffffffff81150000, false);
	put_u64(pages + 64 + 40, 9, false);
	expect(&pc, pages, USER, 512, 1);
	put_u32(pages + 24, (uint32_t)-128, false);
	put_u64(pages + 48, 5, false);
	expect(&pc, pages, FREE, 1, 32);
	/* 2.6.38 had another value */
	pc = rules(TEXT_3_2, 8, false, ARCH_VERSION(2, 6, 38));
	put_u32(pages + 24, (uint32_t)-2, false);
	put_u64(pages + 48, 5, false);
	expect(&pc, pages, FREE, 1, 32);
	put_u32(pages + 24, (uint32_t)-128, false);
	expect(&pc, pages, 0, 1, 1);
}

static void test_2_6_24(void **state)
{
	struct pageclass pc = rules(TEXT_2_6_24, 8, false, ARCH_VERSION(2, 6, 24));
	uint8_t pages[112] = { 0 };

	(void)state;
	put_u64(pages, 1u << 5 | 1u << 11, false);
	expect(&pc, pages, 1u << CLASS_CACHE_PRIVATE, 1, 1);
	put_u64(pages, 1u << 15, false);
	expect(&pc, pages, CACHE, 1, 1);
	put_u64(pages, 1u << 19, false);
	put_u64(pages + 16, 4, false);
	expect(&pc, pages, FREE, 1, 16);
	put_u64(pages, 1u << 7, false);
	put_u64(pages + 24, 1, false);		/* slab: its mapping is something else */
	expect(&pc, pages, 0, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_i386),
		cmocka_unit_test(test_3_2),
		cmocka_unit_test(test_2_6_24),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
