/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64 translation tables made by hand: entries are written as numbers here, not by the code that is tested. Entry
 * values: 3 a table or (at the last level) a page, 1 a block; 0x703: a page with the access flag, inner shareable.
 */
#include <elf.h>

#include "arch/arm64.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

/* Memory from 1 GiB on as QEMU has it, in pages of 4 KiB, whatever the kernel's are: tables at these addresses. */
#define ROOT 0x41200000ull
#define T1 0x41300000ull
#define T2 0x41310000ull
#define T3 0x41320000ull
#define T4 0x41330000ull

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 0x42000);

	fake_set(f, 0x40000, 0x2000, PAGE_ZERO);
	return f;
}

static struct space space_of(struct fake *f, unsigned int page_shift, unsigned int va_bits, unsigned int t1sz)
{
	char text[200];
	struct space s;

	snprintf(text, sizeof(text), "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=%u\n"
		 "NUMBER(kimage_voffset)=0xffff7fffc8000000\nNUMBER(TCR_EL1_T1SZ)=0x%x\n", va_bits, t1sz);
	assert_int_equal(setup_from(&arch_arm64, f, text, V(6, 12), page_shift, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

/* Each configuration's levels: the index bits, top one last. */
static void test_levels(void **state)
{
	static const struct { unsigned int page_shift, va_bits, t1sz, levels, top; } modes[] = {
		{ 12, 39, 25, 3, 9 }, { 12, 48, 16, 4, 9 }, { 12, 52, 12, 5, 4 }, { 12, 52, 16, 4, 9 },
		{ 14, 36, 28, 2, 11 }, { 14, 47, 17, 3, 11 }, { 14, 48, 16, 4, 1 }, { 14, 52, 12, 4, 5 }, { 14, 52, 17, 3, 11 },
		{ 16, 42, 22, 2, 13 }, { 16, 48, 16, 3, 6 }, { 16, 52, 12, 3, 10 }, { 16, 52, 16, 3, 10 },
	};
	struct fake *f = memory();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct space s = space_of(f, modes[i].page_shift, modes[i].va_bits, modes[i].t1sz);

		assert_int_equal(s.tables.levels, modes[i].levels);
		for (unsigned int l = 0; l + 1 < s.tables.levels; l++)
			assert_int_equal(s.tables.bits[l], modes[i].page_shift - 3);
		assert_int_equal(s.tables.bits[s.tables.levels - 1], modes[i].top);
		space_close(&s);
	}
	fake_free(f);
}

/* 4K, 48 bits: 0xffff800012345678 has indices 0x100, 0, 0x91, 0x145. */
static void test_4k(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 48, 16);
	struct walk w;

	(void)state;
	PUT(f, false, { ROOT + 0x100 * 8, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x91 * 8, T3 | 3 },
	    { T3 + 0x145 * 8, 0x0068fedcba987703 }, { T2 + 0x92 * 8, 0x0060000080200701 }, { T1 + 8, 0x00600000c0000701 },
	    { T3 + 0x146 * 8, 0x0068000041234701 },		/* a block at the last level */
	    { ROOT + 0x101 * 8, 0x00600000c0000701 },		/* a block at the top */
	    { T3 + 0x147 * 8, 0x0068000041234702 }, { T2 + 0x93 * 8, T3 | 2 });
	/* bits 55:48 of an entry are attributes, 51 too: no address */
	expect(&s, 0xffff800012345678, 0x0000fedcba987678, 0x1000);
	expect(&s, 0xffff800012400000, 0x80200000, 0x200000);
	expect(&s, 0xffff8000125fffff, 0x803fffff, 0x200000);
	expect(&s, 0xffff800040000000, 0xc0000000, 0x40000000);
	expect(&s, 0xffff80007fffffff, 0xffffffff, 0x40000000);
	expect_error(&s, 0xffff800012346000, -EFAULT);
	expect_error(&s, 0xffff800012347000, -EFAULT);
	expect_error(&s, 0xffff800012600000, -EFAULT);
	expect_error(&s, 0xffff808000000000, -EFAULT);
	expect_error(&s, 0x0000800012345678, -EFAULT);
	assert_int_equal(space_walk(&s, 0xffff800012345678, &w), 0);
	assert_int_equal(w.nsteps, 4);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "PUD");
	assert_string_equal(w.steps[3].name, "PTE");
	assert_int_equal(w.steps[3].entry_paddr, T3 + 0x145 * 8);
	/* KASAN and MTE put tags into the top byte of pointers */
	expect(&s, 0xf4ff800012345678, 0x0000fedcba987678, 0x1000);
	expect(&s, 0x00ff800012345678, 0x0000fedcba987678, 0x1000);
	expect_error(&s, 0xff7f800012345678, -EFAULT);
	fake_free(f);
}

/* 39 bits: three levels; 0xffffffc012345678 has indices 0x100, 0x91, 0x145. */
static void test_4k_39(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 39, 25);

	(void)state;
	PUT(f, false, { ROOT + 0x100 * 8, T2 | 3 }, { T2 + 0x91 * 8, T3 | 3 }, { T3 + 0x145 * 8, 0x68000041234703 },
	    { ROOT + 0x101 * 8, 0x00600000c0000701 });
	expect(&s, 0xffffffc012345678, 0x41234678, 0x1000);
	expect(&s, 0xffffffc040000123, 0xc0000123, 0x40000000);
	expect_error(&s, 0xffff8012345678, -EFAULT);
	expect_error(&s, 0xffffff3fffffffff, -EFAULT);
	fake_free(f);
}

/* LPA2: address bits 51:50 are entry bits 9:8, five levels of which the top one has 16 entries. 0xfff8800012345678 has
 * indices 8, 0x100, 0, 0x91, 0x145. */
static void test_4k_lpa2(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 52, 12);

	(void)state;
	PUT(f, false, { ROOT + 8 * 8, T1 | 3 }, { T1 + 0x100 * 8, T2 | 3 }, { T2, T3 | 3 }, { T3 + 0x91 * 8, T4 | 3 },
	    { T4 + 0x145 * 8, 0x0068000041234403 | (uint64_t)3 << 48 | 2 << 8 },
	    { T3 + 0x92 * 8, 0x0060000080200401 | (uint64_t)1 << 48 | 1 << 8 },
	    { T2 + 8, 0x00600000c0000401 }, { T1 + 0x101 * 8, 0x0060010000000401 }, { ROOT + 9 * 8, 0x0060010000000401 });
	expect(&s, 0xfff8800012345678, 0x000b000041234678, 0x1000);
	expect(&s, 0xfff8800012400000, 0x0005000080200000, 0x200000);
	expect(&s, 0xfff8800040000001, 0x00000000c0000001, 0x40000000);
	expect(&s, 0xfff8808000000001, 0x0000010000000001, 0x8000000000);
	expect_error(&s, 0xfff9000000000000, -EFAULT);
	fake_free(f);
}

/* The same kernel on a CPU without LPA2: four levels, and bits 9:8 are shareability. */
static void test_4k_lpa2_fallback(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 52, 16);

	(void)state;
	PUT(f, false, { ROOT + 0x100 * 8, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x91 * 8, T3 | 3 },
	    { T3 + 0x145 * 8, 0x0068000041234703 });
	expect(&s, 0xffff800012345678, 0x41234678, 0x1000);
	expect_error(&s, 0xfff8800012345678, -EFAULT);
	fake_free(f);
}

/* 16K: 11 index bits a level. 0xffffc00012345678: bits 46:36 0x400, 35:25 0x9, 24:14 0xd1, offset 0x1678. */
static void test_16k(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 14, 47, 17);

	(void)state;
	PUT(f, false, { ROOT + 0x400 * 8, T1 | 3 }, { T1 + 9 * 8, T2 | 3 }, { T2 + 0xd1 * 8, 0x006800004a5cc703 },
	    { T1 + 10 * 8, 0x00600000c2000701 },	/* 32 MiB */
	    { ROOT + 0x401 * 8, 0x0060001000000701 });	/* 64 GiB: only with 52 bits */
	expect(&s, 0xffffc00012345678, 0x4a5cd678, 0x4000);
	expect(&s, 0xffffc00014000000, 0xc2000000, 0x2000000);
	expect(&s, 0xffffc00015ffffff, 0xc3ffffff, 0x2000000);
	expect_error(&s, 0xffffc01000000000, -EFAULT);
	fake_free(f);
}

/* 36 bits: two levels, bits 35:25 and 24:14. 48 bits: a top table of two entries. */
static void test_16k_other(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 14, 36, 28);

	(void)state;
	PUT(f, false, { ROOT + 0x409 * 8, T2 | 3 }, { T2 + 0xd1 * 8, 0x006800004a5cc703 });
	expect(&s, 0xfffffff812345678, 0x4a5cd678, 0x4000);
	s = space_of(f, 14, 48, 16);
	PUT(f, false, { ROOT + 8, T1 | 3 }, { T1, T3 | 3 }, { T3 + 9 * 8, T2 | 3 });
	expect(&s, 0xffff800012345678, 0x4a5cd678, 0x4000);
	/* 52 bits: 32 entries at the top; 0xfff8800012345678: bits 51:47 are 0x11 */
	s = space_of(f, 14, 52, 12);
	PUT(f, false, { ROOT + 0x11 * 8, T1 | 3 }, { T1 + 8, 0x0062001000000501 });
	expect(&s, 0xfff8800012345678, 0x4a5cd678 | (uint64_t)3 << 50, 0x4000);
	expect(&s, 0xfff8801000000010, 0x0006001000000010, 0x1000000000);
	fake_free(f);
}

/* 64K: 13 index bits a level, address bits 51:48 in entry bits 15:12. 0xfff0000012345678 with 52 bits: bits 51:42 are 0,
 * 41:29 0, 28:16 0x1234, offset 0x5678. */
static void test_64k(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 16, 52, 12);

	(void)state;
	PUT(f, false, { ROOT, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x1234 * 8, 0x006800004abc7703 },
	    { T1 + 8, 0x00600000e0001701 },		/* 512 MiB at 1 << 48 */
	    { ROOT + 8, 0x0060040000002701 },		/* 4 TiB at 2 << 48 */
	    { ROOT + 0x3e0 * 8, T1 | 3 });
	expect(&s, 0xfff0000012345678, 0x000700004abc5678, 0x10000);
	expect(&s, 0xfff0000020000000, 0x00010000e0000000, 0x20000000);
	expect(&s, 0xfff0040000000001, 0x0002040000000001, 0x40000000000);
	/* on a CPU with 48 bits the same tables serve: the index is that of 52 bits */
	s = space_of(f, 16, 52, 16);
	expect(&s, 0xffff800012345678, 0x000700004abc5678, 0x10000);
	/* 48 bits: bits 47:42 at the top; 42 bits: two levels */
	s = space_of(f, 16, 48, 16);
	PUT(f, false, { ROOT + 0x20 * 8, T1 | 3 }, { T2 + 0x1234 * 8, 0x006800004abc0703 });
	expect(&s, 0xffff800012345678, 0x4abc5678, 0x10000);
	s = space_of(f, 16, 42, 22);
	PUT(f, false, { ROOT + 0x1000 * 8, T2 | 3 }, { ROOT + 0x1001 * 8, 0x0060000020000701 });
	expect(&s, 0xfffffe0012345678, 0x4abc5678, 0x10000);
	expect(&s, 0xfffffe0020000001, 0x20000001, 0x20000000);
	fake_free(f);
}

/* A top table that leads to itself at all levels. */
static void test_loop(void **state)
{
	static const struct { unsigned int page_shift, va_bits, t1sz; } modes[] = {
		{ 12, 48, 16 }, { 12, 52, 12 }, { 14, 47, 17 }, { 16, 52, 12 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct fake *f = memory();
		struct space s = space_of(f, modes[i].page_shift, modes[i].va_bits, modes[i].t1sz);

		for (uint64_t at = 0; at < (uint64_t)1 << modes[i].page_shift; at += 8)
			fake_u64(f, ROOT + at, ROOT | 3);
		expect_bounded(&s, -((uint64_t)1 << modes[i].va_bits), UINT64_MAX);
		fake_free(f);
	}
}

static void test_flags(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 48, 16);

	(void)state;
	expect_flags(&s, 0, 0x0068000041234703, "valid rw accessed global write pxn uxn");
	expect_flags(&s, 0, 0x00e8000041234fc3 & ~(uint64_t)0x80, "valid user rw accessed write pxn uxn dirty");
	expect_flags(&s, 1, 0x0040000080200f81, "valid ro accessed uxn");
	expect_flags(&s, 1, T3 | 3, "table");
	expect_flags(&s, 3, 0x1800000000000003 | T3, "table pxn uxn");
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 3, 0x701, "invalid");
	/* from 6.10 on: type 10:6, offset from 12 on, PROT_NONE is bit 11 */
	expect_flags(&s, 0, 0x12345000 | 3 << 6, "swap type 3 offset 0x12345");
	expect_flags(&s, 0, 0x0068000041234800, "prot-none");
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=48\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\n", V(6, 1), 12, NULL, &s), 0);
	expect_flags(&s, 0, 0x12345 << 8 | 3 << 3, "swap type 3 offset 0x12345");
	expect_flags(&s, 0, 0x0468000041234f80, "prot-none");
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=48\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\n", V(5, 10), 12, NULL, &s), 0);
	expect_flags(&s, 0, 0x12345 << 8 | 3 << 2, "swap type 3 offset 0x12345");
	fake_free(f);
}

/* Nothing but the symbol: the top table is the one that maps itself, and that tells the number of bits too. */
static void test_found_in_memory(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	/* ffff800009200000: indices 0x100, 0, 0x49, 0 */
	PUT(f, false, { ROOT + 0x100 * 8, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x49 * 8, T3 | 3 }, { T3, 0x68000041200703 });
	/* one that maps it elsewhere */
	PUT(f, false, { 0x41000000 + 0x100 * 8, T1 | 3 });
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\n", V(6, 1), 12, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(space_va_bits(&s), 48);
	assert_int_equal(s.text_vaddr - s.text_paddr, 0xffff7fffc8000000);
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009201000\n", V(6, 1), 12, NULL, &s),
			 -ENOENT);
	/* a segment of the image, as in /proc/vmcore, is as good */
	{
		static const struct mapping segments[] = {
			{ 0xffff000000000000, 0x40000000, 0x2000000 }, { 0xffff800009000000, 0x41000000, 0x400000 },
		};
		const struct arch_query q = { .segments = segments, .nsegments = 2 };

		assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\n", V(6, 1), 12, &q, &s), 0);
		assert_int_equal(s.tables.root, ROOT);
		assert_int_equal(space_va_bits(&s), 48);
	}
	fake_free(f);
}

static void test_setup(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_arm64, f, "NUMBER(VA_BITS)=48\n", V(6, 1), 12, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\n", 0, 13, NULL, &s), -ENOENT);
	/* what cannot be is not believed */
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=64\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\n", 0, 12, NULL, &s), -ENOENT);
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=52\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\nNUMBER(TCR_EL1_T1SZ)=0x63\n", 0, 12, NULL, &s),
			 -ENOENT);
	/* the other spelling */
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=52\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\nNUMBER(tcr_el1_t1sz)=0x10\n", 0, 12, NULL, &s), 0);
	assert_int_equal(space_va_bits(&s), 48);
	assert_ptr_equal(arch_find(EM_AARCH64, 64, false), &arch_arm64);
	assert_ptr_equal(arch_find(EM_AARCH64, 64, true), &arch_arm64_be);
	fake_free(f);
}

/* The linear map is told by its first page: in the lower half since 5.4, where the image is in the upper one. */
static void test_direct_map(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 48, 16);
	struct mapping direct;

	(void)state;
	assert_int_equal(space_direct_map(&s, &direct), -ENOENT);
	PUT(f, false, { ROOT + 2 * 8, T1 | 3 }, { T1 + 5 * 8, 0x0060000040000701 }, { ROOT + 0x100 * 8, T1 | 3 });
	assert_int_equal(space_direct_map(&s, &direct), 0);
	/* 2 << 39 | 5 << 30 above the start is physical 1 GiB */
	assert_int_equal(direct.vaddr, 0xffff000000000000);
	assert_int_equal(direct.paddr, 0x40000000 - 0x10140000000);
	assert_int_equal(direct.len, 0x800000000000);
	/* 4.14: image at the bottom, linear map in the upper half */
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff000009200000\nNUMBER(VA_BITS)=48\n"
				    "NUMBER(kimage_voffset)=0xfffeffffc8000000\n", V(4, 14), 12, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xffff800000000000);
	assert_int_equal(direct.paddr, 0x40000000 - 0x140000000);
	/* 4.4: the image is in the linear map */
	assert_int_equal(setup_from(&arch_arm64, f, "SYMBOL(swapper_pg_dir)=ffff800001200000\nNUMBER(VA_BITS)=48\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc0000000\n", V(4, 4), 12, NULL, &s), 0);
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xffff800000000000);
	assert_int_equal(direct.paddr, 0x40000000);
	fake_free(f);
}

/* A process: its own root, low addresses, tags; TTBR0 has the ASID above the address. */
static void test_user(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 12, 48, 16), user;

	(void)state;
	PUT(f, false, { T4 + 0xff * 8, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x91 * 8, T3 | 3 },
	    { T3 + 0x145 * 8, 0x00e8000041234fc3 });
	assert_int_equal(space_user(&s, T4, 0x00007f8012345678, &user), 0);
	expect(&user, 0x00007f8012345678, 0x41234678, 0x1000);
	expect(&user, 0x77007f8012345678, 0x41234678, 0x1000);
	expect_error(&user, 0xffff7f8012345678, -EFAULT);
	assert_int_equal(space_user(&s, (uint64_t)0x1234 << 48 | T4 | 1, 0x00007f8012345678, &user), 0);
	expect(&user, 0x00007f8012345678, 0x41234678, 0x1000);
	/* another kernel's top table */
	assert_int_equal(space_user(&s, T4, 0xffff7f8012345678, &user), 0);
	expect(&user, 0xffff7f8012345678, 0x41234678, 0x1000);
	/* LPA: bits 5:2 of TTBR0 are address bits 51:48 */
	s = space_of(f, 16, 52, 12);
	assert_int_equal(space_user(&s, (uint64_t)7 << 48 | T4 | 3 << 2, 0, &user), 0);
	assert_int_equal(user.tables.root, (uint64_t)3 << 48 | T4);
	assert_int_equal(space_user(&s, (uint64_t)3 << 48 | T4, 0, &user), 0);
	assert_int_equal(user.tables.root, (uint64_t)3 << 48 | T4);
	fake_free(f);
}

static void test_big_endian(void **state)
{
	struct fake *f = memory();
	struct space s;

	(void)state;
	assert_int_equal(setup_from(&arch_arm64_be, f, "SYMBOL(swapper_pg_dir)=ffff800009200000\nNUMBER(VA_BITS)=39\n"
				    "NUMBER(kimage_voffset)=0xffff7fffc8000000\n", V(4, 19), 12, NULL, &s), 0);
	PUT(f, true, { ROOT + 0x100 * 8, T2 | 3 }, { T2 + 0x91 * 8, T3 | 3 }, { T3 + 0x145 * 8, 0x68000041234703 });
	expect(&s, 0xffffffc012345678, 0x41234678, 0x1000);
	fake_free(f);
}

/* A kernel of which the dump tells neither machine nor page size: the text does. */
static void test_kernel(void **state)
{
	static const char text[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffff800009200000\n"
		"NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff7fffc8000000\nSYMBOL(_stext)=ffff800009210000\n";
	struct fake *f = memory();
	struct kernel_input in = { .pages = &f->pages, .vmcoreinfo = text, .vmcoreinfo_len = sizeof(text) - 1 };
	struct mapping image;
	struct kernel *k;

	(void)state;
	PUT(f, false, { ROOT + 0x100 * 8, T1 | 3 }, { T1, T2 | 3 }, { T2 + 0x49 * 8, 0x60000041200701 });
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_ptr_equal(k->arch, &arch_arm64);
	assert_true(k->has_space);
	assert_int_equal(kernel_image(k, &image), 0);
	assert_int_equal(image.vaddr, 0xffff800009200000);
	assert_int_equal(image.paddr, ROOT);
	assert_int_equal(image.len, 0x200000);
	kernel_close(k);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_4k),
		cmocka_unit_test(test_4k_39),
		cmocka_unit_test(test_4k_lpa2),
		cmocka_unit_test(test_4k_lpa2_fallback),
		cmocka_unit_test(test_16k),
		cmocka_unit_test(test_16k_other),
		cmocka_unit_test(test_64k),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_found_in_memory),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_direct_map),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("arm64", tests, NULL, NULL);
}
