/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as C text, out of generated BTF of both byte orders. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/debuginfo/type_text.h"
#include "tests/unit/fake_types.h"

static void is_defined(const struct types *t, enum type_kind kind, const char *name, const char *expected)
{
	struct outbuf out = OUTBUF_INIT;
	struct type type;

	assert_int_equal(types_get(t, NULL, kind, name, &type), 0);
	assert_int_equal(type_text_definition(t, &type, &out), 0);
	assert_string_equal(out.data, expected);
	out_free(&out);
}

static void check_definitions(const struct types *t)
{
	is_defined(t, TYPE_STRUCT, "node",
		   "struct node {\n"
		   "\tstruct node *next;                               /*     0     8 */\n"
		   "\tconst char *const name;                          /*     8     8 */\n"
		   "\tcall_t *call;                                    /*    16     8 */\n"
		   "\tenum signs state;                                /*    24     4 */\n"
		   "\n"
		   "\t/* size: 32, members: 4 */\n"
		   "\t/* padding: 4 */\n"
		   "};\n");
	is_defined(t, TYPE_STRUCT, "all",
		   "struct all {\n"
		   "\tint grid[2][3];                                  /*     0    24 */\n"
		   "\tunion {\n"
		   "\t\tu64 whole;                               /*    24     8 */\n"
		   "\t\tstruct {\n"
		   "\t\t\tunsigned int a:3;                /*    24: 0  4 */\n"
		   "\n"
		   "\t\t\t/* XXX 2 bits hole */\n"
		   "\n"
		   "\t\t\tunsigned char : 2;\n"
		   "\t\t\tunsigned int b:7;                /*    24: 5  4 */\n"
		   "\n"
		   "\t\t\t/* XXX 20 bits hole */\n"
		   "\n"
		   "\t\t\tint c;                           /*    28     4 */\n"
		   "\t\t};                                       /*    24     8 */\n"
		   "\t};                                               /*    24     8 */\n"
		   "\t__attribute__((btf_type_tag(\"rcu\"))) struct node *rcu; /*    32     8 */\n"
		   "\tvolatile _Bool flag;                             /*    40     1 */\n"
		   "\n"
		   "\t/* XXX 7 bytes hole */\n"
		   "\n"
		   "\tstruct later *restrict later;                    /*    48     8 */\n"
		   "\n"
		   "\t/* XXX 8 bytes hole */\n"
		   "\n"
		   "\tchar tail[0] __attribute__((__aligned__(16)));   /*    64     0 */\n"
		   "\tunsigned char __hole_1[16];\n"
		   "\n"
		   "\t/* size: 80, members: 6 */\n"
		   "\t/* padding: 16 */\n"
		   "};\n");
	is_defined(t, TYPE_STRUCT, "packed",
		   "struct packed {\n"
		   "\tchar c;                                          /*     0     1 */\n"
		   "\tint i;                                           /*     1     4 */\n"
		   "\n"
		   "\t/* XXX 2 bytes hole */\n"
		   "\n"
		   "\tunsigned char __hole_1[2];\n"
		   "\tint d;                                           /*     7     4 */\n"
		   "\n"
		   "\t/* size: 11, members: 3 */\n"
		   "} __attribute__((__packed__));\n");
	is_defined(t, TYPE_STRUCT, "aligned",
		   "struct aligned {\n"
		   "\tchar c;                                          /*     0     1 */\n"
		   "\n"
		   "\t/* XXX 63 bytes hole */\n"
		   "\n"
		   "\tint i __attribute__((__aligned__(64)));          /*    64     4 */\n"
		   "\n"
		   "\t/* size: 128, members: 2 */\n"
		   "\t/* padding: 60 */\n"
		   "};\n");
	is_defined(t, TYPE_STRUCT, "bad name",
		   "struct bad\\x20name {\n"
		   "\tint x\\x1b\\x5b1m;                                 /*     0     4 */\n"
		   "\n"
		   "\t/* size: 4, members: 1 */\n"
		   "};\n");
	is_defined(t, TYPE_ENUM, "signs",
		   "enum signs {\n"
		   "\tMINUS = -1,\n"
		   "\tPLUS = 1,\n"
		   "};\n");
	is_defined(t, TYPE_ENUM, "large",
		   "enum large {\n"
		   "\tLARGE = 4886718345,\n"
		   "\tALL = 18446744073709551615ULL,\n"
		   "} __attribute__((mode(DI)));\n");
	is_defined(t, TYPE_TYPEDEF, "call_t", "typedef int call_t(struct node *, unsigned int, ...);\n");
	is_defined(t, TYPE_INT, "unsigned int", "/* unsigned int: size: 4 */\n");
}

static void is_declared(const struct types *t, const struct type *type, const char *name, const char *expected)
{
	struct outbuf out = OUTBUF_INIT;

	assert_int_equal(type_text_declaration(t, type, name, &out), 0);
	assert_string_equal(out.data, expected);
	out_free(&out);
}

/* The type with that id of fake_all_kinds(), as a written member has it. */
static struct type with_id(const struct types *t, uint32_t id)
{
	const struct types_btf *btf = types_btf_of_kernel(t);
	struct type pointer = { .kind = TYPE_POINTER, .id = id };

	assert_non_null(btf);
	assert_int_equal(types_btf_peel(btf, &pointer, &pointer), 0);
	return pointer;
}

static void check_declarations(const struct types *t)
{
	struct type type = with_id(t, 11);

	is_declared(t, &type, "f", "call_t *f");
	is_declared(t, &type, "", "call_t *");
	type = with_id(t, 22);
	is_declared(t, &type, "grid", "int grid[2][3]");
	is_declared(t, &type, "", "int [2][3]");
	type = with_id(t, 9);
	is_declared(t, &type, "", "int (struct node *, unsigned int, ...)");
	assert_int_equal(types_function(t, NULL, "call_it", &type), 0);
	is_declared(t, &type, "call_it", "struct node *call_it(struct node *of, enum signs state)");
	type = with_id(t, 8);
	is_declared(t, &type, "s", "const char *s");
	/* what has no name is spelled out */
	type = with_id(t, 24);
	is_declared(t, &type, "x", "struct {\n\tunsigned int a:3;\n\tunsigned char : 2;\n\tunsigned int b:7;\n\tint c;\n} x");
	/* of pointers: functions that return pointers to arrays of pointers to functions */
	type = with_id(t, 47);
	is_declared(t, &type, "f", "int (*(*(*f)(void))[3])(struct node *, unsigned int, ...)");
	type = (struct type){ .kind = TYPE_CONST, .id = 49 };
	is_declared(t, &type, "p", "const char **const p");
	is_declared(t, &type, "", "const char **const");
	type = (struct type){ .kind = TYPE_CONST, .id = 79 };
	is_declared(t, &type, "a", "const char a[4]");
}

static void check_whole(const struct types *t)
{
	struct outbuf out = OUTBUF_INIT;
	struct type list[2];

	assert_int_equal(types_get(t, NULL, TYPE_STRUCT, "all", &list[0]), 0);
	assert_int_equal(type_text_whole(t, list, 1, false, &out), 0);
	assert_string_equal(out.data,
			    "typedef long unsigned int u64;\n"
			    "\n"
			    "struct node;\n"
			    "\n"
			    "struct later;\n"
			    "\n"
			    "struct all {\n"
			    "\tint grid[2][3];\n"
			    "\tunion {\n"
			    "\t\tu64 whole;\n"
			    "\t\tstruct {\n"
			    "\t\t\tunsigned int a:3;\n"
			    "\t\t\tunsigned char : 2;\n"
			    "\t\t\tunsigned int b:7;\n"
			    "\t\t\tint c;\n"
			    "\t\t};\n"
			    "\t};\n"
			    "\t__attribute__((btf_type_tag(\"rcu\"))) struct node *rcu;\n"
			    "\tvolatile _Bool flag;\n"
			    "\tstruct later *restrict later;\n"
			    "\tchar tail[0] __attribute__((__aligned__(16)));\n"
			    "\tunsigned char __hole_1[16];\n"
			    "};\n\n");
	out_free(&out);
	/* the other one of a name gets a number, and so do those that mean it */
	assert_int_equal(types_get(t, NULL, TYPE_STRUCT, "twice", &list[0]), 0);
	assert_int_equal(types_get(t, NULL, TYPE_STRUCT, "of_twice", &list[1]), 0);
	assert_int_equal(type_text_whole(t, list, 2, false, &out), 0);
	assert_string_equal(out.data,
			    "struct twice {\n\tint a;\n};\n\nstruct twice___2 {\n\tchar b;\n};\n\n"
			    "struct of_twice {\n\tstruct twice___2 second;\n\tenum {\n\t\tPLUS = 1,\n\t} e;\n};\n\n");
	out_free(&out);
}

/* Types of themselves, of nothing, and of far too many members: texts end, and say so. */
static void check_hostile(const struct types *t)
{
	static const char *const names[] = { "holds_itself", "of_nothing", "grows_0" };
	struct outbuf out = OUTBUF_INIT;
	struct type type;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(types_get(t, NULL, TYPE_STRUCT, names[i], &type), 0);
		assert_int_equal(type_text_definition(t, &type, &out), -EIO);
		assert_non_null(strstr(out.data, "/* XXX"));
		assert_true(out.len < 5 << 20);
		out_cut(&out, 0);
		type_text_whole(t, &type, 1, true, &out);
		assert_true(out.len < 64 << 20);
		out_cut(&out, 0);
	}
	out_free(&out);
}

static void test_definitions(void **state) { check_both_orders(state, check_definitions); }
static void test_declarations(void **state) { check_both_orders(state, check_declarations); }
static void test_whole(void **state) { check_both_orders(state, check_whole); }
static void test_hostile(void **state) { check_both_orders(state, check_hostile); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definitions), cmocka_unit_test(test_declarations), cmocka_unit_test(test_whole),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
