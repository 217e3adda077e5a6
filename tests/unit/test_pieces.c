/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the pieces that split(1) makes. */
#include "formats/pieces.h"
#include "tests/unit/unit.h"

#define NAMED(...) pieces_named((const char *const []){ __VA_ARGS__ }, \
				sizeof((const char *const []){ __VA_ARGS__ }) / sizeof(char *))

static void test_in_order(void **state)
{
	(void)state;
	assert_true(NAMED("vmcore.aa", "vmcore.ab", "vmcore.ac"));
	assert_true(NAMED("dir/xay", "dir/xaz", "dir/xba"));
	assert_true(NAMED("v.tar.gz.part08", "v.tar.gz.part09", "v.tar.gz.part10"));
	assert_true(NAMED("v.7z.199", "v.7z.200"));
	assert_true(NAMED("1", "2"));
}

static void test_others(void **state)
{
	(void)state;
	assert_false(NAMED("vmcore.aa"));
	assert_false(NAMED("vmcore.aa", "vmcore.ac"));
	assert_false(NAMED("vmcore.ab", "vmcore.aa"));
	assert_false(NAMED("vmcore.aa", "vmcore.aa"));
	assert_false(NAMED("vmcore.aa", "wmcore.ab"));
	assert_false(NAMED("vmcore.9", "vmcore.10"));
	assert_false(NAMED("vmcore.az", "vmcore.b0"));
	assert_false(NAMED("zz", "aa"));
	assert_false(NAMED("99", "00"));
	assert_false(NAMED("", ""));
	assert_false(NAMED("guest.vmss", "guest.vmem"));
	assert_false(NAMED("a{", "a|"));
	assert_false(NAMED("a/", "a0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
