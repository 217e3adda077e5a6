/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of 32-bit PowerPC in their three forms, made by hand: entries are written as numbers here. */
#include <errno.h>

#include "arch/ppc.h"
#include "tests/unit/arch_unit.h"

#define ROOT	0x100000ull
#define LAST	0x110000ull

static const char text[] = "SYMBOL(swapper_pg_dir)=c0100000\n";

static void put4(struct fake *f, uint64_t paddr, uint32_t v) { put_entry(f, paddr, v, 4, true); }
static void put8(struct fake *f, uint64_t paddr, uint64_t v) { put_entry(f, paddr, v, 8, true); }

/* 2 MiB */
static struct fake *memory(void)
{
	return fake_memory(12, 0x200, 0, 0x200);
}

static struct space space_by(const struct fake *f, struct arch_query q)
{
	struct space s;
	const char *why;

	assert_int_equal(setup_by(&s, &arch_ppc, f, text, q, &why), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

/* Entries of 32 bits: 0xe1256789 has top 0x384, last 0x256; the pointer is a physical address or one of the linear map. */
static void check_32(uint32_t pointer)
{
	struct fake *f = memory();
	struct arch_query q = { 0 };
	struct space s;
	struct walk w;

	put4(f, ROOT + 0x384 * 4, pointer);
	put4(f, LAST + 0x256 * 4, 0xfedcb5b1);
	put4(f, LAST + 0x257 * 4, 0x12345000);			/* not present */
	s = space_by(f, q);
	expect_walk(&s, 0xe1256789, 0xfedcb789, 4096);
	expect_walk_error(&s, 0xe1257000, -EFAULT);
	expect_walk_error(&s, 0xe1258000, -EFAULT);
	expect_walk_error(&s, 0xe1656789, -EFAULT);
	expect_walk_error(&s, 0xffffffffe1256789, -EFAULT);
	assert_int_equal(space_walk(&s, 0xe1256789, &w), 0);
	assert_int_equal(w.nsteps, 2);
	assert_int_equal(w.steps[1].entry_paddr, LAST + 0x256 * 4);
	/* the linear map ends with memory */
	expect_window(&s, 0xc0012345, 0x12345);
	expect_window(&s, 0xc01fffff, 0x1fffff);
	expect_walk_error(&s, 0xc0200000, -EFAULT);
	expect_flags(&s, 0, 0xfedcb5b1, "present coherent no-cache dirty accessed rw");
	expect_flags(&s, 0, 0x12345000, "not-present");
	expect_flags(&s, 1, 0, "none");
	expect_flags(&s, 1, pointer, "table");
	space_close(&s);
	fake_free(f);
}

static void test_32(void **state)
{
	(void)state;
	check_32((uint32_t)LAST);
	check_32(0xc0000000 | (uint32_t)LAST);
}

/* 64-bit entries in the last tables: 0xe1256789 has top 0x709, last 0x056. */
static void check_64(uint64_t entry, uint64_t paddr)
{
	struct fake *f = memory();
	struct arch_query q = { 0 };
	struct leaves seen = { 0 };
	struct space s;
	struct walk w;

	put4(f, ROOT + 0x709 * 4, 0xc0000000 | (uint32_t)LAST);
	put8(f, LAST + 0x056 * 8, entry);
	put8(f, LAST + 0x057 * 8, entry & ~1ull);
	s = space_by(f, q);
	expect_walk(&s, 0xe1256789, paddr | 0x789, 4096);
	expect_walk_error(&s, 0xe1257789, -EFAULT);
	assert_int_equal(space_walk(&s, 0xe1256789, &w), 0);
	assert_int_equal(w.steps[0].entry_paddr, ROOT + 0x709 * 4);
	assert_int_equal(w.steps[1].entry_paddr, LAST + 0x056 * 8);
	assert_int_equal(w.steps[1].entry, entry);
	assert_int_equal(space_each(&s, 0xe0000000, UINT32_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 1);
	expect_leaf(&seen.list[0], 0xe1256000, paddr, 4096);
	expect_flags(&s, 0, entry, "present");
	space_close(&s);
	fake_free(f);
}

static void test_64(void **state)
{
	(void)state;
	check_64(0x9fedcb237, 0x9fedcb000);		/* 44x: a page at 9.fedcb000 */
	check_64(0x9fedcb000223, 0x9fedcb000);		/* e500: page number 9fedcb, 24 bits of flags */
	check_64(0xfedcb000035, 0xfedcb000);
}

/* Memory may start elsewhere: PT_LOADs with virtual addresses say so. */
static void test_segments(void **state)
{
	static const struct mapping segments[] = {
		{ 0x100000, 0x100000, 0x100000 }, { 0xc0000000, 0x100000, 0x80000 }, { 0xc0080000, 0x80000, 0x100000 },
	};
	struct arch_query q = { .segments = segments, .nsegments = ARRAY_SIZE(segments) };
	struct fake *f = memory();
	struct space s;
	const char *why;

	(void)state;
	put4(f, ROOT + 0x384 * 4, (uint32_t)LAST);
	s = space_by(f, q);
	assert_int_equal(s.direct.paddr, 0);
	space_close(&s);
	q.nsegments = 2;
	assert_int_equal(setup_by(&s, &arch_ppc, f, "SYMBOL(swapper_pg_dir)=c0000000\n", q, &why), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(s.direct.vaddr, 0xc0000000);
	assert_int_equal(s.direct.paddr, ROOT);
	expect_window(&s, 0xc0001234, ROOT + 0x1234);
	expect_walk_error(&s, 0xc0100000, -EFAULT);
	space_close(&s);
	fake_free(f);
}

static void test_user_space(void **state)
{
	struct fake *f = memory();
	struct arch_query q = { 0 };
	struct space kernel, s;

	(void)state;
	put4(f, ROOT + 0x384 * 4, (uint32_t)LAST);
	put4(f, 0x120000, 0xc0000000 | (uint32_t)LAST);
	put4(f, LAST + 0x12 * 4, 0x5678005);
	kernel = space_by(f, q);
	assert_int_equal(space_user(&kernel, 0x120000, 0x12345, &s), 0);
	expect_walk(&s, 0x12345, 0x5678345, 4096);
	expect_walk_error(&s, 0xc0012345, -EFAULT);
	assert_int_equal(space_user(&kernel, 0x100120000, 0x12345, &s), -EINVAL);
	space_close(&kernel);
	fake_free(f);
}

static void test_loops(void **state)
{
	struct fake *f = memory();
	struct arch_query q = { 0 };
	struct leaves seen = { 0 };
	struct space s;

	(void)state;
	for (unsigned int i = 0; i < 2048; i++)
		put4(f, ROOT + i * 4, 0xc0000000 | (uint32_t)ROOT | 1);
	s = space_by(f, q);
	assert_int_equal(space_each(&s, 0xd0000000, UINT32_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 0x30000);
	space_close(&s);
	fake_free(f);
}

static void test_missing(void **state)
{
	struct fake *f = memory();
	struct space s;
	const char *why = NULL;

	(void)state;
	assert_int_equal(setup_by(&s, &arch_ppc, f, "", (struct arch_query){ 0 }, &why), -ENOENT);
	assert_non_null(why);
	assert_int_equal(setup_by(&s, &arch_ppc, f, "SYMBOL(swapper_pg_dir)=c000000000100000\n", (struct arch_query){ 0 }, &why),
			 -ENOENT);
	assert_int_equal(setup_by(&s, &arch_ppc, f, "SYMBOL(swapper_pg_dir)=100000\n", (struct arch_query){ 0 }, &why), -ENOENT);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_32),
		cmocka_unit_test(test_64),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
