/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that wait for the end: one line for what failed, all for what did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"			/* before cmocka.h, which has a macro fail() */
#include "base/log_held.h"

#include <cmocka.h>

static char told[8192];

static void tell(int level, const char *line)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof(told) - n, "%d %s\n", level, line);
}

static void begin(void)
{
	told[0] = '\0';
	log_use(tell);
	log_hold();
}

static void succeeds(void **state)
{
	unsigned long pages = 0, chunks = 0;

	(void)state;
	begin();
	for (int i = 0; i < 1000; i++)
		assert_int_equal(fail_counted(&pages, EIO, "page %d", i), -EIO);
	for (int i = 0; i < 2; i++)
		log_warn("soon");
	assert_int_equal(fail_counted(&chunks, EIO, "chunk"), -EIO);
	for (int i = 0; i < 3; i++)
		log_err("once");
	assert_int_equal(log_held_errors(), 3);
	assert_string_equal(told, "1 soon\n");
	log_release(false);
	assert_string_equal(told, "1 soon\n0 page 0\n0 ... and 999 more like this\n0 chunk\n0 once\n");
	log_release(false);
	log_err("now");
	log_warn("soon");
	assert_non_null(strstr(told, "0 once\n0 now\n1 soon\n"));
}

static void fails(void **state)
{
	unsigned long pages = 0;
	char why[64];

	(void)state;
	begin();
	assert_false(log_held_damage(why, sizeof(why)));
	fail_counted(&pages, EIO, "page 1");
	fail_counted(&pages, EIO, "page 2");
	assert_true(log_held_damage(why, sizeof(why)));
	assert_string_equal(why, "page 2");
	assert_int_equal(log_held_errors(), 0);
	log_release(true);
	assert_string_equal(told, "0 page 2\n");
	begin();
	fail_counted(&pages, EIO, "page 3");
	log_err("a reason");
	log_release(true);
	assert_string_equal(told, "0 a reason\n");
	assert_false(log_held_damage(why, sizeof(why)));
}

/* More than are kept, and more than is told. */
static void many(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 100; i++)
		log_err("error %d", i);
	log_release(false);
	assert_non_null(strstr(told, "0 error 31\n0 ... and 68 more errors\n"));
	log_set_level(LOG_LVL_DEBUG);
	begin();
	log_err("at once");
	assert_string_equal(told, "0 at once\n");
	log_release(true);
	assert_string_equal(told, "0 at once\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(succeeds),
		cmocka_unit_test(fails),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
