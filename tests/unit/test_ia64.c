/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ia64 page tables made by hand. A page of the kernel's data is its address | 0x10000000000661: exception deferral, rwx,
 * dirty, accessed, present.
 */
#include <elf.h>

#include "arch/ia64.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

#define ROOT 0x4800000ull
#define T1 0x5000000ull
#define T2 0x5010000ull
#define T3 0x5020000ull
#define T4 0x5030000ull
#define PAGE(paddr) ((paddr) | 0x10000000000661ull)
#define TEXT "SYMBOL(swapper_pg_dir)=a000000100800000\n"

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 0x6000);

	fake_set(f, 0, 0x6000, PAGE_ZERO);
	return f;
}

static struct space space_of(struct fake *f, const char *text, unsigned int page_shift)
{
	struct space s;

	assert_int_equal(setup_from(&arch_ia64, f, text, V(5, 10), page_shift, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

/* 16K, three levels: bits 46:36, 35:25, 24:14. 0xa000000212345678: 0, 0x109, 0xd1, offset 0x1678. */
static void test_16k(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, TEXT "CONFIG_PGTABLE_3=y\n", 14);
	struct walk w;

	(void)state;
	PUT(f, false, { ROOT, T1 }, { T1 + 0x109 * 8, T2 }, { T2 + 0xd1 * 8, PAGE(0x3edcba9874000) },
	    { T2 + 0xd2 * 8, (uint64_t)1 << 63 | 0x1abc020 },		/* PROT_NONE */
	    { T1 + 0x10a * 8, T2 | 1 });				/* no table */
	assert_int_equal(s.tables.levels, 3);
	expect(&s, 0xa000000212345678, 0x3edcba9875678, 0x4000);
	expect_error(&s, 0xa000000212348000, -EFAULT);
	expect_error(&s, 0xa000000214000000, -EFAULT);
	expect_error(&s, 0x0000000212345678, -EFAULT);
	expect_error(&s, 0xa001000212345678, -EFAULT);
	assert_int_equal(space_walk(&s, 0xa000000212345678, &w), 0);
	assert_int_equal(w.nsteps, 3);
	space_close(&s);
	fake_free(f);
}

/* The other configurations. */
static void test_levels(void **state)
{
	static const struct { unsigned int page_shift, levels; } modes[] = {
		{ 12, 3 }, { 12, 4 }, { 13, 3 }, { 13, 4 }, { 14, 3 }, { 14, 4 }, { 16, 3 },
	};
	struct fake *f = memory();
	struct space s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		unsigned int per_level = modes[i].page_shift - 3;
		uint64_t vaddr = 0xa000000000000000 | (uint64_t)0x1abcdef << modes[i].page_shift, at = ROOT;

		s = space_of(f, modes[i].levels == 4 ? TEXT "CONFIG_PGTABLE_4=y\n" : TEXT, modes[i].page_shift);
		for (unsigned int l = modes[i].levels; l-- > 0; at += 0x100000) {
			uint64_t index = vaddr >> (modes[i].page_shift + l * per_level) & ((1u << per_level) - 1);

			fake_u64(f, at + index * 8, l ? at + 0x100000 : PAGE(0x1ab0000));
		}
		expect(&s, vaddr + 0x123, 0x1ab0123, (uint64_t)1 << modes[i].page_shift);
		space_close(&s);
	}
	assert_int_equal(setup_from(&arch_ia64, f, TEXT "CONFIG_PGTABLE_4=y\n", V(5, 10), 16, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_ia64, f, TEXT, V(5, 10), 20, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_ia64, f, "OSRELEASE=5\n", V(5, 10), 14, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_ia64, f, "SYMBOL(swapper_pg_dir)=e000000100800000\n", V(5, 10), 14, NULL, &s), -ENOENT);
	fake_free(f);
}

static void test_windows(void **state)
{
	static const struct mapping segments[] = {
		{ 0xe000000004000000, 0x4000000, 0x4000000 }, { 0xa000000100000000, 0x8000000, 0x1000000 },
	};
	const struct arch_query q = { .segments = segments, .nsegments = 2 };
	struct fake *f = memory();
	struct mapping direct;
	struct space s = space_of(f, TEXT, 14);

	(void)state;
	expect(&s, 0xe000000001234567, 0x1234567, (uint64_t)1 << 50);
	expect(&s, 0xc003fedc01234567, 0x3fedc01234567, (uint64_t)1 << 50);
	expect(&s, 0xa000000100800123, ROOT + 0x123, 0x4000000);
	expect_error(&s, 0xe004000000000000, -EFAULT);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xe000000000000000);
	space_close(&s);
	/* elsewhere, as the image's segment tells */
	assert_int_equal(setup_from(&arch_ia64, f, TEXT, V(5, 10), 14, &q, &s), 0);
	assert_int_equal(s.tables.root, 0x8800000);
	assert_int_equal(s.phys_base, 0x8000000);
	space_close(&s);
	fake_free(f);
}

static void test_flags(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, TEXT, 14);

	(void)state;
	expect_flags(&s, 0, PAGE(0x1abc000), "present rwx accessed dirty ed");
	expect_flags(&s, 0, 0x1abc000 | 0x3b1, "present rx user accessed uncached");
	expect_flags(&s, 1, T2, "table");
	expect_flags(&s, 2, 0, "none");
	expect_flags(&s, 1, T2 | 1, "invalid");
	expect_flags(&s, 0, (uint64_t)1 << 63 | 0x1abc020, "prot-none");
	expect_flags(&s, 0, 0x12345ull << 8 | 3 << 1, "swap type 3 offset 0x12345");
	space_close(&s);
	fake_free(f);
}

static void test_loop(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, TEXT "CONFIG_PGTABLE_4=y\n", 14);

	(void)state;
	for (unsigned int i = 0; i < 2048; i++)
		fake_u64(f, ROOT + i * 8, ROOT);
	expect_bounded(&s, 0xa000000000000000, 0xbfffffffffffffff);
	space_close(&s);
	fake_free(f);
}

/* A process: an eighth of the top table for each region. 0x2000000012345678: region 1 is 0x100 of 2048. */
static void test_user(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, TEXT, 14), user;

	(void)state;
	PUT(f, false, { T4 + 0x100 * 8, T1 }, { T4 + 0x301 * 8, T1 }, { T1 + 9 * 8, T2 }, { T2 + 0xd1 * 8, PAGE(0x1abc000) });
	assert_int_equal(space_user(&s, T4, 0x2000000012345678, &user), 0);
	expect(&user, 0x2000000012345678, 0x1abd678, 0x4000);
	expect(&user, 0x6000001012345678, 0x1abd678, 0x4000);
	expect_error(&user, 0x0000000012345678, -EFAULT);
	expect_error(&user, 0x2000100012345678, -EFAULT);
	assert_int_equal(space_user(&s, T4 + 8, 0, &user), -EINVAL);
	space_close(&s);
	fake_free(f);
}

static void test_kernel(void **state)
{
	static const char text[] = "OSRELEASE=5.10.0-test\nPAGESIZE=16384\nCONFIG_PGTABLE_3=y\nSYMBOL(_stext)=a000000100000100\n" TEXT;
	struct fake *f = memory();
	struct kernel_input in = { .pages = &f->pages, .vmcoreinfo = text, .vmcoreinfo_len = sizeof(text) - 1 };
	struct kernel *k;

	(void)state;
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_ptr_equal(k->arch, &arch_ia64);
	assert_true(k->has_space);
	kernel_close(k);
	assert_ptr_equal(arch_find(EM_IA_64, 64, false), &arch_ia64);
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
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("ia64", tests, NULL, NULL);
}
