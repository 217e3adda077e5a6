/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_kdump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/spool.h"
#include "formats/compress_pages.h"

#define HEADER_VERSION		6
#define STATUS_INCOMPLETE	0x8
#define SUB_HEADER_BYTES	104	/* struct kdump_sub_header of version 6, 64 bit */

/* Offsets in struct disk_dump_header, 64 bit, and in the sub header. */
enum {
	H_VERSION = 8, H_UTS = 12, H_TIMESTAMP = 408, H_STATUS = 424, H_BLOCK_SIZE = 428, H_SUB_BLOCKS = 432,
	H_BITMAP_BLOCKS = 436, H_MAX_MAPNR = 440, H_NR_CPUS = 460,
	S_PHYS_BASE = 0, S_DUMP_LEVEL = 8, S_SPLIT = 12, S_START_PFN = 16, S_END_PFN = 24, S_VMCOREINFO = 32,
	S_VMCOREINFO_SIZE = 40, S_NOTES = 48, S_NOTES_SIZE = 56, S_START_PFN_64 = 80, S_END_PFN_64 = 88, S_MAX_MAPNR_64 = 96,
};

/* What the segments of the layout borrow. */
struct image {
	const struct pages *machine, *ps;
	uint64_t bitmap_bytes;		/* one of the two, whole blocks */
	struct spool *spool;		/* descriptors and page data */
	uint64_t desc_bytes;		/* of it, descriptors */
};

struct geometry {
	uint64_t block, sub_blocks, bitmap_blocks, desc_offset;
};

static void measure(const struct pages *ps, const struct kdump_output *o, struct geometry *g)
{
	g->block = pages_size(ps);
	g->sub_blocks = div_round_up(SUB_HEADER_BYTES + o->notes_len, g->block);
	g->bitmap_blocks = 2 * div_round_up(div_round_up(ps->max_pfn, 8), g->block);
	g->desc_offset = (1 + g->sub_blocks + g->bitmap_blocks) * g->block;
}

/* Set the bits [from, to) of a piece of bitmap that starts at bit base. */
static void set_bits(uint8_t *piece, uint64_t base, uint64_t from, uint64_t to)
{
	for (uint64_t bit = from - base; bit < to - base;) {
		if (bit % 8 == 0 && to - base - bit >= 8) {
			uint64_t bytes = (to - base - bit) / 8;

			memset(piece + bit / 8, 0xff, bytes);
			bit += bytes * 8;
		} else {
			piece[bit / 8] |= (uint8_t)(1u << (bit % 8));
			bit++;
		}
	}
}

static void read_bitmap(const struct pages *ps, bool kept_only, uint8_t *buf, size_t n, uint64_t off)
{
	uint64_t base = off * 8, end = min_u64(base + (uint64_t)n * 8, ps->max_pfn);
	struct page_run run;

	memset(buf, 0, n);
	for (uint64_t pfn = base; pfn < end; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (kept_only ? page_is_kept(run.state) : run.state != PAGE_ABSENT)
			set_bits(buf, base, pfn, pfn + run.count);
	}
}

static int call_bitmap1(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	read_bitmap(im->machine, false, buf, n, off);
	return 0;
}

static int call_bitmap2(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	read_bitmap(im->ps, true, buf, n, off);
	return 0;
}

static int call_descs(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	return spool_read(im->spool, buf, n, off);
}

static int call_data(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct image *im = arg;

	return spool_read(im->spool, buf, n, im->desc_bytes + off);
}

static void free_image(void *arg)
{
	struct image *im = arg;

	spool_free(im->spool);
	free(im);
}

/* Block 0, and the sub header with the notes behind it. b is zeroed. */
static void put_headers(uint8_t *b, const struct pages *ps, const struct kdump_output *o, const struct geometry *g,
			bool incomplete)
{
	bool big = o->big_endian;
	uint8_t *s = b + g->block;
	uint64_t notes = g->block + SUB_HEADER_BYTES;

	memcpy(b, "KDUMP   ", 8);
	put_u32(b + H_VERSION, HEADER_VERSION, big);
	memcpy(b + H_UTS, o->uts, sizeof(o->uts));
	put_u64(b + H_TIMESTAMP, (uint64_t)o->timestamp, big);
	put_u32(b + H_STATUS, (uint32_t)o->codec | (incomplete ? STATUS_INCOMPLETE : 0), big);
	put_u32(b + H_BLOCK_SIZE, (uint32_t)g->block, big);
	put_u32(b + H_SUB_BLOCKS, (uint32_t)g->sub_blocks, big);
	put_u32(b + H_BITMAP_BLOCKS, (uint32_t)g->bitmap_blocks, big);
	put_u32(b + H_MAX_MAPNR, (uint32_t)min_u64(ps->max_pfn, UINT32_MAX), big);
	put_u32(b + H_NR_CPUS, o->nr_cpus, big);

	put_u64(s + S_PHYS_BASE, o->phys_base, big);
	put_u32(s + S_DUMP_LEVEL, o->dump_level, big);
	if (o->vmcoreinfo_len) {
		put_u64(s + S_VMCOREINFO, notes + o->vmcoreinfo_offset, big);
		put_u64(s + S_VMCOREINFO_SIZE, o->vmcoreinfo_len, big);
	}
	if (o->notes_len) {
		put_u64(s + S_NOTES, notes, big);
		put_u64(s + S_NOTES_SIZE, o->notes_len, big);
		memcpy(s + SUB_HEADER_BYTES, o->notes, o->notes_len);
	}
	if (o->split) {
		put_u32(s + S_SPLIT, 1, big);
		put_u64(s + S_START_PFN, min_u64(o->start_pfn, UINT32_MAX), big);
		put_u64(s + S_END_PFN, min_u64(o->end_pfn, UINT32_MAX), big);
		put_u64(s + S_START_PFN_64, o->start_pfn, big);
		put_u64(s + S_END_PFN_64, o->end_pfn, big);
	}
	put_u64(s + S_MAX_MAPNR_64, ps->max_pfn, big);
}

static uint64_t kept_pages(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1];

	pages_count(ps, counts);
	return counts[PAGE_DATA] + counts[PAGE_ZERO];
}

int write_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		struct progress *progress, struct layout **out)
{
	struct compress_input in = {
		.ps = ps, .first_pfn = o->start_pfn, .end_pfn = o->split ? o->end_pfn : ps->max_pfn,
		.codec = o->codec, .big_endian = o->big_endian,
	};
	struct compressed result = { 0 };
	struct layout *l = layout_new();
	struct image *im = calloc(1, sizeof(*im));
	uint64_t descs;			/* bytes that the descriptors of all pages take */
	struct geometry g;
	uint8_t *headers = NULL;
	int r = -ENOMEM;

	measure(ps, o, &g);
	if (!l || !im || layout_own(l, im, free_image)) {
		free(im);
		goto out_free;
	}
	im->machine = machine;
	im->ps = ps;
	im->bitmap_bytes = g.bitmap_blocks / 2 * g.block;
	if (g.bitmap_blocks > UINT32_MAX || g.sub_blocks > INT32_MAX ||
	    mul_overflows(kept_pages(ps), (uint64_t)KDUMP_DESC_BYTES, &descs) ||
	    add_overflows(g.desc_offset, descs, &in.data_offset)) {
		r = -EFBIG;
		goto out_free;
	}
	r = spool_new(&im->spool);
	if (!r)
		r = compress_pages(&in, im->spool, progress, &result);
	if (r)
		goto out_free;
	im->desc_bytes = result.desc_bytes;
	if (result.damaged)
		log_warn("%llu pages could not be read: they are marked as not written%s", (unsigned long long)result.damaged,
			 o->split ? "" : ", and the dump as incomplete");
	headers = calloc(1 + g.sub_blocks, g.block);
	if (!headers) {
		r = -ENOMEM;
		goto out_free;
	}
	put_headers(headers, ps, o, &g, o->incomplete || (result.damaged && !o->split));
	if ((r = layout_add_bytes(l, headers, (1 + g.sub_blocks) * g.block)) ||
	    (r = layout_add_call(l, call_bitmap1, im, im->bitmap_bytes)) ||
	    (r = layout_add_call(l, call_bitmap2, im, im->bitmap_bytes)) ||
	    (r = layout_add_call(l, call_descs, im, result.desc_bytes)) ||
	    (r = layout_add_zero(l, descs - result.desc_bytes)) ||
	    (r = layout_add_call(l, call_data, im, result.bytes - result.desc_bytes)))
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
	struct geometry g;

	measure(ps, o, &g);
	return g.desc_offset + kept_pages(ps) * (KDUMP_DESC_BYTES + g.block) + g.block;
}
