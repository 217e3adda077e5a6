/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window for walking from header to header through a file: small steps share a read, large ones skip.
 *
 * Threads: one. Allocates nothing.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_PEEK_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_PEEK_H

#include "base/source.h"

struct peek {
	const struct source *src;
	uint64_t start;
	size_t len;
	uint8_t bytes[4096];
};

/* *out points to n bytes (n <= 64) at off until the next call. 1; 0: the file ends before; -errno. */
static inline int peek_at(struct peek *p, uint64_t off, size_t n, const uint8_t **out)
{
	ssize_t r;

	*out = p->bytes;
	if (off < p->start || off - p->start > p->len || p->len - (size_t)(off - p->start) < n) {
		p->len = 0;
		r = source_read_some(p->src, p->bytes, sizeof(p->bytes), off);
		if (r < 0)
			return (int)r;
		p->start = off;
		p->len = (size_t)r;
		if (p->len < n)
			return 0;
	}
	*out = p->bytes + (off - p->start);
	return 1;
}

#endif
