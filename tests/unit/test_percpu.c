/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of bits, and CPUs' copies. */
#include "kernel/object/percpu.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

static const struct object_name none[] = { { NULL, { 0 } } };

static void test_bits(void **state)
{
	static const uint64_t bits[] = { 0, 1, 7, 8, 31, 32, 33, 63, 64, 100, 127, 128, 200, 1000 };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int word = object_kinds[kind].word;
		struct objects o;
		struct kbits b;
		uint64_t at;

		objects_new(&o, &object_kinds[kind]);
		at = o.base + 0x2000 - 8;	/* goes over a page */
		for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
			uint64_t in = at + bits[i] / (8 * word) * word;

			object_word(&o, in, kptr(objects_reader(&o), in) | 1ull << bits[i] % (8 * word));
		}
		objects_reader(&o);
		for (uint64_t end = 0; end <= 1100; end++) {
			size_t n = 0;

			b = kbits_of(o.r, at, end);
			for (; kbits_next(&b); n++)
				assert_int_equal(b.bit, bits[n]);
			assert_true(n == ARRAY_SIZE(bits) || bits[n] >= end);
			assert_true(!n || bits[n - 1] < end);
		}
		/* what is lost has none */
		fake_set(o.f, 2, 1, PAGE_EXCLUDED);
		b = kbits_of(objects_reader(&o), at, 1100);
		for (size_t i = 0; bits[i] < 64; i++) {
			assert_true(kbits_next(&b));
			assert_int_equal(b.bit, bits[i]);
		}
		assert_false(kbits_next(&b));
		assert_int_equal(b.error, -ENODATA);
		objects_free(&o);
	}
}

static void test_cpus(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct objects o;
		struct kcpus cpus;
		struct kbits b;
		uint64_t vaddr;
		struct object_name table[] = {
			{ "nr_cpu_ids", { .bytes = 4 } }, { "__per_cpu_offset", { 0 } },
			{ "__cpu_possible_mask", { 0 } }, { "__cpu_online_mask", { 0 } }, { NULL, { 0 } },
		};
		struct knames names = fake_names(table);

		objects_new(&o, &object_kinds[kind]);
		for (unsigned int i = 0; i < 4; i++)
			table[i].at.offset = o.base + 0x100 * (i + 1);
		object_uint(&o, o.base + 0x100, 4, 3);
		object_word(&o, o.base + 0x200 + o.k.word_bytes, (uint64_t)-0x1000);
		object_word(&o, o.base + 0x300, 5);
		object_word(&o, o.base + 0x400, 0xfffffffd & ~4u);
		assert_int_equal(kcpus_read(&names, o.r, &cpus), 0);
		assert_int_equal(cpus.n, 3);
		assert_int_equal(kpercpu(o.r, &cpus, 1, o.base + 0x5000, &vaddr), 0);
		assert_int_equal(vaddr, o.base + 0x4000);
		assert_int_equal(kpercpu(o.r, &cpus, 3, o.base, &vaddr), -ENOENT);
		b = kcpus_each(o.r, &cpus, false);
		assert_true(kbits_next(&b) && b.bit == 0);
		assert_true(kbits_next(&b) && b.bit == 2);
		assert_false(kbits_next(&b));
		b = kcpus_each(o.r, &cpus, true);
		assert_true(kbits_next(&b) && b.bit == 0);
		assert_false(kbits_next(&b));
		/* masks are not known: all */
		table[2].name = NULL;
		assert_int_equal(kcpus_read(&names, o.r, &cpus), 0);
		b = kcpus_each(o.r, &cpus, true);
		for (unsigned int i = 0; i < 3; i++)
			assert_true(kbits_next(&b) && b.bit == i);
		assert_false(kbits_next(&b));
		/* numbers that are none */
		object_uint(&o, o.base + 0x100, 4, 0);
		assert_int_equal(kcpus_read(&names, objects_reader(&o), &cpus), -EIO);
		object_uint(&o, o.base + 0x100, 4, KCPUS_MAX + 1);
		assert_int_equal(kcpus_read(&names, objects_reader(&o), &cpus), -EIO);
		table[0].at.offset = 16;
		assert_int_equal(kcpus_read(&names, o.r, &cpus), -EFAULT);
		/* one CPU: the variable itself */
		names = fake_names(none);
		assert_int_equal(kcpus_read(&names, o.r, &cpus), 0);
		assert_int_equal(kpercpu(o.r, &cpus, 0, o.base + 0x5000, &vaddr), 0);
		assert_int_equal(vaddr, o.base + 0x5000);
		b = kcpus_each(o.r, &cpus, false);
		assert_true(kbits_next(&b) && b.bit == 0);
		assert_false(kbits_next(&b));
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
