/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/compress_pages.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/codec.h"
#include "formats/write/page_copy.h"

/* Work is handed out in items of about this much memory. */
#define ITEM_BYTES (512u << 10)
/* Pages are read so many bytes at a time: they are compressed while the CPU still has them at hand. */
#define READ_BYTES (128u << 10)

struct item {
	uint64_t pfn;			/* where to look for its pages */
	uint64_t first;			/* number of kept pages before it */
	uint64_t count;
};

struct compress_job {
	const struct pages *ps;
	struct page_copy copy;
	enum codec codec;
	bool big_endian;
	uint64_t desc_offset, zero_offset;	/* in the file: of the first descriptor, of the shared page */
	const struct page_sink *sink;
	struct item *items;
	size_t nitems, cap;
	uint64_t per_item, per_read, kept;
	/* data is laid out in page order: an item gets its place when all before it have theirs */
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint64_t next_item, next_offset;
	int error;			/* of the item that failed first */
	_Atomic uint64_t damaged;
};

/* One thread's own. */
struct compress_scratch {
	uint8_t *in, *out, *descs;
	uint32_t *flags;		/* of each page of the item: codec, or one of the marks below */
	struct page_place *places;
	struct codec_ctx *ctx;
};

#define MARK_ZERO	0x80000000u
#define MARK_DAMAGED	0x40000000u

static int add_run(void *arg, uint64_t first, uint64_t count)
{
	struct compress_job *j = arg;

	while (count) {
		struct item *last = j->nitems ? &j->items[j->nitems - 1] : NULL;
		uint64_t n;

		if (!last || last->count == j->per_item) {
			if (j->nitems == j->cap) {
				size_t cap = j->cap ? j->cap * 2 : 64;
				struct item *items = reallocarray(j->items, cap, sizeof(*items));

				if (!items)
					return -ENOMEM;
				j->items = items;
				j->cap = cap;
			}
			last = &j->items[j->nitems++];
			*last = (struct item){ .pfn = first, .first = j->kept };
		}
		n = min_u64(count, j->per_item - last->count);
		last->count += n;
		j->kept += n;
		first += n;
		count -= n;
	}
	return 0;
}

static void free_scratch(void *arg)
{
	struct compress_scratch *s = arg;

	if (!s)
		return;
	free(s->in);
	free(s->out);
	free(s->descs);
	free(s->flags);
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
	s->out = malloc(j->per_item * page);
	s->descs = malloc(j->per_item * KDUMP_DESC_BYTES);
	s->flags = malloc(j->per_item * sizeof(*s->flags));
	s->places = malloc(j->per_item * sizeof(*s->places));
	s->ctx = codec_ctx_new();
	if (!s->in || !s->out || !s->descs || !s->flags || !s->places || !s->ctx) {
		free_scratch(s);
		return NULL;
	}
	return s;
}

/* One page that was read. */
static int compress_page(struct compress_job *j, struct compress_scratch *s, const uint8_t *in, uint8_t *out,
			 size_t *len, uint32_t *flags)
{
	uint64_t page = pages_size(j->ps);
	ssize_t n = 0;

	if (bytes_are_zero(in, page)) {
		*flags = MARK_ZERO;
		return 0;
	}
	if (j->codec != CODEC_NONE) {
		n = codec_compress(s->ctx, j->codec, in, page, out);
		if (n < 0)
			return (int)n;
	}
	*flags = n ? j->codec : CODEC_NONE;
	*len = n ? (size_t)n : page;
	if (!n)
		memcpy(out, in, page);
	return 0;
}

/*
 * Copy the pages from place i on, of n, that are stored as they are wanted, and pass over zero pages between them: how
 * many in all. out has room for a page each. 0: the first one has to be read.
 */
static uint64_t copy_stored(struct compress_job *j, struct compress_scratch *s, uint64_t i, uint64_t n, uint32_t *flags,
			    uint8_t *descs, uint8_t *out, size_t *used)
{
	struct page_place *places = s->places + i;
	uint64_t done = 0;
	size_t len = 0;

	for (; done < n - i; done++) {
		enum copy_kind kind = page_copy_kind(&j->copy, &places[done], s->ctx);

		if (kind == COPY_NOT)
			break;
		if (kind == COPY_ZERO)
			places[done].len = 0;
		flags[done] = kind == COPY_ZERO ? MARK_ZERO : places[done].codec;
		put_u32(descs + done * KDUMP_DESC_BYTES + 8, places[done].len, j->big_endian);
		len += places[done].len;
	}
	if (page_copy_read(places, 0, out, len))
		return 0;
	*used += len;
	return done;
}

/* n pages that are not copied: read together, or one by one when one of them cannot be read. Only damage is a mark in the
 * output. */
static int pack_pages(struct compress_job *j, struct compress_scratch *s, uint64_t pfn, uint64_t n, uint32_t *flags,
		      uint8_t *descs, size_t *used)
{
	int all = pages_read_run(j->ps, pfn, n, s->in), one = all, r = 0;
	uint64_t page = pages_size(j->ps);

	for (uint64_t i = 0; i < n && !r; i++) {
		const uint8_t *in = all ? s->in : s->in + i * page;
		size_t len = 0;

		if (all && n > 1)
			one = pages_read_run(j->ps, pfn + i, 1, s->in);
		if (error_is_passing(one))
			return one;
		if (one)
			flags[i] = MARK_DAMAGED;
		else
			r = compress_page(j, s, in, s->out + *used, &len, &flags[i]);
		put_u32(descs + i * KDUMP_DESC_BYTES + 8, (uint32_t)len, j->big_endian);
		*used += len;
	}
	return r;
}

/* n pages without data of their own. */
static void mark_pages(struct compress_job *j, struct compress_scratch *s, uint64_t done, uint64_t n, uint32_t mark)
{
	for (uint64_t i = done; i < done + n; i++) {
		s->flags[i] = mark;
		put_u32(s->descs + i * KDUMP_DESC_BYTES + 8, 0, j->big_endian);
	}
}

/* The same for the n pages of a run, which are preceded by done others. */
static int pack_run(struct compress_job *j, struct compress_scratch *s, uint64_t pfn, uint64_t n, enum page_state state,
		    uint64_t done, size_t *used)
{
	bool may_copy = j->ps->ops->places && j->codec != CODEC_NONE;
	uint64_t lost, part;
	int r = 0;

	if (state == PAGE_ZERO) {
		mark_pages(j, s, done, n, MARK_ZERO);
		return 0;
	}
	lost = pages_lost(j->ps, pfn, n);
	mark_pages(j, s, done, lost, MARK_DAMAGED);
	done += lost;
	pfn += lost;
	n -= lost;
	if (may_copy && n)
		j->ps->ops->places(j->ps, pfn, n, s->places);
	for (uint64_t i = 0; i < n && !r; i += part) {
		uint32_t *flags = &s->flags[done + i];
		uint8_t *descs = s->descs + (done + i) * KDUMP_DESC_BYTES;

		part = may_copy ? copy_stored(j, s, i, n, flags, descs, s->out + *used, used) : 0;
		if (part)
			continue;
		for (part = 1; i + part < n && part < j->per_read; part++)
			if (may_copy && page_copy_likely(&j->copy, &s->places[i + part]))
				break;
		r = pack_pages(j, s, pfn + i, part, flags, descs, used);
	}
	return r;
}

/* Flags, lengths and data of all pages of an item; *used bytes of data. */
static int pack(struct compress_job *j, struct compress_scratch *s, const struct item *it, size_t *used)
{
	uint64_t done = 0, pfn = it->pfn;
	struct page_run run;
	int r = 0;

	*used = 0;
	for (; done < it->count && !r; pfn += run.count) {
		pages_run(j->ps, pfn, &run);
		if (!page_is_kept(run.state))
			continue;
		run.count = min_u64(run.count, it->count - done);
		r = pack_run(j, s, pfn, run.count, run.state, done, used);
		done += run.count;
	}
	return r;
}

/* Wait until all items before this one have their place. When one of them failed: its error. */
static int wait_turn(struct compress_job *j, uint64_t item)
{
	int r;

	pthread_mutex_lock(&j->lock);
	while (j->next_item != item && !j->error)
		pthread_cond_wait(&j->turn, &j->lock);
	r = j->error;
	pthread_mutex_unlock(&j->lock);
	return r;
}

static void end_turn(struct compress_job *j)
{
	pthread_mutex_lock(&j->lock);
	j->next_item++;
	pthread_cond_broadcast(&j->turn);
	pthread_mutex_unlock(&j->lock);
}

static void give_up(struct compress_job *j, int error)
{
	pthread_mutex_lock(&j->lock);
	if (!j->error)
		j->error = error;
	pthread_cond_broadcast(&j->turn);
	pthread_mutex_unlock(&j->lock);
}

/* Descriptors, now that the place of the data is known: struct page_desc of makedumpfile's diskdump_mod.h. */
static void put_descs(struct compress_job *j, struct compress_scratch *s, const struct item *it, uint64_t offset)
{
	uint64_t page = pages_size(j->ps);

	for (uint64_t i = 0; i < it->count; i++) {
		uint8_t *d = s->descs + i * KDUMP_DESC_BYTES;
		uint32_t len = get_u32(d + 8, j->big_endian), flags = s->flags[i];
		uint64_t at = offset;

		if (flags & MARK_ZERO) {
			at = j->zero_offset;
			put_u32(d + 8, (uint32_t)page, j->big_endian);
			flags = CODEC_NONE;
		}
		if (flags & MARK_DAMAGED) {
			j->damaged++;
			memset(d, 0, KDUMP_DESC_BYTES);
			continue;
		}
		put_u64(d, at, j->big_endian);
		put_u32(d + 12, flags, j->big_endian);
		put_u64(d + 16, 0, j->big_endian);
		offset += len;
	}
}

static int put_item(struct compress_job *j, struct compress_scratch *s, const struct item *it, size_t used,
		    uint64_t offset)
{
	int r;

	put_descs(j, s, it, offset);
	r = used ? j->sink->put(j->sink->arg, s->out, used, offset) : 0;
	return r ? r : j->sink->put(j->sink->arg, s->descs, it->count * KDUMP_DESC_BYTES,
				    j->desc_offset + it->first * KDUMP_DESC_BYTES);
}

static int run_item(void *arg, void *scratch, uint64_t item)
{
	struct compress_job *j = arg;
	struct compress_scratch *s = scratch;
	const struct item *it = &j->items[item];
	uint64_t offset;
	size_t used;
	int r = pack(j, s, it, &used);

	if (!r)
		r = wait_turn(j, item);
	if (!r) {
		/* ours alone until the turn ends */
		offset = j->next_offset;
		j->next_offset += used;
		if (j->sink->in_order)
			r = put_item(j, s, it, used, offset);
		if (!r)
			end_turn(j);
	}
	if (!r && !j->sink->in_order)
		r = put_item(j, s, it, used, offset);
	if (r)
		give_up(j, r);
	return r;
}

int compress_pages(const struct compress_input *in, const struct page_sink *sink, struct progress *progress,
		   struct compressed *out)
{
	uint64_t page = pages_size(in->ps);
	struct compress_job j = {
		.ps = in->ps, .copy = { in->codec, in->copy_raw, page }, .codec = in->codec, .big_endian = in->big_endian, .sink = sink,
		.desc_offset = in->desc_offset, .zero_offset = in->data_offset, .next_offset = in->data_offset + page,
		.per_item = max_u64(1, ITEM_BYTES / page), .per_read = max_u64(1, READ_BYTES / page),
		.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER,
	};
	struct workers_job work = {
		.run = run_item, .scratch_new = new_scratch, .scratch_free = free_scratch, .arg = &j,
		.progress = progress,
	};
	uint8_t *zero = calloc(1, page);
	int r = zero ? pages_each_kept_in(in->ps, in->first_pfn, in->end_pfn, add_run, &j) : -ENOMEM;

	if (r)
		goto out_free;
	work.items = j.nitems;
	r = sink->put(sink->arg, zero, page, j.zero_offset);
	if (!r)
		r = workers_run(&work);
	out->end = j.next_offset;
	out->damaged = j.damaged;
out_free:
	free(j.items);
	free(zero);
	return r;
}
