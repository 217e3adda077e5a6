/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64 page tables made by hand. An entry is a physical address >> 2 and flags: 1 a table, 0xcf a page that can be
 * read, written and executed, 0xe7 one of the kernel's data.
 */
#include <elf.h>

#include "arch/riscv64.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "tests/unit/walks.h"

#define V(major, minor) ARCH_VERSION(major, minor, 0)

#define ROOT 0x81a00000ull
#define T1 0x81b00000ull
#define T2 0x81b01000ull
#define T3 0x81b02000ull
#define T4 0x81b03000ull
#define E(paddr, flags) ((paddr) >> 2 | (flags))

/* KERNEL_LINK_ADDR is at 0x80200000 here */
#define TOLD "SYMBOL(swapper_pg_dir)=ffffffff81800000\nNUMBER(va_kernel_pa_offset)=0xfffffffeffe00000\n"

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 0x82000);

	fake_set(f, 0x80000, 0x2000, PAGE_ZERO);
	return f;
}

static struct space space_of(struct fake *f, unsigned int va_bits)
{
	char text[200];
	struct space s;

	snprintf(text, sizeof(text), TOLD "NUMBER(VA_BITS)=%u\n", va_bits);
	assert_int_equal(setup_from(&arch_riscv64, f, text, V(6, 12), 12, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(space_va_bits(&s), va_bits);
	return s;
}

/* 0xffffffd812345678: indices 0x160, 0x91, 0x145. */
static void test_sv39(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 39);
	struct walk w;

	(void)state;
	PUT(f, false, { ROOT + 0x160 * 8, E(T1, 1) }, { T1 + 0x91 * 8, E(T2, 1) },
	    { T2 + 0x145 * 8, E(0xfedcba987000, 0xe7) },
	    { T2 + 0x146 * 8, E(0x81234000, 0xe7) | (uint64_t)1 << 61 },	/* PBMT is no address */
	    { T1 + 0x92 * 8, E(0x80400000, 0xe7) }, { ROOT + 0x161 * 8, E(0xc0000000, 0xe7) },
	    { T1 + 0x93 * 8, E(0x80401000, 0xe7) },		/* not aligned to its size */
	    { T2 + 0x147 * 8, E(T3, 1) },			/* a table at the last level */
	    { T2 + 0x148 * 8, E(0x81234000, 0xe6) },		/* not valid */
	    { T2 + 0x149 * 8, E(0x81235000, 5) });		/* write only: a shadow stack */
	expect(&s, 0xffffffd812345678, 0xfedcba987678, 0x1000);
	expect(&s, 0xffffffd812346678, 0x81234678, 0x1000);
	expect(&s, 0xffffffd812400000, 0x80400000, 0x200000);
	expect(&s, 0xffffffd8125fffff, 0x805fffff, 0x200000);
	expect(&s, 0xffffffd840000123, 0xc0000123, 0x40000000);
	expect(&s, 0xffffffd812349000, 0x81235000, 0x1000);
	expect_error(&s, 0xffffffd812600000, -EFAULT);
	expect_error(&s, 0xffffffd812347000, -EFAULT);
	expect_error(&s, 0xffffffd812348000, -EFAULT);
	expect_error(&s, 0x0000005812345678, -EFAULT);
	expect_error(&s, 0xffffff5812345678, -EFAULT);
	assert_int_equal(space_walk(&s, 0xffffffd812345678, &w), 0);
	assert_int_equal(w.nsteps, 3);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "PMD");
	assert_string_equal(w.steps[2].name, "PTE");
	fake_free(f);
}

/* 0xffffaf8012345678: 0x15f, 0, 0x91, 0x145. 0xff60000012345678: 0x160, 0, 0, 0x91, 0x145. */
static void test_sv48_sv57(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 48);

	(void)state;
	PUT(f, false, { ROOT + 0x15f * 8, E(T1, 1) }, { T1, E(T2, 1) }, { T2 + 0x91 * 8, E(T3, 1) },
	    { T3 + 0x145 * 8, E(0x81234000, 0xcf) }, { T1 + 8, E(0x40000000, 0xcf) },
	    { ROOT + 0x160 * 8, E(0x8000000000, 0xcf) });
	expect(&s, 0xffffaf8012345678, 0x81234678, 0x1000);
	expect(&s, 0xffffaf8040000001, 0x40000001, 0x40000000);
	expect(&s, 0xffffb00000000001, 0x8000000001, 0x8000000000);
	expect_error(&s, 0xff60000012345678, -EFAULT);
	s = space_of(f, 57);
	PUT(f, false, { ROOT + 0x160 * 8, E(T4, 1) }, { T4, E(T1, 1) }, { ROOT + 0x161 * 8, E(0x1000000000000, 0xcf) },
	    { T4 + 8, E(0x8000000000, 0xcf) });
	expect(&s, 0xff60000012345678, 0x81234678, 0x1000);
	expect(&s, 0xff60008000000001, 0x8000000001, 0x8000000000);
	expect(&s, 0xff61000000000001, 0x1000000000001, 0x1000000000000);
	fake_free(f);
}

/* Svnapot: sixteen entries that are the same, with 8 in the low bits of the page number. */
static void test_napot(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 39);
	uint64_t entry = (uint64_t)1 << 63 | E(0x81238000, 0xe7), calls = 0;

	(void)state;
	PUT(f, false, { ROOT + 0x160 * 8, E(T1, 1) }, { T1 + 0x91 * 8, E(T2, 1) },
	    { T2, (uint64_t)1 << 63 | E(0x81234000, 0xe7) },		/* no size that there is */
	    { T1 + 0x92 * 8, (uint64_t)1 << 63 | E(0x80400000, 0xe7) });	/* not at this level */
	for (unsigned int i = 0x140; i < 0x150; i++)
		fake_u64(f, T2 + i * 8, entry);
	expect(&s, 0xffffffd812340000, 0x81230000, 0x1000);
	expect(&s, 0xffffffd812345678, 0x81235678, 0x1000);
	expect(&s, 0xffffffd81234ffff, 0x8123ffff, 0x1000);
	expect_error(&s, 0xffffffd812200000, -EFAULT);
	expect_error(&s, 0xffffffd812400000, -EFAULT);
	assert_int_equal(space_each(&s, 0xffffffd800000000, 0xffffffd8ffffffff, count_mappings, &calls), 0);
	assert_int_equal(calls, 16);
	expect_flags(&s, 0, entry, "valid r w global accessed dirty napot");
	fake_free(f);
}

static void test_loop(void **state)
{
	(void)state;
	for (unsigned int bits = 39; bits <= 57; bits += 9) {
		struct fake *f = memory();
		struct space s = space_of(f, bits);

		for (uint64_t i = 0; i < 512; i++)
			fake_u64(f, ROOT + i * 8, E(ROOT, 1));
		expect_bounded(&s, -((uint64_t)1 << (bits - 1)), UINT64_MAX);
		fake_free(f);
	}
}

static void test_flags(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 39);

	(void)state;
	expect_flags(&s, 0, E(0x81234000, 0xd7), "valid r w user accessed dirty");
	expect_flags(&s, 1, E(0x80400000, 0xef), "valid r w x global accessed dirty");
	expect_flags(&s, 0, E(0x81234000, 0x1e7) | (uint64_t)2 << 61, "valid r w global accessed dirty special io");
	expect_flags(&s, 2, E(T1, 1), "table");
	expect_flags(&s, 0, E(T1, 1), "invalid");
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 0, E(0x81234000, 0x22), "prot-none");
	expect_flags(&s, 0, 0x12345ull << 12 | 3 << 7, "swap type 3 offset 0x12345");
	assert_int_equal(setup_from(&arch_riscv64, f, TOLD "NUMBER(VA_BITS)=39\n", V(6, 1), 12, NULL, &s), 0);
	expect_flags(&s, 0, 0x12345ull << 11 | 3 << 6, "swap type 3 offset 0x12345");
	assert_int_equal(setup_from(&arch_riscv64, f, TOLD "NUMBER(VA_BITS)=39\n", V(5, 10), 12, NULL, &s), 0);
	expect_flags(&s, 0, 0x12345ull << 7 | 3 << 2, "swap type 3 offset 0x12345");
	expect_flags(&s, 0, E(0x81234000, 0xc2), "prot-none");
	fake_free(f);
}

/* 5.10 tells nothing: the tables are found in memory, and with them the mode. */
static void test_found_in_memory(void **state)
{
	static const struct mapping segments[] = { { 0xffffffff80000000, 0x80200000, 0x2000000 } };
	const struct arch_query with_segments = { .segments = segments, .nsegments = 1 };
	struct fake *f = memory();
	struct space s;

	(void)state;
	/* ffffffff81800000: with 48 bits 0x1ff, 0x1fe, 0xc, 0 */
	PUT(f, false, { ROOT + 0x1ff * 8, E(T1, 1) }, { T1 + 0x1fe * 8, E(T2, 1) }, { T2 + 0xc * 8, E(ROOT, 0xef) });
	assert_int_equal(setup_from(&arch_riscv64, f, "SYMBOL(swapper_pg_dir)=ffffffff81800000\n", V(5, 18), 12, NULL, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(space_va_bits(&s), 48);
	assert_int_equal(s.text_vaddr - s.text_paddr, 0xfffffffeffe00000);
	assert_int_equal(setup_from(&arch_riscv64, f, "SYMBOL(swapper_pg_dir)=ffffffff81800000\n", V(5, 18), 12,
				    &with_segments, &s), 0);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(space_va_bits(&s), 48);
	assert_int_equal(setup_from(&arch_riscv64, f, "SYMBOL(swapper_pg_dir)=ffffffff81801000\n", V(5, 18), 12, NULL, &s),
			 -ENOENT);
	assert_int_equal(setup_from(&arch_riscv64, f, "NUMBER(VA_BITS)=48\n", V(6, 1), 12, NULL, &s), -ENOENT);
	fake_free(f);
}

static void test_direct_map(void **state)
{
	struct fake *f = memory();
	struct mapping direct;
	struct space s;

	(void)state;
	/* 6.12 with PAGE_OFFSET, of which the first 2 MiB are the firmware's */
	assert_int_equal(setup_from(&arch_riscv64, f, TOLD "NUMBER(VA_BITS)=39\nNUMBER(PAGE_OFFSET)=0xffffffd600000000\n",
				    V(6, 12), 12, NULL, &s), 0);
	assert_int_equal(space_direct_map(&s, &direct), -ENOENT);
	PUT(f, false, { ROOT + 0x158 * 8, E(T1, 1) }, { T1 + 8, E(0x80200000, 0xe7) });
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xffffffd600000000);
	assert_int_equal(direct.paddr, 0x80000000);
	/* not told: vmalloc is below it, and it is 0xffffffd800000000 */
	assert_int_equal(setup_from(&arch_riscv64, f, TOLD "NUMBER(VA_BITS)=39\n", V(5, 17), 12, NULL, &s), 0);
	PUT(f, false, { ROOT + 0x160 * 8, E(T2, 1) }, { T2, E(0x80000000, 0xe7) }, { T1 + 8, E(0x81800000, 0xe7) });
	assert_int_equal(space_direct_map(&s, &direct), 0);
	assert_int_equal(direct.vaddr, 0xffffffd800000000);
	assert_int_equal(direct.paddr, 0x80000000);
	fake_free(f);
}

static void test_user(void **state)
{
	struct fake *f = memory();
	struct space s = space_of(f, 48), user;

	(void)state;
	PUT(f, false, { T4 + 0xff * 8, E(T1, 1) }, { T1, E(T2, 1) }, { T2 + 0x91 * 8, E(T3, 1) },
	    { T3 + 0x145 * 8, E(0x81234000, 0xd7) }, { T4 + 0x48 * 8, E(0xc0000000, 0xd7) });
	assert_int_equal(space_user(&s, T4, 0x00007f8012345678, &user), 0);
	expect(&user, 0x00007f8012345678, 0x81234678, 0x1000);
	/* satp: Sv48; Sv39, which a process may have */
	assert_int_equal(space_user(&s, (uint64_t)9 << 60 | (uint64_t)77 << 44 | T4 >> 12, 0, &user), 0);
	expect(&user, 0x00007f8012345678, 0x81234678, 0x1000);
	assert_int_equal(space_user(&s, (uint64_t)8 << 60 | T4 >> 12, 0, &user), 0);
	expect(&user, 0x1200000001, 0xc0000001, 0x40000000);
	assert_int_equal(space_user(&s, (uint64_t)11 << 60 | T4 >> 12, 0, &user), -EINVAL);
	assert_int_equal(space_user(&s, T4 + 8, 0, &user), -EINVAL);
	fake_free(f);
}

/* A dump that does not name its machine. */
static void test_kernel(void **state)
{
	static const char text[] = "OSRELEASE=6.12.0-test\nPAGESIZE=4096\n" TOLD
		"NUMBER(VA_BITS)=39\nNUMBER(phys_ram_base)=2147483648\nSYMBOL(_stext)=ffffffff80002000\n";
	struct fake *f = memory();
	struct kernel_input in = { .pages = &f->pages, .vmcoreinfo = text, .vmcoreinfo_len = sizeof(text) - 1 };
	struct mapping image;
	struct kernel *k;

	(void)state;
	/* ffffffff80000000: 0x1fe, 0 */
	PUT(f, false, { ROOT + 0x1fe * 8, E(T1, 1) }, { T1, E(0x80200000, 0xef) }, { T1 + 0xc * 8, E(ROOT, 0xef) });
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_ptr_equal(k->arch, &arch_riscv64);
	assert_true(k->has_space);
	assert_int_equal(kernel_image(k, &image), 0);
	assert_int_equal(image.vaddr, 0xffffffff80000000);
	assert_int_equal(image.paddr, 0x80200000);
	assert_int_equal(image.len, 0x1a00000);
	kernel_close(k);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sv39),
		cmocka_unit_test(test_sv48_sv57),
		cmocka_unit_test(test_napot),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_found_in_memory),
		cmocka_unit_test(test_direct_map),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("riscv64", tests, NULL, NULL);
}
