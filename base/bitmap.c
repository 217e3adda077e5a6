/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bitmap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

#define CHUNK_BITS	BITMAP_CHUNK_BITS
#define CHUNK_SHIFT	15
#define CHUNK_WORDS	(CHUNK_BITS / 64)
#define NODE_SHIFT	9
#define NODE_CHILDREN	(1u << NODE_SHIFT)
#define MAX_EMPTY	64		/* steps that bitmap_run() makes over empty ranges at once */
#define RANK_STRIDE	8		/* words per entry of the rank index: 512 bits */

_Static_assert(CHUNK_BITS == 1u << CHUNK_SHIFT, "chunks are found by shifts");

struct bitmap_chunk {
	uint64_t words[CHUNK_WORDS];
	/* bitmap_index(): set bits before the chunk, and inside it before each stride */
	uint64_t rank;
	uint16_t stride_rank[CHUNK_WORDS / RANK_STRIDE];
};

/* Equal parts of a range, each a node or, at the lowest level, a chunk; NULL: no bit set. */
struct bitmap_node {
	void *children[NODE_CHILDREN];
	uint64_t ranks[NODE_CHILDREN];		/* bitmap_index(): set bits before each */
};

struct bitmap {
	uint64_t nbits;
	unsigned int levels;			/* of nodes above the chunks */
	void *root;
	uint64_t count;
	bool indexed;
	_Atomic uint64_t chunks;		/* that were made */
};

/* Bits of what lies below so many levels of nodes, as a shift. */
static unsigned int level_shift(unsigned int levels)
{
	return CHUNK_SHIFT + NODE_SHIFT * levels;
}

struct bitmap *bitmap_new(uint64_t nbits)
{
	struct bitmap *bm = calloc(1, sizeof(*bm));

	if (!bm)
		return NULL;
	bm->nbits = nbits;
	while (nbits && level_shift(bm->levels) < 64 && (nbits - 1) >> level_shift(bm->levels))
		bm->levels++;
	return bm;
}

static void free_below(void *at, unsigned int levels)
{
	struct bitmap_node *node = at;

	for (unsigned int i = 0; at && levels && i < NODE_CHILDREN; i++)
		free_below(node->children[i], levels - 1);
	free(at);
}

void bitmap_free(struct bitmap *bm)
{
	if (!bm)
		return;
	free_below(bm->root, bm->levels);
	free(bm);
}

uint64_t bitmap_bits(const struct bitmap *bm)
{
	return bm->nbits;
}

static unsigned int child_of(uint64_t bit, unsigned int level)
{
	return bit >> level_shift(level) & (NODE_CHILDREN - 1);
}

/* What is there, or is put there now: writers of different chunks share the nodes above them. */
static void *there_or_new(void **place, size_t size)
{
	void *there = __atomic_load_n(place, __ATOMIC_ACQUIRE), *made;

	if (there)
		return there;
	made = calloc(1, size);
	if (!made || __atomic_compare_exchange_n(place, &there, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return made;
	free(made);
	return there;
}

static struct bitmap_chunk *chunk_for_write(struct bitmap *bm, uint64_t bit)
{
	const size_t per_check = MEMORY_SMALL / sizeof(struct bitmap_chunk) + 1;
	void **place = &bm->root;

	assert(bit < bm->nbits);
	for (unsigned int level = bm->levels; level--;) {
		struct bitmap_node *node = there_or_new(place, sizeof(*node));

		if (!node)
			return NULL;
		place = &node->children[child_of(bit, level)];
	}
	if (!__atomic_load_n(place, __ATOMIC_ACQUIRE) && ++bm->chunks % per_check == 0 &&
	    memory_check(per_check * sizeof(struct bitmap_chunk)))
		return NULL;
	return there_or_new(place, sizeof(struct bitmap_chunk));
}

/* NULL: there is none; *end is where the range without set bits around it ends then. */
static const struct bitmap_chunk *find_chunk(const struct bitmap *bm, uint64_t bit, uint64_t *end)
{
	const void *at = bm->root;
	unsigned int level = bm->levels;

	*end = bm->nbits;
	if (bit >= bm->nbits)
		return NULL;
	for (; at && level; at = ((const struct bitmap_node *)at)->children[child_of(bit, level)])
		level--;
	if (!at && level < bm->levels) {
		uint64_t last = bit | (((uint64_t)1 << level_shift(level)) - 1);

		if (last < bm->nbits)
			*end = last + 1;
	}
	return at;
}

int bitmap_set(struct bitmap *bm, uint64_t bit)
{
	struct bitmap_chunk *c = chunk_for_write(bm, bit);

	if (!c)
		return -ENOMEM;
	c->words[bit % CHUNK_BITS / 64] |= (uint64_t)1 << (bit % 64);
	return 0;
}

/* Both in one chunk. */
static void set_in_chunk(struct bitmap_chunk *c, unsigned int first, unsigned int count)
{
	while (count) {
		unsigned int in_word = first % 64, n = (unsigned int)min_u64(64 - in_word, count);

		c->words[first / 64] |= n == 64 ? ~(uint64_t)0 : (((uint64_t)1 << n) - 1) << in_word;
		first += n;
		count -= n;
	}
}

int bitmap_set_range(struct bitmap *bm, uint64_t first, uint64_t count)
{
	while (count) {
		uint64_t n = min_u64(CHUNK_BITS - first % CHUNK_BITS, count);
		struct bitmap_chunk *c = chunk_for_write(bm, first);

		if (!c)
			return -ENOMEM;
		set_in_chunk(c, first % CHUNK_BITS, (unsigned int)n);
		first += n;
		count -= n;
	}
	return 0;
}

int bitmap_load(struct bitmap *bm, uint64_t first, const uint8_t *bytes, size_t n)
{
	assert(first % 8 == 0);
	if (first >= bm->nbits)
		return 0;
	n = (size_t)min_u64(n, div_round_up(bm->nbits - first, 8));
	for (size_t i = 0; i < n;) {
		uint64_t bit = first + i * 8;
		size_t left = (size_t)min_u64(n - i, (CHUNK_BITS - bit % CHUNK_BITS) / 8);
		struct bitmap_chunk *c;

		if (bytes_are_zero(bytes + i, left)) {
			i += left;
			continue;
		}
		c = chunk_for_write(bm, bit);
		if (!c)
			return -ENOMEM;
		for (size_t end = i + left; i < end; i++, bit += 8) {
			uint8_t b = bytes[i];

			if (bm->nbits - bit < 8)
				b &= (uint8_t)((1u << (bm->nbits - bit)) - 1);
			c->words[bit % CHUNK_BITS / 64] |= (uint64_t)b << (bit % 64);
		}
	}
	return 0;
}

bool bitmap_equal(const struct bitmap *a, const struct bitmap *b, uint64_t end)
{
	static const struct bitmap_chunk none;

	end = min_u64(end, max_u64(a->nbits, b->nbits));
	for (uint64_t at = 0, next; at < end; at = next) {
		uint64_t end_a, end_b, bits, word;
		const struct bitmap_chunk *ca = find_chunk(a, at, &end_a), *cb = find_chunk(b, at, &end_b);

		bits = min_u64(end - at, CHUNK_BITS);
		next = at + bits;
		if (!ca && !cb) {
			/* beyond the last bit of the shorter one only the other one counts */
			end_a = at < a->nbits ? end_a : end;
			end_b = at < b->nbits ? end_b : end;
			next = max_u64(next, min_u64(end_a, end_b) / CHUNK_BITS * CHUNK_BITS);
			continue;
		}
		ca = ca ? ca : &none;
		cb = cb ? cb : &none;
		word = bits / 64;
		if (memcmp(ca->words, cb->words, word * 8))
			return false;
		if (bits % 64 && (ca->words[word] ^ cb->words[word]) << (64 - bits % 64))
			return false;
	}
	return true;
}

bool bitmap_test(const struct bitmap *bm, uint64_t bit)
{
	uint64_t end;
	const struct bitmap_chunk *c = find_chunk(bm, bit, &end);

	return c && (c->words[bit % CHUNK_BITS / 64] >> (bit % 64) & 1);
}

uint64_t bitmap_run(const struct bitmap *bm, uint64_t bit, bool *value)
{
	unsigned int empty = 0;
	uint64_t at = bit;

	*value = bitmap_test(bm, bit);
	while (at < bm->nbits) {
		uint64_t word, n, end;
		const struct bitmap_chunk *c = find_chunk(bm, at, &end);

		if (!c) {
			if (*value || empty++ == MAX_EMPTY)
				break;
			at = end;
			continue;
		}
		/* bits that differ from the run become ones; those below at are shifted out */
		word = c->words[at % CHUNK_BITS / 64];
		word = (*value ? ~word : word) >> (at % 64);
		n = word ? (uint64_t)__builtin_ctzll(word) : 64 - at % 64;
		at += n;
		if (word || at % CHUNK_BITS == 0)
			break;
	}
	return min_u64(at, bm->nbits) - bit;
}

/* Set bits of a word: not every machine that this is built for has an instruction, and the compiler's function is slower. */
static unsigned int count_bits(uint64_t w)
{
	w -= w >> 1 & 0x5555555555555555;
	w = (w & 0x3333333333333333) + (w >> 2 & 0x3333333333333333);
	w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(w * 0x0101010101010101 >> 56);
}

/* Of the first bits of a chunk. */
static uint64_t count_words(const struct bitmap_chunk *a, const struct bitmap_chunk *b, unsigned int bits)
{
	uint64_t count = 0;

	for (unsigned int w = 0; w * 64 < bits; w++) {
		uint64_t word = b ? a->words[w] & ~b->words[w] : a->words[w];

		count += count_bits(bits - w * 64 < 64 ? word << (64 - bits % 64) : word);
	}
	return count;
}

uint64_t bitmap_count_without(const struct bitmap *a, const struct bitmap *b, uint64_t end)
{
	uint64_t count = 0, next, end_b;

	end = min_u64(end, a->nbits);
	for (uint64_t at = 0; at < end; at = next) {
		const struct bitmap_chunk *c = find_chunk(a, at, &next);

		if (!c)
			continue;
		next = at + min_u64(CHUNK_BITS, end - at);
		count += count_words(c, find_chunk(b, at, &end_b), (unsigned int)(next - at));
	}
	return count;
}

static void index_chunk(struct bitmap_chunk *c, uint64_t *total)
{
	unsigned int in_chunk = 0;

	c->rank = *total;
	for (unsigned int w = 0; w < CHUNK_WORDS; w++) {
		if (w % RANK_STRIDE == 0)
			c->stride_rank[w / RANK_STRIDE] = (uint16_t)in_chunk;
		in_chunk += count_bits(c->words[w]);
	}
	*total += in_chunk;
}

static void index_below(void *at, unsigned int levels, uint64_t *total)
{
	struct bitmap_node *node = at;

	if (!at)
		return;
	if (!levels) {
		index_chunk(at, total);
		return;
	}
	for (unsigned int i = 0; i < NODE_CHILDREN; i++) {
		node->ranks[i] = *total;
		index_below(node->children[i], levels - 1, total);
	}
}

void bitmap_index(struct bitmap *bm)
{
	bm->count = 0;
	index_below(bm->root, bm->levels, &bm->count);
	bm->indexed = true;
}

/* Bits of a chunk below one of its own. */
static uint64_t rank_in_chunk(const struct bitmap_chunk *c, unsigned int bit)
{
	unsigned int word = bit / 64;
	uint64_t rank = c->stride_rank[word / RANK_STRIDE];

	for (unsigned int w = word / RANK_STRIDE * RANK_STRIDE; w < word; w++)
		rank += count_bits(c->words[w]);
	if (bit % 64)
		rank += count_bits(c->words[word] << (64 - bit % 64));
	return rank;
}

uint64_t bitmap_rank(const struct bitmap *bm, uint64_t bit)
{
	const struct bitmap_chunk *c;
	const void *at = bm->root;
	uint64_t rank = 0;

	assert(bm->indexed);
	if (bit >= bm->nbits)
		return bm->count;
	for (unsigned int level = bm->levels; at && level--;) {
		const struct bitmap_node *node = at;

		rank = node->ranks[child_of(bit, level)];
		at = node->children[child_of(bit, level)];
	}
	c = at;
	return c ? c->rank + rank_in_chunk(c, bit % CHUNK_BITS) : rank;
}

uint64_t bitmap_count(const struct bitmap *bm)
{
	assert(bm->indexed);
	return bm->count;
}
