/* SPDX-License-Identifier: GPL-2.0-or-later */
/* s390x tables made by hand: entries are written as numbers here. */
#include <errno.h>

#include "arch/s390x.h"
#include "tests/unit/arch_unit.h"

#define TOP	0x10000ull		/* tables of 16 KiB each at these physical addresses */
#define SECOND	0x14000ull
#define THIRD	0x18000ull
#define SEGMENTS 0x1c000ull
#define PAGES	0x20800ull		/* a page table needs half a page */
#define OS_INFO	0x5000ull

static void put(struct fake *f, uint64_t paddr, uint64_t v)
{
	put_entry(f, paddr, v, 8, true);
}

/* Entries that are not in use have INVALID and their level's type: the kernel sees to that. */
static struct fake *memory(void)
{
	struct fake *f = fake_memory(12, 0x100, 0, 0x30);

	for (unsigned int i = 0; i < 2048; i++) {
		put(f, TOP + i * 8, 0x2c);
		put(f, SECOND + i * 8, 0x28);
		put(f, THIRD + i * 8, 0x24);
		put(f, SEGMENTS + i * 8, 0x20);
	}
	for (unsigned int i = 0; i < 256; i++)
		put(f, PAGES + i * 8, 0x400);
	return f;
}

/* A space of so many levels, as setup finds it by the type of the first entry in use. */
static struct space space_at(const struct fake *f, uint64_t root, unsigned int levels)
{
	struct space s;
	const char *why;
	char text[64];

	snprintf(text, sizeof(text), "SYMBOL(swapper_pg_dir)=%llx\n", (unsigned long long)root);
	assert_int_equal(setup_by(&s, &arch_s390x, f, text, (struct arch_query){ 0 }, &why), 0);
	assert_int_equal(s.tables.levels, levels);
	return s;
}

/* Bits 63:53 of 0x0123456789abcdef are 0x009, 52:42 0x0d1, 41:31 0x2cf, 30:20 0x09a, 19:12 0xbc. */
static void test_five_levels(void **state)
{
	struct fake *f = memory();
	struct space s;
	struct walk w;

	(void)state;
	put(f, TOP + 0x009 * 8, SECOND | 0x0f);
	put(f, SECOND + 0x0d1 * 8, THIRD | 0x0b);
	put(f, THIRD + 0x2cf * 8, SEGMENTS | 0x07);
	put(f, SEGMENTS + 0x09a * 8, PAGES);
	put(f, PAGES + 0xbc * 8, 0x7654321000 | 0x13d);
	s = space_at(f, TOP, 5);
	assert_int_equal(space_va_bits(&s), 64);
	expect_walk(&s, 0x0123456789abcdef, 0x7654321def, 4096);
	assert_int_equal(space_walk(&s, 0x0123456789abcdef, &w), 0);
	assert_int_equal(w.nsteps, 5);
	assert_string_equal(w.steps[0].name, "R1TE");
	assert_string_equal(w.steps[3].name, "STE");
	assert_string_equal(w.steps[4].name, "PTE");
	assert_int_equal(w.steps[4].entry_paddr, PAGES + 0xbc * 8);
	expect_walk_error(&s, 0x0123456789abd000, -EFAULT);
	expect_walk_error(&s, 0x8123456789abcdef, -EFAULT);
	fake_free(f);
}

/* Each number of levels; addresses beyond what they map. */
static void test_levels(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	put(f, SECOND + 1 * 8, THIRD | 0x0b);
	put(f, THIRD + 2 * 8, SEGMENTS | 0x07);
	put(f, SEGMENTS + 3 * 8, PAGES);
	put(f, PAGES + 4 * 8, 0x9000);
	s = space_at(f, SECOND, 4);
	expect_walk(&s, 1ull << 42 | 2ull << 31 | 3 << 20 | 4 << 12 | 5, 0x9005, 4096);
	expect_walk_error(&s, 1ull << 53 | 1ull << 42 | 2ull << 31 | 3 << 20 | 4 << 12, -EFAULT);
	s = space_at(f, THIRD, 3);
	expect_walk(&s, 2ull << 31 | 3 << 20 | 4 << 12 | 5, 0x9005, 4096);
	expect_walk_error(&s, 1ull << 42 | 2ull << 31 | 3 << 20 | 4 << 12, -EFAULT);
	s = space_at(f, SEGMENTS, 2);
	expect_walk(&s, 3 << 20 | 4 << 12 | 5, 0x9005, 4096);
	expect_walk_error(&s, 2ull << 31 | 3 << 20 | 4 << 12, -EFAULT);
	fake_free(f);
}

static void test_large_pages(void **state)
{
	struct fake *f = memory();
	struct space s;
	struct leaves seen = { 0 };

	(void)state;
	put(f, THIRD + 1 * 8, 0x180000000 | 0x7fff0000 | 0x1407 | 0x3000);	/* 2 GiB; bits of the key and software below its address */
	put(f, THIRD + 2 * 8, SEGMENTS | 0x07);
	put(f, SEGMENTS + 1 * 8, 0x0300000 | 0xf0000 | 0xf403);			/* 1 MiB */
	put(f, SEGMENTS + 2 * 8, PAGES);
	put(f, PAGES + 0xff * 8, 0xa000);
	s = space_at(f, THIRD, 3);
	expect_walk(&s, 0x80000000, 0x180000000, 1ull << 31);
	expect_walk(&s, 0xfedcba98, 0x1fedcba98, 1ull << 31);
	expect_walk(&s, 0x100100000, 0x300000, 1 << 20);
	expect_walk(&s, 0x1001fffff, 0x3fffff, 1 << 20);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 3);
	expect_leaf(&seen.list[0], 0x80000000, 0x180000000, 1ull << 31);
	expect_leaf(&seen.list[1], 0x100100000, 0x300000, 1 << 20);
	expect_leaf(&seen.list[2], 0x1002ff000, 0xa000, 4096);
	/* a large page of a segment table is none in a region-second table */
	put(f, SECOND + 0 * 8, THIRD | 0x40b);
	s = space_at(f, SECOND, 4);
	expect_walk(&s, 0x100100000, 0x300000, 1 << 20);
	fake_free(f);
}

/* Parts of 512 entries of the next table: offset and length of a region entry. A page table has no parts. */
static void test_parts_of_tables(void **state)
{
	static const struct { uint64_t bits; unsigned int first, end; } parts[] = {
		{ 0x00, 0, 512 }, { 0x03, 0, 2048 }, { 0x41, 512, 1024 }, { 0xc3, 1536, 2048 }, { 0x82, 1024, 1536 },
		{ 0xc0, 0, 0 },		/* from behind its end on: nothing */
	};
	struct fake *f = memory();

	(void)state;
	for (unsigned int i = 0; i < 2048; i++)
		put(f, SEGMENTS + i * 8, 0x0100000 | 0x400);
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++) {
		struct leaves seen = { 0 };
		struct space s;

		put(f, THIRD, SEGMENTS | 0x04 | parts[p].bits);
		s = space_at(f, THIRD, 3);
		for (uint64_t i = 0; i < 2048; i += 511)
			if (i >= parts[p].first && i < parts[p].end)
				expect_walk(&s, i << 20, 0x100000, 1 << 20);
			else
				expect_walk_error(&s, i << 20, -EFAULT);
		assert_int_equal(space_each(&s, 0, UINT64_MAX, see_leaf, &seen), 0);
		assert_int_equal(seen.n, parts[p].end - parts[p].first);
		if (seen.n)
			assert_int_equal(seen.list[0].vaddr, (uint64_t)parts[p].first << 20);
	}
	fake_free(f);
}

static void test_not_valid(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	put(f, THIRD, SEGMENTS | 0x07);
	put(f, THIRD + 8, SEGMENTS | 0x27);		/* invalid */
	put(f, THIRD + 16, SEGMENTS | 0x0b);		/* of another level */
	put(f, THIRD + 24, SEGMENTS | 0x03);
	put(f, THIRD + 32, 0x80000000 | 0x427);
	put(f, SEGMENTS, PAGES);
	put(f, SEGMENTS + 8, 0x100000 | 0x420);
	put(f, SEGMENTS + 16, PAGES | 0x04);
	put(f, PAGES, 0x400);				/* none */
	put(f, PAGES + 8, 0x7000 | 0x611);		/* old, readable */
	put(f, PAGES + 16, 0x7000 | 0x601);		/* PROT_NONE */
	put(f, PAGES + 24, 0x7000 | 0x602);		/* swap */
	put(f, PAGES + 32, 0x7000 | 0x800);		/* reserved bit */
	put(f, PAGES + 40, 0x7000);
	s = space_at(f, THIRD, 3);
	for (unsigned int i = 0; i < 5; i++)
		expect_walk_error(&s, i << 12, -EFAULT);
	expect_walk(&s, 5 << 12, 0x7000, 4096);
	expect_walk_error(&s, 1 << 20, -EFAULT);
	expect_walk_error(&s, 2 << 20, -EFAULT);
	for (uint64_t i = 1; i < 5; i++)
		expect_walk_error(&s, i << 31 | 5 << 12, -EFAULT);
	expect_flags(&s, 0, 0x400, "none");
	expect_flags(&s, 0, 0x7611, "old");
	expect_flags(&s, 0, 0x7601, "prot-none");
	expect_flags(&s, 0, 0x7602, "swap");
	expect_flags(&s, 0, 0x7800, "invalid");
	expect_flags(&s, 0, 0x733d, "valid ro young dirty nx");
	expect_flags(&s, 0, 0x7000, "valid rw");
	expect_flags(&s, 1, 0x20, "invalid segment");
	expect_flags(&s, 2, SEGMENTS | 0x207, "valid region3 ro");
	expect_flags(&s, 4, SEGMENTS | 0xf, "valid region1");
	fake_free(f);
}

/* Tables that lead back to themselves: walks end with the levels, each() with the number of tables. */
static void test_loops(void **state)
{
	struct fake *f = memory();
	struct leaves seen = { 0 };
	struct space s;

	(void)state;
	for (unsigned int i = 0; i < 2048; i++)
		put(f, TOP + i * 8, TOP | 0x0f);
	s = space_at(f, TOP, 5);
	expect_walk_error(&s, 0x123456789abcdef, -EFAULT);	/* the type says that it is no region-second table */
	/* a loop that types allow: from the page table on there are no types */
	for (unsigned int i = 0; i < 2048; i++)
		put(f, SEGMENTS + i * 8, SEGMENTS);
	s = space_at(f, SEGMENTS, 2);
	expect_walk(&s, 0x1234567, SEGMENTS | 0x567, 4096);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 2048 * 256);
	/* a region table full of entries that share one table below: too many tables */
	for (unsigned int i = 0; i < 2048; i++) {
		put(f, SECOND + i * 8, THIRD | 0x0b);
		put(f, THIRD + i * 8, SEGMENTS | 0x07);
		put(f, SEGMENTS + i * 8, 0x420);
	}
	s = space_at(f, SECOND, 4);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see_leaf, &seen), -ELOOP);
	fake_free(f);
}

static const char uncoupled[] = "SYMBOL(swapper_pg_dir)=3ffe0018000\nKERNELOFFSET=3ffe0000000\nIDENTITYBASE=80000000\n"
				"KERNELOFFPHYS=0\n";

/* 6.10 and later: image, identity map and memory are apart. */
static void test_uncoupled(void **state)
{
	struct fake *f = memory();
	struct space s;
	const char *why;

	(void)state;
	put(f, THIRD + 1 * 8, SEGMENTS | 0x07);
	put(f, SEGMENTS + 0 * 8, 0 | 0x400);
	assert_int_equal(setup_by(&s, &arch_s390x, f, uncoupled, (struct arch_query){ .version = ARCH_VERSION(6, 12, 0) }, &why), 0);
	assert_int_equal(s.tables.root, THIRD);
	assert_int_equal(s.tables.levels, 3);
	assert_int_equal(s.text_vaddr, 0x3ffe0000000);
	assert_int_equal(s.text_paddr, 0);
	assert_int_equal(s.text_len, (1ull << 42) - 0x3ffe0000000);
	assert_int_equal(s.direct.vaddr, 0x80000000);
	assert_int_equal(s.direct.paddr, 0);
	assert_int_equal(s.direct.len, 0x3ffe0000000 - 0x80000000);
	expect_walk(&s, 0x80012345, 0x12345, 1 << 20);
	/* 6.9 and earlier have KERNELOFFSET too: the address is physical */
	put(f, TOP, SEGMENTS | 0x0f);
	assert_int_equal(setup_by(&s, &arch_s390x, f, "SYMBOL(swapper_pg_dir)=10000\nKERNELOFFSET=8000\n",
				  (struct arch_query){ .version = ARCH_VERSION(6, 1, 0) }, &why), 0);
	assert_int_equal(s.tables.root, TOP);
	assert_int_equal(s.direct.vaddr, 0);
	assert_int_equal(s.text_len, 0);
	fake_free(f);
}

/* The same when only os_info, found by lowcore, tells; entries of 20 bytes from 32 on. */
static void test_os_info(void **state)
{
	static const char text[] = "SYMBOL(swapper_pg_dir)=3ffe0018000\n";
	struct arch_query q = { .version = ARCH_VERSION(6, 10, 0) };
	struct fake *f = memory();
	struct space s;
	const char *why;

	(void)state;
	put(f, THIRD + 1 * 8, SEGMENTS | 0x07);
	put(f, 0xe18, OS_INFO);
	put(f, OS_INFO, 0x4f53494e464f535a);
	put(f, OS_INFO + 32 + 4 * 20, 0x40000000);		/* identity base */
	put(f, OS_INFO + 32 + 5 * 20, 0x3ffe0010000);		/* image */
	put(f, OS_INFO + 32 + 6 * 20, 0x10000);			/* its place in memory */
	put(f, OS_INFO + 32 + 7 * 20, 0x37200000000);		/* vmemmap */
	assert_int_equal(setup_by(&s, &arch_s390x, f, text, q, &why), 0);
	assert_int_equal(s.tables.root, THIRD);
	assert_int_equal(s.direct.vaddr, 0x40000000);
	assert_int_equal(s.direct.len, 0x37200000000 - 0x40000000);
	assert_int_equal(s.text_vaddr, 0x3ffe0010000);
	assert_int_equal(s.text_paddr, 0x10000);
	/* not os_info: the address is taken as physical, where there is nothing */
	put(f, OS_INFO, 0x4f53494e464f5359);
	assert_int_equal(setup_by(&s, &arch_s390x, f, text, q, &why), -ENOENT);
	put(f, OS_INFO, 0x4f53494e464f535a);
	for (uint64_t bad = 0x123456000; bad; bad = bad == 0x123456000 ? 0xfffffffffffff000 : bad == OS_INFO + 8 ? 0 : OS_INFO + 8) {
		put(f, 0xe18, bad);
		assert_int_equal(setup_by(&s, &arch_s390x, f, text, q, &why), -ENOENT);
	}
	fake_free(f);
}

/* Control registers: the home ASCE of any CPU tells root and levels. */
static void test_registers(void **state)
{
	struct fake *f = memory();
	uint8_t regs[2][16 * 8] = { 0 };
	const struct arch_note notes[] = {
		{ "CORE", 0x304, regs[1], 128 }, { "LINUX", 0x304, regs[1], 120 }, { "LINUX", 0x304, regs[0], 128 },
		{ "LINUX", 0x304, regs[1], 128 },
	};
	struct arch_query q = { .notes = notes, .nnotes = ARRAY_SIZE(notes) };
	struct space s;
	const char *why;

	(void)state;
	put_u64(regs[0] + 13 * 8, SECOND | 0x2b, true);		/* real space: no tables */
	put_u64(regs[1] + 13 * 8, SECOND | 0x0b, true);		/* region-second */
	put_u64(regs[1] + 1 * 8, TOP | 0x0f, true);		/* of a process */
	assert_int_equal(setup_by(&s, &arch_s390x, f, "", q, &why), 0);
	assert_int_equal(s.tables.root, SECOND);
	assert_int_equal(s.tables.levels, 4);
	/* SYMBOL() is stronger; the registers then tell the levels if they are of the same table */
	assert_int_equal(setup_by(&s, &arch_s390x, f, "SYMBOL(swapper_pg_dir)=14000\n", q, &why), 0);
	assert_int_equal(s.tables.levels, 4);
	put(f, SEGMENTS, PAGES);
	assert_int_equal(setup_by(&s, &arch_s390x, f, "SYMBOL(swapper_pg_dir)=1c000\n", q, &why), 0);
	assert_int_equal(s.tables.root, SEGMENTS);
	assert_int_equal(s.tables.levels, 2);
	q.nnotes = 3;
	assert_int_equal(setup_by(&s, &arch_s390x, f, "", q, &why), -ENOENT);
	assert_non_null(why);
	fake_free(f);
}

/* A process: by table or ASCE; pages that are not used for a while are there. */
static void test_user_space(void **state)
{
	struct fake *f = memory();
	struct space kernel, s;

	(void)state;
	put(f, THIRD, SEGMENTS | 0x07);
	put(f, SEGMENTS, PAGES);
	put(f, SEGMENTS + 8, 0x100000 | 0x1621);	/* large, old, readable */
	put(f, SEGMENTS + 16, 0x100000 | 0x1620);	/* large, PROT_NONE */
	put(f, PAGES, 0x7000 | 0x611);
	put(f, PAGES + 8, 0x7000 | 0x601);
	put(f, PAGES + 16, 0x7000 | 0x612);		/* swap, bits that would mean readable */
	put(f, SECOND, THIRD | 0x0b);
	kernel = space_at(f, SECOND, 4);
	expect_walk_error(&kernel, 0, -EFAULT);
	assert_int_equal(space_user(&kernel, THIRD, 0, &s), 0);
	assert_int_equal(s.tables.levels, 3);
	expect_walk(&s, 0x123, 0x7123, 4096);
	expect_walk_error(&s, 1 << 12, -EFAULT);
	expect_walk_error(&s, 2 << 12, -EFAULT);
	expect_walk(&s, 0x100123, 0x100123, 1 << 20);
	expect_walk_error(&s, 0x200123, -EFAULT);
	assert_int_equal(space_user(&kernel, THIRD | 0x1c7, 0, &s), 0);
	assert_int_equal(s.tables.root, THIRD);
	expect_walk(&s, 0x123, 0x7123, 4096);
	assert_int_equal(space_user(&kernel, THIRD | 0x27, 0, &s), -EINVAL);
	assert_int_equal(space_user(&kernel, 0x123456000, 0, &s), -EINVAL);
	assert_int_equal(space_user(&kernel, SECOND, 0, &s), 0);
	expect_walk_error(&s, 0x123, -EFAULT);
	fake_free(f);
}

static void test_sparsemem(void **state)
{
	struct space s = { .arch = &arch_s390x };
	unsigned int section, physmem;

	(void)state;
	arch_s390x.sparsemem(&s, ARCH_VERSION(2, 6, 32), &section, &physmem);
	assert_int_equal(section, 28);
	assert_int_equal(physmem, 42);
	arch_s390x.sparsemem(&s, ARCH_VERSION(6, 1, 0), &section, &physmem);
	assert_int_equal(physmem, 46);
	arch_s390x.sparsemem(&s, ARCH_VERSION(6, 13, 0), &section, &physmem);
	assert_int_equal(section, 27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_five_levels),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_parts_of_tables),
		cmocka_unit_test(test_not_valid),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_uncoupled),
		cmocka_unit_test(test_os_info),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_sparsemem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
