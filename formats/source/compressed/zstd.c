/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zstd around a dump: each frame is a chunk. Files with a seek table (zstd's contrib/seekable_format) have their list at the
 * end, others are walked by the headers of frames and blocks. Frames that do not tell their size are decompressed for it
 * once. A file with a frame that is too large for memory is unpacked as a whole or refused.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/compressed/zstd_frames.h"
#include "formats/source/parts/chunks.h"
#include "formats/source/parts/unpacked.h"

#define SEEKABLE_MAGIC 0x8f92eab1u
#define SEEK_TABLE 0x184d2a5eu		/* the skippable frame it is in */
#define SEEK_FOOTER 9u
#define SKIPPED_MAX 16			/* skippable frames before the first real one */
/* Compressed bytes read at once: a frame that is not longer is decompressed without a copy in between. */
#define READ_BYTES ((size_t)4 << 20)

enum zstd_kind { WHOLE, CUT };		/* chunk.kind */

struct zstd_file {
	struct chunked c;		/* first member */
	uint32_t *sums;			/* owned: of all chunks, from the seek table; NULL: none */
};

static int zstd_probe(const struct source *s)
{
	uint64_t off = 0;
	uint32_t magic = 0;
	uint8_t h[8];

	for (int i = 0; i < SKIPPED_MAX; i++) {
		ssize_t r = source_read_some(s, h, sizeof(h), off);

		if (r < 0)
			return (int)r;
		if (r < (ssize_t)sizeof(h))
			return 0;
		magic = get_u32(h, false);
		if (!zstd_is_skippable(magic))
			break;
		off += 8 + (uint64_t)get_u32(h + 4, false);
	}
	return zstd_is_magic(magic) && !zstd_is_skippable(magic);
}

/* --- decompressing */

/* A frame, or all there is, between two offsets of a file. */
struct zstd_stream {
	ZSTD_DCtx *z;
	uint8_t *buf;
	size_t room;
	ZSTD_inBuffer in;
	const struct source *inner;
	uint64_t at, end;
	const char *why;		/* it is damaged */
};

static int stream_open(struct zstd_stream *t, const struct source *inner, uint64_t at, uint64_t end)
{
	*t = (struct zstd_stream){ .inner = inner, .at = at, .end = end };
	t->room = (size_t)min_u64(READ_BYTES, end - at);
	t->z = ZSTD_createDCtx();
	t->buf = malloc(t->room ? t->room : 1);
	t->in.src = t->buf;
	return t->z && t->buf ? 0 : -ENOMEM;
}

static void stream_close(struct zstd_stream *t)
{
	ZSTD_freeDCtx(t->z);
	free(t->buf);
}

/* Fill o as far as it goes. 0: the frame is complete; 1: o is full, or, with *ended and room left in o, the bytes are at an
 * end inside of it; -EBADMSG: damaged; -errno: reading failed. */
static int stream_fill(struct zstd_stream *t, ZSTD_outBuffer *o, bool *ended)
{
	bool no_input = false;
	size_t left = 1;

	*ended = false;
	do {
		size_t before = o->pos;

		if (t->in.pos == t->in.size) {
			ssize_t n = source_read_some(t->inner, t->buf, (size_t)min_u64(t->room, t->end - t->at), t->at);

			if (n < 0)
				return (int)n;
			no_input = !n;
			t->at += (uint64_t)n;
			t->in.pos = 0;
			t->in.size = (size_t)n;
		}
		left = ZSTD_decompressStream(t->z, o, &t->in);
		if (ZSTD_isError(left)) {
			t->why = ZSTD_getErrorName(left);
			return -EBADMSG;
		}
		if (left && o->pos == before && (no_input || (o->pos == o->size && t->in.pos < t->in.size))) {
			*ended = o->pos < o->size;
			return 1;
		}
	} while (left);
	return 0;
}

static ssize_t zstd_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	const struct zstd_file *f = (const struct zstd_file *)c;
	ZSTD_outBuffer o = { .dst = out, .size = len };
	struct zstd_stream t;
	bool ended = false;
	int r = stream_open(&t, c->inner, c->list[i].at, c->list[i + 1].at);

	if (!r)
		r = stream_fill(&t, &o, &ended);
	stream_close(&t);
	if (r == -ENOMEM)
		return r;
	if (c->list[i].kind == CUT)
		return (ssize_t)o.pos;
	if (r < 0)
		return chunked_damaged(c, i, r == -EBADMSG ? t.why : strerror(-r));
	if (r || o.pos != len)
		return chunked_damaged(c, i, r && !ended ? "the frame is longer than it says" : "the frame is shorter than it says");
	if (f->sums && (uint32_t)XXH64(out, len, 0) != f->sums[i])
		return chunked_damaged(c, i, "not what the checksum of the seek table says");
	return (ssize_t)len;
}

/* Bytes of content of a frame by decompressing it, up to what a chunk can be: more is -EFBIG. 0: it is complete; 1: cut off, and
 * counted as far as it goes; -EBADMSG: damaged; -errno. */
static int measure(const struct source *inner, const struct zstd_frame *f, uint64_t *content)
{
	const size_t room = ZSTD_DStreamOutSize();
	uint8_t *buf = malloc(room);
	struct zstd_stream t;
	bool ended = false;
	int r = stream_open(&t, inner, f->at, min_u64(f->end, inner->size));

	*content = 0;
	if (!buf)
		r = -ENOMEM;
	while (!r) {
		ZSTD_outBuffer o = { .dst = buf, .size = room };

		r = stream_fill(&t, &o, &ended);
		*content += o.pos;
		if (r != 1 || ended)
			break;
		r = *content > CHUNK_BYTES_MAX ? -EFBIG : 0;
	}
	stream_close(&t);
	free(buf);
	return r == -EIO ? -EBADMSG : r;
}

static int zstd_unpack(const struct source *inner, struct unpacked *to)
{
	const size_t room = ZSTD_DStreamOutSize();
	uint8_t *buf = malloc(room);
	struct source_pass p;
	struct zstd_stream t;
	bool ended = false;
	int r = stream_open(&t, inner, 0, inner->size), done = 1;

	pass_start(&p, inner, "zstd", unpacked_what(to));
	if (!buf)
		r = -ENOMEM;
	while (!r && (done || t.at < t.end || t.in.pos < t.in.size)) {
		ZSTD_outBuffer o = { .dst = buf, .size = room };

		done = stream_fill(&t, &o, &ended);
		r = unpacked_write(to, buf, o.pos);
		if (!r && (done < 0 || ended)) {
			log_warn("%s: zstd: %s near offset %#llx; what comes after is missing", inner->name,
				 done == -EBADMSG ? t.why : done < 0 ? strerror(-done) : "cut off",
				 (unsigned long long)(t.at - t.in.size + t.in.pos));
			r = 1;
		}
		pass_tick(&p, t.at - t.in.size + t.in.pos);
	}
	stream_close(&t);
	free(buf);
	return r;
}

/* --- the list */

/* The seek table: { compressed, content[, checksum] } for each frame, then their number, flags and a magic number, all in a
 * skippable frame. 1: it is there and fits to the file; 0: not; -errno. */
static int read_seek_table(struct zstd_file *f)
{
	const struct source *inner = f->c.inner;
	struct peek p = { .src = inner };
	const uint8_t *h;
	uint64_t n, table, entry, at = 0;
	bool sums;
	int r;

	if (inner->size < 8 + SEEK_FOOTER)
		return 0;
	r = peek_at(&p, inner->size - SEEK_FOOTER, SEEK_FOOTER, &h);
	if (r <= 0 || get_u32(h + 5, false) != SEEKABLE_MAGIC || h[4] & 0x7c)
		return r < 0 ? r : 0;
	n = get_u32(h, false);
	sums = h[4] & 0x80;
	entry = sums ? 12 : 8;
	table = n * entry + SEEK_FOOTER;
	if (!n || table + 8 > inner->size)
		return 0;
	r = peek_at(&p, inner->size - table - 8, 8, &h);
	if (r <= 0 || get_u32(h, false) != SEEK_TABLE || get_u32(h + 4, false) != table)
		return r < 0 ? r : 0;
	f->sums = sums ? malloc(n * sizeof(*f->sums)) : NULL;
	if (sums && !f->sums)
		return -ENOMEM;
	for (uint64_t i = 0; i < n && r > 0; i++) {
		r = peek_at(&p, inner->size - table + i * entry, (size_t)entry, &h);
		if (r <= 0)
			break;
		if (sums)
			f->sums[f->c.n] = get_u32(h + 8, false);
		if (chunked_add(&f->c, get_u32(h + 4, false), at, WHOLE))
			return -ENOMEM;
		at += get_u32(h, false);
	}
	return r > 0 ? at == inner->size - table - 8 : r;
}

static void forget_list(struct zstd_file *f)
{
	chunked_clear(&f->c);
	free(f->sums);
	f->sums = NULL;
}

/* -EFBIG: a frame is too large for a chunk; *content is what its header says. */
static int walk_frames(struct zstd_file *f, uint64_t *content, uint64_t *end)
{
	struct source *inner = f->c.inner;
	struct peek p = { .src = inner };
	struct zstd_frame frame;
	struct source_pass pass;
	int r = 1, s;

	pass_start(&pass, inner, "zstd", "an index of its frames");
	for (*end = 0; r > 0 && *end < inner->size; *end = frame.end) {
		r = zstd_frame_at(&p, *end, &frame);
		if (r < 0 && r != -EBADMSG)
			return fail(-r, "%s: zstd: read at offset %#llx: %s", inner->name, (unsigned long long)frame.end,
				    strerror(-r));
		if (frame.skippable && r > 0)
			continue;
		if (frame.has_dictionary)
			return fail(ENOTSUP, "%s: zstd: the frame at offset %#llx needs a dictionary: unpack it (zstd -D DICTIONARY -d)",
				    inner->name, (unsigned long long)frame.at);
		*content = frame.content == ZSTD_UNKNOWN ? 0 : frame.content;
		if (*content > CHUNK_BYTES_MAX)
			return -EFBIG;
		s = r > 0 && frame.content != ZSTD_UNKNOWN ? 0 : measure(inner, &frame, &frame.content);
		/* What comes after a damaged frame of unknown size cannot be placed; of it nothing can be trusted, but of one
		 * that was cut off all. */
		if (s == -EBADMSG || (s == 1 && r))
			r = -EBADMSG;
		s = s < 0 && s != -EBADMSG ? s :
		    r >= 0 ? chunked_add(&f->c, frame.content, frame.at, r > 0 ? WHOLE : CUT) : 0;
		if (s)
			return s;
		if (r <= 0)
			chunked_cut_short(&f->c, min_u64(frame.end, inner->size), r ? "no frame, or a damaged one," : "cut off");
		pass_tick(&pass, *end);
	}
	return 0;
}

static void zstd_free(struct chunked *c)
{
	struct zstd_file *f = (struct zstd_file *)c;

	free(f->sums);
	free(f);
}

static const struct chunked_ops zstd_chunked_ops = {
	.decode = zstd_decode,
	.free = zstd_free,
};

static int zstd_open(struct source *inner, struct source **out)
{
	struct unpack_how how = { .method = "zstd", .hint = "zstd -d", .unpack = zstd_unpack };
	struct zstd_file *f = calloc(1, sizeof(*f));
	uint64_t end = inner->size;
	char why[64];
	int r;

	if (!f) {
		source_close(inner);
		return -ENOMEM;
	}
	chunked_init(&f->c, &zstd_chunked_ops, inner, "zstd");
	r = read_seek_table(f);
	if (r <= 0 || f->c.largest > CHUNK_BYTES_MAX) {
		forget_list(f);
		r = r < 0 ? r : walk_frames(f, &how.size, &end);
	}
	if (r == -EFBIG) {
		f->c.inner = NULL;
		chunked_close(&f->c);
		if (how.size)
			snprintf(why, sizeof(why), "it has a frame of %llu MiB", (unsigned long long)(how.size >> 20));
		else
			snprintf(why, sizeof(why), "it has a frame of more than %d MiB", (int)(CHUNK_BYTES_MAX >> 20));
		how.why = why;
		return unpacked_open(inner, &how, out);
	}
	if (r >= 0 && !f->c.n)
		r = fail(EIO, "%s: zstd: nothing is in it", inner->name);
	if (r >= 0)
		r = chunked_finish(&f->c, min_u64(end, inner->size));
	if (r < 0) {
		chunked_close(&f->c);
		return r;
	}
	*out = &f->c.s;
	return 0;
}

const struct container_ops zstd_container = {
	.name = "zstd",
	.probe = zstd_probe,
	.open = zstd_open,
};
