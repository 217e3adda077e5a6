/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts from their end to their front. */
#include <string.h>

#include "base/backwards.h"
#include "tests/unit/unit.h"

static void test_room(void **state)
{
	char buf[8];
	struct backwards b = backwards_begin(buf, sizeof(buf));

	(void)state;
	memset(buf, '#', sizeof(buf) - 1);
	assert_true(backwards_put(&b, "c", 1));
	assert_true(backwards_put(&b, "/b", 2));
	assert_false(backwards_put(&b, "12345", 5));
	assert_true(backwards_put(&b, "1234", 4));
	assert_false(backwards_put(&b, "0", 1));
	backwards_end(&b);
	assert_string_equal(buf, "1234/bc");
}

static void test_over(void **state)
{
	char buf[8];
	struct backwards b = backwards_begin(buf, sizeof(buf));

	(void)state;
	backwards_put_over(&b, "yz", 2);
	assert_true(backwards_put(&b, "abcd", 4));
	backwards_put_over(&b, "(..)", 4);
	backwards_end(&b);
	assert_string_equal(buf, "(..)dyz");
	b = backwards_begin(buf, sizeof(buf));
	backwards_end(&b);
	assert_string_equal(buf, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_over),
	};

	return cmocka_run_group_tests_name("backwards", tests, NULL, NULL);
}
