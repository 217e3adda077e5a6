/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory models other than SPARSEMEM with EXTREME, which test_classify.c has; what is lost of them. */
#include "kernel/opening/open.h"
#include "kernel/pages/memmap.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define MAX_PFN 0x40000ull
#define DATA 0x200000ull		/* physical: variables of the kernel */
#define NODE(i) (DATA + 0x1000 * (1 + (uint64_t)(i)))

#define INFO "SIZE(page)=64\nOFFSET(page.flags)=0\n"
#define NODES "OFFSET(pglist_data.node_mem_map)=16\nOFFSET(pglist_data.node_start_pfn)=24\n" \
	"OFFSET(pglist_data.node_spanned_pages)=32\n"

struct machine {
	struct fake *f;
	struct kernel *k;
	char *text;
	struct memmap *m;
	const char *why;
};

static struct machine machine(const char *format, uint64_t symbol)
{
	struct machine m = { .f = fake_new(12, MAX_PFN) };
	char info[1000];

	fake_set(m.f, 0, MAX_PFN, PAGE_ZERO);
	snprintf(info, sizeof(info), INFO "%s%llx\n", format, (unsigned long long)(FAKE_DIRECT + symbol));
	m.k = fake_kernel(m.f, 0, info, &m.text);
	return m;
}

static void put_node(struct machine *m, unsigned int i, uint64_t start, uint64_t pages, uint64_t mem_map)
{
	fake_u64(m->f, NODE(i) + 16, mem_map);
	fake_u64(m->f, NODE(i) + 24, start);
	fake_u64(m->f, NODE(i) + 32, pages);
}

static int open_map(struct machine *m)
{
	return memmap_open(m->k, &m->m, &m->why);
}

static void done(struct machine *m)
{
	memmap_close(m->m);
	kernel_close(m->k);
	free(m->text);
	fake_free(m->f);
}

static void expect(const struct memmap *m, size_t i, uint64_t first, uint64_t count, uint64_t vaddr)
{
	assert_true(i < m->nsections);
	assert_int_equal(m->sections[i].first, first);
	assert_int_equal(m->sections[i].count, count);
	assert_int_equal(m->sections[i].vaddr, vaddr);
}

static void test_flat(void **state)
{
	struct machine m = machine(NODES "SYMBOL(contig_page_data)=", NODE(0));

	(void)state;
	put_node(&m, 0, 0x10000, 0x20000, FAKE_DIRECT + 0x8000000);
	assert_int_equal(open_map(&m), 0);
	assert_string_equal(m.m->model, "FLATMEM");
	assert_int_equal(m.m->nsections, 1);
	expect(m.m, 0, 0x10000, 0x20000, FAKE_DIRECT + 0x8000000);
	done(&m);
}

/* The span of a node may reach beyond the dump; a node may be beyond it. */
static void test_discontig(void **state)
{
	struct machine m = machine(NODES "LENGTH(node_data)=5\nSYMBOL(node_data)=", DATA);

	(void)state;
	fake_u64(m.f, DATA, FAKE_DIRECT + NODE(1));
	fake_u64(m.f, DATA + 16, FAKE_DIRECT + NODE(0));
	fake_u64(m.f, DATA + 24, FAKE_DIRECT + NODE(2));
	fake_u64(m.f, DATA + 32, FAKE_DIRECT + NODE(3));
	put_node(&m, 0, 0x100, 0x700, FAKE_DIRECT + 0x1000000);
	put_node(&m, 1, 0x30000, 0x90000, FAKE_DIRECT + 0x2000000);
	put_node(&m, 2, 0x800, 0, FAKE_DIRECT + 0x3000000);
	put_node(&m, 3, MAX_PFN, 0x1000, FAKE_DIRECT + 0x4000000);
	assert_int_equal(open_map(&m), 0);
	assert_string_equal(m.m->model, "DISCONTIGMEM");
	assert_int_equal(m.m->nsections, 2);
	expect(m.m, 0, 0x100, 0x700, FAKE_DIRECT + 0x1000000);
	expect(m.m, 1, 0x30000, MAX_PFN - 0x30000, FAKE_DIRECT + 0x2000000);
	done(&m);
}

static void test_pgdat_list(void **state)
{
	struct machine m = machine(NODES "OFFSET(pglist_data.pgdat_next)=40\nSYMBOL(pgdat_list)=", DATA);

	(void)state;
	fake_u64(m.f, DATA, FAKE_DIRECT + NODE(0));
	put_node(&m, 0, 0, 0x1000, FAKE_DIRECT + 0x1000000);
	fake_u64(m.f, NODE(0) + 40, FAKE_DIRECT + NODE(1));
	put_node(&m, 1, 0x2000, 0x1000, FAKE_DIRECT + 0x2000000);
	assert_int_equal(open_map(&m), 0);
	assert_int_equal(m.m->nsections, 2);
	memmap_close(m.m);
	m.m = NULL;
	/* a list that leads back */
	fake_u64(m.f, NODE(1) + 40, FAKE_DIRECT + NODE(0));
	assert_int_equal(open_map(&m), -EIO);
	assert_non_null(m.why);
	done(&m);
}

static void test_overlap(void **state)
{
	struct machine m = machine(NODES "LENGTH(node_data)=2\nSYMBOL(node_data)=", DATA);

	(void)state;
	fake_u64(m.f, DATA, FAKE_DIRECT + NODE(0));
	fake_u64(m.f, DATA + 8, FAKE_DIRECT + NODE(1));
	put_node(&m, 0, 0, 0x1001, FAKE_DIRECT + 0x1000000);
	put_node(&m, 1, 0x1000, 0x1000, FAKE_DIRECT + 0x2000000);
	assert_int_equal(open_map(&m), -EIO);
	assert_string_equal(m.why, "the memory nodes overlap");
	/* and one that is nowhere */
	fake_u64(m.f, DATA + 8, 0xffffc90000000000);
	assert_int_equal(open_map(&m), -EFAULT);
	done(&m);
}

/* Without EXTREME mem_section is the sections themselves: here of 256 MiB, the third one empty. */
static void test_sparse_static(void **state)
{
	struct machine m = machine("SIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\nNUMBER(SECTION_SIZE_BITS)=28\n"
				   "LENGTH(mem_section)=16\nSYMBOL(mem_section)=", DATA);
	static const uint64_t present[] = { 0, 1, 3 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(present); i++)
		fake_u64(m.f, DATA + present[i] * 16,
			 (FAKE_DIRECT + 0x10000000 + i * 0x1000000 - present[i] * 0x10000 * 64) | 3);
	assert_int_equal(open_map(&m), 0);
	assert_string_equal(m.m->model, "SPARSEMEM");
	assert_int_equal(m.m->nsections, 3);
	for (size_t i = 0; i < ARRAY_SIZE(present); i++)
		expect(m.m, i, present[i] * 0x10000, 0x10000, FAKE_DIRECT + 0x10000000 + i * 0x1000000);
	done(&m);
}

/* The page structs of pfns first to first + count - 1 of the only section are lost, of 256 that are read. */
static void expect_lost(struct machine *m, uint64_t first, uint64_t count, uint64_t lost)
{
	const uint64_t bytes = m->m->struct_bytes;
	uint8_t *buf = malloc(256 * bytes);
	uint64_t unreadable = 7;

	assert_non_null(buf);
	memset(buf, 1, 256 * bytes);
	memmap_read(m->m, &m->m->sections[0], m->m->sections[0].first, 256, buf, &unreadable);
	assert_int_equal(unreadable, 7 + lost);
	for (uint64_t i = 0; i < 256 * bytes; i++)
		assert_int_equal(buf[i], i / bytes - first < count ? 0xff : 0);
	free(buf);
}

/* 64 page structs a page: each kind of loss is one of whole pages. */
static void test_lost_structs(void **state)
{
	const uint64_t structs = 0x8000000;
	struct machine m = machine(NODES "SYMBOL(contig_page_data)=", NODE(0));

	(void)state;
	put_node(&m, 0, 0x10000, 0x20000, FAKE_DIRECT + structs);
	assert_int_equal(open_map(&m), 0);
	expect_lost(&m, 0, 0, 0);
	fake_set(m.f, (structs >> 12) + 1, 1, PAGE_EXCLUDED);
	expect_lost(&m, 64, 64, 64);
	fake_damage(m.f, (structs >> 12) + 2);
	expect_lost(&m, 64, 128, 128);
	memmap_close(m.m);
	/* the array ends where memory is not mapped any more */
	put_node(&m, 0, 0x10000, 0x20000, FAKE_DIRECT + (1 << 30) - 0x1000);
	assert_int_equal(open_map(&m), 0);
	expect_lost(&m, 64, 192, 192);
	done(&m);
}

/* Where the tables of the direct map are lost, there are no page structs either. */
static void test_lost_tables(void **state)
{
	struct machine m = machine(NODES "SYMBOL(contig_page_data)=", NODE(0));
	uint64_t paddr, span;

	(void)state;
	put_node(&m, 0, 0x10000, 0x20000, FAKE_DIRECT + 0x8000000);
	m.k->space.direct = (struct mapping){ FAKE_DIRECT, 0, MAX_PFN << 12 };
	for (uint64_t i = 1; i < 4; i++)
		fake_set(m.f, (FAKE_ROOT >> 12) + i, 1, PAGE_ABSENT);
	assert_int_equal(space_vtop(&m.k->space, FAKE_DIRECT, &paddr, &span), -ENODATA);
	assert_int_equal(open_map(&m), -ENODATA);
	assert_string_equal(m.why, "the memory nodes cannot be read");
	done(&m);
}

static void test_no_model(void **state)
{
	struct machine m = machine("SYMBOL(mem_map)=", DATA);

	(void)state;
	assert_int_equal(open_map(&m), -ENOTSUP);
	assert_non_null(m.why);
	done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_discontig),
		cmocka_unit_test(test_pgdat_list),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_sparse_static),
		cmocka_unit_test(test_lost_structs),
		cmocka_unit_test(test_lost_tables),
		cmocka_unit_test(test_no_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
