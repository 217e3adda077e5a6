/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Areas of a process as a list, as kernels before 6.1 have them: in order, named, and what is left where the list is torn. */
#include "kernel/mm/vma.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { MM = 0x100, AREA = 0x1000, OPS = 0x2000, SPECIAL = 0x2100, TEXT = 0x2200, FUNCTION = 0x3000 };
#define AREAS 3u
#define AT(o, i) ((o)->base + AREA + (i) * 0x100)

static unsigned int count(struct objects *o, const struct vma_layout *l, int *error)
{
	struct vma_walk w = vma_walk_of(objects_reader(o), l, o->base + MM);
	unsigned int n = 0;

	while (vma_next(&w)) {
		assert_int_equal(w.vma.start, 0x400000 + n * 0x10000);
		assert_int_equal(w.vma.end, w.vma.start + 0x1000);
		n++;
	}
	*error = w.error;
	return n;
}

static void test_list(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct object_name table[] = {
			{ "special_mapping_name", { 0 } }, { "mm_struct.mmap", { .offset = 8, .bytes = w } },
			{ "vm_area_struct.vm_start", { .bytes = w } }, { "vm_area_struct.vm_end", { .offset = 8, .bytes = w } },
			{ "vm_area_struct.vm_next", { .offset = 0x10, .bytes = w } },
			{ "vm_area_struct.vm_flags", { .offset = 0x18, .bytes = w } },
			{ "vm_area_struct.vm_pgoff", { .offset = 0x20, .bytes = w } },
			{ "vm_area_struct.vm_file", { .offset = 0x28, .bytes = w } },
			{ "vm_area_struct.shared", { .offset = 0x30, .bytes = 4 * w } },
			{ "vm_area_struct.anon_name", { .offset = 0x30, .bytes = w } },
			{ "vm_area_struct.vm_ops", { .offset = 0x50, .bytes = w } },
			{ "vm_area_struct.vm_private_data", { .offset = 0x58, .bytes = w } },
			{ "anon_vma_name.name", { .offset = 4 } }, { "vm_operations_struct.name", { .offset = 8, .bytes = w } },
			{ "vm_special_mapping.name", { .bytes = w } }, { NULL, { 0 } },
		};
		struct knames names = fake_names(table);
		struct vma_layout l;
		struct vma_walk walk;
		struct objects o;
		char name[16];
		int error;

		objects_new(&o, &object_kinds[kind]);
		table[0].at.offset = o.base + FUNCTION;
		object_word(&o, o.base + MM + 8, AT(&o, 0));
		for (unsigned int i = 0; i < AREAS; i++) {
			object_word(&o, AT(&o, i), 0x400000 + i * 0x10000);
			object_word(&o, AT(&o, i) + 8, 0x401000 + i * 0x10000);
			object_word(&o, AT(&o, i) + 0x10, i + 1 < AREAS ? AT(&o, i + 1) : 0);
			/* a name, or of a file its place in a tree */
			object_word(&o, AT(&o, i) + 0x30, o.base + TEXT);
		}
		object_text(&o, o.base + TEXT + 4, "arena");
		object_word(&o, AT(&o, 1) + 0x28, o.base + 8);
		object_word(&o, AT(&o, 2) + 0x50, o.base + OPS);
		object_word(&o, o.base + OPS + 8, o.base + FUNCTION);
		object_word(&o, AT(&o, 2) + 0x58, o.base + SPECIAL);
		object_word(&o, o.base + SPECIAL, o.base + SPECIAL + 0x20);
		object_text(&o, o.base + SPECIAL + 0x20, "[vdso]");
		assert_int_equal(vma_layout(&names, o.r, &l), 0);
		assert_false(l.is_tree);
		assert_int_equal(count(&o, &l, &error), AREAS);
		assert_int_equal(error, 0);
		walk = vma_walk_of(objects_reader(&o), &l, o.base + MM);
		assert_true(vma_next(&walk));
		assert_int_equal(vma_name(o.r, &l, &walk.vma, name, sizeof(name)), VMA_ANON);
		assert_string_equal(name, "arena");
		assert_true(vma_next(&walk));
		assert_int_equal(vma_name(o.r, &l, &walk.vma, name, sizeof(name)), VMA_NO_NAME);
		assert_true(vma_next(&walk));
		assert_int_equal(vma_name(o.r, &l, &walk.vma, name, sizeof(name)), VMA_SPECIAL);
		assert_string_equal(name, "[vdso]");
		/* a next one that is not mapped; an area that ends before it begins */
		object_word(&o, AT(&o, 1) + 0x10, 8);
		assert_int_equal(count(&o, &l, &error), 2);
		assert_int_equal(error, -EFAULT);
		object_word(&o, AT(&o, 1) + 8, 0x1000);
		assert_int_equal(count(&o, &l, &error), 1);
		assert_int_equal(error, -ELOOP);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_list) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
