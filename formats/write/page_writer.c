/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/page_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/*
 * Page data is put up to multiples of this. What lies in between is copied, on the average half of it a batch, but page
 * caches of large folios take pieces like these in half of the time that pieces of any size and place take.
 */
#define PIECE_BYTES	((size_t)64 << 10)
#define DESCS_BYTES	((size_t)32 << 10)

struct slot {
	struct page_batch batch;
	uint8_t *memory;		/* batch.data is PIECE_BYTES behind it */
	bool packed;
};

struct page_writer {
	struct page_writer_input in;
	pthread_mutex_t lock;
	pthread_cond_t moved;		/* next or error have */
	struct slot *slots;		/* batch n is in slot n % nslots */
	unsigned int nslots;
	uint64_t next;			/* the first batch that is not put */
	bool putting;			/* a thread is at it; what follows is its own */
	int error;			/* the first one */
	uint64_t offset;		/* in the file: of the next page's data */
	uint64_t damaged;
	uint8_t *tail;			/* data before offset that is not put */
	size_t tail_bytes;
	uint8_t *descs;			/* descriptors that are not put: those of the last pages so far */
	size_t descs_bytes, descs_room;
	uint64_t desc_offset;		/* in the file: of the first of them */
};

int page_writer_new(const struct page_writer_input *in, struct page_writer **out)
{
	struct page_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->in = *in;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->moved, NULL);
	/* one that waits to be put, and one for a thread that is ahead */
	w->nslots = in->threads > 1 ? in->threads + 2 : 1;
	w->offset = in->data_offset;
	w->desc_offset = in->desc_offset;
	w->descs_room = max_u64(DESCS_BYTES, in->batch_pages * KDUMP_DESC_BYTES);
	w->slots = calloc(w->nslots, sizeof(*w->slots));
	w->tail = malloc(PIECE_BYTES);
	w->descs = malloc(w->descs_room);
	if (!w->slots || !w->tail || !w->descs) {
		page_writer_free(w);
		return -ENOMEM;
	}
	*out = w;
	return 0;
}

void page_writer_free(struct page_writer *w)
{
	if (!w)
		return;
	for (unsigned int i = 0; w->slots && i < w->nslots; i++) {
		free(w->slots[i].memory);
		free(w->slots[i].batch.descs);
		free(w->slots[i].batch.flags);
	}
	pthread_cond_destroy(&w->moved);
	pthread_mutex_destroy(&w->lock);
	free(w->slots);
	free(w->tail);
	free(w->descs);
	free(w);
}

/* Made when it is first needed: short files need few. */
static int make_slot(const struct page_writer *w, struct slot *s)
{
	s->memory = malloc(PIECE_BYTES + w->in.batch_pages * w->in.page_bytes);
	s->batch.descs = malloc(w->in.batch_pages * KDUMP_DESC_BYTES);
	s->batch.flags = malloc(w->in.batch_pages * sizeof(*s->batch.flags));
	if (!s->memory || !s->batch.descs || !s->batch.flags)
		return -ENOMEM;
	s->batch.data = s->memory + PIECE_BYTES;
	return 0;
}

int page_writer_take(struct page_writer *w, uint64_t number, struct page_batch **out)
{
	struct slot *s = &w->slots[number % w->nslots];
	int r;

	pthread_mutex_lock(&w->lock);
	while (number - w->next >= w->nslots && !w->error)
		pthread_cond_wait(&w->moved, &w->lock);
	r = w->error;
	pthread_mutex_unlock(&w->lock);
	/* after a failure it may still be another one's */
	if (!r && !s->batch.data)
		r = make_slot(w, s);
	if (r)
		return r;
	s->batch.used = s->batch.count = s->batch.first = 0;
	*out = &s->batch;
	return 0;
}

void page_writer_fail(struct page_writer *w, int error)
{
	pthread_mutex_lock(&w->lock);
	if (!w->error)
		w->error = error;
	pthread_cond_broadcast(&w->moved);
	pthread_mutex_unlock(&w->lock);
}

static int put(const struct page_writer *w, const void *buf, size_t n, uint64_t off)
{
	return n ? w->in.sink->put(w->in.sink->arg, buf, n, off) : 0;
}

static int put_tail(struct page_writer *w)
{
	int r = put(w, w->tail, w->tail_bytes, w->offset - w->tail_bytes);

	if (!r)
		w->tail_bytes = 0;
	return r;
}

/* The first n bytes of them. */
static int put_descs(struct page_writer *w, size_t n)
{
	int r = put(w, w->descs, n, w->desc_offset);

	if (r)
		return r;
	memmove(w->descs, w->descs + n, w->descs_bytes - n);
	w->descs_bytes -= n;
	w->desc_offset += n;
	return 0;
}

/* With what is left of those before it in front, and without what comes after the last border. */
static int put_data(struct page_writer *w, const struct page_batch *b)
{
	uint64_t from = w->offset - w->tail_bytes, end = w->offset + b->used;
	uint64_t border = end / PIECE_BYTES * PIECE_BYTES;
	uint8_t *data = b->data - w->tail_bytes;
	int r;

	if (border <= from) {
		memcpy(w->tail + w->tail_bytes, b->data, b->used);
		w->tail_bytes += b->used;
		w->offset = end;
		return 0;
	}
	memcpy(data, w->tail, w->tail_bytes);
	r = put(w, data, (size_t)(border - from), from);
	if (r)
		return r;
	w->tail_bytes = (size_t)(end - border);
	memcpy(w->tail, data + (border - from), w->tail_bytes);
	w->offset = end;
	return 0;
}

/* Now that the place of the data is known: struct page_desc of makedumpfile's diskdump_mod.h. */
static void finish_descs(struct page_writer *w, const struct page_batch *b)
{
	bool big = w->in.big_endian;
	uint64_t offset = w->offset;

	for (uint64_t i = 0; i < b->count; i++) {
		uint8_t *d = b->descs + i * KDUMP_DESC_BYTES;
		uint32_t len = get_u32(d + KDUMP_DESC_SIZE, big), flags = b->flags[i];
		uint64_t at = offset;

		if (flags & MARK_ZERO) {
			at = w->in.zero_offset;
			put_u32(d + KDUMP_DESC_SIZE, (uint32_t)w->in.page_bytes, big);
			flags = 0;
		}
		if (flags & MARK_DAMAGED) {
			w->damaged++;
			memset(d, 0, KDUMP_DESC_BYTES);
			continue;
		}
		put_u64(d, at, big);
		put_u32(d + KDUMP_DESC_FLAGS, flags, big);
		put_u64(d + 16, 0, big);
		offset += len;
	}
}

static int put_batch(struct page_writer *w, const struct page_batch *b)
{
	uint64_t at = w->in.desc_offset + b->first * KDUMP_DESC_BYTES;
	size_t bytes = b->count * KDUMP_DESC_BYTES;
	int r = 0;

	/* descriptors never go before their data: a file that ends early then has none that lead nowhere */
	if (at != w->desc_offset + w->descs_bytes || w->descs_bytes + bytes > w->descs_room) {
		r = put_tail(w);
		if (!r)
			r = put_descs(w, w->descs_bytes);
		w->desc_offset = at;
	}
	finish_descs(w, b);
	if (!r)
		r = put_data(w, b);
	if (r)
		return r;
	memcpy(w->descs + w->descs_bytes, b->descs, bytes);
	w->descs_bytes += bytes;
	return 0;
}

int page_writer_put(struct page_writer *w, uint64_t number)
{
	struct slot *s;
	int r = 0;

	pthread_mutex_lock(&w->lock);
	w->slots[number % w->nslots].packed = true;
	while (!w->putting && !w->error && (s = &w->slots[w->next % w->nslots])->packed) {
		w->putting = true;
		pthread_mutex_unlock(&w->lock);
		r = put_batch(w, &s->batch);
		pthread_mutex_lock(&w->lock);
		w->putting = s->packed = false;
		if (r)
			w->error = r;
		else
			w->next++;
		pthread_cond_broadcast(&w->moved);
	}
	r = w->error;
	pthread_mutex_unlock(&w->lock);
	return r;
}

/* Bytes of descriptors, from the first one on, whose data has been put. */
static size_t descs_with_data(const struct page_writer *w)
{
	uint64_t end = w->offset - w->tail_bytes;
	bool big = w->in.big_endian;
	size_t n = 0;

	for (; n < w->descs_bytes; n += KDUMP_DESC_BYTES)
		if (get_u64(w->descs + n, big) + get_u32(w->descs + n + KDUMP_DESC_SIZE, big) > end)
			break;
	return n;
}

int page_writer_finish(struct page_writer *w, uint64_t *end, uint64_t *damaged)
{
	int r = w->error;

	if (!r)
		r = put_tail(w);
	if (r)
		put_descs(w, descs_with_data(w));
	else
		r = put_descs(w, w->descs_bytes);
	*end = w->offset;
	*damaged = w->damaged;
	return r;
}
