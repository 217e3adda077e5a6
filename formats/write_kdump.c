/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_kdump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/spool.h"
#include "formats/compress_pages.h"
#include "formats/kdump_headers.h"

/* What the segments of the layout borrow. */
struct image {
	const struct pages *machine, *ps;
	uint64_t bitmap_bytes;		/* one of the two, whole blocks */
	struct spool *spool;		/* descriptors and page data */
};

static int call_bitmap1(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	kdump_read_bitmap(im->machine, im->ps->max_pfn, false, buf, n, off);
	return 0;
}

static int call_bitmap2(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	kdump_read_bitmap(im->ps, im->ps->max_pfn, true, buf, n, off);
	return 0;
}

static int call_spool(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	return spool_read(im->spool, buf, n, off);
}

static int put_spool(void *arg, const void *buf, size_t n, uint64_t off)
{
	return spool_write(arg, buf, n, off);
}

static void free_image(void *arg)
{
	struct image *im = arg;

	spool_free(im->spool);
	free(im);
}

int write_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		struct progress *progress, struct layout **out)
{
	struct compressed result = { 0 };
	struct page_sink sink = { .put = put_spool };
	struct layout *l = layout_new();
	struct image *im = calloc(1, sizeof(*im));
	struct kdump_geometry g;
	uint8_t *headers = NULL;
	int r = -ENOMEM;

	kdump_measure(ps, o, &g);
	if (!l || !im || layout_own(l, im, free_image)) {
		free(im);
		goto out_free;
	}
	im->machine = machine;
	im->ps = ps;
	im->bitmap_bytes = g.bitmap_blocks / 2 * g.block;
	if (g.bitmap_blocks > UINT32_MAX || g.sub_blocks > INT32_MAX) {
		r = -EFBIG;
		goto out_free;
	}
	r = spool_new(&im->spool);
	sink.arg = im->spool;
	if (!r)
		r = kdump_check_room(ps, im->spool);
	if (!r)
		r = compress_pages(ps, o->codec, o->big_endian, g.desc_offset, &sink, progress, &result);
	if (r)
		goto out_free;
	if (result.damaged)
		log_warn("%llu pages could not be read: they are marked as not written, and the dump as incomplete",
			 (unsigned long long)result.damaged);
	headers = calloc(1 + g.sub_blocks, g.block);
	if (!headers) {
		r = -ENOMEM;
		goto out_free;
	}
	kdump_put_headers(headers, ps, o, &g, o->incomplete || result.damaged);
	if ((r = layout_add_bytes(l, headers, (1 + g.sub_blocks) * g.block)) ||
	    (r = layout_add_call(l, call_bitmap1, im, im->bitmap_bytes)) ||
	    (r = layout_add_call(l, call_bitmap2, im, im->bitmap_bytes)) ||
	    (r = layout_add_call(l, call_spool, im, result.bytes)))
		goto out_free;
	*out = l;
	l = NULL;
out_free:
	layout_unref(l);
	free(headers);
	return r;
}

uint64_t write_kdump_bound(const struct pages *ps, const struct kdump_output *o)
{
	uint64_t counts[PAGE_DATA + 1], kept;
	struct kdump_geometry g;

	kdump_measure(ps, o, &g);
	pages_count(ps, counts);
	kept = counts[PAGE_DATA] + counts[PAGE_ZERO];
	return g.desc_offset + kept * (KDUMP_DESC_BYTES + g.block) + g.block;
}
