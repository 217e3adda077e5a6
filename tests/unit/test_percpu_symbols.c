/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Per-CPU variables by what BTF and the exported ones of them tell. */
#include <errno.h>

#include "kernel/debuginfo/percpu_symbols.h"
#include "tests/unit/fake_types.h"
#include "tests/unit/fake_world.h"

struct variable {
	const char *name;
	uint32_t offset, bytes;
};

static struct types *types_with(const char *section, const struct variable *list, unsigned int n, bool big)
{
	struct fake_btf b = { .big = big };
	struct types *t;

	btf_add_int(&b, "int", 4, 1);
	for (unsigned int i = 0; i < n; i++) {
		btf_add(&b, list[i].name, BTF_VAR, false, 0, 1);
		btf_word(&b, 1);
	}
	btf_add(&b, section, BTF_DATASEC, false, n, 0x100);
	for (unsigned int i = 0; i < n; i++) {
		btf_word(&b, 2 + i);
		btf_word(&b, list[i].offset);
		btf_word(&b, list[i].bytes);
	}
	fake_btf_finish(&b);
	assert_int_equal(types_of_bytes(b.bytes, b.len, NULL, 0, 8, &t), 0);
	return t;
}

static void expect(const struct symtab *t, const char *name, uint64_t vaddr, uint64_t bytes)
{
	const struct symtab_entry *e = symtab_find(t, name);

	assert_non_null(e);
	assert_int_equal(e->vaddr, vaddr);
	assert_int_equal(e->bytes, bytes);
}

/* helper stands for an exported variable; kernel_twice is another symbol of that name. */
static void run(const struct symbols *known, const char *section, const struct variable *list, unsigned int n, int result)
{
	for (int big = 0; big < 2; big++) {
		struct types *t = types_with(section, list, n, big);
		struct symtab out = { 0 };

		assert_int_equal(percpu_symbols(t, known, &out), result);
		if (!result) {
			assert_int_equal(symtab_finish(&out), 0);
			assert_int_equal(out.n, 4);
			expect(&out, PERCPU_START, image(0x100), 0);
			expect(&out, "runqueues", image(0x110), 0x40);
			expect(&out, "last", image(0x190), 8);
			expect(&out, PERCPU_END, image(0x198), 0);
		}
		symtab_free(&out);
		types_close(t);
	}
}

static void test_percpu(void **state)
{
	static const struct variable list[] = {
		{ "kernel_twice", 8, 4 }, { "runqueues", 0x10, 0x40 }, { "helper", 0x80, 8 }, { "last", 0x90, 8 }, { "", 0x50, 4 },
	};
	struct fake_btf btf;
	struct world w = make(fake_symbols(FORM_PERCPU, &btf), fake_kallsyms_lines(FORM_PERCPU));

	(void)state;
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
	run(w.s, ".data..percpu", list + 1, 4, 0);
	run(w.s, ".data", list + 1, 4, -ENOENT);
	/* one against one; none */
	run(w.s, ".data..percpu", list, 5, -ENOENT);
	run(w.s, ".data..percpu", list + 3, 2, -ENOENT);
	done(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_percpu) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
