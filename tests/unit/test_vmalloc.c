/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Areas of vmalloc on the one list, and on those of nodes. */
#include "kernel/mm/vmalloc.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { LIST = 0x1000, NODES = 0x1100, NUMBER = 0x1180, AREAS = 0x2000, STRUCT = 0x3000 };

static const uint64_t firsts[] = { 0x40000000, 0x40010000, 0x40005000 };	/* on lists in no order */

static void name(struct object_name *table, const char *path, uint64_t offset, uint64_t bytes)
{
	while (table->name)
		table++;
	*table = (struct object_name){ path, { .offset = offset, .bytes = bytes } };
}

/* A ring through the areas from first to end. */
static void ring(struct objects *o, uint64_t head, size_t first, size_t end)
{
	unsigned int w = o->k.word_bytes;

	for (size_t i = first; i < end; i++) {
		uint64_t area = o->base + AREAS + i * 0x80;

		object_word(o, head, area + 3 * w);
		head = area + 3 * w;
		object_word(o, area, firsts[i]);
		object_word(o, area + w, firsts[i] + 0x5000);
	}
}

static void test_find(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2 * ARRAY_SIZE(object_kinds); kind++) {
		bool nodes = kind & 1;
		struct object_name table[20] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct vmalloc_area area;
		struct objects o;
		unsigned int w;

		objects_new(&o, &object_kinds[kind / 2]);
		w = o.k.word_bytes;
		name(table, "vmap_area.va_start", 0, w);
		name(table, "vmap_area.va_end", w, w);
		name(table, "vmap_area.vm", 2 * w, w);
		name(table, "vmap_area.list", 3 * w, 2 * w);
		name(table, "vm_struct.size", 0, w);
		name(table, "vm_struct.nr_pages", w, 4);
		name(table, "vm_struct.caller", 2 * w, w);
		name(table, "vm_struct.phys_addr", 3 * w, w);
		name(table, "vm_struct.flags", 4 * w, w);
		assert_int_equal(vmalloc_find(o.r, &names, 0x40000000, &area), -ENOENT);
		if (nodes) {
			name(table, "vmap_node", 0, 0x40);
			name(table, "vmap_node.busy.head", 8, 2 * w);
			name(table, "nr_vmap_nodes", o.base + NUMBER, 4);
			name(table, "vmap_nodes", o.base + NUMBER + 8, w);
			object_uint(&o, o.base + NUMBER, 4, 2);
			object_word(&o, o.base + NUMBER + 8, o.base + NODES);
			ring(&o, o.base + NODES + 8, 0, 2);
			object_word(&o, o.base + AREAS + 0x80 + 3 * w, o.base + NODES + 8);
			ring(&o, o.base + NODES + 0x40 + 8, 2, 3);
			object_word(&o, o.base + AREAS + 2 * 0x80 + 3 * w, o.base + NODES + 0x40 + 8);
		} else {
			name(table, "vmap_area_list", o.base + LIST, 2 * w);
			ring(&o, o.base + LIST, 0, 3);
			object_word(&o, o.base + AREAS + 2 * 0x80 + 3 * w, o.base + LIST);
		}
		/* the last one has a vm_struct */
		object_word(&o, o.base + AREAS + 2 * 0x80 + 2 * w, o.base + STRUCT);
		object_word(&o, o.base + STRUCT, 0x5000);
		object_uint(&o, o.base + STRUCT + w, 4, 4);
		object_word(&o, o.base + STRUCT + 2 * w, 0x1234);
		objects_reader(&o);
		for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
			assert_int_equal(vmalloc_find(o.r, &names, firsts[i] + 0x4fff, &area), 0);
			assert_int_equal(area.first, firsts[i]);
			assert_int_equal(area.end, firsts[i] + 0x5000);
			assert_int_equal(area.has_vm, i == 2);
		}
		assert_int_equal(vmalloc_find(o.r, &names, firsts[2], &area), 0);
		assert_int_equal(area.pages, 4);
		assert_int_equal(area.bytes, 0x5000);
		assert_int_equal(area.caller, 0x1234);
		assert_int_equal(vmalloc_find(o.r, &names, firsts[1] + 0x5000, &area), -ENOENT);
		/* the list is lost behind the first */
		object_word(&o, o.base + AREAS + 3 * w, 16);
		objects_reader(&o);
		assert_int_equal(vmalloc_find(o.r, &names, firsts[0], &area), 0);
		assert_int_equal(vmalloc_find(o.r, &names, firsts[1], &area), -EFAULT);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_find) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
