/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/kdump_emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define BITMAP_PIECE		65536
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

struct geometry {
	uint64_t block;			/* bytes */
	uint64_t sub_blocks, bitmap_blocks;
	uint64_t desc_offset;		/* of the page descriptors in the file */
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

/* A bitmap of the pages below max_pfn that the machine has, or of the kept ones: in pieces, those of zeroes left out. */
static int put_bitmap(const struct page_sink *sink, const struct pages *ps, uint64_t max_pfn, bool kept_only,
		      uint64_t at, uint64_t bytes)
{
	uint8_t *buf = malloc(BITMAP_PIECE);
	int r = buf ? 0 : -ENOMEM;

	for (uint64_t off = 0; off < bytes && !r; off += BITMAP_PIECE) {
		size_t n = (size_t)min_u64(BITMAP_PIECE, bytes - off);
		uint64_t base = off * 8, end = min_u64(base + (uint64_t)n * 8, max_pfn);
		struct page_run run;

		memset(buf, 0, n);
		for (uint64_t pfn = base; pfn < end; pfn += run.count) {
			pages_run(ps, pfn, &run);
			run.count = min_u64(run.count, end - pfn);
			if (kept_only ? page_is_kept(run.state) : run.state != PAGE_ABSENT)
				set_bits(buf, base, pfn, pfn + run.count);
		}
		if (!bytes_are_zero(buf, n))
			r = sink->put(sink->arg, buf, n, at + off);
	}
	free(buf);
	return r;
}

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

int kdump_emit(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       const struct page_sink *sink, struct progress *progress, uint64_t *size)
{
	struct compress_input in = {
		.ps = ps, .first_pfn = o->start_pfn, .end_pfn = o->split ? o->end_pfn : ps->max_pfn,
		.codec = o->codec, .big_endian = o->big_endian,
	};
	struct compressed result = { 0 };
	struct geometry g;
	uint64_t bitmap_bytes, desc_bytes;
	uint8_t *headers;
	int r;

	measure(ps, o, &g);
	in.desc_offset = g.desc_offset;
	if (g.bitmap_blocks > UINT32_MAX || g.sub_blocks > INT32_MAX ||
	    mul_overflows(kept_pages(ps), (uint64_t)KDUMP_DESC_BYTES, &desc_bytes) ||
	    add_overflows(g.desc_offset, desc_bytes, &in.data_offset))
		return -EFBIG;
	bitmap_bytes = g.bitmap_blocks / 2 * g.block;
	headers = calloc(1 + g.sub_blocks, g.block);
	if (!headers)
		return -ENOMEM;
	put_headers(headers, ps, o, &g, o->incomplete);
	if ((r = sink->put(sink->arg, headers, (1 + g.sub_blocks) * g.block, 0)) ||
	    (r = put_bitmap(sink, machine, ps->max_pfn, false, g.desc_offset - 2 * bitmap_bytes, bitmap_bytes)) ||
	    (r = put_bitmap(sink, ps, ps->max_pfn, true, g.desc_offset - bitmap_bytes, bitmap_bytes)) ||
	    (r = compress_pages(&in, sink, progress, &result)))
		goto out_free;
	if (result.damaged)
		log_warn("%llu pages could not be read: they are marked as not written%s", (unsigned long long)result.damaged,
			 o->split ? "" : ", and the dump as incomplete");
	if (result.damaged && !o->split) {
		put_headers(headers, ps, o, &g, true);
		r = sink->put(sink->arg, headers, g.block, 0);
	}
	*size = result.end;
out_free:
	free(headers);
	return r;
}

uint64_t write_kdump_bound(const struct pages *ps, const struct kdump_output *o)
{
	struct geometry g;

	measure(ps, o, &g);
	return g.desc_offset + kept_pages(ps) * (KDUMP_DESC_BYTES + g.block) + g.block;
}

int kdump_check_room(const struct pages *ps, const struct spool *spool)
{
	uint64_t descs;

	if (mul_overflows(kept_pages(ps), (uint64_t)KDUMP_DESC_BYTES, &descs))
		return -EFBIG;
	return spool_check_room(spool, descs);
}
