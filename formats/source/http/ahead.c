/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/ahead.h"

#include <stddef.h>

#include "base/bytes.h"

#define NEAR 2u				/* blocks that readers in parallel, or those who leave out pages, may be off */

/* The stream that reading [first, end) goes on with, or a new one in place of the one that was not used for longest. */
static struct http_stream *find_stream(struct http_ahead *a, uint64_t first, uint64_t end)
{
	struct http_stream *oldest = a->streams;

	for (size_t i = 0; i < HTTP_AHEAD_STREAMS; i++) {
		struct http_stream *s = &a->streams[i];

		if (s->used && first <= s->at + NEAR && end + NEAR >= s->at)
			return s;
		if (s->used < oldest->used)
			oldest = s;
	}
	*oldest = (struct http_stream){ .start = first, .at = first, .frontier = first };
	return oldest;
}

uint64_t http_ahead_plan(struct http_ahead *a, uint64_t first, uint64_t end, uint64_t want, uint64_t blocks, uint64_t max,
			 uint64_t *ahead)
{
	struct http_stream *s = find_stream(a, first, end);
	uint64_t window, target;

	s->used = ++a->clock;
	*ahead = max_u64(s->frontier, end);
	if (end <= s->at)
		return *ahead;
	window = min_u64(min_u64(s->at - s->start, HTTP_AHEAD_MAX), max);
	s->at = end;
	target = min_u64(max_u64(min_u64(want, end + HTTP_AHEAD_MAX), end + window), blocks);
	/* few large requests: beyond what is wanted now, none before half of the window is used up */
	if (target < *ahead || (target < blocks && *ahead >= want && target - *ahead < window / 2))
		target = *ahead;
	s->frontier = target;
	return target;
}
