/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far to read ahead in a file whose blocks come from far away: by as much as was read in order so far, so that what is
 * read in vain is never more than what was asked for. Several programs may read several places in order; blocks that are
 * read here and there make none.
 *
 * Threads: caller holds the lock of what it is part of. All in blocks; no I/O.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_AHEAD_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_AHEAD_H

#include <stdint.h>

#define HTTP_AHEAD_MAX 128u		/* 8 MiB of blocks of 64 KiB: 1 Gbit/s with a round trip of 60 ms */
#define HTTP_AHEAD_STREAMS 16u

/* Zeroed at first. */
struct http_ahead {
	struct http_stream {
		uint64_t start, at;	/* read from start on; at is what comes next */
		uint64_t frontier;	/* planned up to here */
		uint64_t used;		/* time of the last use; 0: never */
	} streams[HTTP_AHEAD_STREAMS];
	uint64_t clock;
};

/*
 * A program reads blocks [first, end) of a file that has so many blocks; all that it wants in this call goes up to want.
 * Returns up to where to ask for blocks beyond end, from *ahead on: at most HTTP_AHEAD_MAX beyond it, and max, unless they
 * are wanted.
 */
uint64_t http_ahead_plan(struct http_ahead *a, uint64_t first, uint64_t end, uint64_t want, uint64_t blocks, uint64_t max,
			 uint64_t *ahead);

#endif
