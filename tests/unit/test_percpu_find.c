/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPU an address is of: variables, the first chunk, others. */
#include "kernel/mm/percpu.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

/* Units of 0x800 bytes, of two CPUs, 0x1000 from each other; variables are the first 0x100 bytes of those of the first chunk. */
enum {
	NUMBERS = 0x1000, OFFSETS = 0x1040, UNITS = 0x1080, POINTERS = 0x10c0, LISTS = 0x1100, CHUNKS = 0x1200, LIST_BYTES = 0x20,
	START = 0x4000,			/* of the section */
	BASE = 0x40000000, OTHER = 0x50000000,
};

static void name(struct object_name *table, const char *path, uint64_t offset, uint64_t bytes)
{
	while (table->name)
		table++;
	*table = (struct object_name){ path, { .offset = offset, .bytes = bytes, .value = (int64_t)bytes } };
}

static void expect(struct objects *o, const struct knames *names, uint64_t vaddr, int result, unsigned int cpu, uint64_t pointer,
		   bool is_static)
{
	struct percpu_place place;

	assert_int_equal(percpu_find(o->r, names, vaddr, &place), result);
	if (result)
		return;
	assert_int_equal(place.cpu, cpu);
	assert_int_equal(place.pointer, pointer);
	assert_int_equal(place.is_static, is_static);
}

static void test_find(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[20] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct objects o;
		unsigned int w;

		objects_new(&o, &object_kinds[kind]);
		w = o.k.word_bytes;
		name(table, "nr_cpu_ids", o.base + NUMBERS, 4);
		name(table, "__per_cpu_offset", o.base + OFFSETS, 2 * w);
		name(table, "__per_cpu_start", START, 0);
		name(table, "__per_cpu_end", START + 0x100, 0);
		object_uint(&o, o.base + NUMBERS, 4, 2);
		for (unsigned int cpu = 0; cpu < 2; cpu++) {
			object_word(&o, o.base + OFFSETS + cpu * w, BASE - START + cpu * 0x1000);
			object_word(&o, o.base + UNITS + cpu * w, cpu * 0x1000);
		}
		objects_reader(&o);
		/* without symbols of data: variables */
		expect(&o, &names, BASE + 0xff, 0, 0, START + 0xff, true);
		expect(&o, &names, BASE + 0x1000, 0, 1, START, true);
		expect(&o, &names, BASE + 0x100, -ENOENT, 0, 0, false);
		name(table, "pcpu_chunk.list", w, 2 * w);
		name(table, "pcpu_chunk.base_addr", 0, w);
		name(table, "list_head", 0, LIST_BYTES);
		name(table, "pcpu_chunk_type.PCPU_NR_CHUNK_TYPES", 0, 2);
		name(table, "pcpu_unit_size", o.base + NUMBERS + 4, 4);
		name(table, "pcpu_nr_slots", o.base + NUMBERS + 8, 4);
		name(table, "pcpu_unit_offsets", o.base + POINTERS, w);
		name(table, "pcpu_base_addr", o.base + POINTERS + w, w);
		name(table, "pcpu_slot", o.base + POINTERS + 2 * w, w);
		object_uint(&o, o.base + NUMBERS + 4, 4, 0x800);
		object_uint(&o, o.base + NUMBERS + 8, 4, 1);
		object_word(&o, o.base + POINTERS, o.base + UNITS);
		object_word(&o, o.base + POINTERS + w, BASE);
		object_word(&o, o.base + POINTERS + 2 * w, o.base + LISTS);
		/* an empty list, and one of the second type */
		object_word(&o, o.base + LISTS, o.base + LISTS);
		object_word(&o, o.base + LISTS + LIST_BYTES, o.base + CHUNKS + w);
		object_word(&o, o.base + CHUNKS, OTHER);
		object_word(&o, o.base + CHUNKS + w, o.base + LISTS + LIST_BYTES);
		objects_reader(&o);
		expect(&o, &names, BASE + 0x1000 + 0xff, 0, 1, START + 0xff, true);
		expect(&o, &names, BASE + 0x100, 0, 0, START + 0x100, false);
		expect(&o, &names, BASE + 0x800, -ENOENT, 0, 0, false);
		expect(&o, &names, OTHER + 0x17ff, 0, 1, OTHER - BASE + START + 0x7ff, false);
		expect(&o, &names, OTHER + 0x1800, -ENOENT, 0, 0, false);
		/* the list is lost */
		object_word(&o, o.base + LISTS + LIST_BYTES, 16);
		objects_reader(&o);
		expect(&o, &names, BASE + 0x100, 0, 0, START + 0x100, false);
		expect(&o, &names, OTHER, -EFAULT, 0, 0, false);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_find) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
