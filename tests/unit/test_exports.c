/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found in the image by its contents: exported symbols in all forms, BTF, init_task. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/debuginfo/exports.h"
#include "kernel/debuginfo/image.h"
#include "kernel/debuginfo/types.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

/* Where things are in the image, which is 2 MiB from physical address 0 on. */
enum { IN_TABLE = 0x20000, IN_STRINGS = 0x30000, IN_FUNCTIONS = 0x40000, IN_VARIABLES = 0x50000, IN_LONE_BTF = 0x60004,
       IN_TASK = 0x70040 };

#define ENTRIES 120u
#define INIT_TASK 77u			/* among them */

/* The name of an entry: functions, each third a variable. */
static uint64_t entry(unsigned int i, char name[32])
{
	bool variable = i % 3 == 2;

	snprintf(name, 32, i == INIT_TASK ? "init_task" : variable ? "var_%03u" : "func_%03u", i);
	return image(variable ? IN_VARIABLES + i * 8 : IN_FUNCTIONS + i * 16);
}

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 0x400);

	for (uint64_t pfn = 0; pfn < 0x80; pfn++)
		if (pfn != 0x48)
			fake_page(f, pfn);
	return f;
}

static void put_word(struct fake *f, uint64_t at, bool relative, uint64_t to)
{
	if (relative)
		fake_u32(f, at, (uint32_t)(to - image(at)));
	else
		fake_u64(f, at, to);
}

/* Of so many words an entry. The last entry's name is the tail of the one before. */
static void put_exports(struct fake *f, bool relative, unsigned int words)
{
	uint64_t word = relative ? 4 : 8, string = IN_STRINGS + 1, at = IN_TABLE;

	for (unsigned int i = 0; i < ENTRIES; i++, at += words * word) {
		char name[32];
		uint64_t value = entry(i, name);

		put_word(f, at, relative, value);
		put_word(f, at + word, relative, image(string));
		if (words == 3)
			put_word(f, at + 2 * word, relative, image(IN_STRINGS));
		fake_write(f, string, name, strlen(name) + 1);
		string += strlen(name) + 1;
	}
	put_word(f, at, relative, image(IN_VARIABLES));
	put_word(f, at + word, relative, image(string - strlen("_119") - 1));
}

/* kallsyms of the functions only. */
static const char *put_functions(struct fake *f)
{
	static char names[ENTRIES][32];
	struct fake_sym syms[ENTRIES];
	size_t n = 0;

	syms[n++] = (struct fake_sym){ image(0), 'T', "_stext" };
	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint64_t value = entry(i, names[i]);

		if (i % 3 != 2)
			syms[n++] = (struct fake_sym){ value, 'T', names[i] };
	}
	fake_kallsyms(f, FORM_BASED, syms, n);
	return fake_kallsyms_lines(FORM_BASED);
}

static void expect(const struct symbols *s, const char *name, uint64_t vaddr, char type)
{
	struct symbol sym;

	assert_int_equal(symbols_find(s, name, &sym), 0);
	assert_int_equal(sym.vaddr, vaddr);
	assert_int_equal(sym.type, type);
}

static int count(void *arg, const struct symbol *sym)
{
	(void)sym;
	++*(unsigned int *)arg;
	return 0;
}

static void test_forms(void **state)
{
	(void)state;
	for (unsigned int how = 0; how < 8; how++) {
		bool relative = how & 1, kallsyms = how & 4;
		struct fake *f = memory();
		struct world w;
		unsigned int n = 0;

		put_exports(f, relative, how & 2 ? 3 : 2);
		w = make(f, kallsyms ? put_functions(f) : "");
		assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
		assert_string_equal(symbols_source(w.s), kallsyms ? "kallsyms and exported symbols" : "exported symbols");
		for (unsigned int i = 0; i < ENTRIES; i++) {
			char name[32];
			uint64_t value = entry(i, name);

			expect(w.s, name, value, kallsyms && i % 3 != 2 ? 'T' : 'D');
		}
		expect(w.s, "_119", image(IN_VARIABLES), 'D');
		assert_int_equal(symbols_each(w.s, count, &n), 0);
		assert_in_range(n, ENTRIES + 3, ENTRIES + 9);	/* VMCOREINFO names others */
		done(&w);
	}
}

/* What VMCOREINFO names, where it is in the image. */
static void test_told(void **state)
{
	struct fake *f = memory();
	char *lines;
	struct symbol sym;
	struct world w;

	(void)state;
	assert_true(asprintf(&lines, "%sSYMBOL(prb)=ffffffff80051000\nSYMBOL(mem_section)=ffff888000001000\nSYMBOL(=1\n"
			     "SYMBOL()=ffffffff80051000\nSYMBOL(x)\nSYMBOL(y)=\nSYMBOL(z)=g\n", put_functions(f)) > 0);
	w = make(f, lines);
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
	assert_string_equal(symbols_source(w.s), "kallsyms");
	expect(w.s, "prb", image(0x51000), 'D');
	assert_int_equal(symbols_find(w.s, "mem_section", &sym), -ENOENT);
	assert_int_equal(symbols_find(w.s, "", &sym), -ENOENT);
	free(lines);
	done(&w);
}

/* What is not sure is not taken. */
static void test_strangers(void **state)
{
	(void)state;
	for (unsigned int how = 0; how < 3; how++) {
		struct fake *f = memory();
		struct symtab known = { 0 }, out = { 0 };
		struct world w;

		put_exports(f, true, 3);
		if (how == 0)		/* cut into pieces of less than 64 entries */
			for (unsigned int i = 0; i < ENTRIES; i += 40)
				fake_u32(f, IN_TABLE + i * 12 + 4, 0);
		else if (how == 1)	/* nothing refers to it */
			for (unsigned int i = 0; i < ENTRIES; i++)
				fake_u32(f, IN_TABLE + i * 12 + 4, 0x7ffffff0);
		else			/* functions are elsewhere */
			for (unsigned int i = 0; i < ENTRIES; i++) {
				char name[32];
				uint64_t value = entry(i, name);

				assert_int_equal(symtab_add(&known, value + i % 2 * 16, 0, 'T', name, strlen(name)), 0);
			}
		assert_int_equal(symtab_finish(&known), 0);
		w = make(f, "");
		assert_int_equal(exports_read(w.k, &known, &out), -ENOENT);
		symtab_free(&known);
		symtab_free(&out);
		done(&w);
	}
}

/* --- BTF ---------------------------------------------------------------------------------------------------------- */

/* A kernel's, with what is looked for in it; what else a task has is told by members. */
static void make_btf(struct fake_btf *b, bool whole)
{
	*b = (struct fake_btf){ 0 };
	btf_add_int(b, "int", 4, 1);				/* 1 */
	btf_add_int(b, "char", 1, 0);				/* 2 */
	btf_add_int(b, "long unsigned int", 8, 0);		/* 3 */
	btf_add(b, "list_head", 4, false, 2, 16);		/* 4 */
	btf_add_member(b, "next", 5, 0);
	btf_add_member(b, "prev", 5, 64);
	btf_add(b, "", 2, false, 0, 4);				/* 5: struct list_head * */
	btf_add_array(b, 2, 16);				/* 6: char [16] */
	btf_add(b, "task_struct", 4, false, 7, 80);		/* 7 */
	btf_add_member(b, "pid", 1, 0);
	btf_add_member(b, "tgid", 1, 32);
	btf_add_member(b, "tasks", 4, 64);
	btf_add_member(b, "real_parent", 8, 24 * 8);
	btf_add_member(b, "parent", 8, 32 * 8);
	btf_add_member(b, "group_leader", 8, 40 * 8);
	btf_add_member(b, "comm", 6, 48 * 8);
	btf_add(b, "", 2, false, 0, 7);				/* 8: struct task_struct * */
	if (whole) {
		btf_add(b, "super_block", 4, false, 1, 16);	/* 9 */
		btf_add_member(b, "s_list", 4, 0);
	}
	fake_btf_finish(b);
}

static void test_btf(void **state)
{
	(void)state;
	for (unsigned int how = 0; how < 4; how++) {
		struct fake *f = memory();
		struct fake_btf lone, program;
		struct type type;
		struct world w;

		make_btf(&lone, true);
		make_btf(&program, false);
		/* a program's in front of it; the header of something that goes on for ever; one at the border of a piece */
		fake_write(f, 0x10000, program.bytes, program.len);
		fake_write(f, 0x12000, lone.bytes, 24);
		fake_u32(f, 0x12000 + 20, 0x7fffffff);
		/* the second piece begins at page 0x49, behind one that is not there, and has 1 MiB */
		for (uint64_t pfn = 0x80; how == 3 && pfn < 0x14b; pfn++)
			fake_page(f, pfn);
		if (how != 1)
			fake_write(f, how == 3 ? 0x149000 - 8 : IN_LONE_BTF, lone.bytes, lone.len);
		if (how == 2)
			fake_u32(f, IN_LONE_BTF + 24 + 4, 0x1f << 24);		/* its first type is none */
		w = make(f, "");
		assert_int_equal(types_open(w.k, NULL, NULL, &w.t, &w.why), how == 1 || how == 2 ? -ENOTSUP : 0);
		if (how == 1 || how == 2) {
			/* page 0x48 is not there */
			assert_string_equal(w.why, "no BTF was found in the kernel image, of which not all pages are in the dump");
		} else {
			assert_int_equal(types_find(w.t, NULL, "super_block", &type), 0);
			assert_int_equal(type.bytes, 16);
		}
		done(&w);
	}
}

/* --- init_task ---------------------------------------------------------------------------------------------------- */

static void put_task(struct fake *f, uint64_t at, const char *comm)
{
	char name[16] = "";

	memcpy(name, comm, strlen(comm));
	fake_u64(f, at + 8, image(at + 0x1000 + 8));
	fake_u64(f, at + 0x1000 + 16, image(at + 8));
	for (uint64_t i = 24; i <= 40; i += 8)
		fake_u64(f, at + i, image(at));
	fake_write(f, at + 48, name, sizeof(name));
}

static void test_init_task(void **state)
{
	static const struct {
		const char *comm;
		uint64_t at;
		uint32_t value;
		bool found;
	} rows[] = {
		{ "swapper/0", 0x900, 0, true }, { "swapper", 0x900, 0, true }, { "swapper/1", 0x900, 0, false },
		{ "swapperish", 0x900, 0, false }, { "swapper/0", IN_TASK, 1, false }, { "swapper/0", IN_TASK + 4, 1, false },
		{ "swapper/0", IN_TASK + 24, 0x1234, false }, { "swapper/0", IN_TASK + 40, 0x1234, false },
		{ "swapper/0", IN_TASK + 8, 0x1234, false }, { "swapper/0", IN_TASK + 0x1000 + 16, 0x1234, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = memory();
		struct facts *facts;
		struct fake_btf btf;
		struct symbol sym;
		struct world w;

		make_btf(&btf, true);
		fake_write(f, IN_LONE_BTF, btf.bytes, btf.len);
		put_task(f, IN_TASK, rows[i].comm);
		fake_write(f, IN_TASK + 0x1000 + 0x100, "swapper/0", sizeof("swapper/0"));	/* of another CPU */
		fake_u32(f, rows[i].at, rows[i].value);
		w = make(f, put_functions(f));
		assert_int_equal(symbols_open(w.k, NULL, &w.s, &w.why), 0);
		assert_int_equal(symbols_find(w.s, "init_task", &sym), -ENOENT);
		facts = facts_new(w.k, NULL);
		assert_int_equal(facts_find_symbol(facts, NULL, "init_task", &sym), rows[i].found ? 0 : -ENOENT);
		if (rows[i].found)
			assert_int_equal(sym.vaddr, image(IN_TASK));
		facts_free(facts);
		done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_told), cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_btf), cmocka_unit_test(test_init_task),
	};

	log_set_level(LOG_LVL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
