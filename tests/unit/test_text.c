/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing buffers and the shared texts that are made of them. */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static void test_append(void **state)
{
	struct outbuf o = OUTBUF_INIT;

	(void)state;
	out_printf(&o, "%s %d", "abc", -7);
	out_char(&o, '\n');
	out_write(&o, "x\0y", 3);
	out_write(&o, "", 0);
	assert_int_equal(o.error, 0);
	assert_int_equal(o.len, 10);
	assert_memory_equal(o.data, "abc -7\nx\0y", 11);	/* with the NUL behind it */
	out_free(&o);
	assert_null(o.data);
	assert_int_equal(o.len, 0);
	out_free(&o);
}

/* Lengths around each size that the buffer grows to. */
static void test_growth(void **state)
{
	(void)state;
	for (size_t size = 1020; size <= 1030; size++) {
		struct outbuf o = OUTBUF_INIT, p = OUTBUF_INIT;
		char *s = malloc(size + 1);

		memset(s, 'z', size);
		s[size] = '\0';
		for (int i = 0; i < 5; i++) {
			out_printf(&o, "%s", s);
			out_write(&p, s, size);
			assert_int_equal(o.len, size * (size_t)(i + 1));
			assert_int_equal(o.data[o.len], '\0');
			assert_int_equal(strlen(o.data), o.len);
			assert_int_equal(p.len, o.len);
			assert_memory_equal(p.data, o.data, o.len + 1);
		}
		free(s);
		out_free(&o);
		out_free(&p);
	}
}

static void test_many_chars(void **state)
{
	struct outbuf o = OUTBUF_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		out_char(&o, (char)('a' + i % 26));
	assert_int_equal(o.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(o.data[i], 'a' + i % 26);
	out_free(&o);
}

static void test_error_is_sticky(void **state)
{
	struct outbuf o = OUTBUF_INIT;
	struct text *t;

	(void)state;
	out_printf(&o, "kept");
	out_write(&o, "x", SIZE_MAX - 100);
	assert_int_equal(o.error, -ENOMEM);
	out_printf(&o, "more");
	out_char(&o, 'c');
	assert_int_equal(o.len, 4);
	assert_string_equal(o.data, "kept");
	assert_int_equal(text_new(&o, &t), -ENOMEM);
	assert_null(o.data);
	assert_int_equal(o.error, 0);
}

static void test_printable(void **state)
{
	struct outbuf o = OUTBUF_INIT;

	(void)state;
	out_printable(&o, "a b~\x1b\x7f\xc3", true);
	out_printable(&o, " \n", false);
	out_char(&o, '\0');
	assert_string_equal(o.data, "a b~\\x1b\\x7f\\xc3\\x20\\x0a");
	out_free(&o);
}

static void test_text(void **state)
{
	struct outbuf o = OUTBUF_INIT;
	struct text *t = NULL;

	(void)state;
	out_printf(&o, "hello");
	assert_int_equal(text_new(&o, &t), 0);
	assert_null(o.data);
	assert_int_equal(o.len, 0);
	assert_int_equal(t->len, 5);
	assert_memory_equal(t->data, "hello", 5);
	assert_ptr_equal(text_ref(t), t);
	text_unref(t);
	assert_memory_equal(t->data, "hello", 5);
	text_unref(t);
	text_unref(NULL);
}

static void test_empty_text(void **state)
{
	struct outbuf o = OUTBUF_INIT;
	struct text *t = NULL;

	(void)state;
	assert_int_equal(text_new(&o, &t), 0);
	assert_int_equal(t->len, 0);
	text_unref(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_many_chars),
		cmocka_unit_test(test_error_is_sticky),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_empty_text),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
