/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inode numbers and nodes: both ways, and no two alike. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fs/node.h"

#define KEY_MAX (((uint64_t)1 << NODE_KEY_BITS) - 1)

static void root_is_one(void **state)
{
	struct node n = { NODE_PFN, 77 };

	(void)state;
	assert_int_equal(node_to_ino((struct node){ NODE_ROOT, 0 }), 1);
	assert_int_equal(node_from_ino(1, &n), 0);
	assert_int_equal(n.kind, NODE_ROOT);
	assert_int_equal(n.key, 0);
}

static void round_trip(void **state)
{
	static const uint64_t keys[] = {
		0, 1, 2, 255, 256, 0xffff, 0x100000000, 0x7fffffffffffff, 0x80000000000000, KEY_MAX - 1, KEY_MAX,
	};

	(void)state;
	for (int kind = NODE_ROOT + 1; kind < NODE_KINDS; kind++) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			struct node in = { (enum node_kind)kind, keys[i] }, out;
			uint64_t ino = node_to_ino(in);

			/* off_t and the d_ino of 64-bit programs: keep them positive */
			assert_true((int64_t)ino > 1);
			assert_int_equal(node_from_ino(ino, &out), 0);
			assert_int_equal(out.kind, in.kind);
			assert_true(out.key == in.key);
		}
	}
}

static void no_such_number(void **state)
{
	static const uint64_t bad[] = {
		0, 2, KEY_MAX,
		(uint64_t)NODE_ROOT << NODE_KEY_BITS,		/* the root has one number only */
		(uint64_t)NODE_ROOT << NODE_KEY_BITS | 1,
		(uint64_t)NODE_KINDS << NODE_KEY_BITS,
		UINT64_MAX,
	};
	struct node n = { NODE_PFN, 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(node_from_ino(bad[i], &n), -ENOENT);
	assert_int_equal(n.kind, NODE_PFN);
	assert_int_equal(n.key, 77);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_one),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(no_such_number),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
