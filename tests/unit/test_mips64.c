/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mips64 page tables made by hand, in both byte orders. 4K pages with RIXI, huge pages and SPECIAL:
 *   bits 0 present, 1 write, 2 accessed, 3 modified, 4 huge, 5 special, 6 no-exec, 7 no-read, 8 global, 9 valid, 10 dirty,
 *   13:11 caching, 14 and up the page number. A page of the kernel's data is 0x1f0f.
 * An empty top entry points to EMPTY1, those of it point to EMPTY0, which is zeroes.
 */
#include <elf.h>

#include "arch/mips64.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

#define ROOT 0x1260000ull
#define EMPTY0 0x1270000ull
#define EMPTY1 0x1280000ull
#define T1 0x1300000ull
#define T2 0x1310000ull
#define T3 0x1320000ull
#define HUGE_TABLE 0x1330000ull
#define CK 0xffffffff80000000ull	/* the kernel's own tables are in its image */
#define XK 0x9800000000000000ull	/* others come from the page allocator */
#define PAGE(paddr) ((paddr) >> 12 << 14 | 0x1f0f)
#define TEXT "SYMBOL(swapper_pg_dir)=ffffffff81260000\nSYMBOL(_stext)=ffffffff80100400\n"

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 0x2000);

	fake_set(f, 0, 0x2000, PAGE_ZERO);
	return f;
}

static void fill(struct fake *f, uint64_t table, unsigned int n, uint64_t entry, bool big_endian)
{
	for (unsigned int i = 0; i < n; i++)
		PUT(f, big_endian, { table + i * 8, entry });
}

/* 4K: three levels, 1024 entries at the top. 0xc000000012345678: 0, 0x91, 0x145. */
static struct fake *three_levels(bool big)
{
	struct fake *f = memory();

	fill(f, ROOT, 1024, CK + EMPTY1, big);
	fill(f, EMPTY1, 512, CK + EMPTY0, big);
	fill(f, T1, 512, CK + EMPTY0, big);
	PUT(f, big, { ROOT, XK + T1 }, { T1 + 0x91 * 8, XK + T2 }, { T2 + 0x145 * 8, PAGE(0xedcba987000) },
	    { T2 + 0x147 * 8, PAGE(0x1abc000) }, { T2 + 0x148 * 8, 0x100 },		/* GLOBAL alone: its neighbour is */
	    { T1 + 0x92 * 8, PAGE(0x1400000) | 0x10 });					/* 2 MiB */
	return f;
}

static void test_4k(void **state)
{
	static const struct arch *const arches_of[] = { &arch_mips64el, &arch_mips64 };

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct fake *f = three_levels(big);
		struct space s;
		struct walk w;

		assert_int_equal(setup_from(arches_of[big], f, TEXT, V(6, 1), 12, NULL, &s), 0);
		assert_int_equal(s.tables.root, ROOT);
		assert_int_equal(s.tables.levels, 3);
		assert_int_equal(s.tables.bits[2], 10);
		expect(&s, 0xc000000012345678, 0xedcba987678, 0x1000);
		expect(&s, 0xc000000012347001, 0x1abc001, 0x1000);
		expect(&s, 0xc000000012400000, 0x1400000, 0x200000);
		expect(&s, 0xc0000000125fffff, 0x15fffff, 0x200000);
		expect_error(&s, 0xc000000012346000, -EFAULT);
		expect_error(&s, 0xc000000012348000, -EFAULT);
		expect_error(&s, 0xc000000012600000, -EFAULT);
		expect_error(&s, 0xc000000052345678, -EFAULT);
		expect_error(&s, 0xc000010012345678, -EFAULT);
		expect_error(&s, 0x0000000012345678, -EFAULT);
		assert_int_equal(space_walk(&s, 0xc000000012345678, &w), 0);
		assert_int_equal(w.nsteps, 3);
		assert_string_equal(w.steps[0].name, "PGD");
		/* an empty entry is not followed */
		assert_int_equal(space_walk(&s, 0xc000000052345678, &w), -EFAULT);
		assert_int_equal(w.nsteps, 1);
		/* modules: the end of the same table; 0xffffffffc2345678 is 0x3ff, 0x11, 0x145 */
		PUT(f, big, { ROOT + 0x3ff * 8, XK + T3 }, { T3 + 0x11 * 8, XK + T2 });
		expect(&s, 0xffffffffc2345678, 0xedcba987678, 0x1000);
		space_close(&s);
		fake_free(f);
	}
}

/* What needs no tables. */
static void test_windows(void **state)
{
	struct fake *f = three_levels(true);
	struct mapping direct;
	struct space s;
	struct walk w;

	(void)state;
	assert_int_equal(setup_from(&arch_mips64, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	expect(&s, 0xffffffff80123456, 0x123456, 0x20000000);
	expect(&s, 0xffffffffa0123456, 0x123456, 0x20000000);
	expect(&s, 0x9800000012345678, 0x12345678, (uint64_t)1 << 48);
	expect(&s, 0x9000fedc12345678, 0xfedc12345678, (uint64_t)1 << 48);
	expect(&s, 0xb800000000000000, 0, (uint64_t)1 << 48);
	expect_error(&s, 0x9801000000000000, -EFAULT);
	assert_int_equal(space_walk(&s, 0xffffffff80123456, &w), 0);
	assert_true(w.window);
	/* the window that the kernel's pointers are in */
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, XK);
	assert_int_equal(direct.paddr, 0);
	space_close(&s);
	fake_u64(f, ROOT, 0);
	PUT(f, true, { ROOT, 0xa800000000000000 + T1 });
	assert_int_equal(setup_from(&arch_mips64, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xa800000000000000);
	space_close(&s);
	fake_free(f);
}

/* Four levels of 4K pages, 0xc000800012345678: 0x100, 0, 0x91, 0x145. */
static void test_4k_48(void **state)
{
	struct fake *f = three_levels(false);
	struct space s;

	(void)state;
	fill(f, ROOT, 1024, CK + HUGE_TABLE, false);
	fill(f, HUGE_TABLE, 512, CK + EMPTY1, false);
	fill(f, T3, 512, CK + EMPTY1, false);
	PUT(f, false, { ROOT + 0x100 * 8, XK + T3 }, { T3, XK + T1 });
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	assert_int_equal(s.tables.levels, 4);
	assert_int_equal(space_va_bits(&s), 48);
	expect(&s, 0xc000800012345678, 0xedcba987678, 0x1000);
	expect_error(&s, 0xc000000012345678, -EFAULT);
	space_close(&s);
	fake_free(f);
}

/* 16K: bits 46:36, 35:25, 24:14; the page number starts two bits higher. 0xc000000012345678: 0, 9, 0xd1, 0x1678. */
static void test_16k(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	fill(f, ROOT, 2048, CK + EMPTY1, false);
	fill(f, EMPTY1, 2048, CK + EMPTY0, false);
	fill(f, T1, 2048, CK + EMPTY0, false);
	PUT(f, false, { ROOT, XK + T1 }, { T1 + 9 * 8, XK + T2 }, { T2 + 0xd1 * 8, 0x1a4ull << 16 | 0x1f0f });
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 14, NULL, &s), 0);
	assert_int_equal(space_va_bits(&s), 47);
	expect(&s, 0xc000000012345678, (0x1a4 << 14) + 0x1678, 0x4000);
	space_close(&s);
	/* 48 bits: a top table of two pages */
	fill(f, ROOT + 0x4000, 2048, CK + EMPTY1, false);
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 14, NULL, &s), 0);
	assert_int_equal(space_va_bits(&s), 48);
	expect(&s, 0xc000000012345678, (0x1a4 << 14) + 0x1678, 0x4000);
	space_close(&s);
	fake_free(f);
}

/* 64K: two levels, bits 41:29 and 28:16; 0xc000000032345678: 1, 0x1234. */
static void test_64k(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	fill(f, ROOT, 8192, CK + EMPTY0, false);
	PUT(f, false, { ROOT + 8, XK + T3 }, { T3 + 0x1234 * 8, 0x10ull << 18 | 0x1f0f });
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 16, NULL, &s), 0);
	assert_int_equal(s.tables.levels, 2);
	expect(&s, 0xc000000032345678, 0x105678, 0x10000);
	space_close(&s);
	fake_free(f);
}

/* Which bits there are before the page number is the configuration's: entries of the kernel tell. */
static void test_layouts(void **state)
{
	static const struct { uint64_t entry; unsigned int shift; const char *flags; } layouts[] = {
		/* RIXI; the same without SPECIAL; without huge pages either */
		{ 0x1f0f, 14, "present write accessed modified global valid dirty" },
		{ 0xf8f, 13, "present write accessed modified global valid dirty" },
		{ 0x7cf, 12, "present write accessed modified global valid dirty" },
		/* no RIXI: NO_READ is bit 1, and a coherent way of caching: 5 */
		{ 0x179d, 13, "present write accessed modified global valid dirty" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct fake *f = three_levels(false);
		struct space s;

		fill(f, T2, 512, 0, false);
		fill(f, T1, 512, CK + EMPTY0, false);
		PUT(f, false, { T1 + 0x91 * 8, XK + T2 }, { T2 + 0x145 * 8, (uint64_t)0x1abc << layouts[i].shift | layouts[i].entry });
		assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
		expect(&s, 0xc000000012345678, 0x1abc678, 0x1000);
		expect_flags(&s, 0, layouts[i].entry, layouts[i].flags);
		space_close(&s);
		fake_free(f);
	}
}

static void test_flags(void **state)
{
	struct fake *f = three_levels(false);
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	expect_flags(&s, 0, PAGE(0x1abc000) | 0xc0, "present write accessed modified no-exec no-read global valid dirty");
	expect_flags(&s, 0, 0x1abcull << 14 | 0x1081, "present no-read");	/* PROT_NONE */
	expect_flags(&s, 1, PAGE(0x1400000) | 0x10, "present write accessed modified huge global valid dirty");
	expect_flags(&s, 1, XK + T2, "table");
	expect_flags(&s, 2, CK + EMPTY1, "none");
	expect_flags(&s, 1, CK + EMPTY0, "none");
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 0, 0x100, "none");
	expect_flags(&s, 0, 0x12345ull << 24 | 3 << 16, "swap type 3 offset 0x12345");
	expect_flags(&s, 1, 0x1230, "invalid");
	space_close(&s);
	fake_free(f);
}

static void test_loop(void **state)
{
	struct fake *f = three_levels(false);
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	fill(f, ROOT, 1024, XK + ROOT, false);
	expect_bounded(&s, 0xc000000000000000, 0xc00000ffffffffff);
	space_close(&s);
	/* setup meets one too: then it is the usual number of levels */
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	assert_int_equal(s.tables.levels, 3);
	space_close(&s);
	fake_free(f);
}

static void test_setup(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_mips64, f, "OSRELEASE=6.1\n", V(6, 1), 12, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_mips64, f, "SYMBOL(swapper_pg_dir)=c000000000000000\n", V(6, 1), 12, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_mips64, f, TEXT, V(6, 1), 20, NULL, &s), -ENOENT);
	/* nothing but zeroes: windows work all the same */
	assert_int_equal(setup_from(&arch_mips64, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	expect(&s, 0xffffffff80123456, 0x123456, 0x20000000);
	space_close(&s);
	assert_ptr_equal(arch_find(EM_MIPS, 64, true), &arch_mips64);
	assert_ptr_equal(arch_find(EM_MIPS, 64, false), &arch_mips64el);
	fake_free(f);
}

static void test_user(void **state)
{
	struct fake *f = three_levels(false);
	struct space s, user;

	(void)state;
	assert_int_equal(setup_from(&arch_mips64el, f, TEXT, V(6, 1), 12, NULL, &s), 0);
	fill(f, T3, 1024, CK + EMPTY1, false);
	PUT(f, false, { T3 + 0x3ff * 8, XK + T1 });
	assert_int_equal(space_user(&s, T3, 0xffd2345678, &user), 0);
	expect(&user, 0xffd2345678, 0xedcba987678, 0x1000);
	expect_error(&user, 0xffffffff80123456, -EFAULT);
	assert_int_equal(space_user(&s, T3 + 8, 0, &user), -EINVAL);
	space_close(&s);
	fake_free(f);
}

/* A 32-bit kernel has the same ELF machine: it is not taken for one of 64 bits. */
static void test_kernel(void **state)
{
	static const char text[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\nSIZE(list_head)=16\n" TEXT;
	static const char text32[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\nSIZE(list_head)=8\n" TEXT;
	struct fake *f = three_levels(true);
	struct kernel_input in = { .pages = &f->pages, .elf_machine = EM_MIPS, .big_endian = true };
	struct kernel *k;

	(void)state;
	in.vmcoreinfo = text;
	in.vmcoreinfo_len = sizeof(text) - 1;
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_true(k->has_space);
	kernel_close(k);
	in.vmcoreinfo = text32;
	in.vmcoreinfo_len = sizeof(text32) - 1;
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_false(k->has_space);
	assert_non_null(k->why_no_space);
	kernel_close(k);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_4k),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_4k_48),
		cmocka_unit_test(test_16k),
		cmocka_unit_test(test_64k),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("mips64", tests, NULL, NULL);
}
