/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of which nobody says what form they have: trees as kernels write them, of each form, with random places. The
 * trees are written here by the manuals, not by the code that is tested.
 */
#include <elf.h>

#include "arch/arm.h"
#include "arch/arm64.h"
#include "arch/forms.h"
#include "arch/ppc64.h"
#include "arch/riscv64.h"
#include "tests/unit/arch_unit.h"

#define MEMORY		0x40000000ull
#define MEMORY_PAGES	0x4000ull		/* of 4 KiB */
#define ROUNDS		20u
#define PAGES		24u			/* that a process has */

/* How one form is written. */
struct writer {
	const struct arch *arch;
	unsigned int page_shift, levels;
	uint8_t bits[5];			/* of each level, level 0 first */
	uint64_t table_flags, page_flags;
	unsigned int entry_bytes;
	unsigned int address_shift;		/* of the address in an entry, to the right */
	bool big_endian;
	bool sizes;				/* ppc64: an entry has the index bits of the table that it leads to */
};

#define LEAF_A64	0x00e8000000000f43ull	/* user, AF, shared, nG, not to be executed by the kernel */
#define LEAF_LPA2	0x00e8000000000c43ull	/* bits 9:8 are of the address */

static const struct writer writers[] = {
	{ &arch_arm64, 12, 3, { 9, 9, 9 }, 0x1000000000000003, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 12, 4, { 9, 9, 9, 9 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 12, 5, { 9, 9, 9, 9, 4 }, 0x403, LEAF_LPA2, 8, 0, false, false },
	{ &arch_arm64_be, 12, 4, { 9, 9, 9, 9 }, 0x3, LEAF_A64, 8, 0, true, false },
	{ &arch_arm64, 14, 2, { 11, 11 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 14, 3, { 11, 11, 11 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 14, 4, { 11, 11, 11, 1 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 14, 4, { 11, 11, 11, 5 }, 0x403, LEAF_LPA2, 8, 0, false, false },
	{ &arch_arm64, 16, 2, { 13, 13 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 16, 3, { 13, 13, 6 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_arm64, 16, 3, { 13, 13, 10 }, 0x3, LEAF_A64, 8, 0, false, false },
	{ &arch_riscv64, 12, 3, { 9, 9, 9 }, 0x1, 0xd7, 8, 2, false, false },
	{ &arch_riscv64, 12, 4, { 9, 9, 9, 9 }, 0x1, 0xd7, 8, 2, false, false },
	{ &arch_riscv64, 12, 5, { 9, 9, 9, 9, 9 }, 0x1, 0xd7, 8, 2, false, false },
	{ &arch_arm, 12, 3, { 9, 9, 2 }, 0x3, 0x0060000000000fdf, 8, 0, false, false },
	{ &arch_arm, 12, 2, { 8, 12 }, 0x831, 0x0000031f, 4, 0, false, false },
	{ &arch_armeb, 12, 2, { 8, 12 }, 0x831, 0x0000031f, 4, 0, true, false },
	{ &arch_ppc64, 12, 4, { 9, 9, 9, 13 }, 0x8000000000000000, 0xc000000000000187, 8, 0, true, true },
	{ &arch_ppc64le, 16, 4, { 5, 9, 9, 13 }, 0x8000000000000000, 0xc000000000000187, 8, 0, true, true },
};

struct tree {
	struct fake *f;
	const struct writer *w;
	uint64_t next;				/* free memory */
	struct made { unsigned int level; uint64_t first, paddr; } tables[PAGES * 5];
	size_t ntables;
	uint64_t vaddr[PAGES], paddr[PAGES];
};

static int no_number(const void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	(void)name;
	(void)value;
	return -ENOENT;
}

static int no_config(const void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return -ENOENT;
}

static struct space bare_space(const struct arch *arch, const struct fake *f)
{
	const struct arch_query nothing = {
		.symbol = no_number, .number = no_number, .size = no_number, .offset = no_number, .plain = no_number,
		.config = no_config, .page_shift = 12,
	};
	struct space s = { .arch = arch, .mem = &f->pages };

	assert_int_equal(arch->bare(&s, &nothing), 0);
	assert_true(space_form_unknown(&s));
	return s;
}

static unsigned int level_shift_of(const struct writer *w, unsigned int level)
{
	unsigned int shift = w->page_shift;

	while (level)
		shift += w->bits[--level];
	return shift;
}

static uint64_t take_memory(struct tree *t, uint64_t bytes)
{
	uint64_t at = (t->next + bytes - 1) & ~(bytes - 1);

	t->next = at + bytes;
	assert_true(t->next <= MEMORY + MEMORY_PAGES * 4096);
	return at;
}

static void put_in_table(struct tree *t, uint64_t table, unsigned int level, uint64_t vaddr, uint64_t paddr, uint64_t flags)
{
	const struct writer *w = t->w;
	uint64_t index = vaddr >> level_shift_of(w, level) & (((uint64_t)1 << w->bits[level]) - 1);

	/* the last table of arm's short form is Linux's, in front of the processor's */
	if (w->entry_bytes == 4 && !level)
		table -= 2048;
	put_entry(t->f, table + index * w->entry_bytes, paddr >> w->address_shift | flags, w->entry_bytes, w->big_endian);
}

/* The table of a level that has vaddr, made where there is none. */
static uint64_t table_of(struct tree *t, unsigned int level, uint64_t vaddr)
{
	const struct writer *w = t->w;
	unsigned int shift = level_shift_of(w, level) + w->bits[level];
	uint64_t first = vaddr >> shift << shift, bytes = (uint64_t)w->entry_bytes << w->bits[level], at;

	for (size_t i = 0; i < t->ntables; i++)
		if (t->tables[i].level == level && t->tables[i].first == first)
			return t->tables[i].paddr;
	at = w->entry_bytes == 4 && !level ? take_memory(t, 4096) + 2048 : take_memory(t, bytes < 64 ? 64 : bytes);
	t->tables[t->ntables++] = (struct made){ level, first, at };
	if (level + 1 < w->levels)
		put_in_table(t, table_of(t, level + 1, vaddr), level + 1, vaddr, at, w->table_flags | (w->sizes ? w->bits[level] : 0));
	return at;
}

/* Pages of a process: of its text, its heap and its stack. The root is taken first. */
static uint64_t grow(struct tree *t, const struct writer *w, uint64_t *seed, unsigned int pages)
{
	unsigned int va_bits = level_shift_of(w, w->levels - 1) + w->bits[w->levels - 1];
	uint64_t top = va_bits == 57 || va_bits == 52 ? 47 : va_bits - 1, root;

	*t = (struct tree){ .f = fake_memory(12, (MEMORY >> 12) + MEMORY_PAGES, MEMORY >> 12, MEMORY_PAGES), .w = w, .next = MEMORY };
	take_memory(t, 1 + fake_random(seed) % 0x40000);
	root = table_of(t, w->levels - 1, 0);
	for (unsigned int i = 0; i < pages; i++) {
		uint64_t near = i % 3 == 0 ? 0x10000 : i % 3 == 1 ? (uint64_t)1 << (top - 1) : ((uint64_t)1 << top) - ((uint64_t)1 << 21);

		t->vaddr[i] = near + i * ((uint64_t)1 << w->page_shift);
		t->paddr[i] = MEMORY + fake_random(seed) % (MEMORY_PAGES * 4096);
		t->paddr[i] = t->paddr[i] >> w->page_shift << w->page_shift;
		put_in_table(t, table_of(t, 0, t->vaddr[i]), 0, t->vaddr[i], t->paddr[i], w->page_flags);
	}
	return root;
}

static void test_forms(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writers) * ROUNDS; i++) {
		const struct writer *w = &writers[i % ARRAY_SIZE(writers)];
		struct tree t;
		uint64_t root = grow(&t, w, &seed, PAGES);
		struct space bare = bare_space(w->arch, t.f), user;

		assert_int_equal(space_user(&bare, root, 0x10000, &user), 0);
		assert_int_equal(user.tables.page_shift, w->page_shift);
		assert_int_equal(user.tables.levels, w->levels);
		assert_int_equal(user.tables.root, root);
		for (unsigned int k = 0; k < PAGES; k++)
			expect_walk(&user, t.vaddr[k] + 0x123, t.paddr[k] + 0x123, (uint64_t)1 << w->page_shift);
		expect_walk_error(&user, 0x4000, -EFAULT);
		fake_free(t.f);
	}
}

/* Zeroes, text, and what is not in memory. */
static void test_no_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		struct fake *f = fake_memory(12, (MEMORY >> 12) + 64, MEMORY >> 12, 64);
		struct space bare = bare_space(writers[i].arch, f), user;

		assert_int_equal(space_user(&bare, MEMORY, 0, &user), -EFAULT);
		for (uint64_t at = 0; at < 0x10000; at += 16)
			fake_write(f, MEMORY + at, "this is no table", 16);
		assert_int_equal(space_user(&bare, MEMORY, 0, &user), -EFAULT);
		assert_int_equal(space_user(&bare, 0x10000, 0, &user), -EFAULT);
		fake_free(f);
	}
}

/* One page can be anything: its addresses are multiples of 64 KiB, and so are its tables'. */
static void test_too_little(void **state)
{
	const struct writer *w = &writers[9];	/* 64 KiB, 48 bits */
	struct tree t = { .f = fake_memory(12, (MEMORY >> 12) + MEMORY_PAGES, MEMORY >> 12, MEMORY_PAGES), .w = w, .next = MEMORY };
	uint64_t root = table_of(&t, 2, 0);
	struct space bare = bare_space(w->arch, t.f), user;

	(void)state;
	put_in_table(&t, table_of(&t, 0, 0x10000), 0, 0x10000, MEMORY + 0x100000, w->page_flags);
	assert_int_equal(space_user(&bare, root, 0, &user), -ENOTUNIQ);
	for (uint64_t i = 2; i < 9; i++)
		put_in_table(&t, table_of(&t, 0, i << 16), 0, i << 16, MEMORY + 0x100000 + (i << 16), w->page_flags);
	assert_int_equal(space_user(&bare, root, 0, &user), 0);
	assert_int_equal(user.tables.page_shift, 16);
	fake_free(t.f);
}

/* A block that is aligned to everything, and nothing else: three levels or four. */
static void test_blocks_alone(void **state)
{
	struct fake *f = fake_memory(12, (MEMORY >> 12) + 64, MEMORY >> 12, 64);
	struct space bare = bare_space(&arch_arm64, f), user;

	(void)state;
	fake_u64(f, MEMORY, (MEMORY + 0x1000) | 3);
	fake_u64(f, MEMORY + 0x1000, MEMORY | 0x00e8000000000f41);
	assert_int_equal(space_user(&bare, MEMORY, 0, &user), -ENOTUNIQ);
	/* beside one that only one of them may have */
	fake_u64(f, MEMORY + 0x1008, (MEMORY + 0x200000) | 0x00e8000000000f41);
	assert_int_equal(space_user(&bare, MEMORY, 0, &user), 0);
	assert_int_equal(user.tables.levels, 3);
	fake_free(f);
}

/* The kernel's half of the same tables. */
static void test_high(void **state)
{
	static const struct { size_t writer; uint64_t high; } halves[] = {
		{ 1, 0xffff000000000000 }, { 9, 0xffff000000000000 }, { 17, 0xc000000000000000 }, { 18, 0xc000000000000000 },
	};
	uint64_t seed = 815;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(halves); i++) {
		struct tree t;
		uint64_t root = grow(&t, &writers[halves[i].writer], &seed, PAGES);
		struct space bare = bare_space(t.w->arch, t.f), user;

		assert_int_equal(space_user(&bare, root, halves[i].high, &user), 0);
		expect_walk(&user, halves[i].high | t.vaddr[1], t.paddr[1], (uint64_t)1 << t.w->page_shift);
		fake_free(t.f);
	}
}

/* A table that leads to itself, with an entry at each place: all of it ends. */
static void test_loop(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		const struct writer *w = &writers[i];
		struct fake *f = fake_memory(12, (MEMORY >> 12) + 64, MEMORY >> 12, 64);
		struct space bare = bare_space(w->arch, f), user;

		for (uint64_t at = 0; at < 0x10000; at += w->entry_bytes)
			put_entry(f, MEMORY + at, MEMORY >> w->address_shift | w->table_flags | (w->sizes ? 9 : 0), w->entry_bytes,
				  w->big_endian);
		assert_int_not_equal(space_user(&bare, MEMORY, 0, &user), 0);
		fake_free(f);
	}
}

/* What the text tells needs no look, and neither does satp. */
static void test_told(void **state)
{
	uint64_t seed = 1;
	struct tree t;
	uint64_t root = grow(&t, &writers[12], &seed, 1);
	struct space bare = bare_space(&arch_riscv64, t.f), user;

	(void)state;
	assert_int_equal(space_user(&bare, (uint64_t)9 << 60 | (uint64_t)7 << 44 | root >> 12, 0, &user), 0);
	expect_walk(&user, t.vaddr[0], t.paddr[0], 4096);
	assert_int_equal(space_user(&bare, (uint64_t)8 << 60 | root >> 12, 0, &user), 0);
	assert_int_equal(user.tables.levels, 3);
	assert_int_equal(space_user(&bare, (uint64_t)7 << 60 | root >> 12, 0, &user), -EINVAL);
	fake_free(t.f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_no_tables),
		cmocka_unit_test(test_too_little),
		cmocka_unit_test(test_blocks_alone),
		cmocka_unit_test(test_high),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
