/* SPDX-License-Identifier: GPL-2.0-or-later */
/* POWER page tables of each era made by hand: entries are written as numbers here. */
#include <errno.h>

#include "arch/ppc64.h"
#include "tests/unit/arch_unit.h"

#define TOP	0x100000ull		/* tables, 64 KiB apart */
#define UPPER	0x110000ull
#define MIDDLE	0x120000ull
#define LAST	0x130000ull
#define PRESENT	0x8000000000000000ull
#define LEAF	0xc000000000000000ull

/* mmu_psize numbers */
#define SIZE_16M	10		/* since 4.10 */
#define SIZE_16G	14

static const char text[] = "SYMBOL(swapper_pg_dir)=c000000000100000\n";

static void put(struct fake *f, uint64_t paddr, uint64_t v) { put_entry(f, paddr, v, 8, true); }
static void put_le(struct fake *f, uint64_t paddr, uint64_t v) { put_entry(f, paddr, v, 8, false); }

/* 2 MiB */
static struct fake *memory(unsigned int page_shift)
{
	return fake_memory(page_shift, 0x200000 >> page_shift, 0, 0x200000 >> page_shift);
}

static struct space space_by(const struct arch *a, const struct fake *f, const char *vmcoreinfo, unsigned int version)
{
	struct arch_query q = { .version = version };
	struct space s;
	const char *why;

	assert_int_equal(setup_by(&s, a, f, vmcoreinfo, q, &why), 0);
	assert_int_equal(s.tables.root, TOP);
	return s;
}

/*
 * Radix, 64 KiB pages: 16 + 5, 9, 9, 13 bits. 0xc00801234a7b5678 has top 0x1002, upper 0x08d, middle 0x053, last 0x1b.
 * Entries are big-endian in both kernels; a pointer's low bits are the size of the next table.
 */
static void check_radix_64k(const struct arch *a)
{
	struct fake *f = memory(16);
	struct space s = space_by(a, f, "SYMBOL(swapper_pg_dir)=c000000000100000\nNUMBER(RADIX_MMU)=1\n", ARCH_VERSION(6, 1, 0));
	struct walk w;

	put(f, TOP + 0x1002 * 8, UPPER | PRESENT | 9);
	put(f, UPPER + 0x08d * 8, MIDDLE | PRESENT | 9);
	put(f, MIDDLE + 0x053 * 8, LAST | PRESENT | 5);
	put(f, LAST + 0x1b * 8, 0x0007654321980000 | LEAF | 0x18e);
	put(f, MIDDLE + 0x054 * 8, 0x0007654321a00000 | LEAF | 0x18e);	/* 2 MiB */
	put(f, UPPER + 0x08e * 8, 0x0007654340000000 | LEAF | 0x18e);	/* 1 GiB */
	expect_walk(&s, 0xc00801234a7b5678, 0x0007654321985678, 65536);
	expect_walk(&s, 0xc00801234a9b5678, 0x0007654321bb5678, 2 << 20);
	expect_walk(&s, 0xc00801238a7b5678, 0x000765434a7b5678, 1 << 30);
	expect_walk_error(&s, 0xc00801234a7c0000, -EFAULT);
	expect_walk_error(&s, 0xc00801234ac00000, -EFAULT);
	expect_walk_error(&s, 0x000801234a7b5678, -EFAULT);
	expect_walk_error(&s, 0xd00801234a7b5678, -EFAULT);
	assert_int_equal(space_walk(&s, 0xc00801234a7b5678, &w), 0);
	assert_int_equal(w.nsteps, 4);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_int_equal(w.steps[0].entry_paddr, TOP + 0x1002 * 8);
	assert_int_equal(w.steps[3].entry_paddr, LAST + 0x1b * 8);
	space_close(&s);
	fake_free(f);
}

static void test_radix_64k(void **state)
{
	(void)state;
	check_radix_64k(&arch_ppc64);
	check_radix_64k(&arch_ppc64le);
}

/* 4 KiB pages: 12 + 9, 9, 9, 13. 0xc00801234a7b5678: top 0x1002, upper 0x08d, middle 0x053, last 0x1b5. The radix form is
 * known by that the linear map is in the tables. */
static void test_radix_4k(void **state)
{
	struct fake *f = memory(12);
	struct space s;

	(void)state;
	put(f, TOP, UPPER | PRESENT | 9);
	put(f, UPPER, 0 | LEAF | 0x18e);
	put(f, TOP + 0x1002 * 8, UPPER | PRESENT | 9);
	put(f, UPPER + 0x08d * 8, MIDDLE | PRESENT | 9);
	put(f, MIDDLE + 0x053 * 8, LAST | PRESENT | 9);
	put(f, LAST + 0x1b5 * 8, 0x0007654321987000 | LEAF | 0x18e);
	s = space_by(&arch_ppc64le, f, text, 0);
	assert_int_equal(s.nwindows, 0);
	expect_walk(&s, 0xc00801234a7b5678, 0x0007654321987678, 4096);
	expect_walk(&s, 0xc000000000123456, 0x123456, 1 << 30);
	/* before 4.7 there was none */
	s = space_by(&arch_ppc64, f, text, ARCH_VERSION(4, 6, 0));
	assert_int_equal(s.nwindows, 1);
	space_close(&s);
	fake_free(f);
}

/*
 * Under the hashed page table: each geometry with the entries of its time. Indices of vaddr by the number of bits, last
 * level first: 64 KiB pages 12,12,0,4 / 8,10,0,12 / 8,5,5,12 / 8,10,7,8 / 8,10,10,8; 4 KiB pages 9,7,7,9 / 9,7,9,9.
 */
struct path {
	unsigned int version, page_shift;
	bool little;			/* the entries of this kernel */
	uint64_t vaddr;
	unsigned int top, upper, middle, last;
	uint64_t pointer;		/* what a pointer has besides the table's physical address */
	uint64_t last_pointer;		/* ... to the last table */
	uint64_t entry, paddr;
};

#define FOLDED UINT32_MAX
#define V 0xc000000000000000ull	/* pointers as addresses in the linear map */

static const struct path paths[] = {
	{ ARCH_VERSION(2, 6, 32), 16, false, 0xd0000abcdef12345, 0xa, FOLDED, 0xbcd, 0xef1, V | 0x1fc, V | 0x1fc,
	  0x4567ull << 30 | 0x3fffffff, 0x45672345 },
	{ ARCH_VERSION(3, 10, 0), 16, false, 0xd0003abcdef12345, 0xeaf, FOLDED, 0x0de, 0x0f1, V | 0x1fc, V | 0x1fc,
	  0x4567ull << 30 | 1, 0x45672345 },
	{ ARCH_VERSION(3, 14, 0), 16, true, 0xd0003abcdef12345, 0xeaf, FOLDED, 0x0de, 0x0f1, V, V | 0xffc,
	  0x4567ull << 30 | 1, 0x45672345 },
	{ ARCH_VERSION(4, 5, 0), 16, true, 0xd0003abcdef12345, 0xeaf, FOLDED, 0x0de, 0x0f1, V, V, 0x4567ull << 30 | 2, 0x45672345 },
	{ ARCH_VERSION(4, 6, 0), 16, true, 0xd0003abcdef12345, 0xeaf, 0x006, 0x01e, 0x0f1, PRESENT | 0xff, PRESENT | 0xff,
	  LEAF | 0x45670000 | 0xffff, 0x45672345 },
	{ ARCH_VERSION(4, 7, 0), 16, false, 0xd0003abcdef12345, 0xeaf, 0x006, 0x01e, 0x0f1, PRESENT, PRESENT,
	  LEAF | 0x0100000045670000, 0x0100000045672345 },
	{ ARCH_VERSION(4, 12, 0), 16, false, 0xd0003abcdef12345, 0x01d, 0x02f, 0x0de, 0x0f1, PRESENT, PRESENT,
	  LEAF | 0x0110000045670000, 0x0010000045672345 },
	{ ARCH_VERSION(4, 17, 0), 16, false, 0xd0003abcdef12345, 0x003, 0x2af, 0x0de, 0x0f1, PRESENT, PRESENT,
	  LEAF | 0x45670000, 0x45672345 },
	{ ARCH_VERSION(5, 2, 0), 16, false, 0xc0083abcdef12345, 0x083, 0x2af, 0x0de, 0x0f1, PRESENT, PRESENT,
	  LEAF | 0x45670000 | 0x718e, 0x45672345 },
	{ ARCH_VERSION(3, 6, 0), 12, false, 0xd0000abcdef12345, 0x157, 0x04d, 0x077, 0x112, V, V, 0x45678ull << 17 | 1, 0x45678345 },
	{ ARCH_VERSION(3, 7, 0), 12, false, 0xd0003abcdef12345, 0x1d5, 0x1cd, 0x077, 0x112, V, V, 0x45678ull << 17 | 1, 0x45678345 },
	{ ARCH_VERSION(4, 5, 0), 12, false, 0xd0003abcdef12345, 0x1d5, 0x1cd, 0x077, 0x112, V, V, 0x45678ull << 18 | 2, 0x45678345 },
	{ ARCH_VERSION(4, 7, 0), 12, false, 0xd0003abcdef12345, 0x1d5, 0x1cd, 0x077, 0x112, PRESENT, PRESENT,
	  LEAF | 0x45678000, 0x45678345 },
	{ ARCH_VERSION(5, 4, 0), 12, false, 0xc0003dbcdef12345, 0x1ed, 0x1cd, 0x077, 0x112, PRESENT, PRESENT,
	  LEAF | 0x45678000, 0x45678345 },
};

static void check_path(const struct path *p)
{
	struct fake *f = memory(p->page_shift);
	struct space s = space_by(p->little ? &arch_ppc64le : &arch_ppc64, f, text, p->version);
	void (*put_any)(struct fake *f, uint64_t paddr, uint64_t v) = p->little ? put_le : put;
	struct walk w;

	if (p->upper == FOLDED) {
		put_any(f, TOP + p->top * 8, MIDDLE + p->pointer);
	} else {
		put_any(f, TOP + p->top * 8, UPPER + p->pointer);
		put_any(f, UPPER + p->upper * 8, MIDDLE + p->pointer);
	}
	put_any(f, MIDDLE + p->middle * 8, LAST + p->last_pointer);
	put_any(f, LAST + p->last * 8, p->entry);
	expect_walk(&s, p->vaddr, p->paddr, 1ull << p->page_shift);
	assert_int_equal(space_walk(&s, p->vaddr, &w), 0);
	assert_int_equal(w.nsteps, p->upper == FOLDED ? 3 : 4);
	expect_walk_error(&s, p->vaddr ^ 0x10000, -EFAULT);
	expect_walk_error(&s, p->vaddr ^ 1ull << 63, -EFAULT);
	/* the linear map is in no table; it ends with memory */
	expect_window(&s, 0xc000000000123456, 0x123456);
	expect_walk_error(&s, 0xc000000000200000, -EFAULT);
	space_close(&s);
	fake_free(f);
}

static void test_hashed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		check_path(&paths[i]);
}

/* 0xd0003abcdef12345 by 8,10,7,8: a page of 16 MiB (transparent) in the middle level, which spans 16 MiB */
static void test_hashed_large(void **state)
{
	struct fake *f = memory(16);
	struct space s = space_by(&arch_ppc64, f, text, ARCH_VERSION(4, 12, 0));

	(void)state;
	put(f, TOP + 0x1d * 8, UPPER | PRESENT);
	put(f, UPPER + 0x2f * 8, MIDDLE | PRESENT);
	put(f, MIDDLE + 0xde * 8, LEAF | 0x4567ff0000 | 0x2018e);
	expect_walk(&s, 0xd0003abcdef12345, 0x4567f12345, 16 << 20);
	space_close(&s);
	fake_free(f);
}

static void check_huge_directory(unsigned int version, uint64_t pointer, uint64_t page)
{
	struct fake *f = memory(12);
	struct space s = space_by(&arch_ppc64, f, text, version);
	uint64_t table = version < ARCH_VERSION(4, 6, 0) ? V : PRESENT;

	put(f, TOP + 0x1d5 * 8, table | UPPER);
	put(f, UPPER + 0x1cd * 8, pointer | MIDDLE);
	put(f, MIDDLE + 0xe * 8, page);
	expect_walk(&s, 0xd0003abcdef12345, 0x45f12345, 16 << 20);
	expect_flags(&s, 2, pointer | MIDDLE, "huge-directory");
	space_close(&s);
	fake_free(f);
}

/*
 * A directory of 16 MiB pages in place of what is below an entry that spans 256 MiB (4 KiB pages: 9,7,9,9). The size is
 * told by the kernel's number for it (MMU_PAGE_*); which page, by address bits 27:24.
 */
static void test_huge_directory(void **state)
{
	struct fake *f = memory(12);
	struct space s = space_by(&arch_ppc64, f, text, ARCH_VERSION(4, 12, 0));
	struct leaves seen = { 0 };
	uint64_t paddr, span;

	(void)state;
	put(f, TOP + 0x1d5 * 8, UPPER | PRESENT);
	put(f, UPPER + 0x1cd * 8, MIDDLE | PRESENT | SIZE_16M << 2);
	put(f, MIDDLE + 0xe * 8, LEAF | 0x45000000 | 0x18e);
	put(f, MIDDLE + 0xf * 8, LEAF | 0x89000000 | 0x18e);
	expect_walk(&s, 0xd0003abcdef12345, 0x45f12345, 16 << 20);
	expect_walk(&s, 0xd0003abcdf012345, 0x89012345, 16 << 20);
	expect_walk_error(&s, 0xd0003abcd0012345, -EFAULT);
	assert_int_equal(space_vtop(&s, 0xd0003abcdeff0000, &paddr, &span), 0);
	assert_int_equal(span, 0x10000);
	assert_int_equal(space_each(&s, 0xd000000000000000, 0xdfffffffffffffff, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 2);
	expect_leaf(&seen.list[0], 0xd0003abcde000000, 0x45000000, 16 << 20);
	expect_leaf(&seen.list[1], 0xd0003abcdf000000, 0x89000000, 16 << 20);
	/* sizes that are not known, or no larger than a page */
	put(f, UPPER + 0x1cd * 8, MIDDLE | PRESENT | 0 << 2 | 3);
	expect_walk_error(&s, 0xd0003abcdef12345, -EFAULT);
	put(f, UPPER + 0x1cd * 8, MIDDLE | PRESENT | 1);
	expect_walk_error(&s, 0xd0003abcdef12345, -EFAULT);
	/* 16 GiB: more than the entry spans; bits 33:28 of the address are the entry's part of it */
	put(f, UPPER + 0x1cd * 8, MIDDLE | PRESENT | SIZE_16G << 2);
	put(f, MIDDLE, LEAF | 0x7400000000 | 0x18e);
	assert_int_equal(space_vtop(&s, 0xd0003abcdef12345, &paddr, &span), 0);
	assert_int_equal(paddr, 0x74def12345);
	assert_int_equal(span, 0x10000000 - 0xef12345);
	space_close(&s);
	fake_free(f);
	/* 4.7 to 4.9: 9; 3.10 to 4.6: 8, and until 4.5 the address is that in the linear map; before that the size itself,
	 * and an address without its top bit */
	check_huge_directory(ARCH_VERSION(4, 7, 0), PRESENT | 9 << 2, LEAF | 0x45000000);
	check_huge_directory(ARCH_VERSION(4, 6, 0), PRESENT | 8 << 2, LEAF | 0x45000000);
	check_huge_directory(ARCH_VERSION(4, 5, 0), V | 8 << 2, 0x45000ull << 18 | 2);
	check_huge_directory(ARCH_VERSION(3, 10, 0), V | 8 << 2, 0x45000ull << 17 | 1);
	check_huge_directory(ARCH_VERSION(3, 9, 0), 0x4000000000000000 | 24, 0x45000ull << 17 | 1);
}

static const char with_list[] =
	"SYMBOL(swapper_pg_dir)=c000000000100000\nSYMBOL(vmemmap_list)=c000000000001000\nSYMBOL(mmu_vmemmap_psize)=c000000000001008\n"
	"SYMBOL(mmu_psize_defs)=c000000000002000\nSIZE(mmu_psize_def)=40\nOFFSET(mmu_psize_def.shift)=4\n"
	"OFFSET(vmemmap_backing.list)=0\nOFFSET(vmemmap_backing.phys)=8\nOFFSET(vmemmap_backing.virt_addr)=16\n";

/* A list of two blocks of 16 MiB, in either byte order. */
static void check_page_structs(const struct arch *a)
{
	void (*put_any)(struct fake *f, uint64_t paddr, uint64_t v) = a->big_endian ? put : put_le;
	struct fake *f = memory(16);
	struct space s;

	put_any(f, 0x1000, V | 0x3000);
	put_entry(f, 0x1008, 8, 4, a->big_endian);
	put_entry(f, 0x2000 + 8 * 40 + 4, 24, 4, a->big_endian);
	put_any(f, 0x3000, V | 0x3100);
	put_any(f, 0x3008, 0x5000000);
	put_any(f, 0x3010, 0xf000000001000000);
	put_any(f, 0x3100, 0);
	put_any(f, 0x3108, 0x7000000);
	put_any(f, 0x3110, 0xf000000000000000);
	s = space_by(a, f, with_list, ARCH_VERSION(4, 18, 0));
	expect_window(&s, 0xf000000000123456, 0x7123456);
	expect_window(&s, 0xf000000001123456, 0x5123456);
	expect_walk_error(&s, 0xf000000002000000, -EFAULT);
	space_close(&s);
	/* a loop in the list ends */
	put_any(f, 0x3100, V | 0x3000);
	s = space_by(a, f, with_list, ARCH_VERSION(4, 18, 0));
	expect_window(&s, 0xf000000001123456, 0x5123456);
	assert_true(s.nwindows <= 65);
	space_close(&s);
	/* nonsense is no mapping */
	put_any(f, 0x3110, 0xffffffffffffff00);
	s = space_by(a, f, with_list, ARCH_VERSION(4, 18, 0));
	assert_int_equal(s.nwindows, 2);
	space_close(&s);
	put_entry(f, 0x1008, 99, 4, a->big_endian);
	s = space_by(a, f, with_list, ARCH_VERSION(4, 18, 0));
	assert_int_equal(s.nwindows, 1);
	space_close(&s);
	fake_free(f);
}

static void test_page_structs(void **state)
{
	(void)state;
	check_page_structs(&arch_ppc64);
	check_page_structs(&arch_ppc64le);
}

static void test_not_present(void **state)
{
	struct fake *f = memory(16);
	struct space s = space_by(&arch_ppc64le, f, "SYMBOL(swapper_pg_dir)=c000000000100000\nNUMBER(RADIX_MMU)=1\n", 0);

	(void)state;
	put(f, TOP + 0x1002 * 8, UPPER | PRESENT | 9);
	put(f, UPPER + 0x08d * 8, MIDDLE | 9);				/* pointer, not present */
	expect_walk_error(&s, 0xc00801234a7b5678, -EFAULT);
	put(f, UPPER + 0x08d * 8, MIDDLE | PRESENT | 9);
	put(f, MIDDLE + 0x053 * 8, LAST | PRESENT | 5);
	put(f, LAST + 0x1b * 8, 0x4000000000000000 | 0x12345000);	/* swap */
	expect_walk_error(&s, 0xc00801234a7b5678, -EFAULT);
	put(f, MIDDLE + 0x053 * 8, 0x4000000000000000 | 0x200000);
	expect_walk_error(&s, 0xc00801234a7b5678, -EFAULT);
	expect_flags(&s, 0, 0x4000000012345000, "swap");
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 0, 0xc00000001a00018e, "present r w privileged dirty accessed");
	expect_flags(&s, 1, 0xc00000001a0001b5, "present r x no-cache dirty accessed");
	expect_flags(&s, 1, 0x800000001fec0009, "table");
	expect_flags(&s, 3, 0x1fec0009, "not-present");
	fake_free(f);
}

static void test_loops(void **state)
{
	struct fake *f = memory(16);
	struct space s = space_by(&arch_ppc64, f, "SYMBOL(swapper_pg_dir)=c000000000100000\nNUMBER(RADIX_MMU)=1\n", 0);
	struct leaves seen = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 8192; i++)
		put(f, TOP + i * 8, TOP | PRESENT);
	expect_walk(&s, 0xc00801234a7b5678, TOP | 0x5678, 65536);
	assert_int_equal(space_each(&s, 0xc000000000000000, UINT64_MAX, see_leaf, &seen), -ELOOP);
	fake_free(f);
}

static void test_user_space(void **state)
{
	struct fake *f = memory(16);
	struct space kernel = space_by(&arch_ppc64, f, "SYMBOL(swapper_pg_dir)=c000000000100000\nNUMBER(RADIX_MMU)=1\n", 0), s;

	(void)state;
	put(f, 0x140000, UPPER | PRESENT | 9);
	put(f, UPPER, 0x40000000 | LEAF | 0x186);
	assert_int_equal(space_user(&kernel, 0x140000 | PRESENT | 13, 0x1234, &s), 0);
	expect_walk(&s, 0x1234, 0x40001234, 1 << 30);
	expect_walk_error(&s, 0x0010000000001234, -EFAULT);
	fake_free(f);
}

static void test_missing(void **state)
{
	struct fake *f = memory(16);
	struct space s;
	const char *why = NULL;

	(void)state;
	assert_int_equal(setup_by(&s, &arch_ppc64, f, "", (struct arch_query){ 0 }, &why), -ENOENT);
	assert_non_null(why);
	assert_int_equal(setup_by(&s, &arch_ppc64, f, "SYMBOL(swapper_pg_dir)=100000\n", (struct arch_query){ 0 }, &why), -ENOENT);
	assert_int_equal(setup_by(&s, &arch_ppc64, f, text, (struct arch_query){ .page_shift = 14 }, &why), -ENOENT);
	fake_free(f);
}

static void test_sparsemem(void **state)
{
	static const struct { unsigned int version, physmem; } eras[] = {
		{ ARCH_VERSION(3, 6, 0), 44 }, { ARCH_VERSION(4, 18, 0), 46 }, { ARCH_VERSION(4, 19, 0), 47 },
		{ ARCH_VERSION(4, 20, 0), 51 }, { 0, 51 },
	};
	struct space s = { .arch = &arch_ppc64 };
	unsigned int section, physmem;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(eras); i++) {
		arch_ppc64.sparsemem(&s, eras[i].version, &section, &physmem);
		assert_int_equal(section, 24);
		assert_int_equal(physmem, eras[i].physmem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_radix_64k),
		cmocka_unit_test(test_radix_4k),
		cmocka_unit_test(test_hashed),
		cmocka_unit_test(test_hashed_large),
		cmocka_unit_test(test_huge_directory),
		cmocka_unit_test(test_page_structs),
		cmocka_unit_test(test_not_present),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_sparsemem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
