/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64 page tables made by hand: entries are written as numbers here, not by the code that is tested. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "kernel/opening/open.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define PGD 0x10000ull		/* tables at these physical addresses */
#define P4D 0x11000ull
#define PUD 0x12000ull
#define PMD 0x13000ull
#define PTE 0x14000ull
#define ADDRESS 0x000ffffffffff000ull

static struct space space_of(struct fake *f, unsigned int levels)
{
	return (struct space){
		.arch = &arch_x86_64, .mem = &f->pages, .pa_mask = ADDRESS,
		.tables = { .root = PGD, .levels = levels, .page_shift = 12, .bits = { 9, 9, 9, 9, 9 }, .entry_bytes = 8 },
		.text_vaddr = FAKE_TEXT, .text_len = 0x40000000,
	};
}

static struct fake *tables(void)
{
	struct fake *f = fake_new(12, 0x100);

	for (uint64_t pfn = PGD >> 12; pfn <= PTE >> 12; pfn++)
		fake_page(f, pfn);
	return f;
}

static void expect(const struct space *s, uint64_t vaddr, uint64_t want_paddr, uint64_t page_bytes)
{
	uint64_t paddr = 0, span = 0;
	struct walk w;

	assert_int_equal(space_vtop(s, vaddr, &paddr, &span), 0);
	assert_int_equal(paddr, want_paddr);
	assert_int_equal(span, page_bytes - vaddr % page_bytes);
	assert_int_equal(space_walk(s, vaddr, &w), 0);
	assert_int_equal(w.page_bytes, page_bytes);
	assert_true(w.nsteps && w.steps[w.nsteps - 1].leaf);
}

static void expect_error(const struct space *s, uint64_t vaddr, int error)
{
	uint64_t paddr, span;

	assert_int_equal(space_vtop(s, vaddr, &paddr, &span), error);
}

/* 0xffff888012345678: indices 0x111, 0, 0x91, 0x145; offset 0x678 */
static void test_four_levels(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);
	struct walk w;

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PUD + 0 * 8, PMD | 0x67);
	fake_u64(f, PMD + 0x91 * 8, PTE | 0x67);
	fake_u64(f, PTE + 0x145 * 8, 0x8000000000000000ull | 0x000abcdef9876000ull | 0x163);
	expect(&s, 0xffff888012345678, 0x000abcdef9876678, 4096);
	expect(&s, 0xffff888012345000, 0x000abcdef9876000, 4096);
	expect(&s, 0xffff888012345fff, 0x000abcdef9876fff, 4096);
	expect_error(&s, 0xffff888012346000, -EFAULT);
	expect_error(&s, 0xffff888012344fff, -EFAULT);
	assert_int_equal(space_walk(&s, 0xffff888012345678, &w), 0);
	assert_int_equal(w.nsteps, 4);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "PUD");
	assert_string_equal(w.steps[2].name, "PMD");
	assert_string_equal(w.steps[3].name, "PTE");
	assert_int_equal(w.steps[0].entry_paddr, PGD + 0x111 * 8);
	assert_int_equal(w.steps[0].entry, PUD | 0x67);
	assert_int_equal(w.steps[3].entry_paddr, PTE + 0x145 * 8);
	assert_false(w.steps[0].leaf || w.steps[1].leaf || w.steps[2].leaf);
	assert_int_equal(w.paddr, 0x000abcdef9876678);
	/* -EFAULT has the steps up to the empty entry */
	assert_int_equal(space_walk(&s, 0xffff888012346000, &w), -EFAULT);
	assert_int_equal(w.nsteps, 4);
	assert_int_equal(w.steps[3].entry, 0);
	assert_int_equal(space_walk(&s, 0xffff888040000000, &w), -EFAULT);
	assert_int_equal(w.nsteps, 2);
	fake_free(f);
}

/* 0xff11000012345678: PGD index 0x111, P4D 0, then as above */
static void test_five_levels(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 5);
	struct walk w;

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, P4D | 0x67);
	fake_u64(f, P4D + 0 * 8, PUD | 0x67);
	fake_u64(f, PUD + 0 * 8, PMD | 0x67);
	fake_u64(f, PMD + 0x91 * 8, PTE | 0x67);
	fake_u64(f, PTE + 0x145 * 8, 0x76543000ull | 0x163);
	expect(&s, 0xff11000012345678, 0x76543678, 4096);
	assert_int_equal(space_walk(&s, 0xff11000012345678, &w), 0);
	assert_int_equal(w.nsteps, 5);
	assert_string_equal(w.steps[0].name, "PGD");
	assert_string_equal(w.steps[1].name, "P4D");
	assert_string_equal(w.steps[4].name, "PTE");
	/* with 5 levels 57 bits are used: canonical is another thing */
	expect_error(&s, 0xffff888012345678, -EFAULT);
	expect_error(&s, 0x0111000012345678, -EFAULT);
	/* bit 7 in a P4D entry does not make a leaf */
	fake_u64(f, P4D + 0 * 8, PUD | 0xe7);
	expect(&s, 0xff11000012345678, 0x76543678, 4096);
	fake_free(f);
}

/* Bit 12 of a large page is PAT, bits above it up to its size are reserved: neither is address. */
static void test_large_pages(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);
	struct walk w;

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PUD + 1 * 8, 0x80000000ull | 0x1000 | 0x1e3);	/* 1 GiB, PAT */
	fake_u64(f, PUD + 2 * 8, PMD | 0x67);
	fake_u64(f, PMD + 5 * 8, 0x40000000ull | 0x1000 | 0x1e3);	/* 2 MiB, PAT */
	fake_u64(f, PMD + 6 * 8, 0x40200000ull | 0x1e3);
	expect(&s, 0xffff888040000000, 0x80000000, 1 << 30);
	expect(&s, 0xffff888040001000, 0x80001000, 1 << 30);
	expect(&s, 0xffff88807fffffff, 0xbfffffff, 1 << 30);
	expect(&s, 0xffff888080a00000, 0x40000000, 2 << 20);
	expect(&s, 0xffff888080a01234, 0x40001234, 2 << 20);
	expect(&s, 0xffff888080bfffff, 0x401fffff, 2 << 20);
	expect(&s, 0xffff888080c00000, 0x40200000, 2 << 20);
	assert_int_equal(space_walk(&s, 0xffff888040000000, &w), 0);
	assert_int_equal(w.nsteps, 2);
	/* at the last level bit 7 is PAT, and bit 12 is address */
	fake_u64(f, PMD + 7 * 8, PTE | 0x67);
	fake_u64(f, PTE + 0 * 8, 0x40001000ull | 0x1e3);
	expect(&s, 0xffff888080e00010, 0x40001010, 4096);
	fake_free(f);
}

static void test_sme(void **state)
{
	uint64_t c_bit = (uint64_t)1 << 47;
	struct fake *f = tables();
	struct space s = space_of(f, 4);

	(void)state;
	s.pa_mask = ADDRESS & ~c_bit;
	fake_u64(f, PGD + 0x111 * 8, c_bit | PUD | 0x67);
	fake_u64(f, PUD + 0 * 8, c_bit | PMD | 0x67);
	fake_u64(f, PMD + 0 * 8, c_bit | PTE | 0x67);
	fake_u64(f, PTE + 3 * 8, c_bit | 0x5000 | 0x63);
	fake_u64(f, PUD + 1 * 8, c_bit | 0x40000000 | 0xe3);
	expect(&s, 0xffff888000003010, 0x5010, 4096);
	expect(&s, 0xffff888040000010, 0x40000010, 1 << 30);
	s.pa_mask = ADDRESS;		/* not masked: the table is nowhere */
	expect_error(&s, 0xffff888000003010, -ENODATA);
	fake_free(f);
}

static void test_not_present(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);
	char flags[64];

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PUD, PMD | 0x67);
	fake_u64(f, PMD, PTE | 0x67);
	fake_u64(f, PMD + 8, 0x40000000 | 0xe2);	/* large, not present */
	fake_u64(f, PTE, 0x7000 | 0x100);		/* PROT_NONE: GLOBAL without PRESENT */
	fake_u64(f, PTE + 8, 0x8000 | 0x66);		/* swapped out or so */
	expect_error(&s, 0xffff888000000000, -EFAULT);
	expect_error(&s, 0xffff888000001000, -EFAULT);
	expect_error(&s, 0xffff888000200000, -EFAULT);
	s.arch->describe(&s, 0, 0x7100, flags, sizeof(flags));
	assert_string_equal(flags, "prot-none");
	s.arch->describe(&s, 3, 0x8066, flags, sizeof(flags));
	assert_string_equal(flags, "not-present");
	/* type 3, offset 0x12345: inverted in bits 58:9; plain from bit 14 on; plain from bit 8 on, the type in 6:1 */
	s.arch->describe(&s, 0, (uint64_t)3 << 59 | (0x07ffffffffffffff & ~((uint64_t)0x12345 << 9) & ~(uint64_t)0x1ff), flags,
			 sizeof(flags));
	assert_string_equal(flags, "swap type 3 offset 0x12345");
	s.mode = 1;
	s.arch->describe(&s, 0, (uint64_t)0x12345 << 14 | 3 << 9, flags, sizeof(flags));
	assert_string_equal(flags, "swap type 3 offset 0x12345");
	s.mode = 2;
	s.arch->describe(&s, 0, 0x12345 << 9 | 3 << 1, flags, sizeof(flags));
	assert_string_equal(flags, "swap type 3 offset 0x2468a");
	s.arch->describe(&s, 0, 0, flags, sizeof(flags));
	assert_string_equal(flags, "none");
	s.arch->describe(&s, 0, 0x8000000000000163ull, flags, sizeof(flags));
	assert_string_equal(flags, "present rw accessed dirty global nx");
	s.arch->describe(&s, 0, 0x8000000000000163ull, flags, 14);
	assert_true(strlen(flags) < 14);
	fake_free(f);
}

static void test_canonical(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);

	(void)state;
	/* a user address and a kernel address by one entry each */
	fake_u64(f, PGD + 0x0ff * 8, PUD | 0x67);
	fake_u64(f, PGD + 0x100 * 8, PUD | 0x67);
	fake_u64(f, PUD + 511 * 8, 0x40000000 | 0xe3);
	fake_u64(f, PUD + 0 * 8, 0x80000000 | 0xe3);
	expect(&s, 0x00007fffffffffff, 0x7fffffff, 1 << 30);
	expect(&s, 0xffff800000000000, 0x80000000, 1 << 30);
	expect_error(&s, 0x0000800000000000, -EFAULT);
	expect_error(&s, 0xffff7fffffffffff, -EFAULT);
	expect_error(&s, 0x8000000000000000, -EFAULT);
	expect_error(&s, 0xfffe800000000000, -EFAULT);
	fake_free(f);
}

static void test_tables_missing(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PUD, PMD | 0x67);
	fake_u64(f, PUD + 8, 0x00ff000 | 0x67);		/* absent */
	fake_u64(f, PUD + 16, 0x0fffffff000 | 0x67);	/* beyond memory */
	fake_set(f, PMD >> 12, 1, PAGE_EXCLUDED);
	expect_error(&s, 0xffff888000000000, -ENODATA);
	expect_error(&s, 0xffff888040000000, -ENODATA);
	expect_error(&s, 0xffff888080000000, -ENODATA);
	fake_damage(f, PUD >> 12);
	expect_error(&s, 0xffff888000000000, -EIO);
	fake_set(f, PGD >> 12, 1, PAGE_ABSENT);
	expect_error(&s, 0xffff888000000000, -ENODATA);
	fake_free(f);
}

/* Bytes across pages that are apart in physical memory. */
static void test_read(void **state)
{
	struct fake *f = tables();
	struct space s = space_of(f, 4);
	uint8_t buf[3 * 4096];

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PUD, PMD | 0x67);
	fake_u64(f, PMD, PTE | 0x67);
	fake_u64(f, PTE, 0x80063);
	fake_u64(f, PTE + 8, 0x70063);
	fake_u64(f, PTE + 16, 0x90063);
	fake_fill(f, 0x80);
	fake_fill(f, 0x70);
	assert_int_equal(space_read(&s, 0xffff888000000ff0, buf, 0x20), 0);
	assert_memory_equal(buf, f->bytes[0x80] + 0xff0, 16);
	assert_memory_equal(buf + 16, f->bytes[0x70], 16);
	assert_int_equal(space_read(&s, 0xffff888000000000, buf, 0x2000), 0);
	assert_int_equal(space_read(&s, 0xffff888000000000, buf, 0x2001), -ENODATA);
	fake_set(f, 0x90, 1, PAGE_ZERO);
	assert_int_equal(space_read(&s, 0xffff888000000000, buf, 0x3000), 0);
	assert_int_equal(space_read(&s, 0xffff888000000001, buf, 0x3000), -EFAULT);
	assert_int_equal(space_read(&s, 0, buf, 0), 0);
	fake_free(f);
}

struct seen {
	struct mapping list[16];
	size_t n, stop_after;
};

static int see(void *arg, const struct mapping *m)
{
	struct seen *s = arg;

	assert_true(s->n < 16);
	s->list[s->n++] = *m;
	return s->n == s->stop_after ? 42 : 0;
}

static void test_each(void **state)
{
	static const struct mapping want[] = {
		{ 0xffff888000000000, 0x5000, 0x1000 },
		{ 0xffff8880001ff000, 0x6000, 0x1000 },
		{ 0xffff888000200000, 0x40000000, 0x200000 },
		{ 0xffff888040000000, 0x80000000, 0x40000000 },
		{ 0xffffffffffe00000, 0x40000000, 0x200000 },
	};
	struct fake *f = tables();
	struct space s = space_of(f, 4);
	struct seen seen = { 0 };

	(void)state;
	fake_u64(f, PGD + 0x111 * 8, PUD | 0x67);
	fake_u64(f, PGD + 0x112 * 8, 0x0fffffff000 | 0x67);	/* a table that is not there is passed over */
	fake_u64(f, PGD + 0x1ff * 8, P4D | 0x67);		/* used as another PUD here */
	fake_u64(f, P4D + 511 * 8, 0x20067);
	fake_u64(f, 0x20000 + 511 * 8, 0x40000000 | 0xe3);
	fake_u64(f, PUD, PMD | 0x67);
	fake_u64(f, PUD + 8, 0x80000000 | 0xe3);
	fake_u64(f, PMD, PTE | 0x67);
	fake_u64(f, PMD + 8, 0x40000000 | 0xe3);
	fake_u64(f, PTE, 0x5063);
	fake_u64(f, PTE + 8, 0x9100);				/* PROT_NONE */
	fake_u64(f, PTE + 511 * 8, 0x6063);
	assert_int_equal(space_each(&s, 0xffff800000000000, UINT64_MAX, see, &seen), 0);
	assert_int_equal(seen.n, ARRAY_SIZE(want));
	assert_memory_equal(seen.list, want, sizeof(want));
	/* only what lies in the range, even partly */
	seen = (struct seen){ 0 };
	assert_int_equal(space_each(&s, 0xffff8880001ffff0, 0xffff888000200000, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_memory_equal(seen.list, want + 1, 2 * sizeof(*want));
	seen = (struct seen){ .stop_after = 3 };
	assert_int_equal(space_each(&s, 0xffff800000000000, UINT64_MAX, see, &seen), 42);
	assert_int_equal(seen.n, 3);
	/* the lower half too, and not what is in the upper one */
	fake_u64(f, PGD + 1 * 8, PUD | 0x67);
	seen = (struct seen){ 0 };
	assert_int_equal(space_each(&s, 0, 0x00007fffffffffff, see, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.list[0].vaddr, 0x8000000000);
	fake_free(f);
}

static int count(void *arg, const struct mapping *m)
{
	(void)m;
	++*(uint64_t *)arg;
	return 0;
}

/* A table all entries of which lead back to itself: 512^4 leaves would be years. */
static void test_loop(void **state)
{
	(void)state;
	for (unsigned int levels = 4; levels <= 5; levels++) {
		struct fake *f = tables();
		struct space s = space_of(f, levels);
		struct timespec a, b;
		uint64_t calls = 0;
		struct walk w;

		for (uint64_t i = 0; i < 512; i++)
			fake_u64(f, PGD + i * 8, PGD | 0x67);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		assert_int_equal(space_each(&s, levels == 5 ? 0xff00000000000000 : 0xffff800000000000, UINT64_MAX,
					      count, &calls), -ELOOP);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		assert_true(b.tv_sec - a.tv_sec < 60);
		/* a walk has no more steps than levels */
		assert_int_equal(space_walk(&s, 0xffffff8000000123, &w), 0);
		assert_int_equal(w.nsteps, levels);
		assert_int_equal(w.paddr, PGD + 0x123);
		fake_free(f);
	}
}

static void test_direct_map(void **state)
{
	static const struct { unsigned int levels; uint64_t base; } bases[] = {
		{ 4, 0xffff888000000000 }, { 4, 0xffff880000000000 }, { 4, 0xffff8a6840000000 },
		{ 4, 0xffff9b1ec0000000 }, { 4, 0xffffe33380000000 }, { 5, 0xff11000000000000 }, { 5, 0xff1b5ac240000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		struct fake *f = fake_new(12, 0x1000);
		struct fake_tables t = fake_tables(f, bases[i].levels, FAKE_ROOT);
		struct space s = space_of(f, bases[i].levels);
		struct mapping direct;

		s.tables.root = FAKE_ROOT;
		assert_int_equal(space_direct_map(&s, &direct), -ENOENT);
		/* the kernel image is mapped, and that is no direct map */
		fake_map(&t, FAKE_TEXT, 0, 1);
		assert_int_equal(space_direct_map(&s, &direct), -ENOENT);
		/* nor is what could be one, but for memory that starts at 1 GiB */
		fake_map(&t, bases[i].base + 0x100040000000, 0x40000000, 2);
		assert_int_equal(space_direct_map(&s, &direct), -ENOENT);
		/* page 0 is not mapped, as on machines that reserve it; vmalloc maps some page, vmemmap too */
		fake_map(&t, bases[i].base + 0x1000, 0x1000, 0);
		fake_map(&t, bases[i].base + 0x200000, 0x200000, 1);
		fake_map(&t, bases[i].base + 0x40000000, 0x40000000, 2);
		fake_map(&t, bases[i].base + 0x200000000000, 0x3000, 0);
		assert_int_equal(space_direct_map(&s, &direct), 0);
		assert_int_equal(direct.vaddr, bases[i].base);
		assert_int_equal(direct.paddr, 0);
		fake_free(f);
	}
}

static int ask(const void *arg, const char *name, uint64_t *value)
{
	const struct vmcoreinfo v = { arg, strlen(arg) };
	uint64_t n;

	/* symbols and numbers have different names here */
	if (vmci_symbol(&v, name, &n) && vmci_number(&v, name, &n))
		return -ENOENT;
	*value = n;
	return 0;
}

static int setup(const char *text, struct space *s)
{
	struct arch_query q = { .arg = text, .symbol = ask, .number = ask };
	const char *why = NULL;
	int r;

	*s = (struct space){ .arch = &arch_x86_64 };
	r = arch_x86_64.setup(s, &q, &why);
	if (r)
		assert_non_null(why);
	return r;
}

static void test_setup(void **state)
{
	struct arch_query q = { .arg = "SYMBOL(swapper_pg_dir)=ffffffff82a10000\n", .symbol = ask, .number = ask };
	const char *why = NULL;
	struct space s;

	(void)state;
	assert_int_equal(setup("SYMBOL(swapper_pg_dir)=ffffffff82a10000\nNUMBER(phys_base)=0\n", &s), 0);
	assert_int_equal(s.tables.root, 0x2a10000);
	assert_int_equal(s.tables.levels, 4);
	assert_int_equal(s.pa_mask, 0x000ffffffffff000);
	assert_int_equal(s.text_vaddr, 0xffffffff80000000);
	assert_int_equal(s.text_paddr, 0);
	assert_int_equal(s.text_len, 0x40000000);
	/* loaded lower than linked: phys_base is negative */
	assert_int_equal(setup("SYMBOL(swapper_pg_dir)=ffffffffa2a10000\nNUMBER(phys_base)=-536870912\n", &s), 0);
	assert_int_equal(s.tables.root, 0x2a10000);
	assert_int_equal(s.text_paddr, (uint64_t)-536870912);
	/* KASLR, 5 levels, SME, image size */
	assert_int_equal(setup("SYMBOL(init_top_pgt)=ffffffff9fa10000\nSYMBOL(swapper_pg_dir)=ffffffff9fa10000\n"
			       "NUMBER(phys_base)=1459617792\nNUMBER(pgtable_l5_enabled)=1\n"
			       "NUMBER(sme_mask)=140737488355328\nNUMBER(KERNEL_IMAGE_SIZE)=536870912\n", &s), 0);
	assert_int_equal(s.tables.root, 0x1fa10000 + 1459617792);
	assert_int_equal(s.tables.levels, 5);
	assert_int_equal(s.pa_mask, 0x000f7ffffffff000);
	assert_int_equal(s.text_len, 536870912);
	assert_int_equal(setup("SYMBOL(init_level4_pgt)=ffffffff81c0e000\nNUMBER(phys_base)=0\n", &s), 0);
	assert_int_equal(s.tables.root, 0x1c0e000);
	/* what is missing */
	assert_int_equal(setup("NUMBER(phys_base)=0\n", &s), -ENOENT);
	assert_int_equal(setup("SYMBOL(swapper_pg_dir)=ffffffff82a10000\n", &s), -ENOENT);
	assert_int_equal(setup("SYMBOL(swapper_pg_dir)=ffff888002a10000\nNUMBER(phys_base)=0\n", &s), -ENOENT);
	/* the headers know phys_base: 0 too */
	s = (struct space){ .arch = &arch_x86_64 };
	q.has_phys_base = true;
	assert_int_equal(arch_x86_64.setup(&s, &q, &why), 0);
	assert_int_equal(s.tables.root, 0x2a10000);
	q.phys_base = 0x1000000;
	assert_int_equal(arch_x86_64.setup(&s, &q, &why), 0);
	assert_int_equal(s.tables.root, 0x3a10000);
}

/* The image: what is linear from phys_base on; modules and fixmap behind it are not, a freed page inside is no end. */
static void test_kernel_image(void **state)
{
	static const uint64_t bases[] = { 0, 0x10000000, (uint64_t)-0x1000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		uint64_t root = (int64_t)bases[i] > 0 ? bases[i] + FAKE_ROOT : FAKE_ROOT;
		struct fake *f = fake_new(12, 0x11000);
		struct fake_tables t = fake_tables(f, 4, root);
		uint64_t text = FAKE_TEXT + 0x1000000;
		struct mapping direct;
		char vmci[400];
		struct kernel_input in = { .pages = &f->pages, .vmcoreinfo = vmci, .elf_machine = EM_X86_64 };
		struct mapping image = { 0 };
		struct kernel *k;

		fake_map(&t, text, bases[i] + 0x1000000, 1);
		fake_map(&t, text + 0x200000, bases[i] + 0x1200000, 1);
		fake_map(&t, text + 0x600000, bases[i] + 0x1600000, 0);
		fake_map(&t, 0xffffffffa0000000, 0x5000, 0);		/* a module */
		fake_map(&t, FAKE_TEXT + 0x200000, 0x7000, 0);		/* something else in the range */
		fake_map(&t, FAKE_DIRECT, 0, 2);
		snprintf(vmci, sizeof(vmci), "OSRELEASE=6\nSYMBOL(swapper_pg_dir)=%llx\nNUMBER(phys_base)=%lld\n"
			 "SYMBOL(_stext)=%llx\n", (unsigned long long)(root - bases[i] + FAKE_TEXT),
			 (long long)bases[i], (unsigned long long)text);
		in.vmcoreinfo_len = strlen(vmci);
		assert_int_equal(kernel_open(&in, &k), 0);
		assert_true(k->has_space);
		assert_int_equal(kernel_image(k, &image), 0);
		assert_int_equal(image.vaddr, text);
		assert_int_equal(image.paddr, bases[i] + 0x1000000);
		assert_int_equal(image.len, 0x601000);
		assert_int_equal(kernel_direct_map(k, &direct), 0);
		assert_int_equal(direct.vaddr, FAKE_DIRECT);
		kernel_close(k);
		fake_free(f);
	}
}

/* Wrong tables are found out: _stext is not mapped. */
static void test_wrong_phys_base(void **state)
{
	struct fake *f = fake_new(12, 0x1000);
	struct fake_tables t = fake_tables(f, 4, FAKE_ROOT);
	struct kernel_input in = { .pages = &f->pages, .elf_machine = EM_X86_64 };
	struct mapping direct;
	uint64_t value;
	struct kernel *k;

	(void)state;
	fake_map(&t, FAKE_TEXT + 0x1000000, 0x1000000, 1);
	fake_page(f, 0x110);		/* an empty table */
	in.vmcoreinfo = "SYMBOL(swapper_pg_dir)=ffffffff80100000\nNUMBER(phys_base)=65536\nSYMBOL(_stext)=ffffffff81000000\n";
	in.vmcoreinfo_len = strlen(in.vmcoreinfo);
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_false(k->has_space);
	assert_non_null(k->why_no_space);
	assert_int_equal(kernel_read(k, FAKE_TEXT + 0x1000000, &value, 8), -ENOTSUP);
	assert_int_equal(kernel_direct_map(k, &direct), -ENOENT);
	kernel_close(k);
	fake_free(f);
}

#define QEMU_STATE 440

static void fill_qemu_note(uint8_t *desc, uint64_t cr0, uint64_t cr3, uint64_t cr4)
{
	memset(desc, 0, QEMU_STATE);
	put_u64(desc + 392, cr0, false);
	put_u64(desc + 416, cr3, false);
	put_u64(desc + 424, cr4, false);
}

/* No text of VMCOREINFO: CR3 in QEMU's note. Of a CPU without paging, one that is in user mode with PTI, and a third. */
static void test_registers(void **state)
{
	(void)state;
	for (unsigned int levels = 4; levels <= 5; levels++) {
		struct fake *f = fake_new(12, 0x11000);
		struct fake_tables t = fake_tables(f, levels, FAKE_ROOT), user = fake_tables(f, levels, FAKE_ROOT + 0x40000);
		uint64_t cr4 = levels == 5 ? 1 << 12 : 0, text = FAKE_TEXT + 0x5000000, paddr, span;
		uint8_t desc[3][QEMU_STATE];
		struct arch_note notes[3];
		struct kernel_input in = { .pages = &f->pages, .elf_machine = EM_X86_64, .notes = notes, .nnotes = 3 };
		struct mapping m;
		struct kernel *k;

		fake_map(&t, text, 0x9000000, 1);
		fake_map(&t, levels == 5 ? 0xff11000000000000 : FAKE_DIRECT, 0, 2);
		fake_map(&user, text, 0x9000000, 0);		/* what is left of the kernel there */
		fill_qemu_note(desc[0], 0, FAKE_ROOT, cr4);
		fill_qemu_note(desc[1], 1u << 31, FAKE_ROOT + 0x40000, cr4);
		fill_qemu_note(desc[2], 1u << 31, FAKE_ROOT | 0x1003, cr4);	/* the pair's second half, and a PCID */
		for (int i = 0; i < 3; i++)
			notes[i] = (struct arch_note){ "QEMU", 0, desc[i], QEMU_STATE };
		assert_int_equal(kernel_open(&in, &k), 0);
		assert_true(k->has_space);
		assert_int_equal(k->space.tables.levels, levels);
		assert_int_equal(k->space.tables.root, FAKE_ROOT);
		assert_int_equal(space_vtop(&k->space, text + 0x1234, &paddr, &span), 0);
		assert_int_equal(paddr, 0x9001234);
		assert_int_equal(kernel_image(k, &m), 0);
		assert_int_equal(m.vaddr, text);
		assert_int_equal(m.paddr, 0x9000000);
		assert_int_equal(m.len, 0x200000);
		kernel_close(k);

		/* of no CPU are they the kernel's */
		in.nnotes = 2;
		assert_int_equal(kernel_open(&in, &k), 0);
		assert_false(k->has_space);
		assert_true(k->can_walk);
		assert_int_equal(k->space.tables.levels, levels);
		kernel_close(k);
		notes[1].len = 431;
		assert_int_equal(kernel_open(&in, &k), 0);
		assert_false(k->has_space);
		kernel_close(k);
		fake_free(f);
	}
}

static void test_arch_table(void **state)
{
	(void)state;
	assert_ptr_equal(arch_find(EM_X86_64, 64, false), &arch_x86_64);
	assert_null(arch_find(EM_X86_64, 64, true));
	assert_null(arch_find(EM_68K, 64, true));
	assert_null(arch_find(0, 64, false));
	/* 32-bit machines with the number of a 64-bit one; a 32-bit kernel in a 64-bit file */
	assert_null(arch_find(EM_MIPS, 32, true));
	assert_null(arch_find(EM_RISCV, 32, false));
	assert_non_null(arch_find(EM_RISCV, 0, false));
	assert_non_null(arch_find(EM_386, 64, false));
	assert_string_equal(arch_name(EM_RISCV, 32, false), "riscv32");
	assert_string_equal(arch_name(EM_RISCV, 64, false), "riscv64");
	assert_string_equal(arch_name(0x9026, 64, false), "alpha");
	assert_null(arch_name(0, 64, false));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_levels),
		cmocka_unit_test(test_five_levels),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_sme),
		cmocka_unit_test(test_not_present),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_tables_missing),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_direct_map),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_kernel_image),
		cmocka_unit_test(test_wrong_phys_base),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_arch_table),
	};

	return cmocka_run_group_tests_name("x86_64", tests, NULL, NULL);
}
