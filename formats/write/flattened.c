/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/flattened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/spool.h"
#include "formats/write/kdump_emit.h"

#define FLAT_HEADER_BYTES 4096
#define FLAT_TYPE 1
#define FLAT_VERSION 1

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

struct flattened_stream {
	flattened_put_fn *put;
	void *arg;
};

static int put_piece(void *arg, const void *buf, size_t n, uint64_t off)
{
	const struct flattened_stream *s = arg;
	uint8_t head[16];
	int r;

	put_record(head, off, n);
	r = s->put(s->arg, head, sizeof(head));
	return r ? r : s->put(s->arg, buf, n);
}

int write_flattened_stream(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			   struct progress *progress, flattened_put_fn *put, void *arg)
{
	uint8_t flat[FLAT_HEADER_BYTES], end[16];
	struct flattened_stream s = { .put = put, .arg = arg };
	struct page_sink sink = { .put = put_piece, .arg = &s };
	uint64_t size;
	int r;

	put_flat_header(flat);
	put_record(end, UINT64_MAX, UINT64_MAX);
	if ((r = put(arg, flat, sizeof(flat))) || (r = kdump_emit(machine, ps, o, &sink, progress, &size)))
		return r;
	return put(arg, end, sizeof(end));
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

int write_flattened(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		    struct progress *progress, struct layout **out)
{
	struct spooled s = { 0 };
	struct layout *l;
	int r = spool_layout_new(&s.spool, &l);

	if (r)
		return r;
	r = kdump_check_room(ps, s.spool);
	if (!r)
		r = write_flattened_stream(machine, ps, o, progress, put_spool, &s);
	if (!r)
		r = spool_layout_add(l, s.spool, s.bytes);
	if (r) {
		layout_unref(l);
		return r;
	}
	layout_add_cost(l, (struct layout_cost){ .spool = s.bytes });
	*out = l;
	return 0;
}

uint64_t write_flattened_bound(const struct pages *ps, const struct kdump_output *o)
{
	uint64_t file = write_kdump_bound(ps, o);

	/* two records for each page at the most, the bitmaps' and a few more */
	return FLAT_HEADER_BYTES + file + (file / pages_size(ps) * 2 + 16) * 16 + 2 * pages_size(ps);
}
