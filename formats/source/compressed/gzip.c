/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip, or a bare zlib stream (LiME's compress=1), around a dump. Deflate has no index and no sizes: the file is read once when
 * it is opened, and at the ends of blocks, a MiB of content or more apart, what decompression needs to go on from there
 * is kept: the offset to the bit, and the 32 KiB before it (compressed again). Checksums are looked at in this pass.
 * Files of bgzip need none of this.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/source/compressed/bgzf.h"
#include "formats/source/compressed/inflate.h"
#include "formats/source/parts/chunks.h"

#define DISTANCE_MIN ((uint64_t)1 << 20)
/* Windows may take so much, and a byte for each page of the content: then every other point goes. */
#define WINDOWS_BYTES ((uint64_t)16 << 20)
#define PASS_BYTES 262144u
#define PROBE_BYTES 4096u

enum gzip_kind { MIDDLE, MEMBER };		/* chunk.kind, besides CHUNK_BGZF */

struct point {
	uint64_t start, at;
	uint8_t *window;		/* owned; NULL: at the beginning of a member */
	uint16_t packed;		/* bytes of window; as many as len: not compressed */
	uint16_t len;			/* bytes it stands for, up to 32768 */
	uint8_t bits;
};

struct gzip_file {
	struct chunked c;		/* first member */
	bool gzip;
	struct point *points;		/* owned: as many as chunks, unless they are bgzip's */
	size_t n, room;
	uint64_t windows;		/* bytes of all of them */
	uint64_t distance;
};

static int gzip_probe(const struct source *s)
{
	uint8_t h[4];
	ssize_t r = source_read_some(s, h, sizeof(h), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(h) && h[0] == 0x1f && h[1] == 0x8b && h[2] == 8 && !(h[3] & 0xe0);
}

/* zlib's memory for a probe. */
struct arena {
	size_t used;
	uint64_t bytes[65536 / 8];
};

static void *arena_alloc(void *opaque, uInt items, uInt size)
{
	struct arena *a = opaque;
	size_t n = (size_t)round_up_u64((uint64_t)items * size, 16);

	if (n > sizeof(a->bytes) - a->used)
		return NULL;
	a->used += n;
	return (uint8_t *)a->bytes + a->used - n;
}

static void arena_free(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

/* Two bytes are too little to go by: what follows must be a deflate stream too. */
static int zlib_probe(const struct source *s)
{
	uint8_t h[PROBE_BYTES], out[PROBE_BYTES];
	ssize_t n = source_read_some(s, h, sizeof(h), 0);
	struct arena a = { .used = 0 };
	z_stream z = { .zalloc = arena_alloc, .zfree = arena_free, .opaque = &a };
	uint64_t made = 0;
	int r = Z_OK;

	if (n < 0)
		return (int)n;
	if (n < 8 || (h[0] & 15) != Z_DEFLATED || h[0] >> 4 > 7 || h[1] & 32 || (h[0] << 8 | h[1]) % 31)
		return 0;
	if (inflateInit(&z) != Z_OK)
		return 0;
	z.next_in = h;
	z.avail_in = (uInt)n;
	while (r == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		r = inflate(&z, Z_NO_FLUSH);
		made += sizeof(out) - z.avail_out;
	}
	inflateEnd(&z);
	return (r == Z_STREAM_END || r == Z_BUF_ERROR) && made >= 64;
}

/* --- points */

/* Every other one goes. */
static void thin_out(struct gzip_file *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (i % 2 == 0) {
			f->points[kept++] = f->points[i];
			continue;
		}
		f->windows -= f->points[i].packed;
		free(f->points[i].window);
	}
	f->n = kept;
	f->distance *= 2;
}

static int pack_window(struct point *p, const uint8_t *window, struct libdeflate_compressor *packer)
{
	uint8_t buf[DEFLATE_WINDOW];
	size_t n = libdeflate_deflate_compress(packer, window, p->len, buf, p->len);

	p->packed = n && n < p->len ? (uint16_t)n : p->len;
	p->window = malloc(p->packed);
	if (!p->window)
		return -ENOMEM;
	memcpy(p->window, p->packed < p->len ? buf : window, p->packed);
	return 0;
}

static ssize_t unpack_window(const struct point *p, uint8_t *window)
{
	struct libdeflate_decompressor *d;
	enum libdeflate_result r;

	if (p->packed == p->len) {
		memcpy(window, p->window, p->len);
		return p->len;
	}
	d = libdeflate_alloc_decompressor();
	if (!d)
		return -ENOMEM;
	r = libdeflate_deflate_decompress(d, p->window, p->packed, window, p->len, NULL);
	libdeflate_free_decompressor(d);
	return r == LIBDEFLATE_SUCCESS ? p->len : -EIO;
}

/* The inflater is between two blocks, or (member) between two members. */
static int add_point(struct gzip_file *f, struct inflater *in, uint64_t start, bool member,
		     struct libdeflate_compressor *packer)
{
	struct point p = { .start = start, .at = inflater_offset(in) };
	uint8_t window[DEFLATE_WINDOW];
	uInt len = 0;
	int r;

	r = vector_reserve(f->points, f->n, f->room, 1);
	if (r)
		return r;
	if (!member) {
		p.bits = in->z.data_type & 7;
		if (inflateGetDictionary(&in->z, window, &len) != Z_OK)
			return -EIO;
		p.len = (uint16_t)len;
		if (len && pack_window(&p, window, packer))
			return -ENOMEM;
	}
	f->points[f->n++] = p;
	f->windows += p.packed;
	if (f->windows > WINDOWS_BYTES + start / 4096)
		thin_out(f);
	return 0;
}

/* Why the pass ended before the end; NULL: it did not. */
static const char *reason(int r)
{
	return r == INFLATE_CUT ? "cut off" : r == INFLATE_CHECK ? "the content is not what its checksum says," :
	       r == INFLATE_DAMAGED ? "damaged" : NULL;
}

/* The rest of the file after the last member is zeroes, or somebody should know. */
static void look_behind(const struct gzip_file *f, const struct inflater *in)
{
	uint64_t rest = f->c.inner->size - min_u64(inflater_offset(in), f->c.inner->size);

	if (rest)
		log_warn("%s: %s: %llu bytes after the end, at offset %#llx, are ignored", f->c.s.name, f->c.method,
			 (unsigned long long)rest, (unsigned long long)inflater_offset(in));
}

static int make_points(struct gzip_file *f, struct inflater *in, uint8_t *buf, struct libdeflate_compressor *packer,
		       uint64_t *size)
{
	uint64_t last = 0;
	struct source_pass pass;
	int r;

	f->distance = DISTANCE_MIN;
	*size = 0;
	pass_start(&pass, f->c.inner, f->c.method, "an index");
	r = add_point(f, in, 0, true, packer);
	while (!r) {
		bool member, block;

		in->z.next_out = buf;
		in->z.avail_out = PASS_BYTES;
		r = inflater_run(in, Z_BLOCK);
		*size += PASS_BYTES - in->z.avail_out;
		if (r < 0)
			return fail(-r, "%s: %s: read at offset %#llx: %s", f->c.s.name, f->c.method,
				    (unsigned long long)inflater_offset(in), strerror(-r));
		if (r != INFLATE_OK && r != INFLATE_MEMBER)
			break;
		/* 128: at the end of a block; 64: it was the last of its member, or no block was seen yet */
		member = r == INFLATE_MEMBER;
		block = (in->z.data_type & 192) == 128;
		r = 0;
		if (*size - last >= f->distance && (member || block)) {
			r = add_point(f, in, *size, member, packer);
			last = *size;
		}
		pass_tick(&pass, inflater_offset(in));
	}
	if (r < 0)
		return r;
	if (reason(r))
		chunked_cut_short(&f->c, inflater_offset(in), reason(r));
	else
		look_behind(f, in);
	return 0;
}

static int list_points(struct gzip_file *f, uint64_t *end)
{
	struct libdeflate_compressor *packer = libdeflate_alloc_compressor(1);
	struct inflater *in = calloc(1, sizeof(*in));
	uint8_t *buf = malloc(PASS_BYTES);
	uint64_t size = 0;
	size_t kept = 0;
	int r = packer && in && buf ? inflater_start(in, f->c.inner, 0, f->gzip) : -ENOMEM;

	if (!r)
		r = make_points(f, in, buf, packer, &size);
	for (size_t i = 0; i < f->n; i++) {
		struct point p = f->points[i];
		uint64_t next = i + 1 < f->n ? f->points[i + 1].start : size;

		if (!r)
			r = chunked_add(&f->c, next - p.start, p.at, p.window ? MIDDLE : MEMBER);
		if (next == p.start)
			free(p.window);
		else
			f->points[kept++] = p;
	}
	f->n = kept;
	if (in) {
		*end = inflater_offset(in);
		inflater_stop(in);
	}
	libdeflate_free_compressor(packer);
	free(in);
	free(buf);
	return r;
}

/* --- reading */

static ssize_t decode_from(const struct gzip_file *f, struct inflater *in, size_t i, uint8_t *out, size_t len)
{
	const struct point *p = &f->points[i];
	uint8_t window[DEFLATE_WINDOW];
	ssize_t n = p->window ? unpack_window(p, window) : 0;
	int r;

	if (n < 0)
		return n;
	if (p->window)
		r = inflater_resume(in, f->c.inner, p->at, f->gzip, p->bits, window, (size_t)n);
	else
		r = inflater_start(in, f->c.inner, p->at, f->gzip);
	in->z.next_out = out;
	in->z.avail_out = (uInt)len;
	while (!r && in->z.avail_out) {
		r = inflater_run(in, Z_NO_FLUSH);
		if (r == INFLATE_MEMBER)
			r = 0;
	}
	if (r == -ENOMEM)
		return r;
	/* The pass came through here: the file has changed, or cannot be read any more. */
	return in->z.avail_out ? chunked_damaged(&f->c, i, "cannot be decompressed again") : (ssize_t)len;
}

static ssize_t gzip_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	const struct gzip_file *f = (const struct gzip_file *)c;
	struct inflater *in;
	ssize_t r;

	if (c->list[i].kind == CHUNK_BGZF)
		return bgzf_decode(c, i, out, len);
	in = malloc(sizeof(*in));
	if (!in)
		return -ENOMEM;
	in->ready = false;
	r = decode_from(f, in, i, out, len);
	inflater_stop(in);
	free(in);
	return r;
}

static void gzip_free(struct chunked *c)
{
	struct gzip_file *f = (struct gzip_file *)c;

	for (size_t i = 0; i < f->n; i++)
		free(f->points[i].window);
	free(f->points);
	free(f);
}

static const struct chunked_ops gzip_chunked_ops = {
	.decode = gzip_decode,
	.free = gzip_free,
};

static int deflate_open(struct source *inner, bool gzip, struct source **out)
{
	struct gzip_file *f = calloc(1, sizeof(*f));
	uint64_t end = 0;
	int r;

	if (!f) {
		source_close(inner);
		return -ENOMEM;
	}
	chunked_init(&f->c, &gzip_chunked_ops, inner, gzip ? "gzip" : "zlib");
	f->gzip = gzip;
	r = gzip ? bgzf_list(&f->c, &end) : 0;
	if (!r)
		r = list_points(f, &end);
	if (r >= 0 && !f->c.n)
		r = fail(EIO, "%s: %s: nothing is in it", inner->name, f->c.method);
	if (r >= 0 && f->c.largest > CHUNK_BYTES_MAX)
		r = fail(ENOTSUP, "%s: %s: a deflate block of more than %d MiB of content cannot be read in the middle: unpack it "
			 "(gzip -d)", inner->name, f->c.method, (int)(CHUNK_BYTES_MAX >> 20));
	if (r >= 0)
		r = chunked_finish(&f->c, end);
	if (r < 0) {
		chunked_close(&f->c);
		return r;
	}
	*out = &f->c.s;
	return 0;
}

static int gzip_open(struct source *inner, struct source **out)
{
	return deflate_open(inner, true, out);
}

static int zlib_open(struct source *inner, struct source **out)
{
	return deflate_open(inner, false, out);
}

const struct container_ops gzip_container = {
	.name = "gzip",
	.probe = gzip_probe,
	.open = gzip_open,
};

const struct container_ops zlib_container = {
	.name = "zlib",
	.probe = zlib_probe,
	.open = zlib_open,
};
