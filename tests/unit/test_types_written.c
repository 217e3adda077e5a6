/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as they are written, out of generated BTF of both byte orders. */
#include <errno.h>
#include <stdlib.h>

#include "tests/unit/fake_types.h"
#include "tests/unit/unit.h"

static struct type got(const struct types *t, enum type_kind kind, const char *name, uint64_t bytes)
{
	struct type type;
	const char *its;

	assert_int_equal(types_get(t, NULL, kind, name, &type), 0);
	assert_int_equal(type.bytes, bytes);
	assert_int_equal(types_name(t, &type, &its), 0);
	assert_string_equal(its, name);
	return type;
}

static struct type inner(const struct types *t, const struct type *of, enum type_kind kind)
{
	struct type type;

	assert_int_equal(types_inner(t, of, &type), 0);
	assert_int_equal(type.kind, kind);
	return type;
}

static struct type_item item(const struct types *t, const struct type *of, unsigned int i, const char *name)
{
	struct type_items items = { .of = *of };
	struct type_item out;

	for (unsigned int n = 0; n <= i; n++)
		assert_int_equal(types_next_item(t, &items, &out), 1);
	assert_string_equal(out.name, name);
	return out;
}

static unsigned int count(const struct types *t, const struct type *of)
{
	struct type_items items = { .of = *of };
	struct type_item out;
	unsigned int n = 0;
	int r;

	while ((r = types_next_item(t, &items, &out)) == 1)
		n++;
	assert_int_equal(r, 0);
	return n;
}

static void check_names(const struct types *t)
{
	struct type type, struct_node = got(t, TYPE_STRUCT, "node", 32);
	uint64_t at = 0;
	unsigned int n = 0;
	const char *name;
	int r;

	assert_int_equal(types_get(t, NULL, TYPE_UNION, "node", &type), -ENOENT);
	assert_int_equal(types_get(t, NULL, TYPE_TYPEDEF, "node", &type), -ENOENT);
	assert_int_equal(types_get(t, NULL, TYPE_STRUCT, "", &type), -ENOENT);
	assert_int_equal(types_get(t, NULL, TYPE_STRUCT, "later", &type), -ENOENT);
	assert_int_equal(types_get(t, NULL, TYPE_POINTER, "node", &type), -ENOENT);
	assert_int_equal(types_get(t, NULL, TYPE_TYPEDEF, "in_circles", &type), -EIO);
	assert_int_equal(types_get(t, "module", TYPE_STRUCT, "later", &type), 0);
	assert_int_equal(types_get(t, "module", TYPE_STRUCT, "node", &type), 0);
	assert_int_equal(type.id, struct_node.id);
	assert_int_equal(types_get(t, NULL, TYPE_INT, "unsigned long", &type), 0);
	assert_int_equal(type.bytes, 8);
	assert_true(got(t, TYPE_INT, "_Bool", 1).is_bool);
	assert_int_equal(got(t, TYPE_INT, "double", 8).kind, TYPE_FLOAT);
	/* 6 base types, 11 structs, 2 enums, 2 typedefs; not in_circles, and not what is only declared */
	while ((r = types_next(t, NULL, &at, &type)) == 1) {
		assert_int_equal(types_name(t, &type, &name), 0);
		assert_true(*name);
		n++;
	}
	assert_int_equal(r, 0);
	assert_int_equal(n, 6 + 11 + 2 + 2);
	assert_int_equal(types_next(t, NULL, &at, &type), 0);
	at = 0;
	assert_int_equal(types_next(t, "module", &at, &type), 1);
	assert_int_equal(types_name(t, &type, &name), 0);
	assert_string_equal(name, "later");
	assert_int_equal(types_next(t, "module", &at, &type), 0);
	at = 0;
	assert_int_equal(types_next(t, "nowhere", &at, &type), -ENOENT);
}

static void check_wrappers(const struct types *t)
{
	struct type node = got(t, TYPE_STRUCT, "node", 32), all = got(t, TYPE_STRUCT, "all", 80), type, in;
	struct type_item m = item(t, &node, 1, "name");
	const char *name;

	assert_int_equal(m.type.kind, TYPE_CONST);
	assert_int_equal(m.type.bytes, 8);
	type = inner(t, &m.type, TYPE_POINTER);
	type = inner(t, &type, TYPE_CONST);
	type = inner(t, &type, TYPE_INT);
	assert_true(type.is_char);
	assert_int_equal(types_inner(t, &type, &in), -EINVAL);
	assert_int_equal(types_peel(t, &m.type, &in), 0);
	assert_int_equal(in.kind, TYPE_POINTER);

	m = item(t, &node, 2, "call");
	type = inner(t, &m.type, TYPE_TYPEDEF);
	assert_int_equal(types_name(t, &type, &name), 0);
	assert_string_equal(name, "call_t");
	type = inner(t, &type, TYPE_FUNCTION);
	assert_int_equal(count(t, &type), 3);
	assert_int_equal(item(t, &type, 1, "").type.bytes, 4);
	assert_int_equal(item(t, &type, 2, "").type.kind, TYPE_VOID);
	assert_int_equal(inner(t, &type, TYPE_INT).bytes, 4);

	m = item(t, &all, 2, "rcu");
	type = inner(t, &m.type, TYPE_TAG);
	assert_int_equal(types_name(t, &type, &name), 0);
	assert_string_equal(name, "rcu");
	assert_int_equal(inner(t, &type, TYPE_STRUCT).id, node.id);
	assert_int_equal(item(t, &all, 3, "flag").type.kind, TYPE_VOLATILE);
	m = item(t, &all, 4, "later");
	assert_int_equal(m.type.kind, TYPE_RESTRICT);
	type = inner(t, &m.type, TYPE_POINTER);
	assert_true(inner(t, &type, TYPE_STRUCT).is_declared);
	/* an enum that is declared there, and defined before */
	m = item(t, &node, 3, "state");
	assert_int_equal(m.type.kind, TYPE_ENUM);
	assert_false(m.type.is_declared);
	assert_int_equal(count(t, &m.type), 2);
}

static void check_items(const struct types *t)
{
	struct type all = got(t, TYPE_STRUCT, "all", 80), type;
	struct type_items none = { .of = got(t, TYPE_INT, "int", 4) };
	struct type_item m = item(t, &all, 0, "grid");
	struct type_member place;

	assert_int_equal(types_next_item(t, &none, &m), -EINVAL);
	m = item(t, &all, 0, "grid");
	assert_int_equal(m.type.count, 2);
	assert_int_equal(m.type.bytes, 24);
	type = inner(t, &m.type, TYPE_ARRAY);
	assert_int_equal(type.count, 3);
	m = item(t, &all, 1, "");
	assert_int_equal(m.type.kind, TYPE_UNION);
	assert_int_equal(m.bit_offset, 192);
	assert_int_equal(item(t, &m.type, 0, "whole").type.kind, TYPE_TYPEDEF);
	type = item(t, &m.type, 1, "").type;
	m = item(t, &type, 1, "b");
	assert_int_equal(m.bits, 7);
	assert_int_equal(m.bit_offset, 5);
	types_place_item(t, &m, &place);
	assert_int_equal(place.offset, 0);
	assert_int_equal(place.bit_offset, 5);
	assert_int_equal(place.type.bytes, 4);
	assert_int_equal(count(t, &all), 6);
	assert_int_equal(item(t, &all, 5, "tail").type.count, 0);

	type = got(t, TYPE_ENUM, "signs", 4);
	assert_int_equal(item(t, &type, 0, "MINUS").value, -1);
	assert_true(type.is_signed);
	type = got(t, TYPE_ENUM, "large", 8);
	assert_int_equal(item(t, &type, 0, "LARGE").value, 0x123456789);
	assert_int_equal(item(t, &type, 1, "ALL").value, -1);
	assert_false(type.is_signed);
}

static void check_functions(const struct types *t)
{
	struct type type, of;
	struct type_tag tag;
	const char *name;
	uint64_t at = 0;

	assert_int_equal(types_function(t, NULL, "call_it", &type), 0);
	assert_int_equal(types_name(t, &type, &name), 0);
	assert_string_equal(name, "call_it");
	assert_int_equal(type.kind, TYPE_FUNCTION);
	assert_int_equal(count(t, &type), 2);
	assert_int_equal(item(t, &type, 0, "of").type.kind, TYPE_POINTER);
	of = inner(t, &type, TYPE_POINTER);
	assert_int_equal(inner(t, &of, TYPE_STRUCT).bytes, 32);
	assert_int_equal(types_function(t, NULL, "node", &of), -ENOENT);
	assert_int_equal(types_function(t, NULL, "of_module", &of), -ENOENT);
	assert_int_equal(types_function(t, "module", "of_module", &of), 0);
	assert_int_equal(types_function(t, "module", "call_it", &of), -ENOENT);

	assert_int_equal(types_next_tag(t, &type, &at, &tag), 1);
	assert_string_equal(tag.text, "bpf_kfunc");
	assert_int_equal(tag.component, -1);
	assert_int_equal(types_next_tag(t, &type, &at, &tag), 1);
	assert_string_equal(tag.text, "of_it");
	assert_int_equal(tag.component, 0);
	assert_int_equal(types_next_tag(t, &type, &at, &tag), 0);
	at = 0;
	type = got(t, TYPE_STRUCT, "node", 32);
	assert_int_equal(types_next_tag(t, &type, &at, &tag), 0);
}

static void check_damage(const struct types *t)
{
	struct type no = { .kind = TYPE_STRUCT, .id = 9999 }, out;
	struct type_items items = { .of = no };
	struct type_item m;
	const char *name;

	assert_int_equal(types_name(t, &no, &name), -EIO);
	assert_int_equal(types_next_item(t, &items, &m), -EIO);
	no.kind = TYPE_POINTER;
	assert_int_equal(types_inner(t, &no, &out), -EIO);
	no.kind = TYPE_TYPEDEF;
	assert_int_equal(types_peel(t, &no, &out), -EIO);
	no.id = 39;			/* in_circles */
	assert_int_equal(types_peel(t, &no, &out), -EIO);
	no.scope = 77;
	assert_int_equal(types_peel(t, &no, &out), -EIO);
	assert_int_equal(types_name(t, &no, &name), -EIO);
}

static void test_names(void **state) { check_both_orders(state, check_names); }
static void test_wrappers(void **state) { check_both_orders(state, check_wrappers); }
static void test_items(void **state) { check_both_orders(state, check_items); }
static void test_functions(void **state) { check_both_orders(state, check_functions); }
static void test_damage(void **state) { check_both_orders(state, check_damage); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_wrappers), cmocka_unit_test(test_items),
		cmocka_unit_test(test_functions), cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
