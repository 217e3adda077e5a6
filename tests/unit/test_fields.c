/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members by name: alternatives, what may be missing, bit fields in all byte orders; by the BTF of a kernel. */
#include "base/log.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/debuginfo/names.h"
#include "kernel/object/fields.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

static const struct object_name table[] = {
	{ "task", { .bytes = 400 } },
	{ "task.state", { .offset = 8, .bytes = 4 } },
	{ "task.nice", { .offset = 12, .bytes = 2, .is_signed = true } },
	{ "task.se.sum", { .offset = 16, .bytes = 8 } },
	{ "task.comm", { .offset = 24, .bytes = 6, .count = 6, .element_bytes = 1 } },
	{ "task.big", { .offset = 32, .bytes = 16 } },
	{ "task.numbers", { .offset = 48, .count = 0, .element_bytes = 4, .is_signed = true } },
	{ "task.broken", { .bytes = UINT64_MAX } },
	{ "state.DEAD", { .bytes = 4, .value = -3 } },
	{ "init_task", { .offset = 0x1000, .bytes = 400 } },
	{ NULL, { 0 } },
};

static void test_paths(void **state)
{
	const struct knames names = fake_names(table);
	struct kfield f[] = {
		{ .path = "task.state" }, { .path = "task.__state|task.state" }, { .path = "?task.none" }, { .path = "task" },
		{ .path = "task.se.sum|task.state" }, { .path = "?task.none|task.nice" }, { .path = "state.DEAD" },
		{ .path = "task.none|task.neither" }, { .path = "thread.state" },
	};
	struct outbuf out = { 0 };

	(void)state;
	assert_int_equal(kfields_resolve(&names, f, 7), 0);
	assert_int_equal(f[0].at.offset, 8);
	assert_int_equal(f[1].at.offset, 8);
	assert_false(f[2].known);
	assert_int_equal(f[3].at.bytes, 400);
	assert_int_equal(f[4].at.offset, 16);
	assert_int_equal(f[5].at.offset, 12);
	assert_int_equal(f[6].at.value, -3);
	assert_int_equal(kfields_resolve(&names, f, ARRAY_SIZE(f)), -ENOENT);
	assert_true(f[6].known);
	kfields_missing(f, ARRAY_SIZE(f), false, &out);
	out_char(&out, '\0');
	assert_string_equal(out.data, "task.none, thread.state");
	out_free(&out);
	out = (struct outbuf){ 0 };
	kfields_missing(f, ARRAY_SIZE(f), true, &out);
	out_char(&out, '\0');
	assert_string_equal(out.data, "task.none, task.none, thread.state");
	out_free(&out);
}

static void test_bad_paths(void **state)
{
	static const char *const paths[] = { "", "|task.state", "?", "task.none|" };
	const struct knames names = fake_names(table);
	struct kfield broken[] = { { .path = "task.none" }, { .path = "?task.broken|task.state" }, { .path = "task.state" } };
	char text[400];
	uint64_t vaddr;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct kfield f = { .path = paths[i] };

		assert_int_equal(kfields_resolve(&names, &f, 1), -EINVAL);
		assert_false(f.known);
	}
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(kfields_resolve(&names, &(struct kfield){ .path = text }, 1), -EINVAL);
	/* types that cannot be read are no missing member */
	assert_int_equal(kfields_resolve(&names, broken, 3), -EIO);
	assert_true(broken[2].known);
	assert_int_equal(kvariable(&names, "init_task", &vaddr), 0);
	assert_int_equal(vaddr, 0x1000);
	assert_int_equal(kvariable(&names, "first_task|init_task", &vaddr), 0);
	assert_int_equal(kvariable(&names, "first_task", &vaddr), -ENOENT);
	assert_int_equal(kvariable(&names, "", &vaddr), -EINVAL);
}

static void test_values(void **state)
{
	const struct knames names = fake_names(table);
	struct kfield state_f = { .path = "task.state" }, nice = { .path = "task.nice" }, sum = { .path = "task.se.sum" },
		comm = { .path = "task.comm" }, big = { .path = "task.big" }, numbers = { .path = "task.numbers" },
		none = { .path = "?task.none" }, *all[] = { &state_f, &nice, &sum, &comm, &big, &numbers, &none };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_int_equal(kfields_resolve(&names, all[i], 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(object_kinds); i++) {
		struct objects o;
		char buf[16];

		objects_new(&o, &object_kinds[i]);
		object_uint(&o, o.base + 8, 4, 0xfedcba98);
		object_uint(&o, o.base + 12, 2, 0xfff6);
		object_uint(&o, o.base + 16, 8, 0x8000000000000001);
		object_text(&o, o.base + 24, "abcdefgh");
		object_uint(&o, o.base + 48 + 8, 4, 0xffffffff);
		assert_int_equal(kget(o.r, o.base, &state_f), 0xfedcba98);
		assert_int_equal(kget(o.r, o.base, &nice), -10);
		assert_int_equal(kget_ptr(o.r, o.base, &sum), 0x8000000000000001);
		assert_int_equal(kget(o.r, o.base, &big), 0);
		assert_int_equal(kget(o.r, o.base, &none), 0);
		assert_int_equal(kget_at(o.r, o.base, &numbers, 2), -1);
		assert_int_equal(kget_at(o.r, o.base, &numbers, 3), 0);
		/* all its bytes are characters, and there are no more of them */
		assert_int_equal(kget_string(o.r, o.base, &comm, buf, sizeof(buf)), 6);
		assert_string_equal(buf, "abcdef");
		assert_int_equal(kget_string(o.r, o.base, &comm, buf, 4), 3);
		assert_int_equal(kget_string(o.r, o.base, &none, buf, 4), 0);
		assert_string_equal(buf, "");
		assert_int_equal(kreader_take(o.r, NULL), 0);
		objects_free(&o);
	}
}

/* The value of a bit field at each place and of each width, against one that counts bits. */
static void test_bit_fields(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(object_kinds); i++) {
		struct objects o;
		uint8_t bytes[24];

		objects_new(&o, &object_kinds[i]);
		for (size_t b = 0; b < sizeof(bytes); b++)
			bytes[b] = (uint8_t)fake_random(&seed);
		fake_write(o.f, 0, bytes, sizeof(bytes));
		for (unsigned int bits = 1; bits <= 64; bits++) {
			for (unsigned int from = 0; from < 64; from++) {
				struct kfield f = { .path = "x.y", .known = true,
					.at = { .offset = 4, .bytes = 8, .bit_offset = from, .bits = bits } };
				uint64_t want = 0;

				for (unsigned int b = 0; b < bits; b++) {
					unsigned int n = 32 + from + b;
					uint64_t bit = bytes[n / 8] >> (o.k.big_endian ? 7 - n % 8 : n % 8) & 1;

					want |= bit << (o.k.big_endian ? bits - 1 - b : b);
				}
				assert_int_equal(kget(o.r, o.base, &f), want);
				f.at.is_signed = true;
				if (want >> (bits - 1) && bits < 64)
					want -= 1ull << bits;
				assert_int_equal(kget(o.r, o.base, &f), want);
			}
		}
		objects_free(&o);
	}
}

static void expect_place(const struct knames *names, const char *path, int r, uint64_t offset, uint64_t bytes)
{
	struct kfield f = { .path = path };

	assert_int_equal(kfields_resolve(names, &f, 1), r);
	assert_int_equal(f.at.offset, offset);
	assert_int_equal(f.at.bytes, bytes);
}

static void test_btf(void **state)
{
	struct name_source source = { 0 };
	const struct knames names = names_of(&source);
	struct kfield name = { .path = "module.name" }, bits = { .path = "task_struct.b" }, minus = { .path = "signs.MINUS" };
	struct fake_btf btf;
	struct world w = make(fake_symbols(FORM_PERCPU, &btf), fake_kallsyms_lines(FORM_PERCPU));
	uint64_t vaddr;

	(void)state;
	/* nothing is opened: nothing is found */
	expect_place(&names, "list_head", -ENOENT, 0, 0);
	assert_int_equal(kvariable(&names, "modules", &vaddr), -ENOENT);
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
	assert_int_equal(types_open(w.k, w.s, NULL, &w.t, &w.why), 0);
	source.symbols = w.s;
	source.types = w.t;
	expect_place(&names, "list_head", 0, 0, 16);
	expect_place(&names, "module.list.prev", 0, 16, 8);
	expect_place(&names, "module.mem", 0, 88, 32);
	expect_place(&names, "module.mem[1]", 0, 104, 16);
	expect_place(&names, "module.mem[1].size", 0, 112, 4);
	expect_place(&names, "module.mem[2].size", -ENOENT, 0, 0);
	expect_place(&names, "task_struct.hi", 0, 12, 4);	/* of an unnamed member */
	expect_place(&names, "task_struct.mm", 0, 16, 8);
	expect_place(&names, "task_struct.mm.pgd", -ENOENT, 0, 0);	/* pointers are not followed */
	expect_place(&names, "task_struct.none", -ENOENT, 0, 0);
	expect_place(&names, "none.pid", -ENOENT, 0, 0);
	expect_place(&names, "module.mem[1]size", -EINVAL, 0, 0);
	expect_place(&names, "module.mem[x]", -EINVAL, 0, 0);
	expect_place(&names, "module.mem[1", -EINVAL, 0, 0);
	expect_place(&names, "module.state[0]", -EINVAL, 0, 0);
	expect_place(&names, "module..list", -EINVAL, 0, 0);
	expect_place(&names, "bad.nothing", -EIO, 0, 0);
	assert_int_equal(kfields_resolve(&names, &name, 1), 0);
	assert_int_equal(name.at.count, 56);
	assert_int_equal(name.at.element_bytes, 1);
	assert_int_equal(kfields_resolve(&names, &bits, 1), 0);
	assert_int_equal(bits.at.bits, 2);
	assert_int_equal(bits.at.bit_offset, 3);
	assert_int_equal(kfields_resolve(&names, &minus, 1), 0);
	assert_int_equal(minus.at.value, -1);
	assert_int_equal(kvariable(&names, "none|modules", &vaddr), 0);
	assert_int_equal(vaddr, image(IN_MODULES));
	done(&w);
}

/* As walkers have them. */
static void test_facts(void **state)
{
	struct fake_btf btf;
	struct world w = make(fake_symbols(FORM_PERCPU, &btf), fake_kallsyms_lines(FORM_PERCPU));
	struct facts *f = facts_new(w.k, NULL);
	struct knames names = facts_names(f);
	uint64_t vaddr;

	(void)state;
	expect_place(&names, "module.mem[1].size", 0, 112, 4);
	expect_place(&names, "module.none", -ENOENT, 0, 0);
	assert_int_equal(kvariable(&names, "none|modules", &vaddr), 0);
	assert_int_equal(vaddr, image(IN_MODULES));
	facts_free(f);
	done(&w);

	/* a dump without any */
	w = make(fake_new(12, 0x400), "");
	f = facts_new(w.k, NULL);
	names = facts_names(f);
	expect_place(&names, "list_head", -ENOENT, 0, 0);
	assert_int_equal(kvariable(&names, "modules", &vaddr), -ENOENT);
	facts_free(f);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bad_paths),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bit_fields),
		cmocka_unit_test(test_btf),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
