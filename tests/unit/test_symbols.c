/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms in all their forms, modules, and where kallsyms are when nobody tells. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/debuginfo/kallsyms.h"
#include "kernel/debuginfo/symbols.h"
#include "kernel/debuginfo/types.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

static void expect(const struct symbols *s, const char *name, uint64_t vaddr, char type)
{
	struct symbol sym;

	assert_int_equal(symbols_find(s, name, &sym), 0);
	assert_string_equal(sym.name, name);
	assert_int_equal(sym.vaddr, vaddr);
	assert_int_equal(sym.type, type);
}

static void expect_at(const struct symbols *s, uint64_t vaddr, const char *name)
{
	struct symbol sym;

	assert_int_equal(symbols_at(s, vaddr, &sym), name ? 0 : -ENOENT);
	if (name)
		assert_string_equal(sym.name, name);
}

static int count(void *arg, const struct symbol *sym)
{
	unsigned int *n = arg;

	(void)sym;
	return ++*n == 100 ? 7 : 0;
}

static void test_forms(void **state)
{
	static const enum fake_form forms[] = { FORM_PERCPU, FORM_BASED, FORM_RELATIVE, FORM_PLAIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct fake_btf btf;
		struct world w = make(fake_symbols(forms[i], &btf), fake_kallsyms_lines(forms[i]));
		bool low = forms[i] == FORM_PERCPU || forms[i] == FORM_PLAIN;
		unsigned int n = 0;

		assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
		assert_string_equal(symbols_source(w.s), "kallsyms");
		expect(w.s, "_stext", image(0), 'T');
		expect(w.s, "percpu", low ? 0x1000 : FAKE_TEXT, 'A');
		expect(w.s, "helper", image(0x180), 't');
		expect(w.s, "kernel_twice", image(0x200), 'T');	/* the global one */
		expect(w.s, "__stop_BTF", image(IN_BTF + btf.len), 'R');
		expect_at(w.s, image(0x17f), "kernel_twice");
		expect_at(w.s, image(0x180), "helper");
		expect_at(w.s, image(IN_END) - 1, "init_task");
		expect_at(w.s, image(IN_END), NULL);
		expect_at(w.s, image(0) - 1, NULL);
		expect_at(w.s, 0x1001, NULL);
		if (low)
			expect_at(w.s, image(5), "_text");	/* the first of two */
		assert_int_equal(symbols_each(w.s, count, &n), 0);
		assert_int_equal(n, 12);
		n = 98;
		assert_int_equal(symbols_each(w.s, count, &n), 7);
		assert_int_equal(n, 100);
		done(&w);
	}
}

static void test_names(void **state)
{
	char longest[SYMTAB_MAX_NAME + 2], too_long[SYMTAB_MAX_NAME + 2];
	struct fake_sym syms[] = {
		{ image(0), 'T', "_stext" }, { image(0x10), 'T', longest }, { image(0x20), 'd', "kernel_kernel_x" },
		{ image(0x30), 'B', "after" },
	};
	struct fake *f = fake_new(12, 0x400);
	struct world w;

	(void)state;
	memset(longest, 'n', 510);	/* two bytes of length */
	longest[510] = '\0';
	fake_kallsyms(f, FORM_BASED, syms, ARRAY_SIZE(syms));
	w = make(f, fake_kallsyms_lines(FORM_BASED));
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
	expect(w.s, longest, image(0x10), 'T');
	expect(w.s, "kernel_kernel_x", image(0x20), 'd');
	expect(w.s, "after", image(0x30), 'B');
	symbols_close(w.s);
	w.s = NULL;

	memset(too_long, 'n', sizeof(too_long) - 1);
	too_long[SYMTAB_MAX_NAME + 1] = '\0';
	syms[1].name = too_long;
	fake_kallsyms(f, FORM_BASED, syms, ARRAY_SIZE(syms));
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), -ENOTSUP);
	assert_string_equal(w.why, "the kernel's kallsyms cannot be read, or are damaged");
	done(&w);
}

/* One word of the tables is nonsense. */
static void test_damage(void **state)
{
	static const struct { uint64_t at; uint32_t value; } damage[] = {
		{ IN_NUM_SYMS, 0 }, { IN_NUM_SYMS, 0xffffffff }, { IN_NUM_SYMS, 4000000 }, { IN_NUM_SYMS, 13 },
		{ IN_BASE, 0x1234 }, { IN_TOKEN_INDEX + 2 * 't', 0xffffffff }, { IN_OFFSETS + 8, 1 },
		{ IN_NAMES, 0xffffffff }, { IN_NAMES, 0 }, { IN_NAMES + 8, 0x8080ff },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		struct fake_btf btf;
		struct fake *f = fake_symbols(FORM_PERCPU, &btf);
		struct world w;

		fake_u32(f, damage[i].at, damage[i].value);
		w = make(f, fake_kallsyms_lines(FORM_PERCPU));
		assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), -ENOTSUP);
		assert_non_null(w.why);
		done(&w);
	}
}

static void test_nothing(void **state)
{
	struct world w = make(fake_new(12, 0x400), "");

	(void)state;
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), -ENOTSUP);
	assert_string_equal(w.why, "VMCOREINFO does not tell where kallsyms are, and they were not found in the kernel image");
	done(&w);
	w = make(fake_new(12, 0x400), fake_kallsyms_lines(FORM_PERCPU));
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), -ENOTSUP);
	assert_int_equal(symbols_open(w.k, "/nowhere/vmlinux", &w.s, &w.why), -ENOENT);
	assert_null(w.why);
	done(&w);
}

/* --- the search --------------------------------------------------------------------------------------------------- */

#define SEARCHED 1000u

/* Tables as kernels up to 5.19 have them. Returns where the index of tokens is. */
static uint64_t put_tables(struct fake *f, uint64_t at, bool relative, unsigned int marker_bytes, struct kallsyms *want)
{
	uint64_t markers[SEARCHED / 256 + 1], names;

	*want = (struct kallsyms){ 0 };
	if (relative) {
		want->offsets = image(at);
		for (size_t i = 0; i < SEARCHED; i++)
			fake_address(f, FORM_PERCPU, at, i, image(i * 16));
		at = round_up_u64(at + SEARCHED * 4, 8);
		want->relative_base = image(at);
		fake_u64(f, at, FAKE_TEXT);
		at += 8;
	} else {
		want->addresses = image(at);
		for (size_t i = 0; i < SEARCHED; i++)
			fake_address(f, FORM_PLAIN, at, i, image(i * 16));
		at += SEARCHED * 8;
	}
	want->num_syms = image(at);
	fake_u32(f, at, SEARCHED);
	at += 8;
	want->names = image(at);
	names = at;
	for (size_t i = 0; i < SEARCHED; i++) {
		char name[32];

		snprintf(name, sizeof(name), i ? "kernel_sym%zu" : "_stext", i);
		if (i % 256 == 0)
			markers[i / 256] = at - names;
		at += fake_name(f, at, 'T', name);
	}
	at = round_up_u64(at, 8);
	for (size_t i = 0; i < ARRAY_SIZE(markers); i++, at += marker_bytes)
		marker_bytes == 4 ? fake_u32(f, at, (uint32_t)markers[i]) : fake_u64(f, at, markers[i]);
	at = round_up_u64(at, 8);
	want->token_table = image(at);
	at = round_up_u64(at + fake_tokens(f, at, at + 0x1000), 8);
	fake_tokens(f, want->token_table - FAKE_TEXT, at);
	want->token_index = image(at);
	return at;
}

static struct fake *searched_memory(void)
{
	struct fake *f = fake_new(12, 0x400);

	for (uint64_t pfn = 0; pfn < 0x80; pfn++)
		if (pfn != 4)		/* one that is not there does not stop the search */
			fake_page(f, pfn);
	return f;
}

static void test_search(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct fake *f = searched_memory();
		struct kallsyms want, got;
		struct world w;

		put_tables(f, 0x8ff8 + 8 * i, i & 1, i & 2 ? 4 : 8, &want);
		w = make(f, "");
		assert_int_equal(kallsyms_search(w.k, FAKE_TEXT, &got), 0);
		assert_memory_equal(&got, &want, sizeof(want));
		assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
		expect(w.s, "kernel_sym999", image(999 * 16), 'T');
		done(&w);
	}
}

/* One table does not confirm the others: nothing is found, rather than something wrong. */
static void test_search_damage(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		struct fake *f = searched_memory();
		struct kallsyms want, got;
		uint64_t index = put_tables(f, 0x9000, true, 4, &want);
		uint64_t at[] = {
			want.num_syms, want.names + 100, want.token_table - 16, want.token_table + 40, image(index) + 100,
		};
		struct world w;

		fake_u32(f, at[i] - FAKE_TEXT, 0x7f007f00);
		w = make(f, "");
		assert_int_equal(kallsyms_search(w.k, FAKE_TEXT, &got), -ENOENT);
		done(&w);
	}
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

static struct world with_modules(struct fake *f)
{
	struct world w = make(f, fake_kallsyms_lines(FORM_PERCPU));

	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
	assert_int_equal(types_open(w.k, w.s, NULL, &w.t, &w.why), 0);
	assert_int_equal(modules_open(w.k, w.s, w.t, &w.m, &w.why), 0);
	return w;
}

/* Another name of the same length for a symbol of fake_symbols(). */
static void wipe_symbol(struct fake *f, const char *name)
{
	size_t n = strlen(name);
	uint8_t *names = f->bytes[IN_NAMES >> 12] + IN_NAMES % 4096, *at = names;

	/* behind the length and the type */
	do {
		at = memmem(at + 1, 4096 - (size_t)(at + 1 - names), name, n);
		assert_non_null(at);
	} while (at[-2] != n + 1);
	memset(at, 'z', n);
}

static void expect_in_module(const struct world *w, uint64_t vaddr, const char *name)
{
	const struct module *m;
	struct symbol sym;

	assert_int_equal(modules_symbol_at(w->m, vaddr, &sym, &m), name ? 0 : -ENOENT);
	if (!name)
		return;
	assert_string_equal(sym.name, name);
	assert_ptr_equal(m, &w->m->list[0]);
}

static void test_modules(void **state)
{
	struct fake_btf btf;
	struct world w = with_modules(fake_symbols(FORM_PERCPU, &btf));
	const struct module *demo = modules_find(w.m, "demo");
	unsigned int n = 0;
	struct symbol sym;

	(void)state;
	assert_int_equal(w.m->n, 1);
	assert_ptr_equal(demo, &w.m->list[0]);
	assert_null(modules_find(w.m, "other"));
	assert_int_equal(module_find_symbol(demo, "demo_init", &sym), 0);
	assert_int_equal(sym.vaddr, FAKE_MODULE_TEXT + 0x100);
	assert_int_equal(sym.type, 't');
	assert_int_equal(sym.bytes, 0x40);
	assert_int_equal(module_find_symbol(demo, "demo_data", &sym), 0);
	assert_int_equal(sym.vaddr, FAKE_MODULE_TEXT + 0x10010);
	assert_int_equal(sym.type, 'd');
	assert_int_equal(module_find_symbol(demo, "gone", &sym), -ENOENT);
	assert_int_equal(symbols_find(w.s, "demo_init", &sym), -ENOENT);
	assert_int_equal(module_each_symbol(demo, count, &n), 0);
	assert_int_equal(n, 2);
	expect_in_module(&w, FAKE_MODULE_TEXT + 0x1fff, "demo_init");
	expect_in_module(&w, FAKE_MODULE_TEXT + 0xff, NULL);		/* in front of its first symbol */
	expect_in_module(&w, FAKE_MODULE_TEXT + 0x2000, NULL);		/* between its ranges */
	expect_in_module(&w, FAKE_MODULE_TEXT + 0x10000, NULL);		/* not of the range below */
	expect_in_module(&w, FAKE_MODULE_TEXT + 0x10fff, "demo_data");
	expect_in_module(&w, image(0x180), NULL);
	done(&w);
}

/* No symbol names the list: its head is in the image, and both of its neighbours are modules. */
static void test_modules_search(void **state)
{
	static const struct { uint64_t at, value; bool found; } damage[] = {
		{ 0x900, 0, true },
		{ IN_MODULE + 8, FAKE_TEXT + (IN_MODULES + 8), false },		/* back to something else */
		{ IN_MODULE + 16, 0, false },
		{ IN_MODULE + 120, FAKE_DIRECT + IN_MODULE + 8, false },	/* it is another's */
		{ IN_MODULE + 24, 0, false },					/* no name */
		{ IN_MODULE + 24, 0x0a64, false },				/* none that a module can have */
		{ IN_MODULE + 24 + 40, 1, false },				/* goes on behind its end */
		{ IN_MODULES, FAKE_TEXT + (IN_MODULE + 8), false },			/* in the image */
		{ IN_MODULES, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		struct fake_btf btf;
		struct fake *f = fake_symbols(FORM_PERCPU, &btf);
		const struct modules *m;
		struct facts *facts;
		struct world w;
		const char *why;
		int r;

		/* the name that was there; the next symbol has another length */
		wipe_symbol(f, "modules");
		fake_u64(f, IN_MODULES, FAKE_DIRECT + IN_MODULE + 8);
		fake_u64(f, IN_MODULES + 8, FAKE_DIRECT + IN_MODULE + 8);
		fake_u64(f, IN_MODULE + 8, image(IN_MODULES));
		fake_u64(f, IN_MODULE + 16, image(IN_MODULES));
		fake_u64(f, IN_MODULE + 120, FAKE_DIRECT + IN_MODULE);
		fake_u64(f, damage[i].at, damage[i].value);
		w = make(f, fake_kallsyms_lines(FORM_PERCPU));
		facts = facts_new(w.k, NULL);
		r = facts_modules(facts, &m, &why);
		assert_int_equal(r, damage[i].found ? 0 : -ENOTSUP);
		if (!r) {
			assert_int_equal(m->n, 1);
			assert_string_equal(m->list[0].name, "demo");
			assert_int_equal(m->list[0].symtab.n, 2);
		} else {
			assert_string_equal(why, "no symbol tells where the list of modules is, and it was not found by its contents");
		}
		facts_free(facts);
		done(&w);
	}
}

/* What is damaged is left out, and nothing runs without an end. */
static void test_modules_damage(void **state)
{
	static const struct { uint64_t at, value; unsigned int modules; } damage[] = {
		{ IN_MODULE, 3, 0 },					/* it is not ready */
		{ IN_MODULE + 8, FAKE_TEXT + IN_MODULE + 8, 1 },	/* the next one is itself */
		{ IN_MODULE + 8, 0x1234, 1 },				/* nowhere */
		{ IN_MODULES, 0, 0 },
		{ IN_MODULE + 24, 0, 0 },				/* no name */
		{ IN_MODULE + 80, 0, 0 },				/* no tables */
		{ IN_MODULE + 0x88, 0xffffffff, 0 },			/* too many symbols */
		{ IN_MODULE + 0x90, 0x1234, 0 },			/* their names are nowhere */
		{ IN_SYMTAB + 24, 0xfffffff0, 0 },			/* far outside */
	};

	(void)state;
	log_set_level(LOG_LVL_ERR);
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		struct fake_btf btf;
		struct fake *f = fake_symbols(FORM_PERCPU, &btf);
		struct world w;

		fake_u64(f, damage[i].at, damage[i].value);
		w = with_modules(f);
		assert_int_equal(w.m->n, damage[i].modules);
		done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_names), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_search), cmocka_unit_test(test_search_damage),
		cmocka_unit_test(test_modules), cmocka_unit_test(test_modules_search), cmocka_unit_test(test_modules_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
