/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types out of BTF: from bytes, and out of a dump's memory with those of a module. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/debuginfo/btf.h"
#include "kernel/debuginfo/types.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/unit.h"

struct world {
	struct fake_btf btf;
	struct fake *f;
	struct kernel *k;
	char *text;
	struct symbols *s;
	struct types *t;
	const char *why;
};

static void open_world(struct world *w)
{
	w->f = fake_symbols(FORM_PERCPU, &w->btf);
	w->k = fake_kernel(w->f, 0, fake_kallsyms_lines(FORM_PERCPU), &w->text);
	assert_int_equal(symbols_open(w->k, NULL, &w->s, &w->why), 0);
}

static void done(struct world *w)
{
	types_close(w->t);
	symbols_close(w->s);
	kernel_close(w->k);
	free(w->text);
	fake_free(w->f);
}

static struct world with_types(void)
{
	struct world w = { 0 };

	open_world(&w);
	assert_int_equal(types_open(w.k, w.s, NULL, &w.t, &w.why), 0);
	assert_string_equal(types_source(w.t), "BTF");
	return w;
}

static struct type found(const struct world *w, const char *module, const char *name, enum type_kind kind, uint64_t bytes)
{
	struct type t;

	assert_int_equal(types_find(w->t, module, name, &t), 0);
	assert_int_equal(t.kind, kind);
	assert_int_equal(t.bytes, bytes);
	return t;
}

static struct type member(const struct world *w, const char *type, const char *name, uint64_t offset, unsigned int bit_offset,
			  unsigned int bits)
{
	struct type_member m;
	struct type of;

	assert_int_equal(types_find(w->t, NULL, type, &of), 0);
	assert_int_equal(types_member(w->t, &of, name, &m), 0);
	assert_int_equal(m.offset, offset);
	assert_int_equal(m.bit_offset, bit_offset);
	assert_int_equal(m.bits, bits);
	return m.type;
}

static void test_names(void **state)
{
	struct world w = with_types();
	struct type t;

	(void)state;
	found(&w, NULL, "task_struct", TYPE_STRUCT, 40);	/* and not the typedef of that name */
	found(&w, NULL, "mm_struct", TYPE_STRUCT, 8);		/* and not the declaration */
	found(&w, NULL, "list_head", TYPE_STRUCT, 16);
	found(&w, NULL, "u64", TYPE_INT, 8);
	t = found(&w, NULL, "pid_t", TYPE_INT, 4);
	assert_true(t.is_signed && !t.is_char);
	t = found(&w, NULL, "char", TYPE_INT, 1);
	assert_true(t.is_char && !t.is_signed);
	found(&w, NULL, "unsigned long", TYPE_INT, 8);
	found(&w, NULL, "long unsigned int", TYPE_INT, 8);
	found(&w, NULL, "unsigned", TYPE_INT, 4);
	found(&w, NULL, "int signed", TYPE_INT, 4);
	t = found(&w, NULL, "signs", TYPE_ENUM, 4);
	assert_true(t.is_signed);
	assert_int_equal(types_find(w.t, NULL, "", &t), -ENOENT);
	assert_int_equal(types_find(w.t, NULL, "long long char", &t), -ENOENT);
	assert_int_equal(types_find(w.t, NULL, "runqueues", &t), -ENOENT);
	assert_int_equal(types_find(w.t, NULL, "in_circles", &t), -EIO);
	done(&w);
}

static void test_members(void **state)
{
	struct world w = with_types();
	struct type_member m;
	struct type t, to;

	(void)state;
	t = member(&w, "task_struct", "pid", 0, 0, 0);
	assert_int_equal(t.kind, TYPE_INT);
	assert_int_equal(t.bytes, 4);
	member(&w, "task_struct", "a", 4, 0, 3);
	member(&w, "task_struct", "b", 4, 3, 2);
	member(&w, "task_struct", "packed", 25, 4, 30);		/* bits 204 to 233, of no aligned integer of 32 */
	member(&w, "task_struct", "x", 8, 0, 0);
	member(&w, "task_struct", "lo", 8, 0, 0);
	member(&w, "task_struct", "hi", 12, 0, 0);
	member(&w, "old_bits", "five", 0, 11, 5);		/* bit 8 of the struct, and 3 more that the integer tells */
	t = member(&w, "module", "name", 24, 0, 0);
	assert_int_equal(t.kind, TYPE_ARRAY);
	assert_int_equal(t.count, 56);
	assert_int_equal(t.bytes, 56);
	assert_int_equal(types_target(w.t, &t, &to), 0);
	assert_true(to.is_char);
	assert_int_equal(types_target(w.t, &to, &t), -EINVAL);

	/* a pointer to what is only declared there */
	t = member(&w, "task_struct", "mm", 16, 0, 0);
	assert_int_equal(t.kind, TYPE_POINTER);
	assert_int_equal(t.bytes, 8);
	assert_int_equal(types_target(w.t, &t, &to), 0);
	assert_int_equal(to.kind, TYPE_STRUCT);
	assert_int_equal(to.bytes, 8);
	assert_int_equal(types_member(w.t, &to, "pgd", &m), 0);
	t = member(&w, "module_memory", "base", 0, 0, 0);
	assert_int_equal(types_target(w.t, &t, &to), 0);
	assert_int_equal(to.kind, TYPE_VOID);
	assert_int_equal(types_member(w.t, &to, "x", &m), -EINVAL);

	t = found(&w, NULL, "task_struct", TYPE_STRUCT, 40);
	assert_int_equal(types_member(w.t, &t, "absent", &m), -ENOENT);
	assert_int_equal(types_member(w.t, &t, "", &m), -ENOENT);
	assert_int_equal(types_member(w.t, &t, "pi", &m), -ENOENT);
	assert_int_equal(types_member(w.t, &t, "pidx", &m), -ENOENT);
	t.scope = 99;
	assert_int_equal(types_member(w.t, &t, "pid", &m), -EIO);
	done(&w);
}

/* Types that hold or name themselves, and ids that nothing has. */
static void test_circles(void **state)
{
	struct world w = with_types();
	struct type_member m;
	struct type t = found(&w, NULL, "holds_itself", TYPE_STRUCT, 8);

	(void)state;
	assert_int_equal(types_member(w.t, &t, "absent", &m), -ENOENT);
	t = found(&w, NULL, "bad", TYPE_STRUCT, 8);
	assert_int_equal(types_member(w.t, &t, "array", &m), -EIO);
	assert_int_equal(types_member(w.t, &t, "nothing", &m), -EIO);
	assert_int_equal(types_member(w.t, &t, "circle", &m), -EIO);
	done(&w);
}

static void test_enums(void **state)
{
	struct world w = with_types();
	struct type t = found(&w, NULL, "signs", TYPE_ENUM, 4);
	int64_t value;

	(void)state;
	assert_int_equal(types_enumerator(w.t, &t, "MINUS", &value), 0);
	assert_int_equal(value, -1);
	assert_int_equal(types_enumerator(w.t, &t, "absent", &value), -ENOENT);
	t = found(&w, NULL, "large", TYPE_ENUM, 8);
	assert_int_equal(types_enumerator(w.t, &t, "LARGE", &value), 0);
	assert_int_equal(value, 0x123456789);
	t = found(&w, NULL, "u64", TYPE_INT, 8);
	assert_int_equal(types_enumerator(w.t, &t, "LARGE", &value), -EINVAL);
	done(&w);
}

static void test_variables(void **state)
{
	struct world w = with_types();
	struct type t;

	(void)state;
	assert_int_equal(types_variable(w.t, NULL, "runqueues", &t), 0);
	assert_int_equal(t.bytes, 40);
	assert_int_equal(types_variable(w.t, NULL, "init_task", &t), 0);	/* the table knows */
	assert_int_equal(t.bytes, 40);
	assert_int_equal(types_variable(w.t, NULL, "modules", &t), 0);
	assert_int_equal(t.bytes, 16);
	assert_int_equal(types_variable(w.t, NULL, "init_mm", &t), -ENOENT);	/* this kernel has none */
	assert_int_equal(types_variable(w.t, NULL, "task_struct", &t), -ENOENT);
	assert_int_equal(types_variable(w.t, "demo", "of_module_var", &t), 0);
	assert_int_equal(t.bytes, 24);
	assert_int_equal(types_variable(w.t, "demo", "init_task", &t), -ENOENT);
	assert_int_equal(types_variable(w.t, NULL, "of_module_var", &t), -ENOENT);
	done(&w);
}

static void test_module(void **state)
{
	struct world w = with_types();
	struct type t = found(&w, "demo", "of_module", TYPE_STRUCT, 24), to;
	struct type_member m;

	(void)state;
	assert_int_equal(types_member(w.t, &t, "more", &m), 0);
	assert_int_equal(m.offset, 16);
	assert_int_equal(types_target(w.t, &m.type, &to), 0);
	assert_int_equal(to.bytes, 40);
	assert_int_equal(types_member(w.t, &to, "hi", &m), 0);	/* its name is in the kernel's BTF */
	assert_int_equal(types_find(w.t, NULL, "of_module", &t), -ENOENT);
	found(&w, "demo", "task_struct", TYPE_STRUCT, 40);
	found(&w, "other", "task_struct", TYPE_STRUCT, 40);
	done(&w);
}

/* A kernel without BTF, with half of it, with one that is damaged; and a module's that is. */
static void test_damage(void **state)
{
	static const struct { uint64_t at; uint32_t value; bool module; } damage[] = {
		{ IN_BTF, 0, false }, { IN_BTF + 4, 0xffffffff, false }, { IN_BTF + 12, 0x100000, false },
		{ IN_BTF + 16, 0xfffffff0, false }, { IN_BTF + 20, 0, false }, { IN_BTF + 24 + 4, 0x1f << 24, false }, { IN_BTF + 24 + 4, 4 << 24 | 0xffff, false },
		{ IN_STRUCT_BTF, 0x1234, true }, { IN_STRUCT_BTF + 8, 0xffffffff, true }, { IN_STRUCT_BTF + 8, 30, true },
		{ IN_BTF_MODULE, 0xc400, true }, { IN_MODULE_BTF + 24 + 4, 0, true },
	};

	(void)state;
	log_set_level(LOG_LVL_ERR);
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		struct world w = { 0 };
		int r;

		open_world(&w);
		fake_u32(w.f, damage[i].at, damage[i].value);
		r = types_open(w.k, w.s, NULL, &w.t, &w.why);
		assert_int_equal(r, damage[i].module ? 0 : -ENOTSUP);
		if (r)
			assert_string_equal(w.why, "the kernel's BTF cannot be read, or is damaged");
		done(&w);
	}
}

/* Cut anywhere: -EIO, or as good as whole; and nothing is read behind it. */
static void test_cut(void **state)
{
	struct fake_btf b;
	struct btf *btf = NULL;

	(void)state;
	fake_kernel_btf(&b);
	for (size_t len = 0; len <= b.len; len++) {
		uint8_t *bytes = malloc(len ? len : 1);

		memcpy(bytes, b.bytes, len);
		assert_int_equal(btf_open(bytes, len, NULL, &btf), len < b.len ? -EIO : 0);
		free(bytes);
	}
	btf_close(btf);
}

/* From a vmlinux that cannot be had, and without anything. */
static void test_nothing(void **state)
{
	struct world w = { 0 };

	(void)state;
	open_world(&w);
	assert_int_equal(types_open(w.k, w.s, "/nowhere/vmlinux", &w.t, &w.why), -ENOENT);
	assert_int_equal(types_open(w.k, w.s, "/dev/null", &w.t, &w.why), -EINVAL);
	assert_int_equal(types_open(w.k, NULL, NULL, &w.t, &w.why), -ENOTSUP);
	assert_non_null(w.why);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_members), cmocka_unit_test(test_circles),
		cmocka_unit_test(test_enums), cmocka_unit_test(test_variables), cmocka_unit_test(test_module),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_cut), cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
