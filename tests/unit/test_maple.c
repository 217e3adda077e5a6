/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maple trees of all types of nodes and sizes; nodes that are torn, lost, or lead in circles. */
#include "kernel/object/maple.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define TREE(o)	((o)->base + 0x40)
#define ROOT_AT	8
enum { DENSE, LEAF, RANGE, ARANGE };

struct item {
	uint64_t first, last, entry;
};

struct tree {
	struct objects o;
	struct object_name names[7];
	struct kmaple_layout layout;
	uint64_t used;
	unsigned int fill;		/* slots that are used of each node */
};

static void tree_new(struct tree *t, const struct object_kind *kind)
{
	const uint64_t w = kind->word, range = w == 8 ? 16 : 32, arange = w == 8 ? 10 : 21, dense = w == 8 ? 31 : 63;
	const struct object_name names[] = {
		{ "maple_tree.ma_root", { .offset = ROOT_AT, .bytes = w } },
		{ "maple_range_64.pivot", { .offset = w, .count = range - 1, .element_bytes = w } },
		{ "maple_range_64.slot", { .offset = w * range, .count = range, .element_bytes = w } },
		{ "maple_arange_64.pivot", { .offset = w, .count = arange - 1, .element_bytes = w } },
		{ "maple_arange_64.slot", { .offset = w * arange, .count = arange, .element_bytes = w } },
		{ "maple_node.slot", { .offset = w, .count = dense, .element_bytes = w } },
		{ NULL, { 0 } },
	};
	struct knames table;

	*t = (struct tree){ .used = 0x1000, .fill = 5 };
	objects_new(&t->o, kind);
	memcpy(t->names, names, sizeof(names));
	table = fake_names(t->names);
	assert_int_equal(kmaple_layout(&table, &t->layout), 0);
}

static uint64_t top(const struct tree *t)
{
	return kernel_wrap(&t->o.k, UINT64_MAX);
}

static uint64_t encode(uint64_t node, unsigned int type)
{
	return node | type << 3 | 4;
}

static const struct kplace *slots(const struct tree *t, unsigned int type)
{
	return type == DENSE ? &t->layout.dense_slots.at : type == ARANGE ? &t->layout.arange_slots.at : &t->layout.range_slots.at;
}

static uint64_t slot_at(const struct tree *t, uint64_t node, unsigned int type, unsigned int i)
{
	return node + slots(t, type)->offset + i * t->o.k.word_bytes;
}

static uint64_t pivot_at(const struct tree *t, uint64_t node, unsigned int i)
{
	return node + (1 + i) * t->o.k.word_bytes;
}

/* A node of n items. A pivot that is the last index of all is set in the first slot only. */
static struct item put_node(struct tree *t, unsigned int type, const struct item *items, size_t n)
{
	uint64_t node = t->o.base + t->used;
	size_t pivots = slots(t, type)->count - 1;

	t->used += 0x100;
	assert_true(t->used <= OBJECT_PAGES * 4096 && n <= slots(t, type)->count);
	for (unsigned int i = 0; i < n; i++) {
		object_word(&t->o, slot_at(t, node, type, i), items[i].entry);
		if (type != DENSE && i < pivots && (!i || items[i].last != top(t)))
			object_word(&t->o, pivot_at(t, node, i), items[i].last);
	}
	return (struct item){ items[0].first, items[n - 1].last, encode(node, type) };
}

/* All levels over leaves of n items, which follow each other; inner nodes are of one type or the other by turns. Returns how
 * many levels there are. */
static unsigned int put(struct tree *t, struct item *items, size_t n)
{
	unsigned int levels = 0;

	for (unsigned int type = LEAF; !levels || n > 1; type = type == ARANGE ? RANGE : ARANGE, levels++) {
		size_t nodes = 0;

		for (size_t i = 0, here; i < n; i += here) {
			here = min_u64(n - i, min_u64(t->fill, slots(t, type)->count));
			items[nodes++] = put_node(t, type, items + i, here);
		}
		n = nodes;
	}
	object_word(&t->o, TREE(&t->o) + ROOT_AT, (items[0].entry & ~4ull) | 2);
	return levels;
}

#define MOST 600

/* n entries with gaps between, over all indices. Returns the number of items. */
static size_t make_items(const struct tree *t, struct item *items, size_t n)
{
	uint64_t seed = n + 1, at = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t len = 1 + fake_random(&seed) % 5000;

		items[count++] = (struct item){ at, at + len - 1, fake_random(&seed) % 3 ? (t->o.base + (i + 1) * 0x10) : 0 };
		at += len;
	}
	items[count++] = (struct item){ at, top(t), n % 2 ? 0x777 : 0 };
	return count;
}

static void expect_items(struct tree *t, const struct item *items, size_t n, int error)
{
	struct kreader *r = objects_reader(&t->o);
	struct kmaple m = kmaple_of(r, &t->layout, TREE(&t->o), 10000);

	for (size_t i = 0; i < n; i++) {
		if (!items[i].entry)
			continue;
		assert_true(kmaple_next(&m));
		assert_int_equal(m.first, items[i].first);
		assert_int_equal(m.last, items[i].last);
		assert_int_equal(m.entry, items[i].entry);
	}
	assert_false(kmaple_next(&m));
	assert_false(kmaple_next(&m));
	assert_int_equal(m.error, error);
	assert_int_equal(kreader_take(r, NULL), error);
}

static void test_order(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 4, 5, 16, 31, 32, 100, MOST - 1 };
	static struct item items[MOST], nodes[MOST];

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (unsigned int fill = 5; fill <= 64; fill += 59) {
				struct tree t;
				size_t n;

				tree_new(&t, &object_kinds[kind]);
				t.fill = fill;
				n = make_items(&t, items, sizes[i]);
				memcpy(nodes, items, sizeof(nodes));
				put(&t, nodes, n);
				expect_items(&t, items, n, 0);
				objects_free(&t.o);
			}
		}
	}
}

/* Empty; one entry at 0 without a node; one that is no entry to users. */
static void test_small(void **state)
{
	static const struct item one = { 0, 0, 0x1000 };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct tree t;

		tree_new(&t, &object_kinds[kind]);
		expect_items(&t, NULL, 0, 0);
		object_word(&t.o, TREE(&t.o) + ROOT_AT, one.entry);
		expect_items(&t, &one, 1, 0);
		object_word(&t.o, TREE(&t.o) + ROOT_AT, 257 << 2 | 2);
		expect_items(&t, NULL, 0, 0);
		objects_free(&t.o);
	}
}

/* Dense leaves: one index a slot. */
static void test_dense(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct item items[3 * 63 + 1], leaves[4];
		struct tree t;
		size_t count, n = 0;

		tree_new(&t, &object_kinds[kind]);
		count = slots(&t, DENSE)->count;
		for (size_t leaf = 0; leaf < 3; leaf++) {
			for (size_t i = 0; i < count; i++, n++)
				items[n] = (struct item){ n, n, n % 3 ? t.o.base + n * 8 : 0 };
			leaves[leaf] = put_node(&t, DENSE, items + leaf * count, count);
		}
		items[n] = (struct item){ n, top(&t), 0 };
		leaves[3] = put_node(&t, LEAF, items + n, 1);
		object_word(&t.o, TREE(&t.o) + ROOT_AT, (put_node(&t, ARANGE, leaves, 4).entry & ~4ull) | 2);
		expect_items(&t, items, n, 0);
		/* one as the root, of which the indices end before the slots do */
		object_word(&t.o, TREE(&t.o) + ROOT_AT, (leaves[0].entry & ~4ull) | 2);
		expect_items(&t, items, count, 0);
		objects_free(&t.o);
	}
}

/* What hangs on a damaged link is missing, or what is behind a damaged pivot in a node, and nothing else. */
static void test_torn(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct item items[30], nodes[30], rest[30];
		struct tree t;
		uint64_t root, link;
		size_t n = 0;

		tree_new(&t, &object_kinds[kind]);
		for (size_t i = 0; i < 24; i++)
			items[i] = (struct item){ i * 10, i * 10 + 9, t.o.base + i * 8 };
		items[0].entry = 0x1000;
		items[24] = (struct item){ 240, top(&t), 0x1000 };
		memcpy(nodes, items, sizeof(nodes));
		assert_int_equal(put(&t, nodes, 25), 2);
		expect_items(&t, items, 25, 0);
		for (size_t i = 0; i < 25; i++)
			if (i < 10 || i >= 15)
				rest[n++] = items[i];
		root = t.o.base + 0x1000 + 5 * 0x100;
		link = slot_at(&t, root, ARANGE, 2);
		object_word(&t.o, link, encode(0x10000, LEAF));			/* wild */
		expect_items(&t, rest, n, -EFAULT);
		object_word(&t.o, link, encode(t.o.base + 0x1000, 9));		/* a type that is none */
		expect_items(&t, rest, n, -ELOOP);
		object_word(&t.o, link, encode(root, ARANGE));			/* itself: its ranges do not fit */
		expect_items(&t, rest, n, -ELOOP);
		object_word(&t.o, link, encode(t.o.base + 0x9000, LEAF));
		fake_damage(t.o.f, 9);
		expect_items(&t, rest, n, -EIO);
		object_word(&t.o, link, 0);
		expect_items(&t, rest, n, 0);
		/* a pivot that goes back: what is left of the leaf is missing */
		object_word(&t.o, pivot_at(&t, t.o.base + 0x1000 + 4 * 0x100, 1), 7);
		expect_items(&t, rest, n - 4, -ELOOP);
		/* the root is not there */
		object_word(&t.o, TREE(&t.o) + ROOT_AT, (encode(0x10000, LEAF) & ~4ull) | 2);
		expect_items(&t, NULL, 0, -EFAULT);
		objects_free(&t.o);
	}
}

/* Every slot of every node, one index each, leads to the next node, whose first slot has all: ends by depth and number. */
static void test_hostile(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct tree t;
		struct kmaple m;
		unsigned int told = 0;

		tree_new(&t, &object_kinds[kind]);
		object_word(&t.o, TREE(&t.o) + ROOT_AT, (encode(t.o.base + 0x1000, RANGE) & ~4ull) | 2);
		/* the first slot is all that there is of each node, and leads to itself */
		object_word(&t.o, pivot_at(&t, t.o.base + 0x1000, 0), top(&t));
		object_word(&t.o, slot_at(&t, t.o.base + 0x1000, RANGE, 0), encode(t.o.base + 0x1000, RANGE));
		m = kmaple_of(t.o.r, &t.layout, TREE(&t.o), 100);
		assert_false(kmaple_next(&m));
		assert_int_equal(m.error, -ELOOP);
		/* more entries than are believed */
		for (unsigned int i = 0; i < 15; i++) {
			object_word(&t.o, pivot_at(&t, t.o.base + 0x1000, i), i);
			object_word(&t.o, slot_at(&t, t.o.base + 0x1000, RANGE, i), 0x1000);
		}
		object_word(&t.o, TREE(&t.o) + ROOT_AT, (encode(t.o.base + 0x1000, LEAF) & ~4ull) | 2);
		for (m = kmaple_of(objects_reader(&t.o), &t.layout, TREE(&t.o), 10); kmaple_next(&m);)
			told++;
		assert_int_equal(told, 10);
		assert_int_equal(m.error, -ELOOP);
		objects_free(&t.o);
	}
}

static void test_layouts(void **state)
{
	struct tree t;
	struct kmaple_layout layout;
	struct knames names;
	struct kmaple m;

	(void)state;
	tree_new(&t, &object_kinds[0]);
	layout = t.layout;
	layout.range_slots.at.count = 17;	/* beyond the node */
	m = kmaple_of(t.o.r, &layout, TREE(&t.o), 10);
	assert_int_equal(m.error, -EIO);
	assert_false(kmaple_next(&m));
	m = kmaple_of(t.o.r, &t.layout, 8, 10);
	assert_int_equal(m.error, -EFAULT);
	assert_false(kmaple_next(&m));
	t.names[3].name = "of another kernel";
	names = fake_names(t.names);
	assert_int_equal(kmaple_layout(&names, &layout), -ENOENT);
	objects_free(&t.o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_dense),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
