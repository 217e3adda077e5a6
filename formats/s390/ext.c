/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extended s390 dumps: memory in segments, each behind a header of its own; megabytes of zeroes between them are left out.
 * A segment is stored as it is, or as pieces that are compressed on their own. The last one has a mark.
 *
 * Sizes and places of compressed pieces are in blocks of the device that the dump was written to, which the file does not
 * tell: the size of a block is the one that leads from the first compressed segment to what must follow it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/cache.h"
#include "base/codec.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/reader/reader.h"
#include "formats/s390/dump.h"

/* Segment header */
#define SEGMENT_START	0x00u
#define SEGMENT_LEN	0x08u
#define SEGMENT_STOP	0x10u
#define SEGMENT_BLOCKS	0x18u		/* of compressed data; 0: not compressed */
#define SEGMENT_ENTRIES	0x30u
#define SEGMENT_OFFSETS	0x34u		/* u32 for each entry: blocks from the end of the header on, or'ed with: */
#define ENTRY_RAW	0x80000000u
#define ENTRIES_MAX	((S390_SEGMENT_HEADER - SEGMENT_OFFSETS) / 4)
/* What compression may add before the dump tools store an entry as it is, and the rest of a block. */
#define ENTRY_SLACK	65536u
#define USUAL_BLOCK	4096u		/* the dump tools for ECKD devices write no other */
#define MIB		((uint64_t)1 << 20)
#define KEPT_BYTES	((size_t)16 << 20)	/* of decompressed entries, for who reads page by page */

struct ext_segment {
	uint64_t start, len;		/* memory, in bytes: multiples of a page */
	uint64_t data;			/* offset in the file */
	uint32_t blocks;		/* compressed data; 0: len bytes as they are */
};

struct s390_segments {
	struct ext_segment *list;		/* owned, by rising addresses, not overlapping */
	size_t n, cap;
	uint64_t known;			/* bytes of memory that all is known of; what follows is lost */
	uint32_t block;			/* 0: not known, as nothing is compressed */
	struct cache *entries;		/* owned; decompressed, by their physical address; NULL: nothing is compressed */
	unsigned long damaged;		/* for fail_counted() */
};

/* While the headers are walked through. */
struct chain {
	const struct source *src;
	const struct s390_header *h;
	uint64_t at;			/* of the next header in the file */
	uint64_t from;			/* its memory starts there or later */
	uint32_t block;
};

/* Is there a header at off, of memory from from on? */
static bool read_segment_header(const struct chain *c, uint64_t off, uint64_t from, struct ext_segment *out, bool *stop)
{
	uint8_t b[SEGMENT_OFFSETS];
	uint64_t end;

	if (source_read(c->src, b, sizeof(b), off))
		return false;
	*out = (struct ext_segment){
		.start = get_u64(b + SEGMENT_START, true), .len = get_u64(b + SEGMENT_LEN, true),
		.data = off + S390_SEGMENT_HEADER, .blocks = get_u32(b + SEGMENT_BLOCKS, true),
	};
	*stop = get_u64(b + SEGMENT_STOP, true);
	/* where all that is left is zeroes, the last segment is empty */
	if (!out->len && !out->start && *stop) {
		out->start = from;
		return !out->blocks;
	}
	if (!out->len || out->start % S390_PAGE || out->len % S390_PAGE || out->start < from ||
	    add_overflows(out->start, out->len, &end) || end > c->h->memory_end)
		return false;
	if (!out->blocks)
		return true;
	return c->h->entry_bytes && get_u32(b + SEGMENT_ENTRIES, true) == div_round_up(out->len, c->h->entry_bytes) &&
	       div_round_up(out->len, c->h->entry_bytes) <= ENTRIES_MAX;
}

/* With blocks of so many bytes: what must follow the compressed segment does. */
static bool block_fits(const struct chain *c, const struct ext_segment *s, bool stop, uint32_t block)
{
	uint64_t next = s->data + (uint64_t)s->blocks * block;
	struct ext_segment other;
	uint8_t mark[8];
	bool last;

	if (stop)
		return !source_read(c->src, mark, sizeof(mark), next) && !memcmp(mark, "DUMP_END", 8);
	return read_segment_header(c, next, s->start + s->len, &other, &last);
}

static uint32_t find_block(const struct chain *c, const struct ext_segment *s, bool stop)
{
	/* The smallest: too small a block leads into compressed data, too large a one may lead to a later header. */
	static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (block_fits(c, s, stop, sizes[i]))
			return sizes[i];
	return USUAL_BLOCK;
}

/* The next segment, if there is one; c goes on behind it. */
static bool next_segment(struct chain *c, struct ext_segment *out, bool *stop)
{
	if (!read_segment_header(c, c->at, c->from, out, stop))
		return false;
	if (out->blocks && !c->block)
		c->block = find_block(c, out, *stop);
	c->from = out->start + out->len;
	if (add_overflows(out->data, out->blocks ? (uint64_t)out->blocks * c->block : out->len, &c->at))
		c->at = UINT64_MAX;
	return true;
}

uint64_t s390_segments_end(const struct source *src, const struct s390_header *h, uint64_t *from, bool *stopped)
{
	struct chain c = { .src = src, .h = h, .at = S390_HEADER_BYTES, .from = *from };
	struct ext_segment s;
	bool stop = false;
	uint64_t end = 0;

	/* The dump tools begin a segment where they have room for its header and a megabyte, and another page behind it.
	 * What is there after that may be of an older dump. */
	while (!stop && (!end || (end < src->size && src->size - end > MIB + S390_SEGMENT_HEADER)) &&
	       next_segment(&c, &s, &stop))
		end = c.at;
	*stopped = stop;
	*from = c.from;
	return end;
}

void s390_segments_free(struct s390_segments *s)
{
	if (!s)
		return;
	cache_free(s->entries);
	free(s->list);
	free(s);
}

static const struct s390_dump *s390_of(const struct pages *ps)
{
	return ((const struct dump *)ps)->priv;
}

/* Index of the first segment that ends beyond paddr; n when there is none. */
static size_t find_segment(const struct s390_segments *s, uint64_t paddr)
{
	return bisect_first(i, s->n, s->list[i].start + s->list[i].len > paddr);
}

/* Where the memory of a segment ends, or that of its part in the file, if paddr is in that. */
static uint64_t data_end(const struct pages *ps, const struct ext_segment *g, uint64_t paddr)
{
	uint64_t size = ((const struct dump *)ps)->src->size, in_file;

	if (g->blocks || g->data >= size)
		return g->start + g->len;
	in_file = g->start + min_u64(g->len, round_up_u64(size - g->data, pages_size(ps)));
	return paddr < in_file ? in_file : g->start + g->len;
}

/* What is lost is no hole, and must not pass for zeroes. */
static void ext_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct s390_segments *s = s390_of(ps)->segments;
	uint64_t at = pfn << ps->page_shift, end;
	size_t i = find_segment(s, at);
	bool data = at >= s->known || (i < s->n && s->list[i].start <= at);

	if (at >= s->known)
		end = s390_of(ps)->header.memory_end;
	else if (i == s->n)
		end = s->known;
	else
		end = data ? data_end(ps, &s->list[i], at) : s->list[i].start;
	*out = (struct page_run){ pfn, (end - at) >> ps->page_shift, data ? PAGE_DATA : PAGE_ZERO, false };
}

/* A stored piece: stored_len bytes at offset, which hold memory_len bytes of memory. */
struct stored_entry {
	uint64_t offset;
	uint32_t stored_len, memory_len;
};

/* Entry number index of a segment. 0; -EIO, -EBADMSG: it cannot be. */
static int find_entry(const struct dump *d, const struct ext_segment *g, uint64_t index, struct stored_entry *out,
		      bool *raw)
{
	const struct s390_dump *s = d->priv;
	uint64_t last = div_round_up(g->len, s->header.entry_bytes) - 1, where, next;
	uint8_t b[8];

	if (source_read(d->src, b, index < last ? 8 : 4, g->data - S390_SEGMENT_HEADER + SEGMENT_OFFSETS + 4 * index))
		return -EIO;
	where = get_u32(b, true) & ~ENTRY_RAW;
	*raw = get_u32(b, true) & ENTRY_RAW;
	next = index < last ? get_u32(b + 4, true) & ~ENTRY_RAW : g->blocks;
	if (where >= next || next > g->blocks)
		return -EBADMSG;
	out->memory_len = (uint32_t)min_u64(s->header.entry_bytes, g->len - index * s->header.entry_bytes);
	out->offset = g->data + where * s->segments->block;
	/* what is compressed may end before its last block does, and the file before that */
	next = min_u64((next - where) * s->segments->block, (uint64_t)s->header.entry_bytes + ENTRY_SLACK);
	if (out->offset >= d->src->size)
		return -EIO;
	out->stored_len = (uint32_t)min_u64(next, d->src->size - out->offset);
	return *raw && out->stored_len < out->memory_len ? -EIO : 0;
}

static int decompress(const struct source *src, const struct stored_entry *at, void *out)
{
	struct codec_ctx *ctx = codec_ctx_thread();
	void *in = ctx ? codec_ctx_buffer(ctx, at->stored_len) : NULL;
	int r;

	if (!in)
		return -ENOMEM;
	r = source_read(src, in, at->stored_len, at->offset);
	return r ? r : codec_decompress(ctx, CODEC_ZLIB, in, at->stored_len, out, at->memory_len);
}

/* cache_make: the entry of memory from physical address paddr on. */
static ssize_t make_entry(const void *arg, uint64_t paddr, uint8_t *data, size_t len)
{
	const struct dump *d = arg;
	const struct s390_dump *s = d->priv;
	const struct ext_segment *g = &s->segments->list[find_segment(s->segments, paddr)];
	struct stored_entry at;
	bool raw;
	int r = find_entry(d, g, (paddr - g->start) / s->header.entry_bytes, &at, &raw);

	if (!r)
		r = decompress(d->src, &at, data);
	return r ? r : (ssize_t)len;
}

/* n bytes at from of a compressed entry, whose memory is at paddr. */
static int read_entry(const struct dump *d, const struct stored_entry *at, uint64_t paddr, uint32_t from, uint32_t n, void *buf)
{
	const struct s390_dump *s = d->priv;
	const struct cache_block *b;
	int r;

	/* who reads all of it comes in bulk, and will not be back soon */
	if (n == at->memory_len)
		return decompress(d->src, at, buf);
	r = cache_get(s->segments->entries, paddr, at->memory_len, &b);
	if (r)
		return r;
	memcpy(buf, b->data + from, n);
	cache_put(s->segments->entries, b);
	return 0;
}

/* len bytes at off of a compressed segment. */
static int read_entries(const struct dump *d, const struct ext_segment *g, uint64_t off, uint64_t len, uint8_t *buf)
{
	const struct s390_dump *s = d->priv;
	uint32_t entry_bytes = s->header.entry_bytes, n;
	struct stored_entry at;
	bool raw;
	int r = 0;

	for (; len && !r; off += n, len -= n, buf += n) {
		uint32_t from = (uint32_t)(off % entry_bytes);

		n = (uint32_t)min_u64(len, entry_bytes - from);
		r = find_entry(d, g, off / entry_bytes, &at, &raw);
		if (!r && raw)
			r = source_read(d->src, buf, n, at.offset + from);
		else if (!r)
			r = read_entry(d, &at, g->start + off - from, from, n, buf);
		if (r && r != -ENOMEM)
			r = fail_counted(&s->segments->damaged, -r,
					 "%s: physical address %#llx: the compressed data in the segment at offset %#llx %s",
					 d->src->name, (unsigned long long)(g->start + off),
					 (unsigned long long)(g->data - S390_SEGMENT_HEADER),
					 r == -EBADMSG ? "is damaged" : "cannot be read");
	}
	return r;
}

static int read_raw(const struct dump *d, const struct ext_segment *g, uint64_t off, uint64_t len, uint8_t *buf)
{
	const struct s390_dump *s = d->priv;
	int r = source_read(d->src, buf, len, g->data + off);

	if (!r)
		return 0;
	return fail_counted(&s->segments->damaged, EIO, "%s: physical address %#llx: cannot read %llu bytes at offset %#llx%s",
			    d->src->name, (unsigned long long)(g->start + off), (unsigned long long)len,
			    (unsigned long long)(g->data + off),
			    g->data + off + len > d->src->size ? ": beyond the end of the file" : "");
}

static int ext_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	const struct s390_segments *s = s390_of(ps)->segments;
	uint64_t at = pfn << ps->page_shift, end = (pfn + count) << ps->page_shift, len;
	uint8_t *out = buf;
	int r = 0;

	if (end > s->known)
		return fail_counted(&s390_of(ps)->segments->damaged, EIO,
				    "%s: physical address %#llx: in a part of the dump that is missing", d->src->name,
				    (unsigned long long)max_u64(at, s->known));
	for (; at < end && !r; at += len, out += len) {
		size_t i = find_segment(s, at);
		const struct ext_segment *g = s->list + i;

		if (i == s->n || g->start > at) {
			len = (i == s->n ? end : min_u64(end, g->start)) - at;
			memset(out, 0, len);
			continue;
		}
		len = min_u64(end, g->start + g->len) - at;
		r = (g->blocks ? read_entries : read_raw)(d, g, at - g->start, len, out);
	}
	return r;
}

static uint64_t ext_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct dump *d = (const struct dump *)ps;
	const struct s390_segments *s = s390_of(ps)->segments;
	uint64_t at = pfn << ps->page_shift, where;
	const struct ext_segment *g;
	size_t i;

	if (at >= s->known)
		return count;
	i = find_segment(s, at);
	g = s->list + i;
	if (i == s->n || g->start > at)
		return 0;
	where = g->data + (g->blocks ? 0 : at - g->start);
	return where < d->src->size ? 0 : min_u64(count, (g->start + g->len - at) >> ps->page_shift);
}

static bool ext_compressed(const struct pages *ps)
{
	return s390_of(ps)->segments->entries;
}

static const struct pages_ops ext_pages_ops = {
	.read = ext_read,
	.run = ext_run,
	.lost = ext_lost,
	.compressed = ext_compressed,
};

static int add_segment(struct s390_segments *s, const struct ext_segment *g)
{
	return g->len ? vector_push(s->list, s->n, s->cap, *g) : 0;
}

/* The chain ended without the segment that is marked as the last. */
static void warn_lost(struct dump *d, const struct chain *c)
{
	const char *why = c->at >= d->src->size || d->src->size - c->at < S390_SEGMENT_HEADER ?
			  "the file is truncated" : "no header of a segment";

	d->incomplete = true;
	log_warn("%s: %s at offset %#llx: memory from %#llx on is missing", d->src->name, why,
		 (unsigned long long)min_u64(c->at, d->src->size), (unsigned long long)c->from);
}

int s390_segments_open(struct dump *d)
{
	struct s390_dump *p = d->priv;
	struct chain c = { .src = d->src, .h = &p->header, .at = S390_HEADER_BYTES };
	struct s390_segments *s = p->segments = calloc(1, sizeof(*s));
	struct ext_segment g;
	bool stop = false;
	int r = 0;

	if (!s)
		return -ENOMEM;
	while (!stop && !r && next_segment(&c, &g, &stop))
		r = add_segment(s, &g);
	s->block = c.block;
	if (!r && s->block) {
		s->entries = cache_new(KEPT_BYTES, make_entry, d);
		r = s->entries ? 0 : -ENOMEM;
	}
	if (r)
		return r;
	if (!s->n && !stop)
		return fail(EIO, "%s: no header of a segment at offset %#x of the extended s390 dump", d->src->name,
			    S390_HEADER_BYTES);
	s->known = stop ? p->header.memory_end : c.from;
	d->pages.ops = &ext_pages_ops;
	d->pages.max_pfn = p->header.memory_end >> d->pages.page_shift;
	if (!stop)
		warn_lost(d, &c);
	else if (c.at > d->src->size)
		warn_lost(d, &(struct chain){ .at = c.at, .from = s->n ? s->list[s->n - 1].start : 0 });
	else
		s390_check_end(d, &p->header, c.at);
	return 0;
}
