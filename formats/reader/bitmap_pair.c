/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/bitmap_pair.h"

/* What bit is like. How many alike follow is found by counting set bits, which costs the same for any range. */
struct probe {
	const struct bitmap *exists, *stored;
	uint64_t bit, exists_below, stored_below;
	bool is_there, is_stored;
};

static bool all_alike(const struct probe *p, uint64_t n)
{
	uint64_t stored = bitmap_rank(p->stored, p->bit + n) - p->stored_below;

	if (p->is_stored)
		return stored == n;
	return !stored && bitmap_rank(p->exists, p->bit + n) - p->exists_below == (p->is_there ? n : 0);
}

/* Longest n <= max, by steps that double as long as they succeed and halve afterwards. */
static uint64_t longest_run(const struct probe *p, uint64_t max)
{
	uint64_t n = 1, step = 1;

	for (; step <= max - n && all_alike(p, n + step); step *= 2)
		n += step;
	for (step /= 2; step; step /= 2)
		if (step <= max - n && all_alike(p, n + step))
			n += step;
	return n;
}

uint64_t bitmap_pair_run(const struct bitmap *exists, const struct bitmap *stored, uint64_t bit, uint64_t max,
			 enum page_state *state)
{
	struct probe p = {
		.exists = exists, .stored = stored, .bit = bit,
		.exists_below = bitmap_rank(exists, bit), .stored_below = bitmap_rank(stored, bit),
		.is_there = bitmap_test(exists, bit), .is_stored = bitmap_test(stored, bit),
	};

	*state = p.is_stored ? PAGE_DATA : p.is_there ? PAGE_EXCLUDED : PAGE_ABSENT;
	return longest_run(&p, max);
}
