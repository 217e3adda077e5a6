/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A framing stream (google/snappy: framing_format.txt) is a list of chunks: type, u24 length, then for data a masked
 * CRC-32C of at most 64 KiB, and these compressed (type 0) or as they are (type 1). Where the chunks of a block are is
 * found when the block is first read, from their headers; one chunk is decoded at a time.
 */
#include "formats/raw/avml.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/cache.h"
#include "base/crc32c.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/codec.h"
#include "base/vector.h"

#define CHUNK_HEADER 4u
#define CHUNK_CRC 4u
#define CHUNK_BYTES 65536u		/* that a chunk holds at most */
#define STORED_MAX (CHUNK_CRC + 32 + CHUNK_BYTES + CHUNK_BYTES / 6)	/* what snappy makes of these at worst */
#define HEAD_BYTES (CHUNK_HEADER + CHUNK_CRC + 3)	/* up to the length that a compressed block begins with */
/* Streams whose chunks are smaller on average are not believed: their list would be larger than they are. */
#define CHUNK_BYTES_MEAN 512u

enum { CHUNK_COMPRESSED = 0x00, CHUNK_PLAIN = 0x01, CHUNK_SKIPPABLE = 0x80, CHUNK_STREAM_ID = 0xff };

struct avml_chunk {
	uint64_t at;			/* in the stream: of its header */
	uint64_t start;			/* in the block: of its first byte */
};

/* The chunks of a block that have data, and one that begins where the last one ends. */
struct chunk_list {
	struct avml_chunk *chunks;	/* owned */
	size_t n, cap;			/* n: without the last one */
	const char *trouble;		/* why there are no more; NULL: the stream ended */
};

struct avml_block {
	uint64_t offset, len;		/* of the stream in the file */
	uint64_t start;			/* decoded number of its first byte */
	_Atomic(struct chunk_list *) list;	/* owned; NULL: nobody read it yet */
};

/* Chunks that were decoded last: what reads single pages would decode the same one 16 times. */
#define KEPT_CHUNKS 64u

struct avml {
	const struct source *src;	/* borrowed */
	struct avml_block *blocks;		/* owned */
	size_t n, cap;
	uint64_t end;			/* decoded number behind the last one */
	unsigned long damaged;		/* for fail_counted() */
	struct cache *chunks;		/* owned; by decoded numbers */
};

static cache_make make_chunk;

struct avml *avml_new(const struct source *src)
{
	struct avml *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->src = src;
	a->end = AVML_DECODED;
	a->chunks = cache_new(KEPT_CHUNKS * CHUNK_BYTES, make_chunk, a);
	if (a->chunks)
		return a;
	avml_free(a);
	return NULL;
}

static void free_list(struct chunk_list *l)
{
	if (l)
		free(l->chunks);
	free(l);
}

void avml_free(struct avml *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++)
		free_list(atomic_load(&a->blocks[i].list));
	cache_free(a->chunks);
	free(a->blocks);
	free(a);
}

int avml_add(struct avml *a, uint64_t offset, uint64_t len, uint64_t size, uint64_t *decoded)
{
	int r;

	if (size > UINT64_MAX - a->end)
		return -ERANGE;
	r = vector_push(a->blocks, a->n, a->cap, (struct avml_block){ .offset = offset, .len = len, .start = a->end });
	if (r)
		return r;
	*decoded = a->end;
	a->end += size;
	return 0;
}

/* The preamble of a snappy block: its length when it is decoded, 7 bits a byte. 0: not one that can be. */
static uint64_t snappy_length(const uint8_t b[3])
{
	uint64_t v = b[0] & 0x7f;

	if (b[0] & 0x80)
		v |= (uint64_t)(b[1] & 0x7f) << 7;
	if ((b[0] & 0x80) && (b[1] & 0x80))
		v |= (uint64_t)(b[2] & 0x7f) << 14;
	return v <= CHUNK_BYTES && !((b[0] & 0x80) && (b[1] & 0x80) && (b[2] & 0x80)) ? v : 0;
}

struct chunk_head {
	uint64_t stored;		/* bytes after its header */
	uint64_t bytes;			/* that it holds; 0: none */
	bool compressed;
};

/* left: bytes of the stream from the header on; n of them were read, HEAD_BYTES unless there are less. NULL, or what is
 * wrong. */
static const char *parse_head(const uint8_t *b, size_t n, uint64_t left, struct chunk_head *h)
{
	*h = (struct chunk_head){ 0 };
	if (n < CHUNK_HEADER)
		return "ends inside a chunk header";
	h->stored = get_u32(b, false) >> 8;
	if (h->stored > left - CHUNK_HEADER)
		return "ends inside a chunk";
	if (b[0] >= CHUNK_SKIPPABLE)
		return b[0] != CHUNK_STREAM_ID || (h->stored == 6 && n >= 10 && !memcmp(b + 4, "sNaPpY", 6)) ? NULL :
		       "has a damaged stream identifier";
	if (b[0] > CHUNK_PLAIN)
		return "has a chunk of an unknown type";
	if (h->stored <= CHUNK_CRC || h->stored > STORED_MAX)
		return "has a chunk of impossible length";
	h->compressed = b[0] == CHUNK_COMPRESSED;
	if (!h->compressed)
		h->bytes = h->stored - CHUNK_CRC;
	else if (n >= HEAD_BYTES)
		h->bytes = snappy_length(b + CHUNK_HEADER + CHUNK_CRC);
	return h->bytes && h->bytes <= CHUNK_BYTES ? NULL : "has a chunk of impossible length";
}

/* Walks through the chunk headers of a stream. */
struct avml_walk {
	const struct source *src;
	uint64_t offset, len;		/* of the stream */
	uint64_t at;			/* of the current chunk */
	const char *trouble;
	struct chunk_head head;		/* of the current chunk */
	uint8_t raw[HEAD_BYTES];
	size_t n;			/* bytes in raw */
};

/* The chunk at w->at: 1; 0: the stream is over, or w->trouble says what is wrong. */
static int walk_look(struct avml_walk *w)
{
	ssize_t n;

	if (w->at >= w->len)
		return 0;
	n = source_read_some(w->src, w->raw, (size_t)min_u64(HEAD_BYTES, w->len - w->at), w->offset + w->at);
	w->n = n < 0 ? 0 : (size_t)n;
	w->trouble = n < 0 ? "cannot be read" : parse_head(w->raw, w->n, w->len - w->at, &w->head);
	return !w->trouble;
}

static void walk_next(struct avml_walk *w)
{
	w->at += CHUNK_HEADER + w->head.stored;
}

uint64_t avml_count(const struct source *src, uint64_t offset, uint64_t len)
{
	struct avml_walk w = { .src = src, .offset = offset, .len = len };
	uint64_t bytes = 0;

	for (; walk_look(&w); walk_next(&w))
		bytes += w.head.bytes;
	return bytes;
}

uint64_t avml_stream_length(const struct source *src, uint64_t offset)
{
	struct avml_walk w = { .src = src, .offset = offset, .len = src->size - offset };

	for (;; walk_next(&w)) {
		bool more = walk_look(&w);

		/* no chunk begins with that, but by a checksum of almost nothing but zeroes */
		if (w.at && w.n >= AVML_TRAILER && get_u64(w.raw, false) == w.at)
			return w.at;
		if (!more)
			return 0;
	}
}

static struct chunk_list *list_chunks(const struct source *src, const struct avml_block *b)
{
	struct avml_walk w = { .src = src, .offset = b->offset, .len = b->len };
	uint64_t max = b->len / CHUNK_BYTES_MEAN + 64, start = 0;
	struct chunk_list *l = calloc(1, sizeof(*l));

	for (; l; walk_next(&w)) {
		bool more = walk_look(&w);

		if (more && !w.head.bytes)
			continue;
		if (l->n >= max) {
			w.trouble = "has too many small chunks";
			more = false;
		}
		if (vector_reserve(l->chunks, l->n, l->cap, 1))
			break;
		l->chunks[l->n] = (struct avml_chunk){ w.at, start };
		l->trouble = w.trouble;
		if (!more)
			return l;
		start += w.head.bytes;
		l->n++;
	}
	free_list(l);
	return NULL;
}

/* The list of a block, made by whoever needs it first; two at once both make it, and one is thrown away. */
static const struct chunk_list *chunks_of(const struct source *src, struct avml_block *b)
{
	struct chunk_list *l = atomic_load_explicit(&b->list, memory_order_acquire), *none = NULL;
	struct fault_watch watch;

	if (l)
		return l;
	fault_watch_begin(&watch);
	l = list_chunks(src, b);
	if (fault_watch_end(&watch)) {	/* what it shows is not what the file has */
		free_list(l);
		return NULL;
	}
	if (l && !atomic_compare_exchange_strong(&b->list, &none, l)) {
		free_list(l);
		l = none;
	}
	return l;
}

/* Index of the last of n > 0 starts, stride bytes from one to the next, that is not above x. */
static size_t find_last(const uint64_t *starts, size_t stride, size_t n, uint64_t x)
{
	return bisect_from(i, 1, n, *(const uint64_t *)((const char *)starts + i * stride) > x) - 1;
}

static size_t find_block(const struct avml *a, uint64_t at)
{
	return find_last(&a->blocks->start, sizeof(*a->blocks), a->n, at);
}

static size_t find_chunk(const struct chunk_list *l, uint64_t at)
{
	return find_last(&l->chunks->start, sizeof(*l->chunks), l->n, at);
}

/* As the framing format has it: a stored CRC of data that holds CRCs would be a bad check. */
static uint32_t masked(uint32_t crc)
{
	return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static int chunk_error(struct avml *a, const struct avml_block *b, const struct avml_chunk *c, int err,
		       const char *what)
{
	return fail_counted(&a->damaged, err, "%s: snappy chunk at offset %#llx: %s", a->src->name,
			    (unsigned long long)(b->offset + c->at), what);
}

/* All of a chunk into out, which has room for it. */
static int decode_chunk(struct avml *a, const struct avml_block *b, const struct avml_chunk *c, uint8_t *out)
{
	struct codec_ctx *ctx = codec_ctx_thread();
	uint8_t *in = ctx ? codec_ctx_buffer(ctx, CHUNK_HEADER + STORED_MAX) : NULL;
	uint64_t stored = min_u64(c[1].at - c->at, CHUNK_HEADER + STORED_MAX), bytes = c[1].start - c->start;
	struct chunk_head h;
	int r;

	if (!in)
		return -ENOMEM;
	if (source_read(a->src, in, stored, b->offset + c->at))
		return chunk_error(a, b, c, EIO, "cannot be read");
	if (parse_head(in, min_u64(stored, HEAD_BYTES), stored, &h) || h.bytes != bytes)
		return chunk_error(a, b, c, EIO, "is not what it was: the file changes");
	r = codec_decompress(ctx, h.compressed ? CODEC_SNAPPY : CODEC_NONE, in + CHUNK_HEADER + CHUNK_CRC,
			     h.stored - CHUNK_CRC, out, bytes);
	if (r)
		return chunk_error(a, b, c, EBADMSG, "its compressed data is damaged");
	if (masked(crc32c(out, bytes)) != get_u32(in + CHUNK_HEADER, false))
		return chunk_error(a, b, c, EBADMSG, "its checksum is wrong");
	return 0;
}

/* cache_make: the chunk that begins with this decoded byte. */
static ssize_t make_chunk(const void *arg, uint64_t start, uint8_t *data, size_t len)
{
	struct avml *a = (struct avml *)arg;	/* for its count of damage */
	struct avml_block *b = &a->blocks[find_block(a, start)];
	const struct chunk_list *l = chunks_of(a->src, b);
	int r = l ? decode_chunk(a, b, &l->chunks[find_chunk(l, start - b->start)], data) : -ENOMEM;

	return r ? r : (ssize_t)len;
}

/* What there is of n bytes from byte at of a block on, as far as one chunk has them. */
static int read_chunk(struct avml *a, struct avml_block *b, uint8_t *buf, uint64_t at, uint64_t *n)
{
	const struct chunk_list *l = chunks_of(a->src, b);
	const struct cache_block *whole;
	const struct avml_chunk *c;
	uint64_t bytes;
	int r;

	if (!l)
		return -ENOMEM;
	if (!l->n || at >= l->chunks[l->n].start)
		return chunk_error(a, b, &l->chunks[l->n], EIO,
				   l->trouble ? l->trouble : "the stream ends here, before all of its record");
	c = &l->chunks[find_chunk(l, at)];
	bytes = c[1].start - c->start;
	*n = min_u64(*n, bytes - (at - c->start));
	if (*n == bytes)
		return decode_chunk(a, b, c, buf);
	r = cache_get(a->chunks, b->start + c->start, bytes, &whole);
	if (r)
		return r;
	memcpy(buf, whole->data + (at - c->start), *n);
	cache_put(a->chunks, whole);
	return 0;
}

int avml_read(struct avml *a, void *buf, uint64_t n, uint64_t at)
{
	uint8_t *p = buf;
	uint64_t len;
	int r = 0;

	for (size_t i = find_block(a, at); n && !r; n -= len, at += len, p += len) {
		while (i + 1 < a->n && at >= a->blocks[i + 1].start)
			i++;
		len = i + 1 < a->n ? min_u64(n, a->blocks[i + 1].start - at) : n;
		r = read_chunk(a, &a->blocks[i], p, at - a->blocks[i].start, &len);
	}
	return r;
}
