/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as lists, trees, arrays, sets of bits and strings of a kernel. The first byte of the input: 1: words of 4
 * bytes, 2: big-endian, 4: trees of before 4.20; the rest is memory from address 0 on, zeroes behind it. Heads are in the
 * first words: see HEAD_*.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/object/list.h"
#include "kernel/object/maple.h"
#include "kernel/object/percpu.h"
#include "kernel/object/rbtree.h"
#include "kernel/object/xarray.h"
#include "tests/fuzz/any_kernel.h"

#define LIMIT	1000u
enum { HEAD_RING = 2, HEAD_CHAIN = 4, HEAD_NULLS, HEAD_STRUCTS, HEAD_RBTREE, HEAD_XARRAY, HEAD_MAPLE, HEAD_BITS, HEAD_STRING = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of one error told: the reader has one too. */
static void check(struct kreader *r, uint64_t told, uint64_t limit, int error)
{
	int its = kreader_take(r, NULL);

	if (told > limit || (error && !its) || error > 0)
		abort();
}

static void walk_lists(struct kreader *r, unsigned int word)
{
	struct klist lists[] = {
		klist_ring(r, HEAD_RING * word, LIMIT), klist_chain(r, HEAD_CHAIN * word, LIMIT),
		klist_nulls(r, HEAD_NULLS * word, LIMIT), klist_structs(r, HEAD_STRUCTS * word, 2 * word, LIMIT),
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		uint64_t told = 0;

		while (klist_next(&lists[i]))
			told++;
		check(r, told, LIMIT, i ? 0 : lists[i].error);
	}
}

static void walk_rbtree(struct kreader *r, unsigned int word)
{
	struct krbtree t = krbtree_of(r, HEAD_RBTREE * word, LIMIT);
	uint64_t told = 0;

	while (krbtree_next(&t))
		told++;
	check(r, told, LIMIT, t.error);
}

static struct kfield field(uint64_t offset, uint64_t count, unsigned int bytes)
{
	return (struct kfield){
		.path = "x.y", .known = true, .at = { .offset = offset, .bytes = bytes * max_u64(count, 1), .count = count,
		.element_bytes = count ? bytes : 0 },
	};
}

static void walk_xarray(struct kreader *r, unsigned int word, bool old)
{
	const struct kxarray_layout layout = {
		.shift = field(0, 0, 1), .slots = field(word, 16, word), .head = field(0, 0, word), .old = old,
	};
	struct kxarray a = kxarray_of(r, &layout, HEAD_XARRAY * word, LIMIT);
	uint64_t told = 0;

	for (; kxarray_next(&a); told++)
		if (!a.entry || a.index > a.last)
			abort();
	check(r, told, LIMIT, a.error);
}

static void walk_maple(struct kreader *r, unsigned int word)
{
	const unsigned int range = word == 8 ? 16 : 32, arange = word == 8 ? 10 : 21;
	const struct kmaple_layout layout = {
		.root = field(0, 0, word), .range_pivots = field(word, range - 1, word), .range_slots = field(word * range, range, word),
		.arange_pivots = field(word, arange - 1, word), .arange_slots = field(word * arange, arange, word),
		.dense_slots = field(word, word == 8 ? 31 : 63, word),
	};
	struct kmaple m = kmaple_of(r, &layout, HEAD_MAPLE * word, LIMIT);
	uint64_t told = 0, next = 0;

	/* in order, and each index once */
	for (; kmaple_next(&m); told++, next = m.last + 1)
		if (!m.entry || m.first > m.last || m.first < next || (told && !next))
			abort();
	check(r, told, LIMIT, m.error);
}

static void walk_bits(struct kreader *r, unsigned int word)
{
	struct kbits b = kbits_of(r, HEAD_BITS * word, LIMIT);
	uint64_t told = 0, last = 0;

	for (; kbits_next(&b); told++, last = b.bit)
		if (b.bit >= LIMIT || (told && b.bit <= last))
			abort();
	check(r, told, LIMIT, b.error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel k;
	struct kreader *r = size ? any_memory(data[0], data + 1, size - 1, &k) : NULL;
	char text[100];

	if (!r)
		return 0;
	walk_lists(r, k.word_bytes);
	walk_rbtree(r, k.word_bytes);
	walk_xarray(r, k.word_bytes, data[0] & 4);
	walk_maple(r, k.word_bytes);
	walk_bits(r, k.word_bytes);
	if (kstring(r, kptr(r, HEAD_STRING * k.word_bytes), text, sizeof(text)) != strlen(text))
		abort();
	kreader_close(r);
	return 0;
}
