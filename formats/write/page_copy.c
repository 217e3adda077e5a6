/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/page_copy.h"

#include "base/bytes.h"
#include "base/codec.h"
#include "base/source.h"

/* Compressed pages that are shorter may be pages of zeroes: 4 KiB of them take 17 to 200 bytes, by codec. */
#define MAYBE_ZERO(page_bytes) ((page_bytes) / 16)

bool page_copy_likely(const struct page_copy *c, const struct page_place *p)
{
	if (c->codec == CODEC_NONE || (!p->zero && !p->len))
		return false;
	return p->zero || (p->codec == CODEC_NONE ? c->raw && p->len == c->page : p->codec == c->codec && p->len < c->page);
}

enum copy_kind page_copy_kind(const struct page_copy *c, const struct page_place *p, struct codec_ctx *ctx)
{
	uint8_t *buf;

	if (!page_copy_likely(c, p))
		return COPY_NOT;
	if (p->zero)
		return COPY_ZERO;
	if (p->codec == CODEC_NONE || p->len >= MAYBE_ZERO(c->page))
		return COPY_STORED;
	buf = codec_ctx_buffer(ctx, c->page + MAYBE_ZERO(c->page));
	if (!buf || source_read(p->src, buf + c->page, p->len, p->offset) ||
	    codec_decompress(ctx, p->codec, buf + c->page, p->len, buf, c->page))
		return COPY_NOT;
	return bytes_are_zero(buf, c->page) ? COPY_ZERO : COPY_STORED;
}

int page_copy_read(const struct page_place *places, uint64_t skip, void *buf, size_t n)
{
	const struct page_place *p = places;
	char *at = buf;

	while (n) {
		const struct source *src = p->src;
		uint64_t start = p->offset, end = start + p->len;
		size_t part;
		int r;

		if (!(p++)->len)
			continue;
		while (end - start - skip < n && (!p->len || (p->src == src && p->offset == end)))
			end += (p++)->len;
		part = (size_t)min_u64(end - start - skip, n);
		r = source_read(src, at, part, start + skip);
		if (r)
			return r;
		at += part;
		n -= part;
		skip = 0;
	}
	return 0;
}
