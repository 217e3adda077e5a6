/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees of resources; what x86 knows of its processors. */
#include "kernel/core/resources.h"
#include "kernel/core/x86_processors.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { ROOT = 0x1000, CHILDREN = 0x2000, EACH = 0x40, CPU = 0x3000 };

struct line {
	uint64_t first;
	unsigned int depth;
};

struct told {
	struct line lines[8];
	uint64_t n;
};

static int note(void *arg, const struct resource *res)
{
	struct told *told = arg;

	if (told->n < 8)
		told->lines[told->n] = (struct line){ res->first, res->depth };
	told->n++;
	return 0;
}

/* Resource i with its sibling and its child, -1: none. */
static void put(struct objects *o, int i, int sibling, int child)
{
	uint64_t at = o->base + CHILDREN + (uint64_t)i * EACH;
	unsigned int w = o->k.word_bytes;

	object_uint(o, at, 8, 0x100u * (unsigned int)i);
	object_uint(o, at + 8, 8, 0x100u * (unsigned int)i + 0xff);
	object_word(o, at + 16 + w, sibling < 0 ? 0 : o->base + CHILDREN + (uint64_t)sibling * EACH);
	object_word(o, at + 16 + 2 * w, child < 0 ? 0 : o->base + CHILDREN + (uint64_t)child * EACH);
}

static void test_resources(void **state)
{
	static const struct line expected[] = { { 0, 0 }, { 0x100, 1 }, { 0x300, 2 }, { 0x200, 1 }, { 0x400, 0 } };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[8] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct told told = { .n = 0 };
		struct resource root;
		struct objects o;
		unsigned int w;

		objects_new(&o, &object_kinds[kind]);
		w = o.k.word_bytes;
		assert_int_equal(resource_root(o.r, &names, "iomem_resource", &root), -ENOENT);
		fake_name_add(table, "resource.start", 0, 8);
		fake_name_add(table, "resource.end", 8, 8);
		fake_name_add(table, "resource.name", 16, w);
		fake_name_add(table, "resource.sibling", 16 + w, w);
		fake_name_add(table, "resource.child", 16 + 2 * w, w);
		fake_name_add(table, "iomem_resource", o.base + ROOT, 0);
		object_uint(&o, o.base + ROOT + 8, 8, UINT64_MAX);
		object_word(&o, o.base + ROOT + 16 + 2 * w, o.base + CHILDREN);
		put(&o, 0, 4, 1);
		put(&o, 1, 2, 3);
		put(&o, 2, -1, -1);
		put(&o, 3, -1, -1);
		put(&o, 4, -1, -1);
		assert_int_equal(resource_root(objects_reader(&o), &names, "iomem_resource", &root), 0);
		assert_int_equal(root.last, UINT64_MAX);
		assert_int_equal(resources_each(o.r, &names, root.vaddr, note, &told), 0);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		assert_int_equal(told.n, ARRAY_SIZE(expected));
		for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
			assert_int_equal(told.lines[i].first, expected[i].first);
			assert_int_equal(told.lines[i].depth, expected[i].depth);
		}
		/* one that is its own child, one that is its own sibling */
		put(&o, 3, -1, 3);
		told.n = 0;
		assert_int_equal(resources_each(objects_reader(&o), &names, root.vaddr, note, &told), 0);
		assert_int_equal(kreader_take(o.r, NULL), -ELOOP);
		assert_true(told.n < RESOURCE_DEPTH + 8);
		put(&o, 3, 3, -1);
		told.n = 0;
		assert_int_equal(resources_each(objects_reader(&o), &names, root.vaddr, note, &told), 0);
		assert_int_equal(kreader_take(o.r, NULL), -ELOOP);
		assert_int_equal(told.n, RESOURCES_MAX);
		objects_free(&o);
	}
}

static void test_cpus(void **state)
{
	static const char *const members[] = {
		"x86", "x86_model", "x86_stepping", "microcode", "x86_cache_size", "phys_proc_id", "cpu_core_id", "apicid", "initial_apicid",
		"booted_cores", "cpuid_level", "loops_per_jiffy", "x86_tlbsize", "x86_clflush_size", "x86_cache_alignment", "x86_phys_bits",
		"x86_virt_bits", "x86_power",
	};
	static char paths[ARRAY_SIZE(members)][48];
	struct object_name table[32] = { { NULL, { 0 } } };
	struct knames names = fake_names(table);
	struct kcpus cpus = { .n = 1 };
	struct x86_processor_layout l;
	struct x86_processor cpu;
	struct objects o;

	(void)state;
	objects_new(&o, &object_kinds[0]);
	assert_int_equal(x86_processor_layout(&names, &l), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		snprintf(paths[i], sizeof(paths[i]), "cpuinfo_x86.%s", members[i]);
		fake_name_add(table, paths[i], 8 * i, 4);
		object_uint(&o, o.base + CPU + 8 * i, 4, 10 + i);
	}
	fake_name_add(table, "cpuinfo_x86.x86_vendor_id", 0x100, 16);
	fake_name_add(table, "cpuinfo_x86.x86_model_id", 0x110, 64);
	fake_name_add(table, "cpuinfo_x86.x86_capability", 0x180, 12);
	fake_name_add(table, "cpu_info", o.base + CPU, 0);
	fake_name_add(table, "cpu_core_map", o.base + 0x1000, 0);
	fake_name_add(table, "x86_bug_flags", o.base + 0x1800, 0);
	fake_name_add(table, "x86_cap_flags", o.base + 0x1800 + 256, 0);
	object_text(&o, o.base + CPU + 0x100, "AuthenticAMD");
	object_uint(&o, o.base + CPU + 0x188, 4, 6);
	object_word(&o, o.base + 0x1000, 1);
	objects_reader(&o);
	assert_int_equal(x86_processor_layout(&names, &l), 0);
	assert_int_equal(x86_processor_read(o.r, &cpus, &l, 0, &cpu), 0);
	assert_int_equal(cpu.family, 10);
	assert_int_equal(cpu.model, 11);
	assert_int_equal(cpu.power, 27);
	assert_string_equal(cpu.vendor, "AuthenticAMD");
	assert_int_equal(cpu.siblings, 1);
	assert_int_equal(cpu.words, 2);
	assert_int_equal(cpu.bug_words, 1);
	assert_int_equal(cpu.capabilities[2], 6);
	assert_int_equal(x86_processor_read(o.r, &cpus, &l, 1, &cpu), -ENOENT);
	objects_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_resources), cmocka_unit_test(test_cpus) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
