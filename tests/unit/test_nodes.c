/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory nodes and zones, as the kernel describes them. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/opening/open.h"
#include "kernel/pages/nodes.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define MAX_PFN	0x1000ull
#define TABLE	0x200000ull		/* physical: node_data */
#define NODE(i)	(0x300000ull + (i) * 0x10000ull)
#define NAMES	0x280000ull
#define ZONE(n, z) (NODE(n) + 0x100 + (z) * 0x400ull)

/* struct pglist_data: node_zones 0x100, nr_zones 0x2000, node_start_pfn 0x2008, node_spanned_pages 0x2010,
 * node_id 0x2018; struct zone: 1024 bytes, start 8, name 16, spanned 24, vm_stat 32 */
#define INFO \
	"SIZE(zone)=1024\nOFFSET(pglist_data.node_zones)=256\nOFFSET(pglist_data.nr_zones)=8192\n" \
	"OFFSET(pglist_data.node_start_pfn)=8200\nOFFSET(pglist_data.node_spanned_pages)=8208\n" \
	"OFFSET(pglist_data.node_id)=8216\nOFFSET(zone.spanned_pages)=24\nOFFSET(zone.vm_stat)=32\n"
#define TABLE_INFO "SYMBOL(node_data)=ffff888000200000\n"
#define NUMA INFO "NUMBER(NR_FREE_PAGES)=1\n" TABLE_INFO "LENGTH(node_data)=1024\n"

static const struct zone_layout layout = { .zone_start_pfn = 8, .name = 16 };

struct machine {
	struct fake *f;
	struct kernel *k;
	char *text;
};

static struct machine machine(const char *info)
{
	struct machine m = { .f = fake_new(12, MAX_PFN) };

	fake_set(m.f, 0, MAX_PFN, PAGE_ZERO);
	m.k = fake_kernel(m.f, 0, info, &m.text);
	return m;
}

static void machine_close(struct machine *m)
{
	kernel_close(m->k);
	free(m->text);
	fake_free(m->f);
}

static void put_node(struct machine *m, uint64_t i, uint64_t first, uint64_t spanned, uint32_t zones)
{
	fake_u64(m->f, TABLE + i * 8, FAKE_DIRECT + NODE(i));
	fake_u32(m->f, NODE(i) + 8192, zones);
	fake_u64(m->f, NODE(i) + 8200, first);
	fake_u64(m->f, NODE(i) + 8208, spanned);
	fake_u32(m->f, NODE(i) + 8216, (uint32_t)i);
}

static void put_zone(struct machine *m, uint64_t node, uint64_t zone, const char *name, uint64_t first,
		     uint64_t spanned, uint64_t free)
{
	uint64_t text = NAMES + node * 0x100 + zone * 32;

	fake_write(m->f, text, name, strlen(name) + 1);
	fake_u64(m->f, ZONE(node, zone) + 8, first);
	fake_u64(m->f, ZONE(node, zone) + 16, FAKE_DIRECT + text);
	fake_u64(m->f, ZONE(node, zone) + 24, spanned);
	fake_u64(m->f, ZONE(node, zone) + 40, free);
}

static void test_two_nodes(void **state)
{
	struct machine m = machine(NUMA);
	struct mem_nodes n;
	const char *why;

	(void)state;
	put_node(&m, 0, 1, 0x7ff, 4);
	put_zone(&m, 0, 0, "DMA", 1, 0xff, 200);
	put_zone(&m, 0, 1, "DMA32", 0x100, 0x700, 1000);
	put_zone(&m, 0, 2, "Normal", 0, 0, 0);		/* without pages */
	put_zone(&m, 0, 3, "Movable", 0x700, 0x100, (uint64_t)-3);
	put_node(&m, 2, 0x800, 0x800, 1);		/* a hole in the numbers */
	put_zone(&m, 2, 0, "a\nname of far too many characters", 0x800, 0x800, 7);
	put_node(&m, 3, 0, 0, 1);			/* possible, without pages */
	assert_int_equal(nodes_read(m.k, NULL, &layout, &n, &why), 0);
	assert_int_equal(n.n, 2);
	assert_int_equal(n.list[0].id, 0);
	assert_int_equal(n.list[0].first, 1);
	assert_int_equal(n.list[0].spanned, 0x7ff);
	assert_int_equal(n.list[0].nzones, 3);
	assert_string_equal(n.list[0].zones[0].name, "DMA");
	assert_int_equal(n.list[0].zones[0].free, 200);
	assert_string_equal(n.list[0].zones[1].name, "DMA32");
	assert_int_equal(n.list[0].zones[1].first, 0x100);
	assert_int_equal(n.list[0].zones[1].spanned, 0x700);
	assert_int_equal(n.list[0].zones[1].free, 1000);
	assert_string_equal(n.list[0].zones[2].name, "Movable");
	assert_int_equal(n.list[0].zones[2].free, 0);
	assert_int_equal(n.list[1].id, 2);
	assert_string_equal(n.list[1].zones[0].name, "a?name?of?far?t");
	nodes_free(&n);
	/* without types: no names, no places */
	assert_int_equal(nodes_read(m.k, NULL, NULL, &n, &why), 0);
	assert_int_equal(n.list[0].zones[1].first, 0);
	assert_string_equal(n.list[0].zones[1].name, "");
	assert_int_equal(n.list[0].zones[1].spanned, 0x700);
	assert_int_equal(n.list[0].zones[1].free, 1000);
	nodes_free(&n);
	machine_close(&m);
}

static void test_one_node(void **state)
{
	struct machine m = machine(INFO "NUMBER(NR_FREE_PAGES)=0\nSYMBOL(contig_page_data)=ffff888000300000\n");
	struct mem_nodes n;
	const char *why;

	(void)state;
	put_node(&m, 0, 0, MAX_PFN, 1);
	put_zone(&m, 0, 0, "Normal", 0, MAX_PFN, 0);
	fake_u64(m.f, ZONE(0, 0) + 32, 55);
	assert_int_equal(nodes_read(m.k, NULL, &layout, &n, &why), 0);
	assert_int_equal(n.n, 1);
	assert_int_equal(n.list[0].zones[0].free, 55);
	nodes_free(&n);
	machine_close(&m);
}

static void expect_failure(struct machine *m, int r, const char *text)
{
	struct mem_nodes n;
	const char *why;

	assert_int_equal(nodes_read(m->k, NULL, &layout, &n, &why), r);
	assert_string_equal(why, text);
	assert_null(n.list);
}

static void test_hostile(void **state)
{
	struct machine m = machine(NUMA);
	struct mem_nodes n;
	const char *why;

	(void)state;
	expect_failure(&m, -EIO, "none has pages");
	put_node(&m, 0, UINT64_MAX, UINT64_MAX, UINT32_MAX);
	for (unsigned int z = 0; z < 20; z++)
		put_zone(&m, 0, z, "z", UINT64_MAX, UINT64_MAX, 1);
	assert_int_equal(nodes_read(m.k, NULL, &layout, &n, &why), 0);
	assert_int_equal(n.list[0].nzones, ZONES_MAX);
	nodes_free(&n);
	/* slot 1 shows node 0 again */
	fake_u64(m.f, TABLE + 8, FAKE_DIRECT + NODE(0));
	expect_failure(&m, -EIO, "their descriptions cannot be read");
	fake_u64(m.f, TABLE + 8, 0xffffc00000000000);
	expect_failure(&m, -EFAULT, "their descriptions cannot be read");
	fake_u64(m.f, TABLE + 8, 0);
	/* a name that is nowhere */
	fake_u64(m.f, ZONE(0, 0) + 16, 0xffffc00000000000);
	expect_failure(&m, -EFAULT, "their descriptions cannot be read");
	machine_close(&m);

	m = machine(INFO "NUMBER(NR_FREE_PAGES)=1\n" TABLE_INFO "LENGTH(node_data)=9223372036854775806\n");
	put_node(&m, 0, 0, MAX_PFN, 0);
	assert_int_equal(nodes_read(m.k, NULL, &layout, &n, &why), 0);
	assert_int_equal(n.n, 1);
	nodes_free(&n);
	machine_close(&m);
}

static void test_missing(void **state)
{
	static const char *const infos[] = {
		"", INFO TABLE_INFO "LENGTH(node_data)=1\n", INFO "NUMBER(NR_FREE_PAGES)=0\n",
		INFO "NUMBER(NR_FREE_PAGES)=99999999\n" TABLE_INFO "LENGTH(node_data)=1\n",
		INFO "NUMBER(NR_FREE_PAGES)=0\n" TABLE_INFO,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		struct machine m = machine(infos[i]);

		put_node(&m, 0, 0, MAX_PFN, 0);
		expect_failure(&m, -ENOTSUP, "neither VMCOREINFO nor the symbols of the kernel tell where they are");
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_nodes),
		cmocka_unit_test(test_one_node),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
