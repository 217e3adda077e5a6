/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking in general: windows, halves, folded levels, tables of which a part is valid. The entries here are no real
 * architecture's: bit 0 table, bit 1 leaf, bits 11:4 of a table entry the first entry of the next table that counts.
 */
#include <errno.h>

#include "arch/arch.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static void decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr, struct entry_meaning *out)
{
	(void)s;
	(void)level;
	(void)vaddr;
	*out = (struct entry_meaning){
		.kind = entry & 1 ? ENTRY_TABLE : entry & 2 ? ENTRY_LEAF : ENTRY_NONE, .paddr = entry & ~(uint64_t)0xfff,
		.first = entry >> 4 & 0xff, .end = entry & 1 && entry >> 4 & 0xff ? 8 : 0,
	};
}

static const struct arch toy = { .name = "toy", .decode = decode };

#define TOP 0x1000ull
#define LAST 0x2000ull

static struct space space_of(const struct fake *f, enum radix_half half)
{
	return (struct space){
		.arch = &toy, .mem = &f->pages,
		.tables = { .root = TOP, .levels = 2, .page_shift = 12, .bits = { 4, 3 }, .entry_bytes = 8, .half = half },
	};
}

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 16);

	fake_page(f, 1);
	fake_page(f, 2);
	return f;
}

static uint64_t vtop(const struct space *s, uint64_t vaddr)
{
	uint64_t paddr, span;
	int r = space_vtop(s, vaddr, &paddr, &span);

	return r ? (uint64_t)r : paddr;
}

/* 19 bits: which addresses are the tree's? */
static void test_halves(void **state)
{
	struct fake *f = memory();
	static const struct { enum radix_half half; uint64_t vaddr, want; } asked[] = {
		{ RADIX_LOW, 0x70123, 0x9123 }, { RADIX_LOW, 0xffffffffffff0123, -EFAULT }, { RADIX_LOW, 0x1000070123, -EFAULT },
		{ RADIX_HIGH, 0xffffffffffff0123, 0x9123 }, { RADIX_HIGH, 0x70123, -EFAULT },
		{ RADIX_SIGNED, 0xffffffffffff0123, 0x9123 }, { RADIX_SIGNED, 0x70123, -EFAULT }, { RADIX_SIGNED, 0x20123, 0xa123 },
	};

	(void)state;
	fake_u64(f, TOP + 7 * 8, LAST | 1);
	fake_u64(f, LAST, 0x9000 | 2);
	fake_u64(f, TOP + 2 * 8, LAST | 1);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct space s = space_of(f, asked[i].half);

		fake_u64(f, LAST, (asked[i].want & ~(uint64_t)0xfff) | 2);
		assert_int_equal(vtop(&s, asked[i].vaddr), asked[i].want);
	}
	fake_free(f);
}

struct seen {
	unsigned int n;
	struct mapping at[8];
};

static int see(void *arg, const struct mapping *m)
{
	struct seen *s = arg;

	if (s->n < ARRAY_SIZE(s->at))
		s->at[s->n] = *m;
	s->n++;
	return 0;
}

static void expect_mapping(const struct mapping *m, uint64_t vaddr, uint64_t paddr, uint64_t len)
{
	assert_int_equal(m->vaddr, vaddr);
	assert_int_equal(m->paddr, paddr);
	assert_int_equal(m->len, len);
}

/* Windows win over tables; space_each() has them first, cut to what was asked for. */
static void test_windows(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_LOW);
	struct seen seen = { 0 };
	uint64_t paddr, span;
	struct walk w;

	(void)state;
	fake_u64(f, TOP, LAST | 1);
	fake_u64(f, LAST + 1 * 8, 0x9000 | 2);
	fake_u64(f, LAST + 2 * 8, 0xa000 | 2);
	assert_int_equal(space_add_window(&s, 0x1800, 0x5000, 0x400), 0);
	assert_int_equal(space_add_window(&s, 0xc000000000000000, 0, 0x100000), 0);
	assert_int_equal(vtop(&s, 0x17ff), 0x97ff);
	assert_int_equal(vtop(&s, 0x1800), 0x5000);
	assert_int_equal(vtop(&s, 0x1bff), 0x53ff);
	assert_int_equal(vtop(&s, 0x1c00), 0x9c00);
	assert_int_equal(space_vtop(&s, 0xc000000000001234, &paddr, &span), 0);
	assert_int_equal(paddr, 0x1234);
	assert_int_equal(span, 0x100000 - 0x1234);
	assert_int_equal(space_walk(&s, 0xc000000000001234, &w), 0);
	assert_true(w.window);
	assert_int_equal(w.nsteps, 0);
	assert_int_equal(space_each(&s, 0x1a00, 0xc000000000000fff, see, &seen), 0);
	assert_int_equal(seen.n, 4);
	expect_mapping(&seen.at[0], 0x1a00, 0x5200, 0x200);
	expect_mapping(&seen.at[1], 0xc000000000000000, 0, 0x1000);
	expect_mapping(&seen.at[2], 0x1000, 0x9000, 0x1000);
	expect_mapping(&seen.at[3], 0x2000, 0xa000, 0x1000);
	space_close(&s);
	fake_free(f);
}

/* Tables that start anywhere: 19 bits from base on. */
static void test_base(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_BASE);
	struct seen seen = { 0 };

	(void)state;
	s.tables.base = 0xa000000000000000;
	fake_u64(f, TOP + 7 * 8, LAST | 1);
	fake_u64(f, LAST + 2 * 8, 0x9000 | 2);
	assert_int_equal(vtop(&s, 0xa000000000072345), 0x9345);
	assert_int_equal(vtop(&s, 0x72345), -EFAULT);
	assert_int_equal(vtop(&s, 0xa000000000f72345), -EFAULT);
	assert_int_equal(vtop(&s, 0xa0000000000f2345), -EFAULT);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	expect_mapping(&seen.at[0], 0xa000000000072000, 0x9000, 0x1000);
	fake_free(f);
}

/* The top table has 8 regions here: of 1 << 16 bytes each, 2^61 apart. */
static void test_regions(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_REGIONS);
	struct seen seen = { 0 };

	(void)state;
	fake_u64(f, TOP, LAST | 1);
	fake_u64(f, TOP + 5 * 8, LAST | 1);
	fake_u64(f, LAST + 15 * 8, 0x9000 | 2);
	assert_int_equal(vtop(&s, 0xf123), 0x9123);
	assert_int_equal(vtop(&s, 0xa00000000000f123), 0x9123);
	assert_int_equal(vtop(&s, 0xa00000000001f123), -EFAULT);
	assert_int_equal(vtop(&s, 0xb00000000000f123), -EFAULT);
	assert_int_equal(vtop(&s, 0x5f123), -EFAULT);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	expect_mapping(&seen.at[0], 0xf000, 0x9000, 0x1000);
	expect_mapping(&seen.at[1], 0xa00000000000f000, 0x9000, 0x1000);
	fake_free(f);
}

/* Bits 63:56 are anything: bit 55 tells the half. */
static void test_tags(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_HIGH);
	uint64_t paddr, span;

	(void)state;
	fake_u64(f, TOP + 7 * 8, LAST | 1);
	fake_u64(f, LAST, 0x9000 | 2);
	assert_int_equal(vtop(&s, 0x00ffffffffff0123), -EFAULT);
	s.top_byte_ignored = true;
	assert_int_equal(space_vtop(&s, 0x34ffffffffff0123, &paddr, &span), 0);
	assert_int_equal(paddr, 0x9123);
	assert_int_equal(span, 0x1000 - 0x123);
	assert_int_equal(vtop(&s, 0xff7fffffffff0123), -EFAULT);
	s.tables.half = RADIX_LOW;
	assert_int_equal(vtop(&s, 0xf200000000070123), 0x9123);
	assert_int_equal(vtop(&s, 0xf280000000070123), -EFAULT);
	assert_int_equal(space_add_window(&s, 0xffff000000000000, 0x5000, 0x1000), 0);
	assert_int_equal(vtop(&s, 0x09ff000000000010), 0x5010);
	space_close(&s);
	fake_free(f);
}

/* The top table by its own address: page 5 maps itself, pages 1 and 9 are tables too, 3 is not stored. */
static void test_find_root(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_LOW);
	const uint64_t vaddr = 0x75000;

	(void)state;
	fake_set(f, 3, 1, PAGE_EXCLUDED);
	fake_u64(f, 0x1000 + 7 * 8, LAST | 1);		/* maps it to 0x9000 */
	fake_u64(f, LAST + 5 * 8, 0x9000 | 2);
	fake_page(f, 9);
	fake_page(f, 7);
	assert_int_equal(space_find_root(&s, vaddr, 0x4000), -ENOENT);
	fake_u64(f, 0x5000 + 7 * 8, 0x6000 | 1);
	fake_u64(f, 0x6000 + 5 * 8, 0x5000 | 2);
	assert_int_equal(space_find_root(&s, vaddr, 0x4000), 0);
	assert_int_equal(s.tables.root, 0x5000);
	/* modulo 16 KiB it is 0x1000; it is not where it maps itself to with another address */
	assert_int_equal(space_find_root(&s, vaddr + 0x1000, 0x4000), -ENOENT);
	fake_free(f);
}

static int user_space(const struct space *kernel, uint64_t pgd, struct space *out)
{
	if (pgd & 0xfff)
		return -EINVAL;
	space_with_root(kernel, pgd, RADIX_LOW, out);
	return 0;
}

/* Other tables: what is the kernel's alone is not in them. */
static void test_user(void **state)
{
	static const struct arch with_user = { .name = "toy", .decode = decode, .user_space = user_space };
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_HIGH), user;

	(void)state;
	assert_int_equal(space_user(&s, 0x5000, 0x70123, &user), -ENOTSUP);
	s.arch = &with_user;
	s.direct.len = s.text_len = 1;
	assert_int_equal(space_add_window(&s, 0x70000, 0, 0x1000), 0);
	fake_u64(f, 0x5000 + 7 * 8, LAST | 1);
	fake_u64(f, LAST, 0x9000 | 2);
	assert_int_equal(space_user(&s, 0x5008, 0x70123, &user), -EINVAL);
	assert_int_equal(space_user(&s, 0x5000, 0x70123, &user), 0);
	assert_int_equal(vtop(&user, 0x70123), 0x9123);
	assert_int_equal(vtop(&user, 0xffffffffffff0123), -EFAULT);
	assert_int_equal(user.nwindows + user.direct.len + user.text_len, 0);
	/* an address of the kernel's half: these tables as the kernel's */
	assert_int_equal(space_user(&s, 0x5000, 0xffffffffffff0123, &user), 0);
	assert_int_equal(vtop(&user, 0xffffffffffff0123), 0x9123);
	space_close(&s);
	fake_free(f);
}

/* A level without index bits has no tables. */
static void test_folded(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_HIGH);
	struct seen seen = { 0 };
	struct walk w;

	(void)state;
	s.tables.levels = 4;
	s.tables.bits[0] = 4;
	s.tables.bits[1] = 0;
	s.tables.bits[2] = 0;
	s.tables.bits[3] = 3;
	fake_u64(f, TOP + 5 * 8, LAST | 1);
	fake_u64(f, LAST + 3 * 8, 0x9000 | 2);
	assert_int_equal(space_va_bits(&s), 19);
	assert_int_equal(space_walk(&s, 0xfffffffffffd3456, &w), 0);
	assert_int_equal(w.nsteps, 2);
	assert_int_equal(w.paddr, 0x9456);
	assert_int_equal(w.steps[1].level, 0);
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	expect_mapping(&seen.at[0], 0xfffffffffffd3000, 0x9000, 0x1000);
	fake_free(f);
}

/* Entries 2 to 7 of the next table count. */
static void test_part_of_table(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_LOW);
	struct seen seen = { 0 };

	(void)state;
	fake_u64(f, TOP, LAST | 2 << 4 | 1);
	for (unsigned int i = 0; i < 16; i++)
		fake_u64(f, LAST + i * 8, 0x9000 | 2);
	assert_int_equal(vtop(&s, 0x1000), -EFAULT);
	assert_int_equal(vtop(&s, 0x2000), 0x9000);
	assert_int_equal(vtop(&s, 0x7000), 0x9000);
	assert_int_equal(vtop(&s, 0x8000), -EFAULT);
	assert_int_equal(space_each(&s, 0, 0x7ffff, see, &seen), 0);
	assert_int_equal(seen.n, 6);
	expect_mapping(&seen.at[0], 0x2000, 0x9000, 0x1000);
	expect_mapping(&seen.at[5], 0x7000, 0x9000, 0x1000);
	fake_free(f);
}

/* Entries of 4 bytes, big-endian. */
static void test_small_entries(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, RADIX_LOW);

	(void)state;
	s.tables.entry_bytes = 4;
	s.tables.big_endian = true;
	put_u32(f->bytes[1] + 7 * 4, LAST | 1, true);
	put_u32(f->bytes[2] + 15 * 4, 0xf000 | 2, true);
	assert_int_equal(vtop(&s, 0x7f00a), 0xf00a);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_base),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_find_root),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_part_of_table),
		cmocka_unit_test(test_small_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
