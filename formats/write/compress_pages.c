/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/compress_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/codec.h"
#include "base/vector.h"
#include "formats/write/page_copy.h"
#include "formats/write/page_writer.h"

/* Work is handed out in items of about this much memory. */
#define ITEM_BYTES (512u << 10)
/* Pages are read so many bytes at a time: they are compressed while the CPU still has them at hand. */
#define READ_BYTES (128u << 10)

/* Lost pages cost nothing when they are so many; fewer are with the others. */
#define MANY_LOST 65536u

struct item {
	uint64_t pfn;			/* where to look for its pages */
	uint64_t first;			/* how many are before them */
	uint64_t count;
};

struct compress_job {
	const struct pages *ps;
	struct page_copy copy;
	enum codec codec;
	bool big_endian;
	struct item *items;
	size_t nitems, cap;
	bool full;			/* the last one gets no more */
	uint64_t kept;			/* pages in all */
	uint64_t lost;			/* of them in no item: their descriptors are zero, and nothing has to be put for that */
	uint64_t per_item, per_read;
	struct page_writer *writer;
};

/* One thread's own. */
struct compress_scratch {
	uint8_t *in;
	struct page_place *places;
	struct codec_ctx *ctx;
};

static int add_run(struct compress_job *j, uint64_t first, uint64_t count)
{
	while (count) {
		struct item *last = j->nitems ? &j->items[j->nitems - 1] : NULL;
		uint64_t n;

		if (!last || j->full || last->count == j->per_item) {
			int r = vector_push(j->items, j->nitems, j->cap, (struct item){ .pfn = first, .first = j->kept });

			if (r)
				return r;
			last = &j->items[j->nitems - 1];
			j->full = false;
		}
		n = min_u64(count, j->per_item - last->count);
		last->count += n;
		j->kept += n;
		first += n;
		count -= n;
	}
	return 0;
}

static int make_items(struct compress_job *j, uint64_t from, uint64_t end)
{
	struct page_run run;
	int r = 0;

	for (uint64_t pfn = from; pfn < end && !r; pfn += run.count) {
		pages_run(j->ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (run.lost && run.count >= MANY_LOST) {
			j->full = true;
			j->kept += run.count;
			j->lost += run.count;
		} else if (page_is_kept(run.state)) {
			r = add_run(j, pfn, run.count);
		}
	}
	return r;
}

static void free_scratch(void *arg)
{
	struct compress_scratch *s = arg;

	if (!s)
		return;
	free(s->in);
	free(s->places);
	codec_ctx_free(s->ctx);
	free(s);
}

static void *new_scratch(void *arg)
{
	struct compress_job *j = arg;
	struct compress_scratch *s = calloc(1, sizeof(*s));
	uint64_t page = pages_size(j->ps);

	if (!s)
		return NULL;
	s->in = malloc(j->per_read * page);
	s->places = malloc(j->per_item * sizeof(*s->places));
	s->ctx = codec_ctx_new();
	if (!s->in || !s->places || !s->ctx) {
		free_scratch(s);
		return NULL;
	}
	return s;
}

/* One more page, with len bytes behind those of the pages before it. */
static void add_page(const struct compress_job *j, struct page_batch *b, uint32_t flags, size_t len)
{
	b->flags[b->count] = flags;
	put_u32(b->descs + b->count * KDUMP_DESC_BYTES + KDUMP_DESC_SIZE, (uint32_t)len, j->big_endian);
	b->used += len;
	b->count++;
}

/* n pages without data of their own. */
static void add_marks(const struct compress_job *j, struct page_batch *b, uint64_t n, uint32_t mark)
{
	while (n--)
		add_page(j, b, mark, 0);
}

/* One page that was read; in may be in the batch, where its data goes or behind that. */
static int add_read(struct compress_job *j, struct compress_scratch *s, const uint8_t *in, struct page_batch *b)
{
	uint64_t page = pages_size(j->ps);
	uint8_t *out = b->data + b->used;
	ssize_t n = 0;

	if (bytes_are_zero(in, page)) {
		add_page(j, b, MARK_ZERO, 0);
		return 0;
	}
	if (j->codec != CODEC_NONE)
		n = codec_compress(s->ctx, j->codec, in, page, out);
	if (n < 0)
		return (int)n;
	if (!n && in != out)
		memmove(out, in, page);
	add_page(j, b, n ? j->codec : CODEC_NONE, n ? (size_t)n : page);
	return 0;
}

/*
 * Copy the pages from place i on, of n, that are stored as they are wanted, and pass over zero pages between them: how
 * many in all. 0: the first one has to be read.
 */
static uint64_t add_stored(struct compress_job *j, struct compress_scratch *s, uint64_t i, uint64_t n,
			   struct page_batch *b)
{
	struct page_place *places = s->places + i;
	uint64_t done = 0;
	size_t len = 0;

	for (; done < n - i; done++) {
		enum copy_kind kind = page_copy_kind(&j->copy, &places[done], s->ctx);

		if (kind == COPY_NOT)
			break;
		if (kind == COPY_ZERO)
			places[done] = (struct page_place){ .zero = true };
		len += places[done].len;
	}
	if (page_copy_read(places, 0, b->data + b->used, len))
		return 0;
	for (uint64_t k = 0; k < done; k++)
		add_page(j, b, places[k].zero ? MARK_ZERO : places[k].codec, places[k].len);
	return done;
}

/* n pages that are not copied: read together, or one by one when one of them cannot be read. Only damage is a mark in
 * the output. */
static int add_pages(struct compress_job *j, struct compress_scratch *s, uint64_t pfn, uint64_t n, struct page_batch *b)
{
	/* what is not compressed is read to its place */
	uint8_t *in = j->codec == CODEC_NONE ? b->data + b->used : s->in;
	int all = pages_read_run(j->ps, pfn, n, in), one = all, r = 0;
	uint64_t page = pages_size(j->ps);

	for (uint64_t i = 0; i < n && !r; i++, in += all ? 0 : page) {
		if (all && n > 1) {
			in = s->in;
			one = pages_read_run(j->ps, pfn + i, 1, in);
		}
		if (error_is_passing(one))
			return one;
		if (one)
			add_page(j, b, MARK_DAMAGED, 0);
		else
			r = add_read(j, s, in, b);
	}
	return r;
}

/* The n pages of a run. */
static int add_run_pages(struct compress_job *j, struct compress_scratch *s, uint64_t pfn, uint64_t n,
			 enum page_state state, struct page_batch *b)
{
	bool may_copy = pages_tell_places(j->ps) && j->codec != CODEC_NONE;
	uint64_t lost, part;
	int r = 0;

	if (state == PAGE_ZERO) {
		add_marks(j, b, n, MARK_ZERO);
		return 0;
	}
	lost = pages_lost(j->ps, pfn, n);
	add_marks(j, b, lost, MARK_DAMAGED);
	pfn += lost;
	n -= lost;
	if (may_copy && n)
		pages_places(j->ps, pfn, n, s->places);
	for (uint64_t i = 0; i < n && !r; i += part) {
		part = may_copy ? add_stored(j, s, i, n, b) : 0;
		if (part)
			continue;
		for (part = 1; i + part < n && part < j->per_read; part++)
			if (may_copy && page_copy_likely(&j->copy, &s->places[i + part]))
				break;
		r = add_pages(j, s, pfn + i, part, b);
	}
	return r;
}

/* All pages of an item. */
static int pack(struct compress_job *j, struct compress_scratch *s, const struct item *it, struct page_batch *b)
{
	struct page_run run;
	int r = 0;

	for (uint64_t pfn = it->pfn; b->count < it->count && !r; pfn += run.count) {
		pages_run(j->ps, pfn, &run);
		if (!page_is_kept(run.state))
			continue;
		run.count = min_u64(run.count, it->count - b->count);
		r = add_run_pages(j, s, pfn, run.count, run.state, b);
	}
	return r;
}

static int run_item(void *arg, void *scratch, uint64_t item)
{
	struct compress_job *j = arg;
	struct page_batch *b;
	int r = page_writer_take(j->writer, item, &b);

	if (!r) {
		b->first = j->items[item].first;
		r = pack(j, scratch, &j->items[item], b);
	}
	if (r)
		page_writer_fail(j->writer, r);
	else
		r = page_writer_put(j->writer, item);
	return r;
}

int compress_pages(const struct compress_input *in, const struct page_sink *sink, struct progress *progress,
		   struct compressed *out)
{
	uint64_t page = pages_size(in->ps);
	struct compress_job j = {
		.ps = in->ps, .copy = { in->codec, in->copy_raw, page }, .codec = in->codec, .big_endian = in->big_endian,
		.per_item = max_u64(1, ITEM_BYTES / page), .per_read = max_u64(1, READ_BYTES / page),
	};
	struct page_writer_input writer = {
		.sink = sink, .page_bytes = page, .batch_pages = j.per_item, .threads = workers_threads(),
		.big_endian = in->big_endian, .desc_offset = in->desc_offset, .zero_offset = in->data_offset,
		.data_offset = in->data_offset + page,
	};
	struct workers_job work = {
		.run = run_item, .scratch_new = new_scratch, .scratch_free = free_scratch, .arg = &j,
		.progress = progress,
	};
	uint8_t *zero = calloc(1, page);
	int end, r = zero ? make_items(&j, in->first_pfn, in->end_pfn) : -ENOMEM;

	if (!r)
		r = page_writer_new(&writer, &j.writer);
	if (r)
		goto out_free;
	work.items = j.nitems;
	r = sink->put(sink->arg, zero, page, writer.zero_offset);
	if (!r) {
		r = workers_run(&work);
		end = page_writer_finish(j.writer, &out->end, &out->damaged);
		out->damaged += j.lost;
		r = r ? r : end;
	}
out_free:
	page_writer_free(j.writer);
	free(j.items);
	free(zero);
	return r;
}
