/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sparse bitmap over a number space of any size: it costs what is set in it. 32768 bits with a set one among them take 4 KiB,
 * and 8 KiB for each 512 of these, those again, and so on; ranges without set bits take nothing, however long they are.
 *
 * Threads: bitmap_set*: writers must not share a chunk (BITMAP_CHUNK_BITS bits), so parallel classification in windows
 * that are multiples of a chunk needs no lock; readers: any, after the writers are done.
 */
#ifndef VMCOREFS_BASE_BITMAP_H
#define VMCOREFS_BASE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITMAP_CHUNK_BITS 32768u

struct bitmap;

struct bitmap *bitmap_new(uint64_t nbits);	/* all zero; NULL: out of memory */
void bitmap_free(struct bitmap *bm);		/* NULL is fine */
uint64_t bitmap_bits(const struct bitmap *bm);

int bitmap_set(struct bitmap *bm, uint64_t bit);			/* 0 or -ENOMEM; bit < nbits */
int bitmap_set_range(struct bitmap *bm, uint64_t first, uint64_t count);
/* Bytes in the order of the kdump bitmaps (bit n = byte n/8, least significant bit first); first is a multiple of 8.
 * Bits at and beyond nbits are ignored. */
int bitmap_load(struct bitmap *bm, uint64_t first, const uint8_t *bytes, size_t n);

bool bitmap_test(const struct bitmap *bm, uint64_t bit);		/* beyond the end: false */
/* Number of equal bits from bit on (> 0 while bit < nbits); *value is their value. Stops at the end of a chunk with set
 * bits, or after 64 ranges without, so that the cost is bounded: the next bits may have the same value. */
uint64_t bitmap_run(const struct bitmap *bm, uint64_t bit, bool *value);

/* Are the same bits set below end? */
bool bitmap_equal(const struct bitmap *a, const struct bitmap *b, uint64_t end);

/* How many bits below end are set in a and not in b; costs what is set in a. */
uint64_t bitmap_count_without(const struct bitmap *a, const struct bitmap *b, uint64_t end);

/* Call once after the last set, by one thread, before bitmap_rank(). */
void bitmap_index(struct bitmap *bm);
/* Set bits below bit. O(1). */
uint64_t bitmap_rank(const struct bitmap *bm, uint64_t bit);
uint64_t bitmap_count(const struct bitmap *bm);

#endif
