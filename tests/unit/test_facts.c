/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols, types and modules opened once, in the right order, by whoever asks first; passing faults are not remembered. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/debuginfo/facts.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

struct told {
	struct world w;
	struct fake_btf btf;
	struct facts *facts;
};

static void open_facts(struct told *d, struct fake *f, const char *lines)
{
	d->w = make(f, lines);
	d->facts = facts_new(d->w.k, NULL);
	assert_non_null(d->facts);
	assert_ptr_equal(facts_kernel(d->facts), d->w.k);
}

static void close_facts(struct told *d)
{
	facts_free(d->facts);
	done(&d->w);
}

static void open_all(struct told *d)
{
	open_facts(d, fake_symbols(FORM_PERCPU, &d->btf), fake_kallsyms_lines(FORM_PERCPU));
}

/* Whatever is asked for first, and each opened once. */
static void test_order(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 3; first++) {
		const struct symbols *s, *same_s;
		const struct types *t, *same_t;
		const struct modules *m, *same_m;
		const char *why = "?";
		unsigned long reads;
		struct told d;

		open_all(&d);
		reads = d.w.f->reads;
		if (first == 1)
			assert_int_equal(facts_types(d.facts, &t, &why), 0);
		if (first == 2)
			assert_int_equal(facts_modules(d.facts, &m, NULL), 0);
		assert_int_equal(facts_symbols(d.facts, &s, &why), 0);
		assert_null(why);
		assert_int_equal(facts_types(d.facts, &t, NULL), 0);
		assert_int_equal(facts_modules(d.facts, &m, &why), 0);
		assert_null(why);
		assert_true(d.w.f->reads > reads);
		reads = d.w.f->reads;
		assert_int_equal(facts_symbols(d.facts, &same_s, NULL), 0);
		assert_int_equal(facts_types(d.facts, &same_t, NULL), 0);
		assert_int_equal(facts_modules(d.facts, &same_m, NULL), 0);
		assert_ptr_equal(s, same_s);
		assert_ptr_equal(t, same_t);
		assert_ptr_equal(m, same_m);
		assert_int_equal(d.w.f->reads, reads);
		close_facts(&d);
	}
}

static void expect_at(const struct told *d, uint64_t vaddr, const char *module, const char *name)
{
	const struct module *m;
	struct symbol sym;

	assert_int_equal(facts_symbol_at(d->facts, vaddr, &sym, &m), name ? 0 : -ENOENT);
	if (!name)
		return;
	assert_string_equal(sym.name, name);
	if (module)
		assert_string_equal(m->name, module);
	else
		assert_null(m);
}

static void test_lookup(void **state)
{
	struct symbol sym;
	struct told d;

	(void)state;
	open_all(&d);
	assert_int_equal(facts_find_symbol(d.facts, NULL, "helper", &sym), 0);
	assert_int_equal(sym.vaddr, image(0x180));
	assert_int_equal(facts_find_symbol(d.facts, NULL, "demo_init", &sym), -ENOENT);
	assert_int_equal(facts_find_symbol(d.facts, "demo", "demo_init", &sym), 0);
	assert_int_equal(sym.vaddr, FAKE_MODULE_TEXT + 0x100);
	assert_int_equal(facts_find_symbol(d.facts, "demo", "helper", &sym), -ENOENT);
	assert_int_equal(facts_find_symbol(d.facts, "other", "helper", &sym), -ENODEV);
	expect_at(&d, image(0x180), NULL, "helper");
	expect_at(&d, FAKE_MODULE_TEXT + 0x10fff, "demo", "demo_data");
	expect_at(&d, FAKE_MODULE_TEXT + 0x2000, NULL, NULL);
	close_facts(&d);
}

/* What the dump lacks is remembered with its reason. */
static void test_missing(void **state)
{
	const struct symbols *s;
	const struct types *t;
	const struct modules *m;
	const char *why, *again;
	unsigned long reads;
	struct symbol sym;
	struct told d;

	(void)state;
	/* the types are found by their header, without any symbol */
	open_facts(&d, fake_symbols(FORM_PERCPU, &d.btf), "");
	fake_write(d.w.f, IN_NUM_SYMS, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(facts_symbols(d.facts, &s, &why), -ENOTSUP);
	assert_null(s);
	assert_string_equal(why, "VMCOREINFO does not tell where kallsyms are, and they were not found in the kernel image");
	assert_int_equal(facts_types(d.facts, &t, &again), -ENOTSUP);
	assert_null(t);
	assert_string_equal(again, "no BTF was found in the kernel image, of which not all pages are in the dump");
	assert_int_equal(facts_modules(d.facts, &m, &again), -ENOTSUP);
	assert_string_equal(again, "no BTF was found in the kernel image, of which not all pages are in the dump");
	assert_int_equal(facts_find_symbol(d.facts, NULL, "helper", &sym), -ENOTSUP);
	reads = d.w.f->reads;
	assert_int_equal(facts_symbols(d.facts, &s, &again), -ENOTSUP);
	assert_ptr_equal(again, why);
	assert_int_equal(d.w.f->reads, reads);
	close_facts(&d);
}

/* --- passing faults ----------------------------------------------------------------------------------------------- */

static atomic_int reads_left;		/* until reads fail */

static int failing_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	if (atomic_fetch_sub(&reads_left, 1) <= 0)
		return -ETIMEDOUT;
	return fake_read(ps, pfn, count, buf);
}

/* Wherever it strikes: what is asked for fails, and all works when it has passed. */
static void test_fault(void **state)
{
	bool whole = false;

	(void)state;
	for (int left = 0; !whole; left++) {
		const struct symbols *s;
		const struct types *t;
		const struct modules *m;
		const char *why = NULL;
		struct symbol sym;
		struct type type;
		struct told d;
		int r;

		open_all(&d);
		d.w.f->ops.read = failing_read;
		reads_left = left;
		r = facts_modules(d.facts, &m, &why);
		whole = !r;
		if (!whole) {
			assert_int_equal(r, -ETIMEDOUT);
			assert_null(m);
			assert_string_equal(why, strerror(ETIMEDOUT));
			assert_int_equal(facts_find_symbol(d.facts, "demo", "demo_init", &sym), -ETIMEDOUT);
		}
		reads_left = 1 << 20;
		assert_int_equal(facts_modules(d.facts, &m, NULL), 0);
		assert_int_equal(m->n, 1);
		assert_int_equal(m->list[0].symtab.n, 2);
		assert_int_equal(facts_symbols(d.facts, &s, NULL), 0);
		assert_int_equal(symbols_find(s, "kernel_twice", &sym), 0);
		assert_int_equal(facts_types(d.facts, &t, NULL), 0);
		assert_int_equal(types_find(t, "demo", "of_module", &type), 0);
		close_facts(&d);
	}
}

/* --- other memory ------------------------------------------------------------------------------------------------- */

static void test_forget(void **state)
{
	(void)state;
	for (unsigned int all = 0; all < 2; all++) {
		const struct symbols *s, *others;
		const struct modules *m;
		struct symbol sym;
		struct told d;

		open_all(&d);
		assert_int_equal(facts_modules(d.facts, &m, NULL), 0);
		assert_int_equal(m->n, 1);
		assert_int_equal(facts_symbols(d.facts, &s, NULL), 0);
		fake_u64(d.w.f, IN_MODULES, image(IN_MODULES));
		if (all)
			facts_forget(d.facts);
		else
			facts_forget_modules(d.facts);
		assert_int_equal(facts_modules(d.facts, &m, NULL), 0);
		assert_int_equal(m->n, 0);
		assert_int_equal(facts_symbols(d.facts, &others, NULL), 0);
		assert_int_equal(facts_find_symbol(d.facts, NULL, "helper", &sym), 0);
		if (!all)
			assert_ptr_equal(s, others);
		close_facts(&d);
	}
}

/* --- many who ask ------------------------------------------------------------------------------------------------- */

#define ASKERS 8

static void *ask(void *arg)
{
	const struct facts *f = arg;
	const struct modules *m = NULL;
	struct symbol sym;

	if (facts_find_symbol(f, NULL, "helper", &sym) || facts_modules(f, &m, NULL))
		return NULL;
	return (void *)(uintptr_t)m;
}

static void test_threads(void **state)
{
	pthread_t threads[ASKERS];
	const struct modules *m;
	struct told d;

	(void)state;
	open_all(&d);
	for (size_t i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, d.facts), 0);
	assert_int_equal(facts_modules(d.facts, &m, NULL), 0);
	for (size_t i = 0; i < ASKERS; i++) {
		void *its;

		assert_int_equal(pthread_join(threads[i], &its), 0);
		assert_ptr_equal(its, m);
	}
	close_facts(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_lookup), cmocka_unit_test(test_missing),
		cmocka_unit_test(test_fault), cmocka_unit_test(test_forget), cmocka_unit_test(test_threads),
	};

	log_set_level(LOG_LVL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
