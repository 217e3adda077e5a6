/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loongarch64 page tables made by hand. A page of the kernel's data is its address | 0x1d3: valid, dirty, coherent cached,
 * global, present, write. An empty top entry points to EMPTY1, those of it point to EMPTY0, in which GLOBAL is set.
 */
#include "arch/loongarch64.h"
#include "kernel/kernel.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

#define ROOT 0x1260000ull
#define EMPTY0 0x1270000ull
#define EMPTY1 0x1280000ull
#define EMPTY2 0x1290000ull
#define T1 0x1300000ull
#define T2 0x1310000ull
#define T3 0x1320000ull
#define XK 0x9000000000000000ull
#define TEXT "SYMBOL(swapper_pg_dir)=9000000001260000\nSYMBOL(_stext)=9000000000200000\n"

static void fill(struct fake *f, uint64_t table, unsigned int n, uint64_t entry)
{
	for (unsigned int i = 0; i < n; i++)
		fake_u64(f, table + i * 8, entry);
}

/* Empty tables of n entries for so many levels. */
static struct fake *memory(unsigned int n, unsigned int levels)
{
	struct fake *f = fake_new(12, 0x2000);

	fake_set(f, 0, 0x2000, PAGE_ZERO);
	fill(f, EMPTY0, n, 0x40);
	fill(f, EMPTY1, n, XK + EMPTY0);
	fill(f, EMPTY2, n, XK + EMPTY1);
	fill(f, ROOT, n, XK + (levels == 4 ? EMPTY2 : levels == 3 ? EMPTY1 : EMPTY0));
	fill(f, T1, n, XK + EMPTY0);
	fill(f, T3, n, XK + EMPTY1);
	return f;
}

static struct space space_of(struct fake *f, unsigned int page_shift)
{
	struct space s;

	assert_int_equal(setup_from(&arch_loongarch64, f, TEXT, V(6, 12), page_shift, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

/* 16K: bits 46:36, 35:25, 24:14. 0xffff800012345678: 0, 9, 0xd1, offset 0x1678. */
static void test_16k(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s = space_of(f, 14);
	struct walk w;

	(void)state;
	PUT(f, false, { ROOT, XK + T1 }, { T1 + 9 * 8, XK + T2 },
	    { T2 + 0xd1 * 8, 0x40000edcba9841d3 },			/* bits 63:48 are no address */
	    { T2 + 0xd2 * 8, 0x1abc1d2 },				/* present, not valid: nobody has used it */
	    { T2 + 0xd3 * 8, 0x1abc453 },				/* PROT_NONE */
	    { T1 + 10 * 8, 0x20000001d3 | 0x1000 }, { T1 + 11 * 8, 0x1143 });	/* huge; huge, not present */
	assert_int_equal(s.tables.levels, 3);
	expect(&s, 0xffff800012345678, 0x0edcba985678, 0x4000);
	expect(&s, 0xffff800012348001, 0x1abc001, 0x4000);
	expect(&s, 0xffff800014000000, 0x2000000000, 0x2000000);
	expect(&s, 0xffff800015ffffff, 0x2001ffffff, 0x2000000);
	expect_error(&s, 0xffff80001234c000, -EFAULT);
	expect_error(&s, 0xffff800012350000, -EFAULT);
	expect_error(&s, 0xffff800016000000, -EFAULT);
	expect_error(&s, 0xffff800018000000, -EFAULT);
	expect_error(&s, 0xffff801012345678, -EFAULT);
	expect_error(&s, 0x0000000012345678, -EFAULT);
	assert_int_equal(space_walk(&s, 0xffff800012345678, &w), 0);
	assert_int_equal(w.nsteps, 3);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_int_equal(space_walk(&s, 0xffff801012345678, &w), -EFAULT);
	assert_int_equal(w.nsteps, 1);
	space_close(&s);
	fake_free(f);
}

/* The other configurations; trees of fewer than 47 bits start at vm_map_base too. */
static void test_levels(void **state)
{
	static const struct { unsigned int page_shift, levels, va_bits; } modes[] = {
		{ 12, 3, 39 }, { 12, 4, 48 }, { 14, 2, 36 }, { 14, 3, 47 }, { 16, 2, 42 }, { 16, 3, 55 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		unsigned int per_level = modes[i].page_shift - 3;
		struct fake *f = memory(1u << per_level, modes[i].levels);
		struct space s = space_of(f, modes[i].page_shift);
		uint64_t vaddr = 0xffff800000000000, at = ROOT;

		assert_int_equal(s.tables.levels, modes[i].levels);
		assert_int_equal(space_va_bits(&s), modes[i].va_bits);
		for (unsigned int l = modes[i].levels; l-- > 0;) {
			uint64_t index = vaddr >> (modes[i].page_shift + l * per_level) & ((1u << per_level) - 1);
			uint64_t next = at + 0x100000;

			fake_u64(f, at + index * 8, l ? XK + next : 0x1ab01d3);
			at = next;
		}
		expect(&s, vaddr + 0x123, 0x1ab0123, (uint64_t)1 << modes[i].page_shift);
		expect_error(&s, 0x123, -EFAULT);
		space_close(&s);
		fake_free(f);
	}
}

static void test_windows(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s = space_of(f, 14);
	struct mapping direct;

	(void)state;
	expect(&s, 0x9000000001234567, 0x1234567, (uint64_t)1 << 48);
	expect(&s, 0x8000fedc01234567, 0xfedc01234567, (uint64_t)1 << 48);
	expect(&s, 0xa000000001234567, 0x1234567, (uint64_t)1 << 48);
	expect_error(&s, 0x9001000001234567, -EFAULT);
	expect_error(&s, 0xb000000001234567, -EFAULT);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, XK);
	space_close(&s);
	fake_free(f);
}

static void test_flags(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s = space_of(f, 14);

	(void)state;
	expect_flags(&s, 0, 0x1abc1d3, "present valid dirty global write");
	expect_flags(&s, 0, 0x60000000001abc9f | 0x80, "present valid dirty user special no-read no-exec");
	expect_flags(&s, 0, 0x1abc1c3, "present valid dirty uncached global write");
	expect_flags(&s, 1, 0x20000011d3, "present valid dirty global huge write");
	expect_flags(&s, 1, XK + T2, "table");
	expect_flags(&s, 2, XK + EMPTY1, "none");
	expect_flags(&s, 1, XK + EMPTY0, "none");
	expect_flags(&s, 1, 0, "none");
	expect_flags(&s, 0, 0x40, "none");
	expect_flags(&s, 0, 0x1abc41c, "prot-none");
	expect_flags(&s, 0, 0x12345ull << 24 | 3 << 16, "swap type 3 offset 0x12345");
	expect_flags(&s, 1, 0x1230, "invalid");
	space_close(&s);
	fake_free(f);
}

static void test_loop(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s = space_of(f, 14);

	(void)state;
	fill(f, ROOT, 2048, XK + ROOT);
	expect_bounded(&s, 0xffff800000000000, UINT64_MAX);
	space_close(&s);
	s = space_of(f, 14);
	assert_int_equal(s.tables.levels, 3);
	space_close(&s);
	fake_free(f);
}

static void test_setup(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_loongarch64, f, "OSRELEASE=6.1\n", V(6, 1), 14, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_loongarch64, f, "SYMBOL(swapper_pg_dir)=ffff800000000000\n", V(6, 1), 14, NULL, &s),
			 -ENOENT);
	assert_int_equal(setup_from(&arch_loongarch64, f, TEXT, V(6, 1), 13, NULL, &s), -ENOENT);
	assert_ptr_equal(arch_find(258, 64, false), &arch_loongarch64);
	fake_free(f);
}

static void test_user(void **state)
{
	struct fake *f = memory(2048, 3);
	struct space s = space_of(f, 14), user;

	(void)state;
	PUT(f, false, { T3 + 0x7ff * 8, XK + T1 }, { T1 + 9 * 8, XK + T2 }, { T2 + 0xd1 * 8, 0x1abc11f | 0x80 });
	assert_int_equal(space_user(&s, T3, 0x7ff012345678, &user), 0);
	expect(&user, 0x7ff012345678, 0x1abd678, 0x4000);
	expect_error(&user, 0x9000000001234567, -EFAULT);
	/* as PGDH */
	assert_int_equal(space_user(&s, T3, 0xfffffff012345678, &user), 0);
	expect(&user, 0xfffffff012345678, 0x1abd678, 0x4000);
	assert_int_equal(space_user(&s, T3 + 8, 0, &user), -EINVAL);
	space_close(&s);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_16k),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests_name("loongarch64", tests, NULL, NULL);
}
