/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/kdump_emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/kdump/abi.h"

#define BITMAP_PIECE		65536

static const struct kdump_abi *abi_of(const struct kdump_output *o)
{
	return kdump_abi_of(o->word_bytes);
}

/* struct kdump_sub_header of version 6 ends with three 64-bit numbers. */
static uint64_t sub_header_bytes(const struct kdump_output *o)
{
	return abi_of(o)->start_pfn_64 + 3 * 8;
}

static void put_word(uint8_t *at, uint64_t v, unsigned int word, bool big)
{
	if (word == 8)
		put_u64(at, v, big);
	else
		put_u32(at, (uint32_t)v, big);
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

static bool is_set(const struct page_run *run, bool kept_only)
{
	return kept_only ? page_is_kept(run->state) : run->state != PAGE_ABSENT;
}

/* n bytes, from byte off on, of the bitmap of the pages below max_pfn that the machine has, or that ps keeps. */
static void make_bitmap(const struct pages *ps, uint64_t max_pfn, bool kept_only, uint64_t off, uint8_t *buf, size_t n)
{
	uint64_t base = off * 8, end = min_u64(base + (uint64_t)n * 8, max_pfn);
	struct page_run run;

	memset(buf, 0, n);
	for (uint64_t pfn = base; pfn < end; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (is_set(&run, kept_only))
			set_bits(buf, base, pfn, pfn + run.count);
	}
}

struct bitmaps {
	const struct pages *machine, *ps;	/* borrowed */
};

static int read_machine(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct bitmaps *b = arg;

	make_bitmap(b->machine, b->ps->max_pfn, false, off, buf, n);
	return 0;
}

static int read_kept(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct bitmaps *b = arg;

	make_bitmap(b->ps, b->ps->max_pfn, true, off, buf, n);
	return 0;
}

int kdump_add_bitmaps(struct layout *l, const struct pages *machine, const struct pages *ps, uint64_t bytes)
{
	struct bitmaps *b = malloc(sizeof(*b));
	int r = b ? layout_own(l, b, free) : -ENOMEM;

	if (r) {
		free(b);
		return r;
	}
	*b = (struct bitmaps){ machine, ps };
	r = layout_add_call(l, read_machine, b, bytes);
	return r ? r : layout_add_call(l, read_kept, b, bytes);
}

/* The first page from pfn on with a bit that is set, or max_pfn: memory can have any distance from other memory. */
static uint64_t next_set(const struct pages *ps, uint64_t pfn, uint64_t max_pfn, bool kept_only)
{
	struct page_run run;

	for (; pfn < max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (is_set(&run, kept_only))
			return pfn;
		run.count = min_u64(run.count, max_pfn - pfn);
	}
	return max_pfn;
}

/* In pieces, those of zeroes left out. */
static int put_bitmap(const struct page_sink *sink, const struct pages *ps, uint64_t max_pfn, bool kept_only,
		      uint64_t at, uint64_t bytes)
{
	uint64_t piece_bits = BITMAP_PIECE * 8, bit = next_set(ps, 0, max_pfn, kept_only);
	uint8_t *buf = malloc(BITMAP_PIECE);
	int r = buf ? 0 : -ENOMEM;

	while (bit < max_pfn && !r) {
		uint64_t off = bit / piece_bits * BITMAP_PIECE;
		size_t n = (size_t)min_u64(BITMAP_PIECE, bytes - off);

		make_bitmap(ps, max_pfn, kept_only, off, buf, n);
		r = sink->put(sink->arg, buf, n, at + off);
		bit = next_set(ps, (bit / piece_bits + 1) * piece_bits, max_pfn, kept_only);
	}
	free(buf);
	return r;
}

static int put_bitmaps(const struct page_sink *sink, const struct pages *machine, const struct pages *ps,
		       const struct kdump_geometry *g)
{
	int r = put_bitmap(sink, machine, ps->max_pfn, false, g->bitmap_offset, g->bitmap_bytes);

	return r ? r : put_bitmap(sink, ps, ps->max_pfn, true, g->bitmap_offset + g->bitmap_bytes, g->bitmap_bytes);
}

/* For sinks that were not empty: all that is not put later. */
static int put_zeroes(const struct page_sink *sink, uint64_t from, uint64_t end)
{
	uint8_t *zero = calloc(1, BITMAP_PIECE);
	int r = zero ? 0 : -ENOMEM;

	for (uint64_t n; from < end && !r; from += n) {
		n = min_u64(BITMAP_PIECE, end - from);
		r = sink->put(sink->arg, zero, (size_t)n, from);
	}
	free(zero);
	return r;
}

void kdump_headers(uint8_t *b, const struct pages *ps, const struct kdump_output *o, const struct kdump_geometry *g,
		   bool incomplete, uint64_t eraseinfo)
{
	const struct kdump_abi *abi = abi_of(o);
	bool big = o->big_endian;
	uint8_t *fields = b + abi->status, *s = b + g->block;
	unsigned int word = abi->word;
	uint64_t notes = g->block + sub_header_bytes(o);

	memcpy(b, KDUMP_SIGNATURE, KDUMP_SIGNATURE_BYTES);
	put_u32(b + 8, KDUMP_VERSION, big);
	memcpy(b + KDUMP_UTS, o->uts, sizeof(o->uts));
	put_word(b + abi->time, (uint64_t)o->timestamp, abi->time_word, big);
	put_u32(fields, (uint32_t)o->codec | (incomplete ? KDUMP_STATUS_INCOMPLETE : 0) |
			(o->without_vmemmap ? KDUMP_STATUS_NO_VMEMMAP : 0), big);
	put_u32(fields + KDUMP_BLOCK_SIZE, (uint32_t)g->block, big);
	put_u32(fields + KDUMP_SUB_BLOCKS, (uint32_t)g->sub_blocks, big);
	put_u32(fields + KDUMP_BITMAP_BLOCKS, (uint32_t)g->bitmap_blocks, big);
	put_u32(fields + KDUMP_MAX_MAPNR, (uint32_t)min_u64(ps->max_pfn, UINT32_MAX), big);
	put_u32(fields + KDUMP_NR_CPUS, o->nr_cpus, big);

	put_word(s, o->phys_base, word, big);
	put_u32(s + word, o->dump_level, big);
	if (o->vmcoreinfo_len) {
		put_u64(s + abi->vmcoreinfo, notes + o->vmcoreinfo_offset, big);
		put_word(s + abi->vmcoreinfo + 8, o->vmcoreinfo_len, word, big);
	}
	if (o->notes_len) {
		put_u64(s + abi->note, notes, big);
		put_word(s + abi->note + 8, o->notes_len, word, big);
		memcpy(s + sub_header_bytes(o), o->notes, o->notes_len);
	}
	if (eraseinfo) {
		put_u64(s + abi->eraseinfo, eraseinfo, big);
		put_word(s + abi->eraseinfo + 8, o->eraseinfo_len, word, big);
	}
	if (o->split) {
		put_u32(s + word + 4, 1, big);
		put_word(s + abi->start_pfn, min_u64(o->start_pfn, UINT32_MAX), word, big);
		put_word(s + abi->start_pfn + word, min_u64(o->end_pfn, UINT32_MAX), word, big);
		put_u64(s + abi->start_pfn_64, o->start_pfn, big);
		put_u64(s + abi->start_pfn_64 + 8, o->end_pfn, big);
	}
	put_u64(s + abi->start_pfn_64 + 16, ps->max_pfn, big);
}

static void measure_headers(const struct pages *ps, const struct kdump_output *o, struct kdump_geometry *g)
{
	g->block = pages_size(ps);
	g->sub_blocks = div_round_up(sub_header_bytes(o) + o->notes_len, g->block);
	g->bitmap_blocks = 2 * div_round_up(div_round_up(ps->max_pfn, 8), g->block);
	g->bitmap_bytes = g->bitmap_blocks / 2 * g->block;
	g->bitmap_offset = (1 + g->sub_blocks) * g->block;
	g->desc_offset = g->bitmap_offset + 2 * g->bitmap_bytes;
}

int kdump_measure(const struct pages *ps, const struct kdump_output *o, struct kdump_geometry *g)
{
	uint64_t desc_bytes;

	measure_headers(ps, o, g);
	if (g->bitmap_blocks > UINT32_MAX || g->sub_blocks > INT32_MAX ||
	    mul_overflows(pages_kept(ps), (uint64_t)KDUMP_DESC_BYTES, &desc_bytes) ||
	    add_overflows(g->desc_offset, desc_bytes, &g->data_offset))
		return -EFBIG;
	return 0;
}

void kdump_warn_damaged(const struct kdump_output *o, uint64_t damaged)
{
	if (damaged)
		log_warn("%llu pages could not be read: they are marked as not written%s", (unsigned long long)damaged,
			 o->split ? "" : ", and the dump as incomplete");
}

int kdump_emit(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       const struct page_sink *sink, struct progress *progress, uint64_t *size)
{
	struct compress_input in = {
		.ps = ps, .first_pfn = o->start_pfn, .end_pfn = o->split ? o->end_pfn : ps->max_pfn,
		.codec = o->codec, .copy_raw = o->copy_raw, .big_endian = o->big_endian,
	};
	struct compressed result = { 0 };
	struct kdump_geometry g;
	bool incomplete;
	uint8_t *headers;
	int r = kdump_measure(ps, o, &g);

	if (r)
		return r;
	in.desc_offset = g.desc_offset;
	in.data_offset = g.data_offset;
	headers = memory_calloc(1 + g.sub_blocks, g.block);
	if (!headers)
		return -ENOMEM;
	kdump_headers(headers, ps, o, &g, o->incomplete || sink->seen_early, 0);
	if ((r = sink->put(sink->arg, headers, (1 + g.sub_blocks) * g.block, 0)) ||
	    (sink->filled && (r = put_zeroes(sink, g.bitmap_offset, g.data_offset))) ||
	    (!sink->computed && (r = put_bitmaps(sink, machine, ps, &g))) ||
	    (r = compress_pages(&in, sink, progress, &result)))
		goto out_free;
	kdump_warn_damaged(o, result.damaged);
	if (o->eraseinfo_len)
		r = sink->put(sink->arg, o->eraseinfo, o->eraseinfo_len, result.end);
	incomplete = o->incomplete || (result.damaged && !o->split);
	kdump_headers(headers, ps, o, &g, incomplete, o->eraseinfo_len ? result.end : 0);
	if (!r && o->eraseinfo_len)
		r = sink->put(sink->arg, headers + g.block, sub_header_bytes(o), g.block);
	/* at last, when it is true */
	if (!r && incomplete != (o->incomplete || sink->seen_early))
		r = sink->put(sink->arg, headers, g.block, 0);
	*size = result.end + o->eraseinfo_len;
out_free:
	free(headers);
	return r;
}

uint64_t write_kdump_overhead(const struct pages *ps, const struct kdump_output *o)
{
	struct kdump_geometry g;

	measure_headers(ps, o, &g);
	return g.desc_offset + pages_kept(ps) * KDUMP_DESC_BYTES + g.block + o->eraseinfo_len;
}

uint64_t write_kdump_bound(const struct pages *ps, const struct kdump_output *o)
{
	uint64_t counts[PAGE_DATA + 1];
	struct kdump_geometry g;

	measure_headers(ps, o, &g);
	pages_count_few(ps, counts);
	return g.desc_offset + (counts[PAGE_DATA] + counts[PAGE_ZERO]) * (KDUMP_DESC_BYTES + g.block) + g.block + o->eraseinfo_len;
}

static int count_run(void *arg, uint64_t first, uint64_t count)
{
	uint64_t *pages = arg;

	(void)first;
	*pages += count;
	return 0;
}

int kdump_check_room(const struct pages *ps, const struct spool *spool)
{
	uint64_t pages = 0, descs;

	pages_each_readable(ps, count_run, &pages);
	if (mul_overflows(pages, (uint64_t)KDUMP_DESC_BYTES, &descs))
		return -EFBIG;
	return spool_check_room(spool, descs);
}
