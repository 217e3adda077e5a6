/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sparc64 page tables made by hand, big-endian. A page of the kernel's data is, in sun4v, 0xbc00000000000590 and its
 * address (valid, modified, accessed, read, write; cacheable, privileged, exec, present); in sun4u 0x8000000000001fb6.
 */
#include <elf.h>

#include "arch/sparc64.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

#define ROOT 0x10800000ull
#define T1 0x11000000ull
#define T2 0x11002000ull
#define T3 0x11004000ull
#define T4 0x11006000ull
#define PAGE_V(paddr) ((paddr) | 0xbc00000000000590ull)
#define PAGE_U(paddr) ((paddr) | 0x8000000000001fb6ull)
#define TEXT "SYMBOL(swapper_pg_dir)=0000000000c00000\n"

static const struct mapping segments[] = {
	{ 0x400000, 0x10000000, 0x1000000 }, { 0xffff800010000000, 0x10000000, 0x10000000 },
};
static const struct arch_query query = { .segments = segments, .nsegments = 2 };

static struct fake *memory(void)
{
	struct fake *f = fake_new(13, 0x10000);

	fake_set(f, 0x8000, 0x8000, PAGE_ZERO);
	return f;
}

/* 0x123456789abc: bits 52:43 2, 42:33 0x11a, 32:23 0xac, 22:13 0x3c4, offset 0x1abc. */
static void put_tables(struct fake *f, uint64_t page)
{
	PUT(f, true, { ROOT + 2 * 8, T1 }, { T1 + 0x11a * 8, T2 }, { T2 + 0xac * 8, T3 }, { T3 + 0x3c4 * 8, page });
}

static struct space space_of(struct fake *f)
{
	struct space s;

	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, V(4, 19), 13, &query, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

static void test_sun4v(void **state)
{
	struct fake *f = memory();
	struct space s;
	struct walk w;

	(void)state;
	put_tables(f, PAGE_V(0xedcba987654000));
	PUT(f, true, { T2 + 0xad * 8, PAGE_V(0x20000000) | (uint64_t)1 << 56 },		/* 8 MiB */
	    { T1 + 0x11b * 8, PAGE_V(0x200000000) | (uint64_t)1 << 56 },		/* 8 GiB */
	    { T3 + 0x3c5 * 8, 0x3c00000000000590 | 0x1234000 },				/* not valid: nobody has used it */
	    { T3 + 0x3c6 * 8, 0x12345ull << 21 | 3 << 13 },				/* swap */
	    { T2 + 0xae * 8, T3 | (uint64_t)1 << 63 },					/* no table */
	    { ROOT + 3 * 8, PAGE_V(0) | (uint64_t)1 << 56 });				/* none is that huge */
	s = space_of(f);
	expect(&s, 0x123456789abc, 0xedcba987655abc, 0x2000);
	expect(&s, 0x12345678a001, 0x1234001, 0x2000);
	expect(&s, 0x123456800000, 0x20000000, 0x800000);
	expect(&s, 0x123456ffffff, 0x207fffff, 0x800000);
	expect(&s, 0x123600005678, 0x200005678, 0x200000000);
	expect_error(&s, 0x12345678c000, -EFAULT);
	expect_error(&s, 0x12345678e000, -EFAULT);
	expect_error(&s, 0x123457000000, -EFAULT);
	expect_error(&s, 0x180000000000, -EFAULT);
	expect_error(&s, 0x0020000000000000, -EFAULT);
	assert_int_equal(space_walk(&s, 0x123456789abc, &w), 0);
	assert_int_equal(w.nsteps, 4);
	assert_string_equal(w.steps[0].name, "PGD");
	expect_flags(&s, 0, PAGE_V(0x1abc000), "valid present read write exec accessed modified privileged");
	expect_flags(&s, 1, PAGE_V(0x20000000) | (uint64_t)1 << 56,
		     "valid present read write exec accessed modified privileged huge");
	expect_flags(&s, 1, T3, "table");
	expect_flags(&s, 3, 0, "none");
	expect_flags(&s, 1, T3 | 0x10, "invalid");
	expect_flags(&s, 0, 0x12345ull << 21 | 3 << 13, "swap type 3 offset 0x12345");
	space_close(&s);
	fake_free(f);
}

/* The other CPUs: what their kernel's entries look like tells them. */
static void test_sun4u(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	put_tables(f, PAGE_U(0x7dcba986000) | 0x6000000000000000);	/* the size is no address */
	s = space_of(f);
	expect(&s, 0x123456789abc, 0x7dcba987abc, 0x2000);
	expect_flags(&s, 0, PAGE_U(0x1abc000), "valid present read write exec accessed modified privileged");
	space_close(&s);
	fake_free(f);
}

/* 3.16: three levels; 0x00123456789abc as above, from bits 42:33 on. */
static void test_three_levels(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	PUT(f, true, { ROOT + 0x11a * 8, T2 }, { T2 + 0xac * 8, T3 }, { T3 + 0x3c4 * 8, PAGE_V(0x1abc000) });
	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, V(3, 16), 13, &query, &s), 0);
	expect(&s, 0x23456789abc, 0x1abdabc, 0x2000);
	expect_error(&s, 0x123456789abc, -EFAULT);
	space_close(&s);
	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, ARCH_VERSION(3, 8, 13), 13, &query, &s), 0);
	assert_int_equal(s.tables.levels, 4);
	space_close(&s);
	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, V(3, 2), 13, &query, &s), -ENOENT);
	fake_free(f);
}

static void test_windows(void **state)
{
	static const struct mapping only_image[] = { { 0x400000, 0x10000000, 0x1000000 } };
	const struct arch_query without = { .segments = segments + 1, .nsegments = 1 };
	const struct arch_query no_direct = { .segments = only_image, .nsegments = 1 };
	struct fake *f = memory();
	struct mapping direct;
	struct space s = space_of(f);
	uint64_t paddr, span;

	(void)state;
	assert_int_equal(space_vtop(&s, 0xc00123, &paddr, &span), 0);
	assert_int_equal(paddr, ROOT + 0x123);
	assert_int_equal(span, 0x1400000 - 0xc00123);
	expect(&s, 0xffff800012345678, 0x12345678, (uint64_t)1 << 47);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xffff800000000000);
	assert_int_equal(direct.paddr, 0);
	space_close(&s);
	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, V(4, 19), 13, &no_direct, &s), 0);
	expect(&s, 0xfffff80012345678, 0x12345678, (uint64_t)1 << 43);
	space_close(&s);
	assert_int_equal(setup_from(&arch_sparc64, f, TEXT, V(4, 19), 13, &without, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_sparc64, f, "OSRELEASE=4\n", V(4, 19), 13, &query, &s), -ENOENT);
	assert_ptr_equal(arch_find(EM_SPARCV9, 64, true), &arch_sparc64);
	fake_free(f);
}

static void test_loop(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f);

	(void)state;
	for (unsigned int i = 0; i < 1024; i++)
		PUT(f, true, { ROOT + i * 8, ROOT });
	expect_bounded(&s, 0, ((uint64_t)1 << 52) - 1);
	space_close(&s);
	/* setup looks at entries too, and ends */
	s = space_of(f);
	space_close(&s);
	fake_free(f);
}

static void test_user(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f), user;

	(void)state;
	put_tables(f, PAGE_V(0x1abc000));
	PUT(f, true, { T4 + 2 * 8, T1 });
	assert_int_equal(space_user(&s, T4, 0x123456789abc, &user), 0);
	expect(&user, 0x123456789abc, 0x1abdabc, 0x2000);
	expect_error(&user, 0xffff800012345678, -EFAULT);
	assert_int_equal(space_user(&s, T4 + 8, 0, &user), -EINVAL);
	space_close(&s);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sun4v),
		cmocka_unit_test(test_sun4u),
		cmocka_unit_test(test_three_levels),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests_name("sparc64", tests, NULL, NULL);
}
