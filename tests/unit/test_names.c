/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that are numbers and ranges. */
#include <errno.h>

#include "fs/views/names.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static void test_numbers(void **state)
{
	static const struct { const char *name; uint64_t value; } good[] = {
		{ "0", 0 }, { "7", 7 }, { "007", 7 }, { "1048576", 1048576 }, { "0x0", 0 }, { "0x1f", 0x1f },
		{ "0X1F", 0x1f }, { "0xDeadBeef", 0xdeadbeef }, { "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX }, { "0x00000000000000000000000000000001", 1 },
		/* 16 digits, as the kernel prints addresses */
		{ "ffff888000000000", 0xffff888000000000 }, { "FFFF888000000000", 0xffff888000000000 },
		{ "0000000000001000", 0x1000 },
		/* not 16: decimal */
		{ "000000000001000", 1000 }, { "00000000000001000", 1000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint64_t value = 99;

		if (name_number(good[i].name, &value) || value != good[i].value)
			fail_msg("%s: %#llx", good[i].name, (unsigned long long)value);
	}
}

static void test_junk(void **state)
{
	static const char *const junk[] = {
		"", " ", "x", "0x", "0X", "-1", "+1", "1 ", " 1", "1.5", "12a", "a", "0xg", "0x1g", "0x-1", "1+", "ffff",
		"ffff88800000000", "ffff8880000000000", "ffff88800000000g", "0x 1", "1\n", "\xff", "0x0x1", "@", "`", "0xG",
		"99999999999999999999z",	/* junk, however long the number in front of it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		uint64_t value = 99;

		if (name_number(junk[i], &value) != -EINVAL)
			fail_msg("'%s' is %llu", junk[i], (unsigned long long)value);
	}
}

static void test_overflow(void **state)
{
	static const char *const huge[] = {
		"18446744073709551616", "99999999999999999999", "0x10000000000000000", "184467440737095516150",
		"340282366920938463463374607431768211456",
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(huge); i++)
		assert_int_equal(name_number(huge[i], &value), -ENOENT);
}

static void test_ranges(void **state)
{
	static const struct { const char *name; uint64_t addr, len; } good[] = {
		{ "0", 0, 0 }, { "0x1000", 0x1000, 0 }, { "0+1", 0, 1 }, { "4096+0x200", 4096, 512 },
		{ "0x1000+4096", 0x1000, 4096 }, { "ffff888000000000+8", 0xffff888000000000, 8 },
		{ "0xffffffffffffffff+18446744073709551615", UINT64_MAX, UINT64_MAX },
		{ "1+0000000000000010", 1, 16 },
		/* an offset, and a length */
		{ "0x1000+0x40+64", 0x1040, 64 }, { "1+1+1", 2, 1 },
	};
	static const char *const junk[] = {
		"", "+", "+1", "1+", "1+0", "1+0x0", "1++1", "1+1+1+x", "x+1+1", "1+1+", "1-1", "a+1", "1+x", "1 +1", "1+ 1", "0x+1",
	};
	static const char *const huge[] = {
		"18446744073709551616+1", "1+18446744073709551616", "0xffffffffffffffff+1+1", "1+18446744073709551616+1",
	};
	uint64_t addr, len;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		addr = len = 99;
		if (name_range(NULL, good[i].name, &addr, &len) || addr != good[i].addr || len != good[i].len)
			fail_msg("%s: %#llx+%llu", good[i].name, (unsigned long long)addr, (unsigned long long)len);
	}
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		if (name_range(NULL, junk[i], &addr, &len) != -EINVAL)
			fail_msg("'%s' is a range", junk[i]);
	for (size_t i = 0; i < ARRAY_SIZE(huge); i++)
		assert_int_equal(name_range(NULL, huge[i], &addr, &len), -ENOENT);
}

static void test_walks(void **state)
{
	static const struct { const char *name; bool has_root; uint64_t root, vaddr; } good[] = {
		{ "0x1000", false, 0, 0x1000 }, { "ffff888000000000", false, 0, 0xffff888000000000 },
		{ "0x41a2000:0x7f0012345678", true, 0x41a2000, 0x7f0012345678 }, { "0:0", true, 0, 0 },
		{ "ffff888004001000:00007f0012345678", true, 0xffff888004001000, 0x7f0012345678 },
	};
	static const char *const junk[] = { "", ":", "1:", ":1", "1:2:3", "0x:1", "1:0x", "x:1", "1 :2", "1:+2" };
	uint64_t root, vaddr;
	bool has_root;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(name_walk(NULL, good[i].name, &has_root, &root, &vaddr), 0);
		assert_int_equal(has_root, good[i].has_root);
		assert_int_equal(root, good[i].root);
		assert_int_equal(vaddr, good[i].vaddr);
	}
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		assert_int_equal(name_walk(NULL, junk[i], &has_root, &root, &vaddr), -EINVAL);
	assert_int_equal(name_walk(NULL, "0x10000000000000000:1", &has_root, &root, &vaddr), -ENOENT);
	assert_int_equal(name_walk(NULL, "1:0x10000000000000000", &has_root, &root, &vaddr), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
