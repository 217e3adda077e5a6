/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 32-bit ARM tables made by hand, in both forms and byte orders: entries are written as numbers here. */
#include <errno.h>

#include "arch/arm.h"
#include "tests/unit/arch_unit.h"

/* Memory starts at 0x40200000 here, with PAGE_OFFSET 0xc0000000. */
#define START	0x40200000ull
#define ROOT	(START + 0x4000)
#define MIDDLE	(START + 0x8000)
#define LAST	(START + 0x9800)	/* the processor's two tables are the second half of a page */
#define LINUX	(START + 0x9000)

static const char short_text[] = "SYMBOL(swapper_pg_dir)=c0004000\n";
static const char lpae_text[] = "SYMBOL(swapper_pg_dir)=c0004000\nCONFIG_ARM_LPAE=y\n";

static const struct arch *const rows[] = { &arch_arm, &arch_armeb };

static void put4(struct fake *f, const struct arch *a, uint64_t paddr, uint32_t v)
{
	put_entry(f, paddr, v, 4, a->big_endian);
}

static void put8(struct fake *f, const struct arch *a, uint64_t paddr, uint64_t v)
{
	put_entry(f, paddr, v, 8, a->big_endian);
}

static struct fake *memory(void)
{
	return fake_memory(12, (START >> 12) + 0x1000, START >> 12, 0x400);
}

/* The kernel by sections of 1 MiB. */
static struct fake *short_memory(const struct arch *a)
{
	struct fake *f = memory();

	put4(f, a, ROOT + 0xc00 * 4, 0x40211c0e);
	put4(f, a, ROOT + 0xc01 * 4, 0x4031940e);
	return f;
}

static struct fake *lpae_memory(const struct arch *a)
{
	struct fake *f = memory();

	put8(f, a, ROOT + 3 * 8, MIDDLE | 3);
	put8(f, a, MIDDLE, 0x40200711);
	return f;
}

static struct space space_by(const struct arch *a, const struct fake *f, const char *text)
{
	struct arch_query q = { 0 };
	struct space s;
	const char *why;

	assert_int_equal(setup_by(&s, a, f, text, q, &why), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(s.direct.vaddr, 0xc0000000);
	assert_int_equal(s.direct.paddr, START);
	return s;
}

static void check_short(const struct arch *a)
{
	struct fake *f = short_memory(a);
	struct space s = space_by(a, f, short_text);
	struct walk w;

	put4(f, a, ROOT + 0xf12 * 4, (uint32_t)LAST | 0x11);
	put4(f, a, LAST + 0x34 * 4, 0x5678945e);		/* small */
	put4(f, a, LAST + 0x35 * 4, 0x5678a45f);		/* small, never executed */
	for (unsigned int i = 0; i < 16; i++)
		put4(f, a, LAST + (0x40 + i) * 4, 0xabcd0001 | 0xf000);	/* large: bits 15:12 are no address */
	assert_int_equal(s.direct.len, 2 << 20);
	expect_walk(&s, 0xc0012345, START + 0x12345, 1 << 20);
	expect_walk(&s, 0xc01fffff, START + 0x1fffff, 1 << 20);
	expect_walk(&s, 0xf1234567, 0x56789567, 4096);
	expect_walk(&s, 0xf1235567, 0x5678a567, 4096);
	expect_walk(&s, 0xf1240123, 0xabcd0123, 4096);
	expect_walk(&s, 0xf124f123, 0xabcdf123, 4096);
	expect_walk_error(&s, 0xf1236000, -EFAULT);
	expect_walk_error(&s, 0xf1300000, -EFAULT);
	expect_walk_error(&s, 0xfffffffff1234567, -EFAULT);
	assert_int_equal(space_walk(&s, 0xf1234567, &w), 0);
	assert_int_equal(w.nsteps, 2);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_int_equal(w.steps[1].entry_paddr, LAST + 0x34 * 4);
	fake_free(f);
}

static void test_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_short(rows[i]);
}

/* 16 entries; bits 23:20 are address bits 35:32, bits 8:5 are 39:36. */
static void test_supersections(void **state)
{
	struct fake *f = short_memory(&arch_arm);
	struct space s = space_by(&arch_arm, f, short_text);
	struct leaves seen = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 16; i++)
		put4(f, &arch_arm, ROOT + (0xe00 + i) * 4, 0x89000000 | 0xa << 20 | 1 << 18 | 0x7 << 5 | 0x402);
	expect_walk(&s, 0xe0000000, 0x7a89000000, 1 << 20);
	expect_walk(&s, 0xe0f12345, 0x7a89f12345, 1 << 20);
	expect_walk_error(&s, 0xe1000000, -EFAULT);
	assert_int_equal(space_each(&s, 0xe0000000, 0xffffffff, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 16);
	expect_leaf(&seen.list[15], 0xe0f00000, 0x7a89f00000, 1 << 20);
	fake_free(f);
}

/* 0xf1856789: top 3, middle 0x18c, last 0x056 */
static void check_lpae(const struct arch *a)
{
	struct fake *f = lpae_memory(a);
	struct space s = space_by(a, f, lpae_text);
	struct walk w;

	put8(f, a, MIDDLE + 0x18c * 8, (START + 0xa000) | 0x8000000000000003);
	put8(f, a, START + 0xa000 + 0x056 * 8, 0x0060fedcba9871f3);		/* bits 47:40 are no address here */
	put8(f, a, START + 0xa000 + 0x057 * 8, 0x7654321001);			/* invalid at the last level */
	put8(f, a, MIDDLE + 0x18d * 8, 0x0040007654200000 | 0x1ff000 | 0x711);	/* 2 MiB */
	put8(f, a, ROOT + 1 * 8, 0xff80000000 | 0x3ffff000 | 0x711);		/* 1 GiB */
	expect_walk(&s, 0xf1856789, 0xdcba987789, 4096);
	expect_walk(&s, 0xf1b12345, 0x7654312345, 2 << 20);
	expect_walk(&s, 0x51234567, 0xff91234567, 1 << 30);
	expect_walk(&s, 0xc0100123, START + 0x100123, 2 << 20);
	expect_walk_error(&s, 0xf1857000, -EFAULT);
	expect_walk_error(&s, 0xf1858000, -EFAULT);
	expect_walk_error(&s, 0xf1c00000, -EFAULT);
	expect_walk_error(&s, 0x80000000, -EFAULT);
	assert_int_equal(space_walk(&s, 0xf1856789, &w), 0);
	assert_int_equal(w.nsteps, 3);
	fake_free(f);
}

static void test_lpae(void **state)
{
	struct fake *f;
	struct space s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_lpae(rows[i]);
	/* nobody says that it is LPAE */
	f = lpae_memory(&arch_arm);
	s = space_by(&arch_arm, f, short_text);
	assert_int_equal(s.tables.levels, 3);
	fake_free(f);
}

static void test_not_valid(void **state)
{
	struct fake *f = short_memory(&arch_arm);
	struct space s = space_by(&arch_arm, f, short_text);

	(void)state;
	put4(f, &arch_arm, ROOT + 0xf12 * 4, (uint32_t)LAST & ~3u);
	expect_walk_error(&s, 0xf1234567, -EFAULT);
	put4(f, &arch_arm, ROOT + 0xf12 * 4, (uint32_t)LAST | 1);
	put4(f, &arch_arm, LAST + 0x34 * 4, 0x12340000);
	expect_walk_error(&s, 0xf1234567, -EFAULT);
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 0, 0x1230, "fault");
	expect_flags(&s, 0, 0x1631, "large ro user shared");
	expect_flags(&s, 0, 0x1833, "small nx user not-global");
	expect_flags(&s, 1, 0x1c11, "table");
	expect_flags(&s, 1, 0x40211c0e, "section user shared");
	expect_flags(&s, 1, 0x40258412, "supersection nx ro shared");
	fake_free(f);
	f = lpae_memory(&arch_arm);
	s = space_by(&arch_arm, f, lpae_text);
	expect_flags(&s, 0, 0x0060000040200fd3, "valid user ro shared young not-global kernel-nx nx");
	expect_flags(&s, 0, 0x40200303, "valid rw shared old");
	expect_flags(&s, 0, 0x0200000040200f42, "prot-none");
	expect_flags(&s, 0, 0x40200f01, "fault");
	expect_flags(&s, 1, 0x40200711, "valid rw shared young");
	expect_flags(&s, 2, 0x40200003, "table");
	expect_flags(&s, 2, 0, "none");
	fake_free(f);
}

/* A process: Linux's own table is in front of the processor's, which lacks pages that were not used for a while. */
static void check_user_space(unsigned int version, uint64_t linux_table, uint64_t hardware)
{
	struct fake *f = short_memory(&arch_arm);
	struct space kernel, s;
	const char *why;

	assert_int_equal(setup_by(&kernel, &arch_arm, f, short_text, (struct arch_query){ .version = version }, &why), 0);
	put4(f, &arch_arm, START + 0x10000, (uint32_t)hardware | 0x31);
	put4(f, &arch_arm, linux_table + 0x10 * 4, 0x5678935f);		/* young */
	put4(f, &arch_arm, hardware + 0x10 * 4, 0x56789c7f);
	put4(f, &arch_arm, linux_table + 0x11 * 4, 0x5678a35d);		/* old */
	put4(f, &arch_arm, linux_table + 0x12 * 4, 0x5678bb5f);		/* PROT_NONE */
	put4(f, &arch_arm, linux_table + 0x13 * 4, 0x12344);		/* swap */
	assert_int_equal(space_user(&kernel, START + 0x10000 + 0x59, 0x10000, &s), 0);
	assert_int_equal(s.tables.root, START + 0x10000);
	expect_walk(&s, 0x10123, 0x56789123, 4096);
	expect_walk(&s, 0x11123, 0x5678a123, 4096);
	expect_walk_error(&s, 0x12123, -EFAULT);
	expect_walk_error(&s, 0x13123, -EFAULT);
	expect_walk_error(&s, 0x14123, -EFAULT);
	expect_flags(&s, 0, 0x5678935f, "present young dirty rw user nx");
	expect_flags(&s, 0, 0x567891dd, "present old dirty ro user");
	expect_flags(&s, 0, 0x5678bb5f, "present young dirty rw user nx prot-none");
	expect_flags(&s, 0, 0x12344, "swap");
	assert_int_equal(space_user(&kernel, 0x140210000, 0, &s), -EINVAL);
	/* the kernel's table is read as the processor does */
	assert_int_equal(space_user(&kernel, ROOT, 0xc0000000, &s), 0);
	expect_walk(&s, 0xc0000123, START + 0x123, 1 << 20);
	assert_int_equal(s.mode, kernel.mode);
	fake_free(f);
}

static void test_user_space(void **state)
{
	struct fake *f = lpae_memory(&arch_arm);
	struct space kernel = space_by(&arch_arm, f, lpae_text), s;

	(void)state;
	check_user_space(ARCH_VERSION(6, 1, 0), LINUX, LAST);
	check_user_space(0, LINUX, LAST);
	check_user_space(ARCH_VERSION(2, 6, 37), LAST, LINUX);
	/* LPAE: bits 55:48 of TTBR0 are the address space's number */
	put8(f, &arch_arm, START + 0x10020, MIDDLE | 3);
	assert_int_equal(space_user(&kernel, 0x0012000000000000 | (START + 0x10020), 0, &s), 0);
	expect_walk(&s, 0x123, START + 0x123, 2 << 20);
	fake_free(f);
}

/* The linear map has the kernel in it; what is at the same distance below or above something else is not of it. */
static void test_low_memory(void **state)
{
	struct fake *f = short_memory(&arch_arm);
	struct space s;

	(void)state;
	put4(f, &arch_arm, ROOT + 0xbfe * 4, 0x4001940e);	/* as far from its address as the kernel's are */
	put4(f, &arch_arm, ROOT + 0xbff * 4, 0x5561940e);
	put4(f, &arch_arm, ROOT + 0xc04 * 4, 0x4061940e);	/* behind a hole */
	put4(f, &arch_arm, ROOT + 0xd00 * 4, 0x5561940e);
	put4(f, &arch_arm, ROOT + 0xd01 * 4, 0x5031940e);
	s = space_by(&arch_arm, f, short_text);
	assert_int_equal(s.direct.len, 5 << 20);
	assert_int_equal(s.text_paddr, START);
	fake_free(f);
}

static void test_missing(void **state)
{
	struct fake *f = short_memory(&arch_arm);
	struct space s;
	const char *why = NULL;

	(void)state;
	assert_int_equal(setup_by(&s, &arch_arm, f, "", (struct arch_query){ 0 }, &why), -ENOENT);
	assert_non_null(why);
	why = NULL;
	assert_int_equal(setup_by(&s, &arch_arm, f, "SYMBOL(swapper_pg_dir)=c0008000\n", (struct arch_query){ 0 }, &why),
			 -ENOENT);
	assert_non_null(why);
	fake_free(f);
}

static void test_loops(void **state)
{
	struct fake *f = short_memory(&arch_arm);
	struct space s = space_by(&arch_arm, f, short_text);
	struct leaves seen = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4096; i++)
		put4(f, &arch_arm, ROOT + i * 4, (uint32_t)ROOT | 1);
	expect_walk(&s, 0xdeadbeef, (ROOT & 0xffff0000) | 0xbeef, 4096);
	assert_int_equal(space_each(&s, 0, UINT32_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 1 << 20);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_supersections),
		cmocka_unit_test(test_lpae),
		cmocka_unit_test(test_not_valid),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_low_memory),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
