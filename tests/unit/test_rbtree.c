/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Red-black trees: whole ones of all sizes; with links that are torn, lost, or lead in circles. */
#include "kernel/object/rbtree.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define ROOT(o) ((o)->base + 8)
#define NODE(o, i) ((o)->base + 0x1000 + (uint64_t)(i) * 0x40)
#define MOST 1000u

static void put_node(struct objects *o, unsigned int i, uint64_t parent, uint64_t left, uint64_t right)
{
	unsigned int word = o->k.word_bytes;

	object_word(o, NODE(o, i), parent | (i & 1));	/* a colour */
	object_word(o, NODE(o, i) + word, right);
	object_word(o, NODE(o, i) + 2 * word, left);
}

/* Nodes first to end - 1, balanced. Returns the address of the top one. */
static uint64_t put(struct objects *o, unsigned int first, unsigned int end, uint64_t parent)
{
	unsigned int middle = first + (end - first) / 2;

	if (first == end)
		return 0;
	put_node(o, middle, parent, put(o, first, middle, NODE(o, middle)), put(o, middle + 1, end, NODE(o, middle)));
	return NODE(o, middle);
}

static void put_tree(struct objects *o, unsigned int n)
{
	object_word(o, ROOT(o), put(o, 0, n, 0));
}

/* Walks it. seen[i]: how often node i was told. Returns the error. */
static int walk(struct objects *o, uint64_t limit, unsigned int seen[MOST])
{
	struct kreader *r = objects_reader(o);
	struct krbtree t = krbtree_of(r, ROOT(o), limit);
	uint64_t told = 0;

	memset(seen, 0, MOST * sizeof(*seen));
	for (; krbtree_next(&t); told++) {
		assert_true(t.node >= NODE(o, 0) && t.node < NODE(o, MOST) && !((t.node - NODE(o, 0)) % 0x40));
		seen[(t.node - NODE(o, 0)) / 0x40]++;
	}
	assert_true(told <= limit);
	assert_false(krbtree_next(&t));
	assert_int_equal(kreader_take(r, NULL), t.error);
	return t.error;
}

static void test_order(void **state)
{
	static const unsigned int sizes[] = { 0, 1, 2, 3, 4, 7, 8, 100, MOST };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct objects o;
			struct krbtree t;
			unsigned int n = 0;

			objects_new(&o, &object_kinds[kind]);
			put_tree(&o, sizes[i]);
			for (t = krbtree_of(o.r, ROOT(&o), MOST); krbtree_next(&t); n++)
				assert_int_equal(t.node, NODE(&o, n));
			assert_int_equal(n, sizes[i]);
			assert_int_equal(t.error, 0);
			if (n) {
				unsigned int seen[MOST];

				assert_int_equal(walk(&o, n - 1, seen), -ELOOP);
				assert_int_equal(seen[n - 1], 0);
			}
			objects_free(&o);
		}
	}
}

/* What hangs on a lost or wild link is missing, all else is there. */
static void test_torn(void **state)
{
	unsigned int seen[MOST], missing;

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct objects o;
		unsigned int word = object_kinds[kind].word;

		objects_new(&o, &object_kinds[kind]);
		put_tree(&o, 15);		/* 7 at the top, below 3 and 11 */
		object_word(&o, NODE(&o, 3) + word, 0x18);
		assert_int_equal(walk(&o, MOST, seen), -EFAULT);
		for (unsigned int i = 0; i < 15; i++)
			assert_int_equal(seen[i], i < 4 || i > 6);
		/* both sides the same: one of them */
		object_word(&o, NODE(&o, 3) + word, NODE(&o, 1));
		assert_int_equal(walk(&o, MOST, seen), -ELOOP);
		for (unsigned int i = 0; i < 15; i++)
			assert_int_equal(seen[i], i < 4 || i > 6);
		put_tree(&o, 15);
		object_word(&o, ROOT(&o), 0x18);
		assert_int_equal(walk(&o, MOST, seen), -EFAULT);
		/* a page of them */
		put_tree(&o, 1000);
		fake_damage(o.f, 5);
		assert_int_equal(walk(&o, MOST, seen), -EIO);
		missing = 0;
		for (unsigned int i = 0; i < 1000; i++)
			missing += !seen[i];
		assert_in_range(missing, 64, 200);
		objects_free(&o);
	}
}

/* A rotation that was cut off: parents that are not yet right. More of that is damage. */
static void test_moved(void **state)
{
	unsigned int seen[MOST], missing = 0;
	struct objects o;

	(void)state;
	objects_new(&o, &object_kinds[0]);
	put_tree(&o, 15);
	object_word(&o, NODE(&o, 3), NODE(&o, 11));
	object_word(&o, NODE(&o, 1), NODE(&o, 5));
	assert_int_equal(walk(&o, MOST, seen), 0);
	for (unsigned int i = 0; i < 15; i++)
		assert_int_equal(seen[i], 1);
	for (unsigned int i = 0; i < 15; i += 2)	/* all leaves */
		object_word(&o, NODE(&o, i), 0);
	assert_int_equal(walk(&o, MOST, seen), -ELOOP);
	for (unsigned int i = 0; i < 15; i++)
		missing += !seen[i];
	assert_int_equal(missing, 6);
	objects_free(&o);
}

/* Each link of fifteen nodes to each of them: it ends, soon, and tells nothing but nodes. */
static void test_circles(void **state)
{
	unsigned int seen[MOST];

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int word = object_kinds[kind].word;

		for (unsigned int from = 0; from < 30; from++) {
			for (unsigned int to = 0; to < 15; to++) {
				uint64_t told = 0;
				struct objects o;

				objects_new(&o, &object_kinds[kind]);
				put_tree(&o, 15);
				object_word(&o, NODE(&o, from / 2) + word * (1 + from % 2), NODE(&o, to));
				/* and such that parents do not give it away */
				object_word(&o, NODE(&o, to), NODE(&o, from / 2));
				walk(&o, 100000, seen);
				for (unsigned int i = 0; i < 15; i++)
					told += seen[i];
				assert_in_range(told, 1, 200);
				objects_free(&o);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
