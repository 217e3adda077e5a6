/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_flattened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
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

static int call_layout(const void *arg, void *buf, size_t n, uint64_t off)
{
	return layout_read(arg, buf, n, off);
}

static void unref_layout(void *arg)
{
	layout_unref(arg);
}

int write_flattened(struct layout *file, struct layout **out)
{
	uint8_t header[FLAT_HEADER_BYTES + 16], end[16];
	uint64_t size = layout_size(file);
	struct layout *l = layout_new();
	int r = -ENOMEM;

	if (!l || layout_own(l, file, unref_layout)) {
		layout_unref(file);
		layout_unref(l);
		return r;
	}
	put_flat_header(header);
	put_record(header + FLAT_HEADER_BYTES, 0, size);
	put_record(end, UINT64_MAX, UINT64_MAX);
	if ((r = layout_add_bytes(l, header, sizeof(header))) ||
	    (r = layout_add_call(l, call_layout, file, size)) || (r = layout_add_bytes(l, end, sizeof(end)))) {
		layout_unref(l);
		return r;
	}
	*out = l;
	return 0;
}

/* --- the stream --------------------------------------------------------------------------------------------------- */

static int write_all(int fd, const void *buf, size_t n)
{
	const char *at = buf;

	while (n) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

static int write_record(int fd, const void *buf, size_t n, uint64_t off)
{
	uint8_t head[16];
	int r;

	if (!n)
		return 0;
	put_record(head, off, n);
	r = write_all(fd, head, sizeof(head));
	return r ? r : write_all(fd, buf, n);
}

struct stream {
	int fd;
	uint64_t base;			/* where in the file the descriptors start */
};

static int stream_put(void *arg, const void *buf, size_t n, uint64_t off)
{
	const struct stream *s = arg;

	return write_record(s->fd, buf, n, s->base + off);
}

static int write_bitmap(int fd, const struct pages *ps, bool kept_only, uint64_t at, uint64_t bytes)
{
	uint8_t *buf = malloc(BITMAP_PIECE);
	int r = buf ? 0 : -ENOMEM;

	for (uint64_t off = 0; off < bytes && !r; off += BITMAP_PIECE) {
		size_t n = (size_t)min_u64(BITMAP_PIECE, bytes - off);

		kdump_read_bitmap(ps, kept_only, buf, n, off);
		/* what is never written reads as zero */
		if (!bytes_are_zero(buf, n) || off + n == bytes)
			r = write_record(fd, buf, n, at + off);
	}
	free(buf);
	return r;
}

int write_flattened_stream(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			   struct progress *progress, int fd)
{
	struct compressed result = { 0 };
	struct kdump_geometry g;
	uint8_t flat[FLAT_HEADER_BYTES], end[16], *headers;
	struct stream stream = { .fd = fd };
	struct page_sink sink = { .put = stream_put, .arg = &stream, .in_order = true };
	int r;

	kdump_measure(ps, o, &g);
	stream.base = g.desc_offset;
	headers = calloc(1 + g.sub_blocks, g.block);
	if (!headers)
		return -ENOMEM;
	kdump_put_headers(headers, ps, o, &g, o->incomplete);
	put_flat_header(flat);
	if ((r = write_all(fd, flat, sizeof(flat))) ||
	    (r = write_record(fd, headers, (1 + g.sub_blocks) * g.block, 0)) ||
	    (r = write_bitmap(fd, machine, false, (1 + g.sub_blocks) * g.block, g.bitmap_blocks / 2 * g.block)) ||
	    (r = write_bitmap(fd, ps, true, (1 + g.sub_blocks + g.bitmap_blocks / 2) * g.block,
			      g.bitmap_blocks / 2 * g.block)) ||
	    (r = compress_pages(ps, o->codec, o->big_endian, g.desc_offset, &sink, progress, &result)))
		goto out_free;
	/* known only now: the later record wins */
	if (result.damaged && !o->incomplete) {
		kdump_put_headers(headers, ps, o, &g, true);
		r = write_record(fd, headers, g.block, 0);
	}
	put_record(end, UINT64_MAX, UINT64_MAX);
	if (!r)
		r = write_all(fd, end, sizeof(end));
out_free:
	free(headers);
	return r;
}
