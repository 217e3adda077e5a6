/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xarrays, radix trees of old and idrs: entries for one and for many indices; nodes that are torn, lost, or lead in circles. */
#include "kernel/object/xarray.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define SLOTS_AT	16		/* shift is at 0 */
#define NODE_BYTES	0x240
#define HEAD(o)		((o)->base + 0x20)

struct item {
	uint64_t index, entry;
	unsigned int order;		/* for so many indices, log2 */
};

struct tree {
	struct objects o;
	struct object_name names[8];
	struct kxarray_layout layout;
	unsigned int bits;		/* of index in a node */
	bool old;
	uint64_t used;			/* memory of nodes */
};

static void tree_new(struct tree *t, const struct object_kind *kind, bool old, unsigned int bits)
{
	const uint64_t slots = 1u << bits;
	struct knames names;

	*t = (struct tree){ .bits = bits, .old = old };
	objects_new(&t->o, kind);
	t->used = 0x1000;
	t->names[0] = (struct object_name){ old ? "radix_tree_node.shift" : "xa_node.shift", { .bytes = 1 } };
	t->names[1] = (struct object_name){ old ? "radix_tree_node.slots" : "xa_node.slots",
		{ .offset = SLOTS_AT, .bytes = slots * kind->word, .count = slots, .element_bytes = kind->word } };
	t->names[2] = (struct object_name){ old ? "radix_tree_root.rnode" : "xarray.xa_head", { .offset = 8, .bytes = kind->word } };
	t->names[3] = (struct object_name){ "idr.idr_rt", { .offset = 8, .bytes = 16 } };
	t->names[4] = (struct object_name){ "idr.idr_base", { .offset = 32, .bytes = 4 } };
	names = fake_names(t->names);
	assert_int_equal(kxarray_layout(&names, &t->layout), 0);
	assert_int_equal(t->layout.old, old);
}

static uint64_t slot_at(const struct tree *t, uint64_t node, unsigned int slot)
{
	return node + SLOTS_AT + slot * t->o.k.word_bytes;
}

static uint64_t sibling_of(const struct tree *t, uint64_t node, unsigned int slot)
{
	return t->old ? slot_at(t, node, slot) + 1 : slot << 2 | 2;
}

/* A node for n items, all of them in its range. Returns its entry. */
static uint64_t put(struct tree *t, const struct item *items, size_t n, uint64_t first, unsigned int shift)
{
	uint64_t node = t->o.base + t->used;

	t->used += NODE_BYTES;
	assert_true(t->used <= OBJECT_PAGES * 4096);
	object_uint(&t->o, node, 1, shift);
	for (unsigned int slot = 0; slot < 1u << t->bits; slot++) {
		uint64_t from = first + ((uint64_t)slot << shift);
		size_t here = 0;

		while (here < n && items[here].index >> shift == from >> shift)
			here++;
		if (here && items->order >= shift) {
			object_word(&t->o, slot_at(t, node, slot), items->entry);
			for (unsigned int s = 1; s < 1u << (items->order - shift); s++)
				object_word(&t->o, slot_at(t, node, slot + s), sibling_of(t, node, slot));
			slot += (1u << (items->order - shift)) - 1;
		} else if (here) {
			object_word(&t->o, slot_at(t, node, slot), put(t, items, here, from, shift - t->bits));
		}
		items += here;
		n -= here;
	}
	return node + (t->old ? 1 : 2);
}

/* At the head, as high as it must be. */
static void put_all(struct tree *t, const struct item *items, size_t n)
{
	unsigned int shift = 0;

	while (items[n - 1].index >> shift >> t->bits)
		shift += t->bits;
	object_word(&t->o, HEAD(&t->o) + 8, put(t, items, n, 0, shift));
}

static void expect(struct tree *t, const struct item *items, size_t n, int error)
{
	struct kreader *r = objects_reader(&t->o);
	struct kxarray a = kxarray_of(r, &t->layout, HEAD(&t->o), 1000);

	for (size_t i = 0; i < n; i++) {
		assert_true(kxarray_next(&a));
		assert_int_equal(a.index, items[i].index);
		assert_int_equal(a.last, items[i].index + (1ull << items[i].order) - 1);
		assert_int_equal(a.entry, kernel_wrap(&t->o.k, items[i].entry));
	}
	assert_false(kxarray_next(&a));
	assert_false(kxarray_next(&a));
	assert_int_equal(a.error, error);
	assert_int_equal(kreader_take(r, NULL), error);
}

#define EACH_TREE(t) \
	for (size_t i_ = 0; i_ < 4 * ARRAY_SIZE(object_kinds) && \
	     (tree_new(&t, &object_kinds[i_ / 4], i_ & 1, i_ & 2 ? 4 : 6), true); i_++, objects_free(&t.o))

static const struct item some[] = {
	{ 0, 0xffff888000001000, 0 }, { 1, 0xffff888000001040, 0 }, { 63, 0xffff888000001080, 0 }, { 64, 0xffff8880000010c0, 0 },
	{ 100, 0xffff888000002000, 0 }, { 4095, 0xffff888000002004, 0 }, { 4096, 0xffff888000002008, 0 },
	{ 0x7ffffff0, 0xffff888000003000, 0 },
};

static void test_order(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		struct kxarray a;

		expect(&t, NULL, 0, 0);
		for (size_t n = 1; n <= ARRAY_SIZE(some); n++) {
			t.used = 0x1000;
			memset(fake_page(t.o.f, 1), 0, 4096);
			memset(fake_page(t.o.f, 2), 0, 4096);
			memset(fake_page(t.o.f, 3), 0, 4096);
			put_all(&t, some, n);
			expect(&t, some, n, 0);
		}
		a = kxarray_of(t.o.r, &t.layout, HEAD(&t.o), 3);
		for (unsigned int i = 0; i < 3; i++)
			assert_true(kxarray_next(&a));
		assert_false(kxarray_next(&a));
		assert_int_equal(a.error, -ELOOP);
		/* without a node: the entry of index 0 */
		object_word(&t.o, HEAD(&t.o) + 8, some[0].entry);
		expect(&t, some, 1, 0);
	}
}

/* Entries for 2 to 128 indices, integers, and what is no entry to users. */
static void test_kinds(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		const uint64_t value = t.old ? 5 << 2 | 2 : 5 << 1 | 1;
		const struct item items[] = {
			{ 2, 0xffff888000001000, 1 }, { 4, 0xffff888000002000, 0 }, { 8, 0xffff888000003000, 3 },
			{ 60, value, 0 }, { 64, 0xffff888000004000, 6 }, { 128, 0xffff888000005000, 7 }, { 256, 0xffff888000006000, 0 },
		};

		put_all(&t, items, ARRAY_SIZE(items));
		expect(&t, items, ARRAY_SIZE(items), 0);
		assert_true(kxarray_is_value(&t.layout, value));
		assert_false(kxarray_is_value(&t.layout, some[0].entry));
		assert_int_equal(kxarray_value(&t.layout, value), 5);
		/* the root is such an entry: retry, zero */
		object_word(&t.o, HEAD(&t.o) + 8, t.old ? 1 : 256 << 2 | 2);
		expect(&t, NULL, 0, 0);
		object_word(&t.o, HEAD(&t.o) + 8, put(&t, items + 1, 1, 0, 0));
		object_word(&t.o, slot_at(&t, t.o.base + t.used - NODE_BYTES, 3), t.old ? 1 : 257 << 2 | 2);
		expect(&t, items + 1, 1, 0);
	}
}

static void test_idr(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		static const uint64_t ids[] = { 300, 301, 363 };
		uint64_t idr = HEAD(&t.o) - t.layout.idr.at.offset;
		struct kxarray a;

		put_all(&t, some, ARRAY_SIZE(ids));
		object_uint(&t.o, idr + t.layout.idr_base.at.offset, 4, 300);
		a = kxarray_of_idr(objects_reader(&t.o), &t.layout, idr, 10);
		for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
			assert_true(kxarray_next(&a));
			assert_int_equal(a.index, ids[i]);
			assert_int_equal(a.last, ids[i]);
		}
		assert_false(kxarray_next(&a));
		assert_int_equal(a.error, 0);
	}
}

/* What hangs on a damaged link is missing, and nothing else. */
static void test_torn(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		static const struct item items[] = {
			{ 5, 0xffff888000001000, 0 }, { 70, 0xffff888000001040, 0 }, { 80, 0xffff888000001080, 0 },
			{ 130, 0xffff8880000010c0, 0 },
		};
		const struct item rest[] = { items[0], items[3] };
		/* nodes in the order in which put() makes them: top, of 5, of 70... */
		uint64_t top = t.o.base + 0x1000, link = slot_at(&t, top, t.bits == 6 ? 1 : 4), left = top + NODE_BYTES;
		uint64_t mark = t.old ? 1 : 2;

		if (t.bits == 4)	/* 70 and 80 are not in one node there */
			continue;
		put_all(&t, items, ARRAY_SIZE(items));
		expect(&t, items, ARRAY_SIZE(items), 0);
		object_word(&t.o, link, 0x10000 + mark);	/* wild */
		expect(&t, rest, 2, -EFAULT);
		object_word(&t.o, link, top + mark);		/* to itself */
		expect(&t, rest, 2, -ELOOP);
		object_word(&t.o, link, t.o.base + 0x8000 + mark);	/* not a node */
		object_uint(&t.o, t.o.base + 0x8000, 1, 77);
		expect(&t, rest, 2, -ELOOP);
		object_word(&t.o, link, t.o.base + 0x9000 + mark);
		fake_set(t.o.f, 9, 1, PAGE_EXCLUDED);
		expect(&t, rest, 2, -ENODATA);
		object_word(&t.o, link, 0);
		object_word(&t.o, slot_at(&t, left, 7), top + mark);	/* a node where none can be */
		expect(&t, rest, 2, -ELOOP);
		object_word(&t.o, HEAD(&t.o) + 8, 0x2000 + mark);
		expect(&t, NULL, 0, -EFAULT);
	}
}

/* Every slot of every node leads to one node of the next level: 64^10 entries are not looked at. */
static void test_hostile(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		unsigned int levels = 60 / t.bits, told = 0;
		struct kxarray a;

		for (unsigned int i = 0; i < levels; i++) {
			uint64_t node = t.o.base + 0x1000 + i * NODE_BYTES;

			object_uint(&t.o, node, 1, (levels - 1 - i) * t.bits);
			for (unsigned int s = 0; s < 1u << t.bits && i + 1 < levels; s++)
				object_word(&t.o, slot_at(&t, node, s), node + NODE_BYTES + (t.old ? 1 : 2));
		}
		object_word(&t.o, HEAD(&t.o) + 8, t.o.base + 0x1000 + (t.old ? 1 : 2));
		a = kxarray_of(t.o.r, &t.layout, HEAD(&t.o), 1000);
		assert_false(kxarray_next(&a));
		assert_int_equal(a.error, -ELOOP);
		/* the last one has an entry */
		object_word(&t.o, slot_at(&t, t.o.base + 0x1000 + (levels - 1) * NODE_BYTES, 1), some[0].entry);
		for (a = kxarray_of(objects_reader(&t.o), &t.layout, HEAD(&t.o), 1000); kxarray_next(&a);)
			told++;
		assert_int_equal(told, 1000);
		assert_int_equal(a.error, -ELOOP);
	}
}

/* Types that do not fit. */
static void test_layouts(void **state)
{
	struct tree t;

	(void)state;
	EACH_TREE(t) {
		struct kxarray_layout layout = t.layout;
		struct knames names;
		struct kxarray a;

		layout.slots.at.count = 63;
		a = kxarray_of(t.o.r, &layout, HEAD(&t.o), 10);
		assert_int_equal(a.error, -EIO);
		assert_false(kxarray_next(&a));
		layout = t.layout;
		layout.shift.at.bytes = 16;
		a = kxarray_of(t.o.r, &layout, HEAD(&t.o), 10);
		assert_int_equal(a.error, -EIO);
		a = kxarray_of(t.o.r, &t.layout, 8, 10);
		assert_int_equal(a.error, -EFAULT);
		assert_false(kxarray_next(&a));
		t.names[0].name = NULL;
		names = fake_names(t.names);
		assert_int_equal(kxarray_layout(&names, &layout), -ENOENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_idr),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
