/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/kdump_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bitmap.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/codec.h"
#include "formats/write/kdump_emit.h"
#include "formats/write/page_copy.h"
#include "formats/write/plain_pages.h"

#define BLOCK_PAGES 64u
#define ITEM_PAGES BITMAP_CHUNK_BITS	/* handled together: threads must not share a chunk of a bitmap */
#define ITEM_BLOCKS (ITEM_PAGES / BLOCK_PAGES)
#define MANY_DAMAGED 65536u

/* Kept pages have numbers, from 0 on; so many of them one after the other make a block. */
struct kept_block {
	uint64_t pfn;			/* of its first page */
	uint64_t data;			/* bytes of page data before it */
};

struct kdump_copy {
	const struct pages *machine, *ps;	/* borrowed */
	struct page_copy how;
	bool plain;			/* nothing is compressed: pages are read, wherever they are stored */
	bool big_endian;
	struct kdump_geometry g;
	uint64_t kept;			/* pages */
	struct kept_block *blocks;
	uint64_t nblocks;
	uint64_t data_bytes;		/* of all pages */
	struct bitmap *zero, *damaged;	/* by number of the page */
	_Atomic uint64_t good, bad;	/* pages seen while it is made */
};

static void copy_free(void *arg)
{
	struct kdump_copy *c = arg;

	bitmap_free(c->zero);
	bitmap_free(c->damaged);
	free(c->blocks);
	free(c);
}

static uint64_t pages_in_block(const struct kdump_copy *c, uint64_t block)
{
	return min_u64(BLOCK_PAGES, c->kept - block * BLOCK_PAGES);
}

/* Where the pages of a block are in the source, if that matters. */
static void find_places(const struct kdump_copy *c, uint64_t block, struct page_place *places, uint64_t *pfns)
{
	uint64_t n = pages_in_block(c, block), done = 0;
	struct page_run run;

	for (uint64_t pfn = c->blocks[block].pfn; done < n; pfn += run.count) {
		pages_run(c->ps, pfn, &run);
		if (!page_is_kept(run.state))
			continue;
		run.count = min_u64(run.count, n - done);
		if (run.state == PAGE_DATA && !c->plain)
			pages_places(c->ps, pfn, run.count, places + done);
		for (uint64_t i = 0; i < run.count; i++, done++) {
			if (run.state == PAGE_ZERO)
				places[done] = (struct page_place){ .zero = true };
			else if (c->plain)
				places[done] = (struct page_place){ .len = (uint32_t)c->how.page };
			pfns[done] = pfn + i;
		}
	}
}

/* --- making it */

static int index_run(void *arg, uint64_t first, uint64_t count)
{
	struct kdump_copy *c = arg;

	/* up to the first page of the next block, then from block to block */
	for (uint64_t i = -c->kept % BLOCK_PAGES; i < count; i += BLOCK_PAGES)
		c->blocks[(c->kept + i) / BLOCK_PAGES].pfn = first + i;
	c->kept += count;
	return 0;
}

static int count_run(void *arg, uint64_t first, uint64_t count)
{
	struct kdump_copy *c = arg;

	(void)first;
	c->kept += count;
	return 0;
}

/* A header can claim any number of pages: an index is only made of as many as there are besides, and some more. */
static int check_lost(const struct kdump_copy *c, uint64_t from, uint64_t end)
{
	uint64_t lost = 0;
	struct page_run run;

	for (uint64_t pfn = from; pfn < end; pfn += run.count) {
		pages_run(c->ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		lost += run.lost ? run.count : 0;
	}
	return lost > MANY_DAMAGED + (c->kept - lost) ? -ENOTSUP : 0;
}

static int make_index(struct kdump_copy *c, uint64_t from, uint64_t end)
{
	int r;

	pages_each_kept_in(c->ps, from, end, count_run, c);
	r = check_lost(c, from, end);
	if (r)
		return r;
	c->nblocks = div_round_up(c->kept, BLOCK_PAGES);
	if (memory_check(c->nblocks * sizeof(*c->blocks)))
		return -ENOMEM;
	c->blocks = calloc(c->nblocks ? c->nblocks : 1, sizeof(*c->blocks));
	c->zero = bitmap_new(c->kept);
	c->damaged = bitmap_new(c->kept);
	if (!c->blocks || !c->zero || !c->damaged)
		return -ENOMEM;
	c->kept = 0;
	return pages_each_kept_in(c->ps, from, end, index_run, c);
}

static int mark_damaged(struct kdump_copy *c, uint64_t number)
{
	/* A header can claim any number of pages. */
	if (atomic_fetch_add(&c->bad, 1) > MANY_DAMAGED + atomic_load(&c->good))
		return -ENOTSUP;
	return bitmap_set(c->damaged, number);
}

/* What becomes of a page, after plain_pages_look() where nothing is compressed. */
static enum copy_kind kind_of(const struct kdump_copy *c, const struct page_place *p)
{
	if (c->plain)
		return p->zero ? COPY_ZERO : p->len ? COPY_STORED : COPY_NOT;
	return page_copy_kind(&c->how, p, codec_ctx_thread());
}

static int look_at_block(struct kdump_copy *c, uint64_t block, void *buf)
{
	uint64_t n = pages_in_block(c, block), number = block * BLOCK_PAGES, pfns[BLOCK_PAGES], good = 0;
	struct page_place places[BLOCK_PAGES];
	const struct plain_pages plain = { c->ps, pfns, places, n };
	int r = 0;

	find_places(c, block, places, pfns);
	if (c->plain)
		r = plain_pages_look(&plain, buf);
	for (uint64_t i = 0; i < n && !r; i++) {
		switch (kind_of(c, &places[i])) {
		case COPY_STORED:
			c->blocks[block].data += places[i].len;
			good++;
			break;
		case COPY_ZERO:
			r = bitmap_set(c->zero, number + i);
			good++;
			break;
		case COPY_NOT:
			r = c->plain ? -EIO : pages_read_run(c->ps, pfns[i], 1, buf);
			if (!error_is_passing(r))
				r = r ? mark_damaged(c, number + i) : -ENOTSUP;
			break;
		}
	}
	atomic_fetch_add(&c->good, good);
	return r;
}

static int look_at_item(void *arg, void *scratch, uint64_t item)
{
	struct kdump_copy *c = arg;
	uint64_t end = min_u64((item + 1) * ITEM_BLOCKS, c->nblocks);
	int r = 0;

	for (uint64_t block = item * ITEM_BLOCKS; block < end && !r; block++)
		r = look_at_block(c, block, scratch);
	return r;
}

static void *new_buffer(void *arg)
{
	struct kdump_copy *c = arg;

	return codec_ctx_thread() ? malloc(plain_pages_buffer(c->ps)) : NULL;
}

static int look_at_pages(struct kdump_copy *c, struct progress *progress)
{
	struct workers_job job = {
		.run = look_at_item, .scratch_new = new_buffer, .scratch_free = free, .arg = c,
		.items = div_round_up(c->nblocks, ITEM_BLOCKS), .progress = progress,
	};
	int r = workers_run(&job);

	for (uint64_t block = 0; block < c->nblocks && !r; block++) {
		uint64_t bytes = c->blocks[block].data;

		c->blocks[block].data = c->data_bytes;
		if (add_overflows(c->data_bytes, bytes, &c->data_bytes))
			r = -EFBIG;
	}
	return r;
}

/* --- reading it */

/* Where its page data ends, as blocks[].data has it. */
static uint64_t data_end(const struct kdump_copy *c, uint64_t block)
{
	return block + 1 < c->nblocks ? c->blocks[block + 1].data : c->data_bytes;
}

/* As find_places(), with length 0 for pages that have no data of their own. -EIO: the source is not what it was. */
static int load_block(const struct kdump_copy *c, uint64_t block, struct page_place *places, uint64_t *pfns)
{
	uint64_t n = pages_in_block(c, block), number = block * BLOCK_PAGES, bytes = 0;

	find_places(c, block, places, pfns);
	for (uint64_t i = 0; i < n; i++) {
		if (bitmap_test(c->zero, number + i) || bitmap_test(c->damaged, number + i))
			places[i].len = 0;
		bytes += places[i].len;
	}
	return bytes == data_end(c, block) - c->blocks[block].data ? 0 : -EIO;
}

/* All descriptors of a block: BLOCK_PAGES * KDUMP_DESC_BYTES. */
static int make_descs(const struct kdump_copy *c, uint64_t block, uint8_t *d)
{
	uint64_t offset = c->g.data_offset + c->g.block + c->blocks[block].data;
	uint64_t pfns[BLOCK_PAGES];
	struct page_place places[BLOCK_PAGES];
	int r = load_block(c, block, places, pfns);

	memset(d, 0, BLOCK_PAGES * KDUMP_DESC_BYTES);
	for (uint64_t i = 0; i < pages_in_block(c, block) && !r; i++, d += KDUMP_DESC_BYTES) {
		bool zero = bitmap_test(c->zero, block * BLOCK_PAGES + i);

		if (!zero && !places[i].len)
			continue;
		put_u64(d, zero ? c->g.data_offset : offset, c->big_endian);
		put_u32(d + KDUMP_DESC_SIZE, zero ? (uint32_t)c->g.block : places[i].len, c->big_endian);
		put_u32(d + KDUMP_DESC_FLAGS, zero ? CODEC_NONE : places[i].codec, c->big_endian);
		offset += places[i].len;
	}
	return r;
}

static int read_descs(const void *arg, void *buf, size_t n, uint64_t off)
{
	const uint64_t block_bytes = BLOCK_PAGES * KDUMP_DESC_BYTES;
	uint8_t descs[BLOCK_PAGES * KDUMP_DESC_BYTES], *at = buf;
	const struct kdump_copy *c = arg;
	size_t part;

	for (; n; at += part, off += part, n -= part) {
		int r = make_descs(c, off / block_bytes, descs);

		if (r)
			return r;
		part = (size_t)min_u64(n, block_bytes - off % block_bytes);
		memcpy(at, descs + off % block_bytes, part);
	}
	return 0;
}

/* The last block that begins at or before a byte of the page data. */
static uint64_t find_block(const struct kdump_copy *c, uint64_t off)
{
	return bisect_from(i, 1, c->nblocks, c->blocks[i].data > off) - 1;
}

/* A read of page data, block by block. */
struct data_read {
	const struct kdump_copy *c;
	char *buf;
	uint64_t start, end;		/* as kept_block.data has it */
	uint64_t block;			/* the first one */
};

static int read_block(void *arg, uint64_t item)
{
	const struct data_read *d = arg;
	const struct kdump_copy *c = d->c;
	uint64_t block = d->block + item, first = c->blocks[block].data, pfns[BLOCK_PAGES];
	uint64_t from = max_u64(first, d->start), to = min_u64(data_end(c, block), d->end), skip = from - first;
	struct page_place places[BLOCK_PAGES], *p = places;
	const struct plain_pages plain = { c->ps, pfns, places, pages_in_block(c, block) };
	char *at = d->buf + (from - d->start);
	int r;

	if (from >= to)
		return 0;
	r = load_block(c, block, places, pfns);
	if (r)
		return r;
	if (c->plain)
		return plain_pages_read(&plain, skip, at, (size_t)(to - from));
	for (; skip >= p->len; p++)
		skip -= p->len;
	return page_copy_read(p, skip, at, (size_t)(to - from));
}

static int read_data(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct kdump_copy *c = arg;
	struct data_read d = { c, buf, off, off + n, find_block(c, off) };
	uint64_t items = find_block(c, off + n - 1) - d.block + 1;
	int r = 0;

	if (c->plain && pages_compressed(c->ps))
		return workers_share(read_block, &d, items);
	for (uint64_t i = 0; i < items && !r; i++)
		r = read_block(&d, i);
	return r;
}

static int add_segments(struct layout *l, const struct kdump_copy *c, const struct pages *ps,
			const struct kdump_output *o)
{
	uint64_t descs = c->kept * KDUMP_DESC_BYTES, head_bytes = (1 + c->g.sub_blocks) * c->g.block;
	uint8_t *headers = memory_calloc(1, head_bytes);
	int r;

	if (!headers)
		return -ENOMEM;
	kdump_headers(headers, ps, o, &c->g, o->incomplete || (c->bad && !o->split),
		      o->eraseinfo_len ? c->g.data_offset + c->g.block + c->data_bytes : 0);
	if ((r = layout_add_bytes(l, headers, head_bytes)) ||
	    (r = kdump_add_bitmaps(l, c->machine, c->ps, c->g.bitmap_bytes)) ||
	    (r = layout_add_call(l, read_descs, c, descs)) ||
	    /* the descriptors of other parts of a split set, and the page that zero pages share */
	    (r = layout_add_zero(l, c->g.data_offset - c->g.desc_offset - descs + c->g.block)) ||
	    (r = layout_add_call(l, read_data, c, c->data_bytes)) == 0)
		r = layout_add_bytes(l, o->eraseinfo, o->eraseinfo_len);
	free(headers);
	return r;
}

int kdump_copy(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       struct progress *progress, struct layout **out)
{
	struct layout *l;
	struct kdump_copy *c;
	int r;

	if (o->codec != CODEC_NONE && !pages_tell_places(ps))
		return -ENOTSUP;
	l = layout_new();
	c = calloc(1, sizeof(*c));
	r = l && c ? layout_own(l, c, copy_free) : -ENOMEM;
	if (r) {
		free(c);
		layout_unref(l);
		return r;
	}
	*c = (struct kdump_copy){
		.machine = machine, .ps = ps, .how = { o->codec, o->copy_raw, pages_size(ps) },
		.plain = o->codec == CODEC_NONE, .big_endian = o->big_endian,
	};
	r = kdump_measure(ps, o, &c->g);
	if (!r)
		r = make_index(c, o->start_pfn, o->split ? o->end_pfn : ps->max_pfn);
	layout_add_cost(l, (struct layout_cost){ .memory = sizeof(*c) + c->nblocks * sizeof(*c->blocks) });
	if (!r)
		r = look_at_pages(c, progress);
	if (!r)
		r = add_segments(l, c, ps, o);
	if (r) {
		layout_unref(l);
		return r;
	}
	kdump_warn_damaged(o, c->bad);
	*out = l;
	return 0;
}
