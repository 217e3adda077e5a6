/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xz around a dump: each block is a chunk, found by the indexes of the streams in the file. Where they are missing or
 * damaged, blocks are walked from the start, and decompressed for their size when their headers do not tell it. A file with a
 * block that is too large for memory is unpacked as a whole or refused.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/compressed/xz_block.h"
#include "formats/source/parts/chunks.h"
#include "formats/source/parts/unpacked.h"

#define INDEX_MEMORY ((uint64_t)256 << 20)	/* of one stream */
/* Of all streams together, else blocks are walked. liblzma puts the index of each stream in front of all that are behind it,
 * which takes time with the square of their number (lzma_index_cat()): this many take less than a second. */
#define INDEXES_MEMORY ((uint64_t)4 << 20)
#define READ_BYTES 65536u
#define CUT 0x80			/* in chunk.kind; the rest is the lzma_check of the stream */

struct xz_file {
	struct chunked c;		/* first member */
};

static int xz_probe(const struct source *s)
{
	static const uint8_t magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };
	uint8_t h[6];
	ssize_t r = source_read_some(s, h, sizeof(h), 0);

	return r < 0 ? (int)r : r == sizeof(h) && !memcmp(h, magic, sizeof(h));
}

/* --- reading */

static ssize_t xz_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	struct xz_block b;
	uint64_t produced = 0, used;
	lzma_ret r = xz_block_header(c->inner, c->list[i].at, c->list[i].kind & 15, &b);

	if (r == LZMA_OK) {
		r = xz_block_decode(c->inner, c->list[i].at, &b, out, len, &produced, &used);
		xz_block_free(&b);
	}
	if (r == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (c->list[i].kind & CUT)
		return (ssize_t)produced;
	if (r != LZMA_OK)
		return chunked_damaged(c, i, xz_reason(r));
	return produced == len ? (ssize_t)len : chunked_damaged(c, i, "smaller than the index says");
}

/* --- unpacking all */

static int unpack_stream(lzma_stream *z, const struct source *inner, uint8_t *in, uint8_t *out, struct unpacked *to)
{
	lzma_ret code = lzma_stream_decoder(z, XZ_MEMORY_MAX, LZMA_CONCATENATED);
	struct source_pass pass;
	uint64_t at = 0;
	int r = 0;

	pass_start(&pass, inner, "xz", unpacked_what(to));
	while (code == LZMA_OK && !r) {
		ssize_t n = 0;

		if (!z->avail_in) {
			n = source_read_some(inner, in, READ_BYTES, at);
			if (n < 0)
				return fail((int)-n, "%s: xz: read at offset %#llx: %s", inner->name, (unsigned long long)at,
					    strerror((int)-n));
			at += (uint64_t)n;
			z->next_in = in;
			z->avail_in = (size_t)n;
		}
		z->next_out = out;
		z->avail_out = READ_BYTES;
		code = lzma_code(z, at == inner->size ? LZMA_FINISH : LZMA_RUN);
		r = unpacked_write(to, out, READ_BYTES - z->avail_out);
		pass_tick(&pass, at - z->avail_in);
	}
	if (r || code == LZMA_STREAM_END)
		return r;
	if (code == LZMA_MEM_ERROR)
		return -ENOMEM;
	log_warn("%s: xz: %s near offset %#llx; what comes after is missing", inner->name, xz_reason(code),
		 (unsigned long long)(at - z->avail_in));
	return 1;
}

static int xz_unpack(const struct source *inner, struct unpacked *to)
{
	lzma_stream z = LZMA_STREAM_INIT;
	uint8_t *in = malloc(READ_BYTES), *out = malloc(READ_BYTES);
	int r = in && out ? unpack_stream(&z, inner, in, out, to) : -ENOMEM;

	lzma_end(&z);
	free(in);
	free(out);
	return r;
}

/* --- the list */

/* 1: from the indexes; 0: they cannot be had; -errno. */
static int decode_indexes(const struct source *inner, lzma_stream *z, lzma_index **index)
{
	uint8_t buf[4096];
	uint64_t at = 0;
	lzma_ret code = lzma_file_info_decoder(z, index, INDEXES_MEMORY, inner->size);

	while (code == LZMA_OK || code == LZMA_SEEK_NEEDED) {
		if (code == LZMA_SEEK_NEEDED) {
			at = z->seek_pos;
			z->avail_in = 0;
		}
		if (!z->avail_in) {
			ssize_t n = source_read_some(inner, buf, sizeof(buf), at);

			if (n < 0)
				return fail((int)-n, "%s: xz: read at offset %#llx: %s", inner->name, (unsigned long long)at,
					    strerror((int)-n));
			at += (uint64_t)n;
			z->next_in = buf;
			z->avail_in = (size_t)n;
		}
		code = lzma_code(z, at >= inner->size ? LZMA_FINISH : LZMA_RUN);
	}
	return code == LZMA_MEM_ERROR ? -ENOMEM : code == LZMA_STREAM_END;
}

static int list_by_indexes(struct xz_file *f, uint64_t *end)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_index *index = NULL;
	lzma_index_iter it;
	int r = decode_indexes(f->c.inner, &z, &index), s = 0;

	lzma_end(&z);
	if (r == 1) {
		lzma_index_iter_init(&it, index);
		while (!s && !lzma_index_iter_next(&it, LZMA_INDEX_ITER_NONEMPTY_BLOCK)) {
			s = chunked_add(&f->c, it.block.uncompressed_size, it.block.compressed_file_offset,
					it.stream.flags->check);
			*end = it.block.compressed_file_offset + it.block.total_size;
		}
	}
	lzma_index_end(index, NULL);
	return s ? s : r;
}

/* Bytes that the index of a stream takes, with the footer after it; 0: damaged or cut off. */
static uint64_t index_length(const struct source *inner, uint64_t at)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_index *index = NULL;
	uint8_t buf[4096];
	lzma_ret code = lzma_index_decoder(&z, &index, INDEX_MEMORY);
	uint64_t len;

	while (code == LZMA_OK) {
		ssize_t n = source_read_some(inner, buf, sizeof(buf), at);

		if (n <= 0)
			break;
		at += (uint64_t)n;
		z.next_in = buf;
		z.avail_in = (size_t)n;
		code = lzma_code(&z, LZMA_RUN);
	}
	len = code == LZMA_STREAM_END ? z.total_in + LZMA_STREAM_HEADER_SIZE : 0;
	lzma_end(&z);
	lzma_index_end(index, NULL);
	return len;
}

/* The block at *at, or the index and what follows it. 0: go on; 1: cut off or damaged, *why; -EFBIG; -ENOMEM. */
static int walk_block(struct xz_file *f, uint64_t *at, lzma_check *check, bool *in_stream, const char **why)
{
	const struct source *inner = f->c.inner;
	struct xz_block b;
	uint64_t content = 0, used = 0, begin = *at;
	lzma_ret code = xz_block_header(inner, *at, *check, &b);
	int r;

	if (code == LZMA_STREAM_END) {
		used = index_length(inner, *at);
		*at += used;
		*in_stream = false;
		*why = "the index is damaged or cut off";
		return !used;
	}
	*why = xz_reason(code);
	if (code != LZMA_OK)
		return 1;
	content = b.block.uncompressed_size;
	if (content != LZMA_VLI_UNKNOWN && b.block.compressed_size != LZMA_VLI_UNKNOWN &&
	    lzma_block_total_size(&b.block) <= inner->size - *at) {
		*at += lzma_block_total_size(&b.block);
	} else {
		code = content != LZMA_VLI_UNKNOWN && content > CHUNK_BYTES_MAX ? LZMA_PROG_ERROR :
		       xz_block_decode(inner, *at, &b, NULL, CHUNK_BYTES_MAX, &content, &used);
		*at += b.block.header_size + used;
	}
	xz_block_free(&b);
	if (code == LZMA_PROG_ERROR)
		return -EFBIG;
	if (code == LZMA_MEM_ERROR)
		return -ENOMEM;
	*why = xz_reason(code);
	if (code != LZMA_OK && code != LZMA_BUF_ERROR)
		return 1;		/* nothing of a damaged block can be trusted */
	r = chunked_add(&f->c, content, begin, *check | (code == LZMA_OK ? 0 : CUT));
	return r ? r : code != LZMA_OK;
}

/* At the beginning of a stream, or of padding before it. As walk_block(). */
static int walk_stream_header(const struct source *inner, uint64_t *at, lzma_check *check, bool *in_stream, const char **why)
{
	uint8_t h[LZMA_STREAM_HEADER_SIZE];
	lzma_stream_flags flags;
	lzma_ret code;

	if (source_read(inner, h, sizeof(h), *at)) {
		*why = "cut off";
		return inner->size - *at >= 4;
	}
	if (bytes_are_zero(h, 4)) {
		*at += 4;
		return 0;
	}
	code = lzma_stream_header_decode(&flags, h);
	*why = xz_reason(code);
	if (code != LZMA_OK)
		return 1;
	*check = flags.check;
	*in_stream = true;
	*at += sizeof(h);
	return 0;
}

static int walk_blocks(struct xz_file *f, uint64_t *at)
{
	const struct source *inner = f->c.inner;
	lzma_check check = LZMA_CHECK_NONE;
	const char *why = NULL;
	bool in_stream = false;
	struct source_pass pass;
	int r = 0;

	*at = 0;
	pass_start(&pass, inner, "xz", "an index");
	while (!r && (*at < inner->size || in_stream)) {
		if (in_stream)
			r = walk_block(f, at, &check, &in_stream, &why);
		else
			r = walk_stream_header(inner, at, &check, &in_stream, &why);
		pass_tick(&pass, *at);
	}
	if (r == 1)
		chunked_cut_short(&f->c, min_u64(*at, inner->size), why);
	return r < 0 ? r : 0;
}

static void xz_free(struct chunked *c)
{
	free(c);
}

static const struct chunked_ops xz_chunked_ops = {
	.decode = xz_decode,
	.free = xz_free,
};

static int unpack_instead(struct xz_file *f, struct source *inner, uint64_t largest, struct source **out)
{
	struct unpack_how how = {
		.method = "xz",
		.hint = "xz -d; xz -T0 --block-size=4MiB makes one that can be",
		.unpack = xz_unpack,
		.size = f->c.s.size,
	};
	char why[64];

	f->c.inner = NULL;
	chunked_close(&f->c);
	if (largest > CHUNK_BYTES_MAX)
		snprintf(why, sizeof(why), "it has a block of %llu MiB", (unsigned long long)(largest >> 20));
	else
		snprintf(why, sizeof(why), "it has a block of more than %d MiB", (int)(CHUNK_BYTES_MAX >> 20));
	how.why = why;
	return unpacked_open(inner, &how, out);
}

static int xz_open(struct source *inner, struct source **out)
{
	struct xz_file *f = calloc(1, sizeof(*f));
	uint64_t end = inner->size, largest;
	int r;

	if (!f) {
		source_close(inner);
		return -ENOMEM;
	}
	chunked_init(&f->c, &xz_chunked_ops, inner, "xz");
	r = list_by_indexes(f, &end);
	largest = r == 1 ? f->c.largest : 0;
	if (r == 0)
		r = walk_blocks(f, &end);
	if (r == -EFBIG || largest > CHUNK_BYTES_MAX)
		return unpack_instead(f, inner, largest, out);
	if (r >= 0 && !f->c.n)
		r = fail(EIO, "%s: xz: nothing is in it", inner->name);
	if (r >= 0)
		r = chunked_finish(&f->c, end);
	if (r < 0) {
		chunked_close(&f->c);
		return r;
	}
	*out = &f->c.s;
	return 0;
}

const struct container_ops xz_container = {
	.name = "xz",
	.probe = xz_probe,
	.open = xz_open,
};
