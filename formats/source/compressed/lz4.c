/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lz4 around a dump: frames (lz4_Frame_format.md 1.6) of independent blocks, and legacy frames; each block is a chunk. Blocks tell
 * how long they are in the file, not what they hold: that is the frame's block size for all but the last one, as a rule.
 * Where it is not, each is decompressed for it once. Files with blocks that need the one before are unpacked as a whole or
 * refused.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <lz4.h>
#include <lz4frame.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/parts/chunks.h"
#include "formats/source/parts/peek.h"
#include "formats/source/parts/unpacked.h"

#define MAGIC 0x184d2204u
#define MAGIC_LEGACY 0x184c2102u
#define LEGACY_BLOCK ((uint32_t)8 << 20)
#define STORED 0x80000000u		/* in a block's length: it is not compressed */
#define READ_BYTES 65536u

enum { HAS_SUM = 1, IS_STORED = 2 };	/* chunk.kind */

struct lz4_file {
	struct chunked c;		/* first member */
};

struct lz4_frame {
	uint64_t at, first;		/* offsets: of its header, of its first block */
	bool legacy, linked, block_sums, content_sum;
	uint32_t block_size;
	uint64_t content;		/* claim; 0: unknown */
};

static bool is_skippable(uint32_t magic)
{
	return (magic & ~15u) == 0x184d2a50u;
}

static int lz4_probe(const struct source *s)
{
	uint8_t h[4];
	ssize_t r = source_read_some(s, h, sizeof(h), 0);

	if (r < 0)
		return (int)r;
	/* a skippable frame first: zstd_probe() has said that zstd does not follow, and nobody writes that with lz4 */
	return r == sizeof(h) && (get_u32(h, false) == MAGIC || get_u32(h, false) == MAGIC_LEGACY);
}

/* --- blocks */

/* The block whose length is at offset at, to out: bytes of content; -EBADMSG with *why: damaged; -errno. */
static ssize_t decode_block(const struct source *inner, uint64_t at, unsigned int kind, uint8_t *out, size_t cap,
			    const char **why)
{
	size_t sum = kind & HAS_SUM ? 4 : 0, len;
	uint8_t h[4], *buf;
	ssize_t r = source_read(inner, h, sizeof(h), at);

	*why = "cannot be read";
	if (r)
		return r;
	len = get_u32(h, false) & (kind & IS_STORED ? ~STORED : ~0u);
	if (len > (size_t)LZ4_compressBound((int)LEGACY_BLOCK))
		return -EBADMSG;
	buf = malloc(len + sum);
	if (!buf)
		return -ENOMEM;
	r = source_read(inner, buf, len + sum, at + 4);
	if (!r && sum && get_u32(buf + len, false) != XXH32(buf, len, 0)) {
		*why = "not what its checksum says";
		r = -EBADMSG;
	}
	if (!r && kind & IS_STORED) {
		r = (ssize_t)min_u64(len, cap);
		memcpy(out, buf, (size_t)r);
	} else if (!r) {
		r = LZ4_decompress_safe((char *)buf, (char *)out, (int)len, (int)cap);
		*why = "damaged";
		r = r < 0 ? -EBADMSG : r;
	}
	free(buf);
	return r;
}

static ssize_t lz4_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	const char *why;
	ssize_t r = decode_block(c->inner, c->list[i].at, c->list[i].kind, out, len, &why);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return chunked_damaged(c, i, why);
	if ((size_t)r != len)
		return chunked_damaged(c, i, "smaller than those of its frame are: -o unpack can read such files");
	return r;
}

/* --- unpacking all */

static int unpack_stream(LZ4F_dctx *z, const struct source *inner, uint8_t *in, uint8_t *out, struct unpacked *to)
{
	struct source_pass pass;
	uint64_t at = 0;
	size_t left = 0;
	int r = 0;

	pass_start(&pass, inner, "lz4", unpacked_what(to));
	while (!r) {
		ssize_t n = source_read_some(inner, in, READ_BYTES, at);
		size_t used = 0, made = 0;

		if (n < 0)
			return fail((int)-n, "%s: lz4: read at offset %#llx: %s", inner->name, (unsigned long long)at,
				    strerror((int)-n));
		if (!n)
			break;
		while (!r && (used < (size_t)n || made == READ_BYTES) && !LZ4F_isError(left)) {
			size_t take = (size_t)n - used, hint;

			made = READ_BYTES;
			hint = LZ4F_decompress(z, out, &made, in + used, &take, NULL);
			/* after a frame, without anything: it waits for another one */
			if (take || made || LZ4F_isError(hint))
				left = hint;
			used += take;
			if (!LZ4F_isError(left))
				r = unpacked_write(to, out, made);
		}
		at += used;
		if (LZ4F_isError(left))
			break;
		pass_tick(&pass, at);
	}
	if (r || !left)
		return r;
	log_warn("%s: lz4: %s near offset %#llx; what comes after is missing", inner->name,
		 LZ4F_isError(left) ? LZ4F_getErrorName(left) : "cut off", (unsigned long long)at);
	return 1;
}

static int lz4_unpack(const struct source *inner, struct unpacked *to)
{
	uint8_t *in = malloc(READ_BYTES), *out = malloc(READ_BYTES);
	LZ4F_dctx *z = NULL;
	int r = -ENOMEM;

	if (in && out && !LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)))
		r = unpack_stream(z, inner, in, out, to);
	LZ4F_freeDecompressionContext(z);
	free(in);
	free(out);
	return r;
}

/* --- the list */

/* 1; 0: the file ends in it; -EBADMSG: no frame, or damaged; -ENOTSUP, logged; -errno. Skippable: block_size is 0, and first
 * where it ends. */
static int frame_header(struct peek *p, uint64_t at, struct lz4_frame *f)
{
	const uint8_t *h;
	unsigned int flags, len;
	int r = peek_at(p, at, 4, &h);

	*f = (struct lz4_frame){ .at = at, .first = at + 4 };
	if (r <= 0)
		return r;
	if (get_u32(h, false) == MAGIC_LEGACY) {
		f->legacy = true;
		f->block_size = LEGACY_BLOCK;
		return 1;
	}
	r = peek_at(p, at, 8, &h);
	if (r <= 0)
		return r;
	if (is_skippable(get_u32(h, false))) {
		f->first = at + 8 + get_u32(h + 4, false);
		return f->first <= p->src->size;
	}
	flags = h[4];
	if (get_u32(h, false) != MAGIC || flags >> 6 != 1 || flags & 2 || h[5] & 0x8f || h[5] >> 4 < 4)
		return -EBADMSG;
	f->block_size = 256u << 2 * (h[5] >> 4);
	f->linked = !(flags & 32);
	f->block_sums = flags & 16;
	f->content_sum = flags & 4;
	len = 2 + (flags & 8) + (flags & 1 ? 4 : 0);
	r = peek_at(p, at, 4 + len + 1, &h);
	if (r <= 0)
		return r;
	if (h[4 + len] != (XXH32(h + 4, len, 0) >> 8 & 0xff))
		return -EBADMSG;
	if (flags & 1)
		return fail(ENOTSUP, "%s: lz4: the frame at offset %#llx needs a dictionary", p->src->name, (unsigned long long)at);
	f->content = flags & 8 ? get_u64(h + 6, false) : 0;
	f->first = at + 4 + len + 1;
	return 1;
}

/* Results of a walk besides 0 and -errno. */
enum { WALK_AGAIN = 1, WALK_CUT, WALK_LINKED };

struct lz4_walk {
	struct lz4_file *f;
	struct peek p;
	struct source_pass pass;
	bool exact;			/* each block is decompressed for its size */
	bool damaged;			/* one that was: what comes after it cannot be placed */
	uint8_t *buf;			/* owned, of room bytes: for that */
	size_t room;
	uint64_t pending;		/* the last block of this frame so far: its size is not known yet; 0: none */
	unsigned int kind;		/* its kind */
	uint64_t before;		/* content in the frames before */
};

static int measure(struct lz4_walk *w, const struct lz4_frame *fr, uint64_t *content)
{
	const char *why;
	ssize_t r;

	if (w->room < fr->block_size) {
		free(w->buf);
		w->room = fr->block_size;
		w->buf = malloc(w->room);
		if (!w->buf) {
			w->room = 0;
			return -ENOMEM;
		}
	}
	r = decode_block(w->f->c.inner, w->pending, w->kind, w->buf, fr->block_size, &why);
	if (r == -ENOMEM)
		return (int)r;
	/* Damaged: as long as most are, so that it is found to be damaged by who reads it. */
	*content = r < 0 ? fr->block_size : (uint64_t)r;
	w->damaged = r < 0;
	return 0;
}

/* The pending block goes to the list (WALK_CUT: and it is the last one); last: nothing comes after it in its frame, whose sum the header may know. */
static int add_pending(struct lz4_walk *w, const struct lz4_frame *fr, bool last)
{
	uint64_t content = fr->block_size, sum = w->f->c.s.size - w->before;
	int r = 0;

	if (!w->pending)
		return 0;
	if (last && fr->content && !w->exact && fr->content > sum && fr->content - sum <= fr->block_size)
		content = fr->content - sum;
	else if (last && fr->content && !w->exact)
		return WALK_AGAIN;
	else if (last || w->exact)
		r = measure(w, fr, &content);
	if (!r)
		r = chunked_add(&w->f->c, content, w->pending, w->kind);
	w->pending = 0;
	return r ? r : w->damaged ? WALK_CUT : 0;
}

/* *at is the first block, and then where the frame ends. */
static int walk_blocks(struct lz4_walk *w, const struct lz4_frame *fr, uint64_t *at)
{
	uint32_t most = fr->legacy ? (uint32_t)LZ4_compressBound((int)LEGACY_BLOCK) : fr->block_size, len, stored;
	const uint8_t *h;
	uint64_t end;
	int r;

	for (size_t n = 0;; n++, *at = end) {
		r = peek_at(&w->p, *at, 4, &h);
		if (r < 0)
			return r;
		if (r == 0 && fr->legacy && *at == w->p.src->size)
			return add_pending(w, fr, true);
		if (r == 0)
			break;
		len = get_u32(h, false);
		if (fr->legacy ? len == MAGIC || len == MAGIC_LEGACY || is_skippable(len) : !len) {
			*at += fr->legacy ? 0 : fr->content_sum ? 8 : 4;
			return add_pending(w, fr, true);
		}
		stored = fr->legacy ? 0 : len & STORED;
		len &= ~stored;
		end = *at + 4 + len + (fr->block_sums ? 4 : 0);
		if (!len || len > most || end > w->p.src->size)
			break;
		if (n && fr->linked)
			return WALK_LINKED;
		r = add_pending(w, fr, false);
		if (r)
			return r;
		if (stored && len < fr->block_size) {
			r = chunked_add(&w->f->c, len, *at, IS_STORED | (fr->block_sums ? HAS_SUM : 0));
		} else {
			w->pending = *at;
			w->kind = (stored ? IS_STORED : 0) | (fr->block_sums ? HAS_SUM : 0);
		}
		if (r)
			return r;
		pass_tick(&w->pass, *at);
	}
	/* Nothing is known of the last block: it is looked into. */
	w->exact = true;
	r = add_pending(w, fr, true);
	return r ? r : WALK_CUT;
}

static int walk_frames(struct lz4_walk *w, uint64_t *at)
{
	struct chunked *c = &w->f->c;
	struct lz4_frame fr;
	int r = 0;

	chunked_clear(c);
	w->p = (struct peek){ .src = c->inner };
	w->pending = 0;
	pass_start(&w->pass, c->inner, "lz4", "an index");
	for (*at = 0; *at < c->inner->size && !r;) {
		r = frame_header(&w->p, *at, &fr);
		if (r < 0 && r != -EBADMSG)
			return r;
		if (r <= 0) {
			chunked_cut_short(c, *at, r ? "no lz4 frame" : "cut off");
			return 0;
		}
		w->before = c->s.size;
		*at = fr.first;
		r = fr.block_size ? walk_blocks(w, &fr, at) : 0;
		/* the sum of a frame of which the last block was stored, and shorter than others */
		if (!r && !w->exact && fr.content && c->s.size - w->before != fr.content)
			r = WALK_AGAIN;
	}
	if (r == WALK_CUT)
		chunked_cut_short(c, min_u64(*at, c->inner->size), *at < c->inner->size ? "cut off or damaged" : "cut off");
	return r == WALK_CUT ? 0 : r;
}

static void lz4_free(struct chunked *c)
{
	free(c);
}

static const struct chunked_ops lz4_chunked_ops = {
	.decode = lz4_decode,
	.free = lz4_free,
};

static int lz4_open(struct source *inner, struct source **out)
{
	static const struct unpack_how how = {
		.method = "lz4",
		.why = "its blocks depend on each other (lz4 -BD)",
		.hint = "lz4 -d",
		.unpack = lz4_unpack,
	};
	struct lz4_file *f = calloc(1, sizeof(*f));
	struct lz4_walk *w = calloc(1, sizeof(*w));
	uint64_t end = 0;
	int r = -ENOMEM;

	if (!f || !w) {
		source_close(inner);
		free(f);
		free(w);
		return r;
	}
	chunked_init(&f->c, &lz4_chunked_ops, inner, "lz4");
	w->f = f;
	r = walk_frames(w, &end);
	if (r == WALK_AGAIN) {
		w->exact = true;
		r = walk_frames(w, &end);
	}
	free(w->buf);
	free(w);
	if (r == WALK_LINKED) {
		f->c.inner = NULL;
		chunked_close(&f->c);
		return unpacked_open(inner, &how, out);
	}
	if (!r && !f->c.n)
		r = fail(EIO, "%s: lz4: nothing is in it", inner->name);
	if (!r)
		r = chunked_finish(&f->c, min_u64(end, inner->size));
	if (r) {
		chunked_close(&f->c);
		return r < 0 ? r : -EIO;
	}
	*out = &f->c.s;
	return 0;
}

const struct container_ops lz4_container = {
	.name = "lz4",
	.probe = lz4_probe,
	.open = lz4_open,
};
