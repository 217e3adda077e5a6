/* SPDX-License-Identifier: GPL-2.0-or-later */
/* i386 tables made by hand: entries are written as numbers here. */
#include <errno.h>

#include "arch/i386.h"
#include "tests/unit/arch_unit.h"

#define ROOT	0x101000ull
#define MIDDLE	0x102000ull
#define LAST	0x103000ull

static const char pae_text[] = "SYMBOL(swapper_pg_dir)=c0101000\nCONFIG_X86_PAE=y\n";
static const char plain_text[] = "SYMBOL(swapper_pg_dir)=c0101000\n";

static void put4(struct fake *f, uint64_t paddr, uint32_t v) { put_entry(f, paddr, v, 4, false); }
static void put8(struct fake *f, uint64_t paddr, uint64_t v) { put_entry(f, paddr, v, 8, false); }

static struct fake *memory(void)
{
	return fake_memory(12, 0x200, 0x100, 0x20);
}

/* The kernel from 0xc0000000 on: 4 MiB by one page. */
static struct fake *plain_memory(void)
{
	struct fake *f = memory();

	put4(f, ROOT + 0x300 * 4, 0x1e3);
	return f;
}

static struct fake *pae_memory(void)
{
	struct fake *f = memory();

	put8(f, ROOT + 3 * 8, MIDDLE | 1);
	put8(f, MIDDLE, 0x1e3);
	return f;
}

static struct space space_by(const struct fake *f, const char *text)
{
	struct arch_query q = { 0 };
	struct space s;
	const char *why;

	assert_int_equal(setup_by(&s, &arch_i386, f, text, q, &why), 0);
	assert_int_equal(s.tables.root, ROOT);
	return s;
}

/* 0xc0c56789: index 0x303 of the top, 0x056 of the last table */
static void test_plain(void **state)
{
	struct fake *f = plain_memory();
	struct space s = space_by(f, plain_text);
	struct walk w;

	(void)state;
	put4(f, ROOT + 0x303 * 4, LAST | 0x63);
	put4(f, LAST + 0x056 * 4, 0xfedcb000 | 0x163);
	expect_walk(&s, 0xc0c56789, 0xfedcb789, 4096);
	expect_walk(&s, 0xc0112345, 0x112345, 4 << 20);
	expect_walk_error(&s, 0xc0c57000, -EFAULT);
	expect_walk_error(&s, 0xc1000000, -EFAULT);
	assert_int_equal(space_walk(&s, 0xc0c56789, &w), 0);
	assert_int_equal(w.nsteps, 2);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "PTE");
	assert_int_equal(w.steps[0].entry_paddr, ROOT + 0x303 * 4);
	/* 32 bits, zero-extended */
	expect_walk_error(&s, 0xffffffffc0c56789, -EFAULT);
	expect_walk_error(&s, 0x1c0c56789, -EFAULT);
	fake_free(f);
}

/* PSE-36: bits 20:13 of a large page's entry are bits 39:32 of its address; bit 12 is PAT, bit 21 reserved. */
static void test_pse36(void **state)
{
	struct fake *f = plain_memory();
	struct space s = space_by(f, plain_text);

	(void)state;
	put4(f, ROOT + 0x310 * 4, 0xffc00000 | 0x1e3);
	put4(f, ROOT + 0x311 * 4, 0x80400000 | 0x5a << 13 | 0x1000 | 0x200000 | 0x1e3);
	put4(f, ROOT + 0x312 * 4, 0x00800000 | 0xff << 13 | 0x1e3);
	expect_walk(&s, 0xc4012345, 0xffc12345, 4 << 20);
	expect_walk(&s, 0xc47fffff, 0x5a807fffff, 4 << 20);
	expect_walk(&s, 0xc4800000, 0xff00800000, 4 << 20);
	/* in the last table bit 7 is PAT */
	put4(f, ROOT + 0x313 * 4, LAST | 0x63);
	put4(f, LAST, 0x12345000 | 0x1e3);
	expect_walk(&s, 0xc4c00abc, 0x12345abc, 4096);
	fake_free(f);
}

/* 0xc1856789: top 3, middle 0x00c, last 0x056 */
static void test_pae(void **state)
{
	struct fake *f = pae_memory();
	struct space s = space_by(f, pae_text);
	struct walk w;

	(void)state;
	put8(f, MIDDLE + 0x00c * 8, LAST | 0x63);
	put8(f, LAST + 0x056 * 8, 0x8000000000000163 | 0xfedcba9876000);
	put8(f, MIDDLE + 0x00d * 8, 0x8000000000001000 | 0xf12345600000 | 0x1e3);
	expect_walk(&s, 0xc1856789, 0xfedcba9876789, 4096);
	expect_walk(&s, 0xc1bfffff, 0xf123457fffff, 2 << 20);
	expect_walk(&s, 0xc0100123, 0x100123, 2 << 20);
	expect_walk_error(&s, 0xc1857000, -EFAULT);
	expect_walk_error(&s, 0xc2000000, -EFAULT);
	expect_walk_error(&s, 0x01856789, -EFAULT);
	expect_walk_error(&s, 0xffffffffc1856789, -EFAULT);
	assert_int_equal(space_walk(&s, 0xc1856789, &w), 0);
	assert_int_equal(w.nsteps, 3);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "PMD");
	/* the top entries are no leaves, whatever bit 7 is */
	put8(f, ROOT + 3 * 8, MIDDLE | 0x81);
	expect_walk(&s, 0xc0100123, 0x100123, 2 << 20);
	fake_free(f);
}

static void test_not_present(void **state)
{
	struct fake *f = plain_memory();
	struct space s = space_by(f, plain_text);

	(void)state;
	put4(f, ROOT + 0x310 * 4, LAST | 0x62);
	put4(f, ROOT + 0x311 * 4, 0x40000000 | 0x1e2);
	put4(f, ROOT + 0x312 * 4, LAST | 0x63);
	put4(f, LAST, 0x7000 | 0x120);		/* PROT_NONE */
	put4(f, LAST + 4, 0x1234fe);		/* swap */
	expect_walk_error(&s, 0xc4000000, -EFAULT);
	expect_walk_error(&s, 0xc4400000, -EFAULT);
	expect_walk_error(&s, 0xc4800000, -EFAULT);
	expect_walk_error(&s, 0xc4801000, -EFAULT);
	expect_flags(&s, 0, 0x7120, "prot-none");
	expect_flags(&s, 0, 0x12340e, "not-present");
	expect_flags(&s, 0, 0, "none");
	expect_flags(&s, 0, 0x163, "present rw accessed dirty global");
	expect_flags(&s, 1, 0x67, "present rw user accessed");
	expect_flags(&s, 1, 0x1e3, "present rw accessed dirty global");
	expect_flags(&s, 0, 0x8000000000000001, "present nx");
	fake_free(f);
}

/* Every choice of PAGE_OFFSET, with PAE or not, said or found out. The top table is the one that maps itself. */
static void test_finding(void **state)
{
	static const uint32_t offsets[] = { 0xc0000000, 0xb0000000, 0x80000000, 0x78000000, 0x40000000 };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(offsets) * 3; i++) {
		uint32_t offset = offsets[i / 3];
		bool pae = i % 3;
		struct fake *f = memory();
		struct space s;
		char text[80];

		if (pae) {
			put8(f, ROOT + (offset >> 30) * 8, MIDDLE | 1);
			put8(f, MIDDLE + (offset >> 21 & 0x1ff) * 8, 0x1e3);
		} else {
			put4(f, ROOT + (offset >> 22) * 4, 0x1e3);
		}
		snprintf(text, sizeof(text), "SYMBOL(swapper_pg_dir)=%x\n%s", (unsigned int)(offset + ROOT),
			 i % 3 == 1 ? "CONFIG_X86_PAE=y\n" : "");
		s = space_by(f, text);
		assert_int_equal(s.tables.levels, pae ? 3 : 2);
		assert_int_equal(s.direct.vaddr, offset);
		assert_int_equal(s.direct.paddr, 0);
		assert_int_equal(s.direct.len, (pae ? 2 : 4) << 20);
		expect_walk(&s, offset + 0x1234, 0x1234, (pae ? 2 : 4) << 20);
		fake_free(f);
	}
}

/* The direct map ends where another mapping is found. */
static void test_low_memory(void **state)
{
	struct fake *f = pae_memory();
	struct space s;

	(void)state;
	put8(f, MIDDLE + 1 * 8, 0x2001e3);
	put8(f, MIDDLE + 3 * 8, 0x6001e3);		/* behind a hole */
	put8(f, MIDDLE + 5 * 8, LAST | 0x63);		/* vmalloc */
	put8(f, LAST, 0x12345063);
	put8(f, MIDDLE + 6 * 8, 0xc001e3);
	s = space_by(f, pae_text);
	assert_int_equal(s.direct.len, 0x800000);
	fake_free(f);
}

static void test_missing(void **state)
{
	struct fake *f = plain_memory();
	struct space s;
	const char *why = NULL;

	(void)state;
	assert_int_equal(setup_by(&s, &arch_i386, f, "", (struct arch_query){ 0 }, &why), -ENOENT);
	assert_non_null(why);
	why = NULL;
	assert_int_equal(setup_by(&s, &arch_i386, f, "SYMBOL(swapper_pg_dir)=c0102000\n", (struct arch_query){ 0 }, &why),
			 -ENOENT);
	assert_non_null(why);
	fake_free(f);
}

/* QEMU's notes: CR0 has paging on, CR4 says PAE, CR3 has the table; the first CPU that has the kernel mapped counts. */
static void test_registers(void **state)
{
	struct fake *f = pae_memory();
	uint8_t cpu[3][432] = { { 0 } };
	const struct arch_note notes[] = {
		{ "QEMU", 0, cpu[0], 432 }, { "CORE", 1, cpu[2], 144 }, { "QEMU", 0, cpu[2], 400 }, { "QEMU", 0, cpu[1], 432 },
		{ "QEMU", 0, cpu[2], 432 },
	};
	struct arch_query q = { .notes = notes, .nnotes = ARRAY_SIZE(notes) };
	struct space s;
	const char *why;

	(void)state;
	put_u64(cpu[0] + 416, ROOT, false);			/* no paging */
	put_u64(cpu[1] + 392, 0x80050033, false);
	put_u64(cpu[1] + 416, LAST, false);			/* an empty table */
	put_u64(cpu[1] + 424, 0x6b0, false);
	put_u64(cpu[2] + 392, 0x80050033, false);
	put_u64(cpu[2] + 416, ROOT | 0x18, false);
	put_u64(cpu[2] + 424, 0x6b0, false);
	assert_int_equal(setup_by(&s, &arch_i386, f, "", q, &why), 0);
	assert_int_equal(s.tables.levels, 3);
	assert_int_equal(s.tables.root, ROOT);
	assert_int_equal(s.direct.vaddr, 0xc0000000);
	fake_free(f);
	f = plain_memory();
	put_u64(cpu[2] + 416, ROOT | 0x18, false);
	put_u64(cpu[2] + 424, 0x690, false);
	assert_int_equal(setup_by(&s, &arch_i386, f, "", q, &why), 0);
	assert_int_equal(s.tables.levels, 2);
	fake_free(f);
}

static void test_loops(void **state)
{
	struct fake *f = plain_memory();
	struct space s = space_by(f, plain_text);
	struct leaves seen = { 0 };
	uint64_t n;

	(void)state;
	for (unsigned int i = 0; i < 1024; i++)
		put4(f, ROOT + i * 4, ROOT | 0x63);
	expect_walk(&s, 0xdeadbeef, ROOT | 0xeef, 4096);
	assert_int_equal(space_each(&s, 0, UINT32_MAX, see_leaf, &seen), 0);
	assert_int_equal(seen.n, 1 << 20);
	fake_free(f);
	f = pae_memory();
	s = space_by(f, pae_text);
	for (unsigned int i = 0; i < 512; i++)
		put8(f, ROOT + i * 8, ROOT | 0x63);
	seen.n = 0;
	assert_int_equal(space_each(&s, 0, UINT64_MAX, see_leaf, &seen), 0);
	n = seen.n;
	assert_int_equal(n, 1 << 20);
	fake_free(f);
}

/* A process: CR3, whose top table with PAE is 32 bytes anywhere. */
static void test_user_space(void **state)
{
	struct fake *f = pae_memory();
	struct space kernel = space_by(f, pae_text), s;

	(void)state;
	put8(f, 0x110020, MIDDLE | 1);
	assert_int_equal(space_user(&kernel, 0x110020, 0x1234, &s), 0);
	expect_walk(&s, 0x1234, 0x1234, 2 << 20);
	expect_walk_error(&s, 0xc0001234, -EFAULT);
	assert_int_equal(space_user(&kernel, 0x100110020, 0x1234, &s), -EINVAL);
	fake_free(f);
}

static void test_sparsemem(void **state)
{
	struct fake *f = pae_memory();
	struct space s = space_by(f, pae_text);
	unsigned int section, physmem;

	(void)state;
	arch_i386.sparsemem(&s, ARCH_VERSION(2, 6, 25), &section, &physmem);
	assert_int_equal(section, 30);
	arch_i386.sparsemem(&s, ARCH_VERSION(2, 6, 26), &section, &physmem);
	assert_int_equal(section, 29);
	assert_int_equal(physmem, 36);
	fake_free(f);
	f = plain_memory();
	s = space_by(f, plain_text);
	arch_i386.sparsemem(&s, 0, &section, &physmem);
	assert_int_equal(section, 26);
	assert_int_equal(physmem, 32);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_pse36),
		cmocka_unit_test(test_pae),
		cmocka_unit_test(test_not_present),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_low_memory),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_sparsemem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
