/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inode numbers and nodes: both ways, and no two alike. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fs/node.h"

#define WIDE_MAX (((uint64_t)1 << NODE_WIDE_BITS) - 1)
#define KEY_MAX (((uint64_t)1 << NODE_KEY_BITS) - 1)

static void root_is_one(void **state)
{
	struct node n = { 77, 77 };

	(void)state;
	assert_int_equal(node_to_ino((struct node){ NODE_ROOT, 0 }), 1);
	assert_int_equal(node_from_ino(1, &n), 0);
	assert_int_equal(n.row, NODE_ROOT);
	assert_int_equal(n.key, 0);
}

static void check(unsigned int row, uint64_t key)
{
	struct node in = { (uint16_t)row, key }, out;
	uint64_t ino = node_to_ino(in);

	/* off_t and the d_ino of 64-bit programs: keep them positive */
	assert_true((int64_t)ino > 1);
	assert_int_equal(node_from_ino(ino, &out), 0);
	assert_int_equal(out.row, in.row);
	assert_true(out.key == in.key);
}

static void round_trip(void **state)
{
	static const uint64_t keys[] = {
		0, 1, 2, 255, 256, 0xffff, 0x100000000, 0x7fffffffffff, 0x800000000000, KEY_MAX - 1, KEY_MAX,
	};

	(void)state;
	for (unsigned int row = NODE_ROOT + 1; row < NODE_ROWS; row++)
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			check(row, keys[i]);
	for (unsigned int row = NODE_ROOT + 1; row < NODE_NARROW; row++) {
		check(row, KEY_MAX + 1);
		check(row, WIDE_MAX);
	}
}

/* Rows of either kind never share a number: those next to each other. */
static void no_two_alike(void **state)
{
	(void)state;
	assert_true(node_to_ino((struct node){ NODE_NARROW - 1, WIDE_MAX }) < node_to_ino((struct node){ NODE_NARROW, 0 }));
	for (unsigned int row = NODE_ROOT + 2; row < NODE_NARROW; row++)
		assert_true(node_to_ino((struct node){ (uint16_t)(row - 1), WIDE_MAX }) < node_to_ino((struct node){ (uint16_t)row, 0 }));
	for (unsigned int row = NODE_NARROW + 1; row < NODE_ROWS; row++)
		assert_true(node_to_ino((struct node){ (uint16_t)(row - 1), KEY_MAX }) < node_to_ino((struct node){ (uint16_t)row, 0 }));
}

static void no_such_number(void **state)
{
	static const uint64_t bad[] = {
		0, 2, KEY_MAX, WIDE_MAX,			/* the root has one number only */
		(uint64_t)NODE_NARROW << NODE_WIDE_BITS,	/* a narrow row as a wide one */
		(uint64_t)0x4000 << NODE_KEY_BITS,		/* a wide row as a narrow one */
		(uint64_t)(0x4000 + NODE_NARROW - 1) << NODE_KEY_BITS | 7,
		(uint64_t)0x8000 << NODE_KEY_BITS,
		UINT64_MAX,
	};
	struct node n = { 77, 78 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(node_from_ino(bad[i], &n), -ENOENT);
	assert_int_equal(n.row, 77);
	assert_int_equal(n.key, 78);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_one),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(no_two_alike),
		cmocka_unit_test(no_such_number),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
