/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of memory, zones of nodes, caches of slabs. */
#include "kernel/core/cpus.h"
#include "kernel/mm/counters.h"
#include "kernel/mm/slab_caches.h"
#include "kernel/mm/zones.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { NODE_STAT = 0x1000, ZONE_STAT = 0x1100, TEXTS = 0x1200, NAMES = 0x1280, EVENTS = 0x1300 };

static void test_counters(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct object_name table[24] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct kcpus cpus = { .n = 1 };
		struct vm_counters c;
		struct objects o;
		uint64_t value;
		char name[16];

		objects_new(&o, &object_kinds[kind]);
		assert_int_equal(vm_counter(o.r, &names, "NR_FREE_PAGES", &value), -ENOENT);
		fake_name_add(table, "vm_node_stat", o.base + NODE_STAT, 0);
		fake_name_add(table, "vm_zone_stat", o.base + ZONE_STAT, 0);
		fake_name_add(table, "node_stat_item.NR_SHMEM", 0, 0)->value = 3;
		fake_name_add(table, "zone_stat_item.NR_FREE_PAGES", 0, 0)->value = 1;
		fake_name_add(table, "zone_stat_item.NR_WILD", 0, 0)->value = 1 << 30;
		object_word(&o, o.base + NODE_STAT + 3 * w, 1234);
		object_word(&o, o.base + ZONE_STAT + w, (uint64_t)-5);
		objects_reader(&o);
		assert_int_equal(vm_counter(o.r, &names, "NR_SHMEM", &value), 0);
		assert_int_equal(value, 1234);
		assert_int_equal(vm_counter(o.r, &names, "NR_FREE_PAGES", &value), 0);
		assert_int_equal(value, 0);
		assert_int_equal(vm_counter(o.r, &names, "NR_WILD", &value), -ENOENT);
		assert_int_equal(vm_counters(&names, &c), -ENOENT);
		fake_name_add(table, "zone_stat_item.NR_VM_ZONE_STAT_ITEMS", 0, 0)->value = 2;
		fake_name_add(table, "numa_stat_item.NR_VM_NUMA_STAT_ITEMS", 0, 0)->value = 6;	/* and no such counters */
		fake_name_add(table, "node_stat_item.NR_VM_NODE_STAT_ITEMS", 0, 0)->value = 4;
		fake_name_add(table, "vm_event_item.NR_VM_EVENT_ITEMS", 0, 0)->value = 5;
		fake_name_add(table, "vm_event_state.event", w, 5 * w);
		fake_name_add(table, "vm_event_states", o.base + EVENTS, 0);
		fake_name_add(table, "vmstat_text", o.base + TEXTS, 0);
		object_word(&o, o.base + TEXTS + w, o.base + NAMES);
		object_text(&o, o.base + NAMES, "nr_second");
		object_word(&o, o.base + EVENTS + 3 * w, 77);
		objects_reader(&o);
		assert_int_equal(vm_counters(&names, &c), 0);
		assert_int_equal(c.n[VM_ZONES], 2);
		assert_int_equal(c.n[VM_NUMA], 0);
		assert_int_equal(c.n[VM_NODES], 4);
		assert_int_equal(vm_counter_at(o.r, &cpus, &c, VM_NODES, 3), 1234);
		assert_int_equal(vm_counter_at(o.r, &cpus, &c, VM_ZONES, 1), 0);
		assert_int_equal(vm_counter_at(o.r, &cpus, &c, VM_EVENTS, 2), 77);
		vm_counter_name(o.r, &c, 1, name, sizeof(name));
		assert_string_equal(name, "nr_second");
		objects_free(&o);
	}
}

static int note_zone(void *arg, const struct page_zone *z)
{
	unsigned int *n = arg;

	assert_int_equal(z->node, *n / 2);
	assert_string_equal(z->name, "Normal");
	assert_int_equal(z->managed, 100 + *n);
	assert_int_equal(z->watermarks[1], 8);
	assert_int_equal(z->orders, 3);
	assert_int_equal(z->free[2], 9);
	++*n;
	return 0;
}

static void test_zones(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word, n = 0;
		struct object_name table[24] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct page_zone_layout l;
		struct kplace *array;
		struct objects o;

		objects_new(&o, &object_kinds[kind]);
		assert_int_equal(page_zone_layout(o.r, &names, &l), -ENOENT);
		fake_name_add(table, "pglist_data.node_zones", 0, 0x200)->count = 2;
		fake_name_add(table, "pglist_data.node_id", 0x200, 4);
		fake_name_add(table, "zone", 0, 0x100);
		fake_name_add(table, "zone.name", 0, w);
		fake_name_add(table, "zone.present_pages", 8, w);
		fake_name_add(table, "zone.managed_pages", 16, w);
		array = fake_name_add(table, "zone._watermark", 32, 3 * w);
		array->count = 3;
		array->element_bytes = w;
		array = fake_name_add(table, "zone.free_area", 64, 3 * 24);
		array->count = 3;
		array->element_bytes = 24;
		fake_name_add(table, "free_area.nr_free", 16, w);
		fake_name_add(table, "free_area.free_list", 0, 16);
		fake_name_add(table, "node_data", o.base + 0x1000, 0);
		fake_name_add(table, "nr_node_ids", o.base + 0x1100, 4);
		object_uint(&o, o.base + 0x1100, 4, 3);
		object_text(&o, o.base + 0x1200, "Normal");
		/* the second is not there; the third says that it is another */
		for (unsigned int i = 0; i < 3; i += 2) {
			uint64_t node = o.base + 0x2000 + i * 0x400;

			object_word(&o, o.base + 0x1000 + i * w, node);
			object_uint(&o, node + 0x200, 4, i ? 7 : 0);
			for (unsigned int z = 0; z < 2; z++) {
				object_word(&o, node + z * 0x100, o.base + 0x1200);
				object_word(&o, node + z * 0x100 + 16, 100 + z);
				object_word(&o, node + z * 0x100 + 32 + w, 8);
				object_word(&o, node + z * 0x100 + 64 + 2 * 24 + 16, 9);
			}
		}
		objects_reader(&o);
		assert_int_equal(page_zone_layout(o.r, &names, &l), 0);
		assert_int_equal(page_zones_each(o.r, &l, note_zone, &n), 0);
		assert_int_equal(n, 2);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		objects_free(&o);
	}
}

static int note_cache(void *arg, const struct slab_cache *c)
{
	*(struct slab_cache *)arg = *c;
	return 0;
}

static void test_caches(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2 * ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind / 2].word;
		struct object_name table[24] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct slab_cache c = { 0 };
		struct kplace *nodes;
		struct objects o;
		uint64_t cache, node, slab;

		objects_new(&o, &object_kinds[kind / 2]);
		cache = o.base + 0x2000;
		node = o.base + 0x3000;
		slab = o.base + 0x4000;
		assert_int_equal(slab_caches_each(o.r, &names, note_cache, &c), -ENOENT);
		fake_name_add(table, "kmem_cache.list", 0, 2 * w);
		fake_name_add(table, "kmem_cache.name", 16, w);
		fake_name_add(table, "kmem_cache.size", 24, 4);
		fake_name_add(table, "kmem_cache.oo", 28, 4);
		nodes = fake_name_add(table, kind & 1 ? "kmem_cache.per_node" : "kmem_cache.node", 64, 128);
		nodes->count = 4;
		nodes->element_bytes = kind & 1 ? 2 * w : w;
		if (kind & 1)
			fake_name_add(table, "kmem_cache_per_node_ptrs.node", w, w);
		fake_name_add(table, "kmem_cache_node.nr_slabs", 0, w);
		fake_name_add(table, "kmem_cache_node.total_objects", 8, w);
		fake_name_add(table, "kmem_cache_node.partial", 16, 2 * w);
		fake_name_add(table, "slab.slab_list", 8, 2 * w);
		fake_name_add(table, "slab.objects", 32, 2);
		fake_name_add(table, "slab.inuse", 34, 2);
		fake_name_add(table, "slab_caches", o.base + 0x1000, 0);
		object_word(&o, o.base + 0x1000, cache);
		object_word(&o, cache, o.base + 0x1000);
		object_word(&o, cache + 16, o.base + 0x1100);
		object_text(&o, o.base + 0x1100, "dentry");
		object_uint(&o, cache + 24, 4, 192);
		object_uint(&o, cache + 28, 4, 1 << 16 | 42);
		object_word(&o, cache + 64 + (kind & 1 ? w : 0), node);
		object_word(&o, node, 10);
		object_word(&o, node + 8, 420);
		object_word(&o, node + 16, slab + 8);
		object_word(&o, slab + 8, node + 16);
		object_uint(&o, slab + 32, 2, 42);
		object_uint(&o, slab + 34, 2, 30);
		assert_int_equal(slab_caches_each(objects_reader(&o), &names, note_cache, &c), 0);
		assert_string_equal(c.name, "dentry");
		assert_int_equal(c.size, 192);
		assert_int_equal(c.per_slab, 42);
		assert_int_equal(c.order, 1);
		assert_int_equal(c.slabs, 10);
		assert_int_equal(c.objects, 420);
		assert_int_equal(c.used, 420 - 12);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		/* a list of slabs in a circle that does not come back: it is told, and nothing is below zero */
		object_word(&o, slab + 8, slab + 8);
		object_word(&o, node + 8, 2);
		assert_int_equal(slab_caches_each(objects_reader(&o), &names, note_cache, &c), 0);
		assert_int_equal(kreader_take(o.r, NULL), -ELOOP);
		assert_int_equal(c.used, 0);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters), cmocka_unit_test(test_zones), cmocka_unit_test(test_caches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
