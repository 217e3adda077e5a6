/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions as text: where they end, names of what they call, what is lost of them. */
#include <errno.h>

#include "kernel/code/disassemble.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

static void open_world(struct world *w, struct fake_btf *btf, struct facts **facts)
{
	*w = make(fake_symbols(FORM_PERCPU, btf), fake_kallsyms_lines(FORM_PERCPU));
	*facts = facts_new(w->k, NULL);
	assert_non_null(*facts);
}

static void close_world(struct world *w, struct facts *facts)
{
	facts_free(facts);
	done(w);
}

/* One is as long as it is to the next symbol, of whatever type; data is none. */
static void test_ends(void **state)
{
	struct fake_btf btf;
	struct facts *facts;
	struct function fn;
	struct world w;

	(void)state;
	open_world(&w, &btf, &facts);
	assert_null(disassemble_missing(w.k));
	assert_int_equal(function_at(facts, image(0x1a3), &fn), 0);
	assert_string_equal(fn.name, "helper");
	assert_int_equal(fn.vaddr, image(0x180));
	assert_int_equal(fn.bytes, 0x80);
	assert_null(fn.module);
	assert_int_equal(function_at(facts, FAKE_MODULE_TEXT + 0x13f, &fn), 0);
	assert_string_equal(fn.module->name, "demo");
	assert_int_equal(fn.bytes, 0x40);
	assert_int_equal(function_at(facts, FAKE_MODULE_TEXT + 0x140, &fn), -ENOENT);
	assert_int_equal(function_at(facts, image(IN_BTF), &fn), -ENOENT);
	assert_int_equal(function_at(facts, image(IN_MODULES), &fn), -ENOENT);
	assert_int_equal(function_at(facts, 0x1000, &fn), -ENOENT);
	close_world(&w, facts);
}

static void expect(const struct facts *facts, uint64_t vaddr, const char *lines)
{
	struct outbuf out = OUTBUF_INIT;
	struct function fn;

	assert_int_equal(function_at(facts, vaddr, &fn), 0);
	assert_int_equal(disassemble(facts, &fn, &out), 0);
	assert_int_equal(out.error, 0);
	assert_non_null(out.data);
	if (strncmp(out.data, lines, strlen(lines)))
		assert_string_equal(out.data, lines);
	out_free(&out);
}

/* A call, addresses relative to the next instruction and by themselves, bytes that are no instruction. */
static void test_names(void **state)
{
	static const uint8_t code[] = {
		0xe8, 0x7b, 0xff, 0xff, 0xff,				/* call to 0x100: -0x85 + 0x185 */
		0x48, 0x8d, 0x05, 0x74, 0xbe, 0x00, 0x00,		/* lea to 0xc000: modules */
		0x48, 0xc7, 0xc7, 0x04, 0x02, 0x00, 0x80,		/* mov $0xffffffff80000204 */
		0x06,							/* not in 64 bits */
		0xc3,
	};
	struct fake_btf btf;
	struct facts *facts;
	struct world w;

	(void)state;
	open_world(&w, &btf, &facts);
	fake_write(w.f, 0x180, code, sizeof(code));
	expect(facts, image(0x180),
	       "0xffffffff80000180 <helper+0>:\tcallq 0xffffffff80000100 <kernel_twice>\n"
	       "0xffffffff80000185 <helper+0x5>:\tleaq 0xbe74(%rip), %rax\t# 0xffffffff8000c000 <modules>\n"
	       "0xffffffff8000018c <helper+0xc>:\tmovq $-0x7ffffdfc, %rdi <kernel_twice+0x4>\n"
	       "0xffffffff80000193 <helper+0x13>:\t.byte 0x06\n"
	       "0xffffffff80000194 <helper+0x14>:\tretq\n");
	close_world(&w, facts);
}

/* A page that is not there is a line, and what is behind it goes on. */
static void test_lost(void **state)
{
	static const uint8_t ret[] = { 0xc3 };
	struct fake_btf btf;
	struct facts *facts;
	struct function fn;
	struct outbuf out = OUTBUF_INIT;
	struct world w;

	(void)state;
	open_world(&w, &btf, &facts);
	fake_write(w.f, 0x200, ret, 1);
	fake_write(w.f, 0x2000, ret, 1);
	assert_int_equal(function_at(facts, image(0x200), &fn), 0);
	assert_string_equal(fn.name, "kernel_twice");
	assert_int_equal(fn.bytes, IN_BTF - 0x200);
	fake_set(w.f, 1, 1, PAGE_EXCLUDED);
	assert_int_equal(disassemble(facts, &fn, &out), 0);
	assert_non_null(strstr(out.data, "0xffffffff80000200 <kernel_twice+0>:\tretq\n"));
	assert_non_null(strstr(out.data, "0xffffffff80001000 <kernel_twice+0xe00>:\tnot in the dump, to 0xffffffff80002000\n"
			       "0xffffffff80002000 <kernel_twice+0x1e00>:\tretq\n"));
	out_cut(&out, 0);
	fake_set(w.f, 1, 1, PAGE_DATA);
	fake_damage(w.f, 1);
	assert_int_equal(disassemble(facts, &fn, &out), 0);
	assert_non_null(strstr(out.data, "<kernel_twice+0xe00>:\tdamaged or unreadable, to 0xffffffff80002000\n"));
	out_free(&out);
	close_world(&w, facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
