/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_flattened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/spool.h"
#include "formats/compress_pages.h"
#include "formats/kdump_headers.h"

#define FLAT_HEADER_BYTES 4096
#define FLAT_TYPE 1
#define FLAT_VERSION 1
#define BITMAP_PIECE 65536

static void put_flat_header(uint8_t *b)
{
	memset(b, 0, FLAT_HEADER_BYTES);
	memcpy(b, "makedumpfile", 12);
	put_u64(b + 16, FLAT_TYPE, true);
	put_u64(b + 24, FLAT_VERSION, true);
}

static void put_record(uint8_t *b, uint64_t offset, uint64_t size)
{
	put_u64(b, offset, true);
	put_u64(b + 8, size, true);
}

struct stream {
	flattened_put_fn *put;
	void *arg;
	uint64_t base;			/* where in the file the descriptors start */
};

static int put_bytes(const struct stream *s, const void *buf, size_t n, uint64_t off)
{
	uint8_t head[16];
	int r;

	if (!n)
		return 0;
	put_record(head, off, n);
	r = s->put(s->arg, head, sizeof(head));
	return r ? r : s->put(s->arg, buf, n);
}

static int put_pages(void *arg, const void *buf, size_t n, uint64_t off)
{
	const struct stream *s = arg;

	return put_bytes(s, buf, n, s->base + off);
}

static int put_bitmap(const struct stream *s, const struct pages *ps, uint64_t max_pfn, bool kept_only, uint64_t at,
		      uint64_t bytes)
{
	uint8_t *buf = malloc(BITMAP_PIECE);
	int r = buf ? 0 : -ENOMEM;

	for (uint64_t off = 0; off < bytes && !r; off += BITMAP_PIECE) {
		size_t n = (size_t)min_u64(BITMAP_PIECE, bytes - off);

		kdump_read_bitmap(ps, max_pfn, kept_only, buf, n, off);
		/* what is never written reads as zero */
		if (!bytes_are_zero(buf, n) || off + n == bytes)
			r = put_bytes(s, buf, n, at + off);
	}
	free(buf);
	return r;
}

int write_flattened_stream(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			   struct progress *progress, flattened_put_fn *put, void *arg)
{
	struct compressed result = { 0 };
	struct kdump_geometry g;
	uint8_t flat[FLAT_HEADER_BYTES], end[16], *headers;
	struct stream s = { .put = put, .arg = arg };
	struct page_sink sink = { .put = put_pages, .arg = &s, .in_order = true };
	uint64_t bitmap_bytes;
	int r;

	kdump_measure(ps, o, &g);
	s.base = g.desc_offset;
	bitmap_bytes = g.bitmap_blocks / 2 * g.block;
	headers = calloc(1 + g.sub_blocks, g.block);
	if (!headers)
		return -ENOMEM;
	kdump_put_headers(headers, ps, o, &g, o->incomplete);
	put_flat_header(flat);
	if ((r = put(arg, flat, sizeof(flat))) || (r = put_bytes(&s, headers, (1 + g.sub_blocks) * g.block, 0)) ||
	    (r = put_bitmap(&s, machine, ps->max_pfn, false, g.desc_offset - 2 * bitmap_bytes, bitmap_bytes)) ||
	    (r = put_bitmap(&s, ps, ps->max_pfn, true, g.desc_offset - bitmap_bytes, bitmap_bytes)) ||
	    (r = compress_pages(ps, o->codec, o->big_endian, g.desc_offset, &sink, progress, &result)))
		goto out_free;
	/* known only now: the later record wins */
	if (result.damaged && !o->incomplete) {
		kdump_put_headers(headers, ps, o, &g, true);
		r = put_bytes(&s, headers, g.block, 0);
	}
	put_record(end, UINT64_MAX, UINT64_MAX);
	if (!r)
		r = put(arg, end, sizeof(end));
out_free:
	free(headers);
	return r;
}

struct spooled {
	struct spool *spool;
	uint64_t bytes;
};

static int put_spool(void *arg, const void *buf, size_t n)
{
	struct spooled *s = arg;
	int r = spool_write(s->spool, buf, n, s->bytes);

	s->bytes += n;
	return r;
}

static int read_spool(const void *arg, void *buf, size_t n, uint64_t off)
{
	return spool_read(arg, buf, n, off);
}

static void free_spool(void *arg)
{
	spool_free(arg);
}

int write_flattened(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		    struct progress *progress, struct layout **out)
{
	struct layout *l = layout_new();
	struct spooled s = { 0 };
	int r = l ? spool_new(&s.spool) : -ENOMEM;

	if (!r) {
		r = layout_own(l, s.spool, free_spool);
		if (r)
			spool_free(s.spool);
	}
	if (!r)
		r = kdump_check_room(ps, s.spool);
	if (!r)
		r = write_flattened_stream(machine, ps, o, progress, put_spool, &s);
	if (!r)
		r = layout_add_call(l, read_spool, s.spool, s.bytes);
	if (r) {
		layout_unref(l);
		return r;
	}
	*out = l;
	return 0;
}

uint64_t write_flattened_bound(const struct pages *ps, const struct kdump_output *o)
{
	uint64_t file = write_kdump_bound(ps, o);

	/* two records for each page at the most, the bitmaps' and a few more */
	return FLAT_HEADER_BYTES + file + (file / pages_size(ps) * 2 + 16) * 16 + 2 * pages_size(ps);
}
