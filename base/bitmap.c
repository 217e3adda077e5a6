/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bitmap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define CHUNK_BITS	BITMAP_CHUNK_BITS
#define CHUNK_WORDS	(CHUNK_BITS / 64)
#define MAX_EMPTY_CHUNKS 64		/* that bitmap_run() passes over at once */
#define RANK_STRIDE	8		/* words per entry of the rank index: 512 bits */
#define CHUNK_RANKS	(CHUNK_WORDS / RANK_STRIDE)

struct bitmap_chunk {
	uint64_t words[CHUNK_WORDS];
};

struct bitmap {
	uint64_t nbits, nchunks;
	struct bitmap_chunk **chunks;		/* NULL: no bit set */
	/* bitmap_index(): set bits before each chunk, and inside a chunk before each stride */
	uint64_t *chunk_rank;
	uint16_t (**stride_rank)[CHUNK_RANKS];
	uint64_t count;
};

struct bitmap *bitmap_new(uint64_t nbits)
{
	struct bitmap *bm = calloc(1, sizeof(*bm));

	if (!bm)
		return NULL;
	bm->nbits = nbits;
	bm->nchunks = div_round_up(nbits, CHUNK_BITS);
	bm->chunks = calloc(bm->nchunks ? bm->nchunks : 1, sizeof(*bm->chunks));
	if (!bm->chunks) {
		free(bm);
		return NULL;
	}
	return bm;
}

static void drop_index(struct bitmap *bm)
{
	if (bm->stride_rank)
		for (uint64_t i = 0; i < bm->nchunks; i++)
			free(bm->stride_rank[i]);
	free(bm->stride_rank);
	free(bm->chunk_rank);
	bm->stride_rank = NULL;
	bm->chunk_rank = NULL;
}

void bitmap_free(struct bitmap *bm)
{
	if (!bm)
		return;
	drop_index(bm);
	for (uint64_t i = 0; i < bm->nchunks; i++)
		free(bm->chunks[i]);
	free(bm->chunks);
	free(bm);
}

uint64_t bitmap_bits(const struct bitmap *bm)
{
	return bm->nbits;
}

static struct bitmap_chunk *chunk_for_write(struct bitmap *bm, uint64_t bit)
{
	struct bitmap_chunk **c = &bm->chunks[bit / CHUNK_BITS];

	assert(bit < bm->nbits);
	if (!*c)
		*c = calloc(1, sizeof(**c));
	return *c;
}

int bitmap_set(struct bitmap *bm, uint64_t bit)
{
	struct bitmap_chunk *c = chunk_for_write(bm, bit);

	if (!c)
		return -ENOMEM;
	c->words[bit % CHUNK_BITS / 64] |= (uint64_t)1 << (bit % 64);
	return 0;
}

int bitmap_set_range(struct bitmap *bm, uint64_t first, uint64_t count)
{
	while (count) {
		unsigned int in_word = first % 64;
		uint64_t n = min_u64(64 - in_word, count);
		struct bitmap_chunk *c = chunk_for_write(bm, first);
		uint64_t mask = n == 64 ? ~(uint64_t)0 : (((uint64_t)1 << n) - 1) << in_word;

		if (!c)
			return -ENOMEM;
		c->words[first % CHUNK_BITS / 64] |= mask;
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

static const struct bitmap_chunk *chunk_or_none(const struct bitmap *bm, uint64_t i)
{
	static const struct bitmap_chunk none;

	return i < bm->nchunks && bm->chunks[i] ? bm->chunks[i] : &none;
}

bool bitmap_equal(const struct bitmap *a, const struct bitmap *b, uint64_t end)
{
	for (uint64_t i = 0; (i < a->nchunks || i < b->nchunks) && i * CHUNK_BITS < end; i++) {
		const struct bitmap_chunk *ca = chunk_or_none(a, i), *cb = chunk_or_none(b, i);
		uint64_t bits = min_u64(end - i * CHUNK_BITS, CHUNK_BITS), word = bits / 64;

		if (ca == cb)
			continue;
		if (memcmp(ca, cb, word * 8))
			return false;
		if (bits % 64 && (ca->words[word] ^ cb->words[word]) << (64 - bits % 64))
			return false;
	}
	return true;
}

bool bitmap_test(const struct bitmap *bm, uint64_t bit)
{
	const struct bitmap_chunk *c;

	if (bit >= bm->nbits)
		return false;
	c = bm->chunks[bit / CHUNK_BITS];
	return c && (c->words[bit % CHUNK_BITS / 64] >> (bit % 64) & 1);
}

uint64_t bitmap_run(const struct bitmap *bm, uint64_t bit, bool *value)
{
	unsigned int empty = 0;
	uint64_t at = bit;

	*value = bitmap_test(bm, bit);
	while (at < bm->nbits) {
		const struct bitmap_chunk *c = bm->chunks[at / CHUNK_BITS];
		uint64_t word, n;

		if (!c) {
			if (*value || empty++ == MAX_EMPTY_CHUNKS)
				break;
			at = (at / CHUNK_BITS + 1) * CHUNK_BITS;
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

int bitmap_index(struct bitmap *bm)
{
	uint64_t total = 0;

	drop_index(bm);
	bm->chunk_rank = calloc(bm->nchunks + 1, sizeof(*bm->chunk_rank));
	bm->stride_rank = calloc(bm->nchunks + 1, sizeof(*bm->stride_rank));
	if (!bm->chunk_rank || !bm->stride_rank)
		goto err_index;
	for (uint64_t i = 0; i < bm->nchunks; i++) {
		const struct bitmap_chunk *c = bm->chunks[i];
		unsigned int in_chunk = 0;

		bm->chunk_rank[i] = total;
		if (!c)
			continue;
		bm->stride_rank[i] = malloc(sizeof(*bm->stride_rank[i]));
		if (!bm->stride_rank[i])
			goto err_index;
		for (unsigned int w = 0; w < CHUNK_WORDS; w++) {
			if (w % RANK_STRIDE == 0)
				(*bm->stride_rank[i])[w / RANK_STRIDE] = (uint16_t)in_chunk;
			in_chunk += (unsigned int)__builtin_popcountll(c->words[w]);
		}
		total += in_chunk;
	}
	bm->count = total;
	return 0;

err_index:
	drop_index(bm);
	return -ENOMEM;
}

uint64_t bitmap_rank(const struct bitmap *bm, uint64_t bit)
{
	const struct bitmap_chunk *c;
	uint64_t rank;
	unsigned int word;

	assert(bm->chunk_rank);
	if (bit >= bm->nbits)
		return bm->count;
	rank = bm->chunk_rank[bit / CHUNK_BITS];
	c = bm->chunks[bit / CHUNK_BITS];
	if (!c)
		return rank;
	word = bit % CHUNK_BITS / 64;
	rank += (*bm->stride_rank[bit / CHUNK_BITS])[word / RANK_STRIDE];
	for (unsigned int w = word / RANK_STRIDE * RANK_STRIDE; w < word; w++)
		rank += (uint64_t)__builtin_popcountll(c->words[w]);
	if (bit % 64)
		rank += (uint64_t)__builtin_popcountll(c->words[word] << (64 - bit % 64));
	return rank;
}

uint64_t bitmap_count(const struct bitmap *bm)
{
	assert(bm->chunk_rank);
	return bm->count;
}
