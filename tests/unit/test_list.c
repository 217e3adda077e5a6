/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of all kinds, in kernels of all kinds: whole, in circles, torn, lost. */
#include "kernel/object/list.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define NODE(o, i) ((o)->base + 0x100 + (i) * 0x400)	/* four on each page */

enum shape { RING, CHAIN, NULLS, STRUCTS, SHAPES };

#define OFFSET 24			/* of the pointer in STRUCTS */

static uint64_t next_of(enum shape shape, uint64_t node)
{
	return node + (shape == STRUCTS ? OFFSET : 0);
}

/* n nodes behind the head, which is at the base. */
static void put(struct objects *o, enum shape shape, unsigned int n)
{
	uint64_t slot = o->base;

	for (unsigned int i = 0; i < n; i++) {
		object_word(o, slot, NODE(o, i));
		slot = next_of(shape, NODE(o, i));
	}
	object_word(o, slot, shape == RING ? o->base : shape == NULLS ? 7 : 0);
}

static struct klist list_of(struct kreader *r, const struct objects *o, enum shape shape, uint64_t limit)
{
	return shape == RING ? klist_ring(r, o->base, limit) : shape == CHAIN ? klist_chain(r, o->base, limit) :
	       shape == NULLS ? klist_nulls(r, o->base, limit) : klist_structs(r, o->base, OFFSET, limit);
}

/* The first n nodes come in order, then the list ends with an error, which the reader has too. */
static void expect(struct objects *o, enum shape shape, uint64_t limit, unsigned int n, int error)
{
	struct kreader *r = objects_reader(o);
	struct klist l = list_of(r, o, shape, limit);

	for (unsigned int i = 0; i < n; i++) {
		assert_true(klist_next(&l));
		assert_int_equal(l.node, NODE(o, i));
		assert_int_equal(l.slot, i ? next_of(shape, NODE(o, i - 1)) : o->base);
	}
	assert_false(klist_next(&l));
	assert_false(klist_next(&l));
	assert_int_equal(l.error, error);
	assert_int_equal(kreader_take(r, NULL), error);
}

static void test_whole(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (enum shape shape = 0; shape < SHAPES; shape++) {
			static const unsigned int lengths[] = { 0, 1, 2, 3, 9, 40 };

			for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
				struct objects o;

				objects_new(&o, &object_kinds[kind]);
				put(&o, shape, lengths[i]);
				expect(&o, shape, 1000, lengths[i], 0);
				expect(&o, shape, lengths[i], lengths[i], 0);
				if (lengths[i])
					expect(&o, shape, lengths[i] - 1, lengths[i] - 1, -ELOOP);
				objects_free(&o);
			}
		}
	}
}

/* Each node of ten points to each of them: all that can be reached is told, and it ends. */
static void test_circles(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (enum shape shape = 0; shape < SHAPES; shape++) {
			for (unsigned int from = 0; from < 10; from++) {
				for (unsigned int to = 0; to <= from; to++) {
					unsigned int told = 0;
					bool seen[10] = { false };
					struct objects o;
					struct klist l;

					objects_new(&o, &object_kinds[kind]);
					put(&o, shape, 10);
					object_word(&o, next_of(shape, NODE(&o, from)), NODE(&o, to));
					for (l = list_of(o.r, &o, shape, 1 << 20); klist_next(&l); told++)
						seen[(l.node - NODE(&o, 0)) / 0x400] = true;
					/* back to the first is the end of some */
					assert_int_equal(l.error, shape == STRUCTS && !to ? 0 : -ELOOP);
					assert_true(told <= 3 * (from + 1) + 2);
					for (unsigned int i = 0; i < 10; i++)
						assert_int_equal(seen[i], i <= from);
					objects_free(&o);
				}
			}
		}
	}
}

static void test_torn(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (enum shape shape = 0; shape < SHAPES; shape++) {
			struct objects o;
			struct klist l;

			objects_new(&o, &object_kinds[kind]);
			put(&o, shape, 10);
			/* a wild pointer: what it points to is not told */
			object_word(&o, next_of(shape, NODE(&o, 3)), 0x10);
			expect(&o, shape, 1000, 4, -EFAULT);
			object_word(&o, next_of(shape, NODE(&o, 3)), UINT64_MAX - 7);
			expect(&o, shape, 1000, 4, -EFAULT);
			/* NULL is the end of some */
			object_word(&o, next_of(shape, NODE(&o, 3)), 0);
			expect(&o, shape, 1000, 4, shape == RING ? -EFAULT : 0);
			put(&o, shape, 10);
			/* a page that is not in the dump has a node all the same */
			fake_set(o.f, (NODE(&o, 4) - o.base) >> 12, 1, PAGE_EXCLUDED);
			expect(&o, shape, 1000, 5, -ENODATA);
			/* nor is the head */
			fake_set(o.f, 0, 1, PAGE_EXCLUDED);
			expect(&o, shape, 1000, 0, -ENODATA);
			kreader_take(o.r, NULL);
			o.base -= 0x10000;
			l = list_of(o.r, &o, shape, 10);
			assert_false(klist_next(&l));
			assert_int_equal(l.error, -EFAULT);
			o.base += 0x10000;
			objects_free(&o);
		}
	}
}

/* From a struct on: whole, back to itself, and torn. */
static void test_from(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct objects o;
		struct klist l;
		unsigned int n = 0;

		objects_new(&o, &object_kinds[kind]);
		put(&o, STRUCTS, 10);
		for (l = klist_from(o.r, NODE(&o, 3), OFFSET, 100); klist_next(&l); n++) {
			assert_int_equal(l.node, NODE(&o, 3 + n));
			assert_int_equal(l.slot, n ? NODE(&o, 2 + n) + OFFSET : 0);
		}
		assert_int_equal(n, 7);
		object_word(&o, NODE(&o, 3) + OFFSET, NODE(&o, 3));
		l = klist_from(objects_reader(&o), NODE(&o, 3), OFFSET, 100);
		assert_true(klist_next(&l));
		assert_false(klist_next(&l));
		assert_int_equal(l.error, 0);
		l = klist_from(o.r, 0x20, OFFSET, 100);
		assert_false(klist_next(&l));
		assert_int_equal(l.error, -EFAULT);
		objects_free(&o);
	}
}

/* A head that was never used. */
static void test_unused(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (enum shape shape = 0; shape < SHAPES; shape++) {
			struct objects o;

			objects_new(&o, &object_kinds[kind]);
			expect(&o, shape, 10, 0, 0);
			objects_free(&o);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_unused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
