/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/codec.h"

#include <errno.h>
#include <libdeflate.h>
#include <lzo/lzo1x.h>
#include <pthread.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/bytes.h"
#include "base/libsnappy.h"

#define FAST_LEVEL 1		/* zlib and zstd; what makedumpfile and QEMU use for zlib */

/* Everything is made when it is first needed: most threads only ever meet one codec. */
struct codec_ctx {
	struct libdeflate_decompressor *inflate;
	struct libdeflate_compressor *deflate;
	ZSTD_DCtx *zstd_in;
	ZSTD_CCtx *zstd_out;
	void *lzo_work;
	void *buffer;
	size_t buffer_size;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static int init_result;

static void free_thread_ctx(void *c)
{
	codec_ctx_free(c);
}

static void init_once(void)
{
	if (lzo_init() != LZO_E_OK || pthread_key_create(&thread_key, free_thread_ctx))
		init_result = -ENOMEM;
}

struct codec_ctx *codec_ctx_new(void)
{
	pthread_once(&once, init_once);
	return init_result ? NULL : calloc(1, sizeof(struct codec_ctx));
}

void codec_ctx_free(struct codec_ctx *c)
{
	if (!c)
		return;
	libdeflate_free_decompressor(c->inflate);
	libdeflate_free_compressor(c->deflate);
	ZSTD_freeDCtx(c->zstd_in);
	ZSTD_freeCCtx(c->zstd_out);
	free(c->lzo_work);
	free(c->buffer);
	free(c);
}

struct codec_ctx *codec_ctx_thread(void)
{
	struct codec_ctx *c;

	pthread_once(&once, init_once);
	if (init_result)
		return NULL;
	c = pthread_getspecific(thread_key);
	if (c)
		return c;
	c = codec_ctx_new();
	if (c && pthread_setspecific(thread_key, c)) {
		codec_ctx_free(c);
		return NULL;
	}
	return c;
}

void *codec_ctx_buffer(struct codec_ctx *c, size_t size)
{
	if (c->buffer_size < size) {
		free(c->buffer);
		c->buffer = malloc(size);
		c->buffer_size = c->buffer ? size : 0;
	}
	return c->buffer;
}

static int inflate_page(struct codec_ctx *c, const void *in, size_t in_len, void *out, size_t out_len)
{
	if (!c->inflate)
		c->inflate = libdeflate_alloc_decompressor();
	if (!c->inflate)
		return -ENOMEM;
	/* No place for the actual length: anything but exactly out_len is a failure. */
	return libdeflate_zlib_decompress(c->inflate, in, in_len, out, out_len, NULL) ? -EBADMSG : 0;
}

static int unlzo_page(const void *in, size_t in_len, void *out, size_t out_len)
{
	lzo_uint n = out_len;

	if (lzo1x_decompress_safe(in, in_len, out, &n, NULL) != LZO_E_OK)
		return -EBADMSG;
	return n == out_len ? 0 : -EBADMSG;
}

static int unsnappy_page(const void *in, size_t in_len, void *out, size_t out_len)
{
	size_t n;

	if (snappy_uncompressed_length(in, in_len, &n) != SNAPPY_OK || n != out_len)
		return -EBADMSG;
	return snappy_uncompress(in, in_len, out, &n) == SNAPPY_OK ? 0 : -EBADMSG;
}

static int unzstd_page(struct codec_ctx *c, const void *in, size_t in_len, void *out, size_t out_len)
{
	size_t n;

	if (!c->zstd_in)
		c->zstd_in = ZSTD_createDCtx();
	if (!c->zstd_in)
		return -ENOMEM;
	n = ZSTD_decompressDCtx(c->zstd_in, out, out_len, in, in_len);
	return !ZSTD_isError(n) && n == out_len ? 0 : -EBADMSG;
}

int codec_load(enum codec codec)
{
	return codec == CODEC_SNAPPY ? libsnappy_load() : 0;
}

bool codec_is_there(enum codec codec)
{
	return codec != CODEC_SNAPPY || libsnappy_is_there();
}

int codec_decompress(struct codec_ctx *c, enum codec codec, const void *in, size_t in_len, void *out, size_t out_len)
{
	switch (codec) {
	case CODEC_NONE:
		if (in_len != out_len)
			return -EBADMSG;
		memcpy(out, in, out_len);
		return 0;
	case CODEC_ZLIB:
		return inflate_page(c, in, in_len, out, out_len);
	case CODEC_LZO:
		return unlzo_page(in, in_len, out, out_len);
	case CODEC_SNAPPY:
		return codec_load(codec) ? -ENOTSUP : unsnappy_page(in, in_len, out, out_len);
	case CODEC_ZSTD:
		return unzstd_page(c, in, in_len, out, out_len);
	}
	return -ENOTSUP;
}

static ssize_t deflate_page(struct codec_ctx *c, const void *in, size_t len, void *out)
{
	if (!c->deflate)
		c->deflate = libdeflate_alloc_compressor(FAST_LEVEL);
	if (!c->deflate)
		return -ENOMEM;
	return (ssize_t)libdeflate_zlib_compress(c->deflate, in, len, out, len - 1);
}

/* For libraries that want room for the worst case: n bytes lie in the buffer. */
static ssize_t take_if_smaller(const void *buffer, size_t n, size_t len, void *out)
{
	if (n >= len)
		return 0;
	memcpy(out, buffer, n);
	return (ssize_t)n;
}

static ssize_t lzo_page(struct codec_ctx *c, const void *in, size_t len, void *out)
{
	lzo_uint n;
	void *buffer;

	if (!c->lzo_work)
		c->lzo_work = malloc(LZO1X_1_MEM_COMPRESS);
	buffer = codec_ctx_buffer(c, len + len / 16 + 64 + 3);	/* worst case: lzo/doc/LZO.FAQ */
	if (!c->lzo_work || !buffer)
		return -ENOMEM;
	if (lzo1x_1_compress(in, len, buffer, &n, c->lzo_work) != LZO_E_OK)
		return 0;
	return take_if_smaller(buffer, n, len, out);
}

static ssize_t snappy_page(struct codec_ctx *c, const void *in, size_t len, void *out)
{
	size_t n = snappy_max_compressed_length(len);
	void *buffer = codec_ctx_buffer(c, n);

	if (!buffer)
		return -ENOMEM;
	if (snappy_compress(in, len, buffer, &n) != SNAPPY_OK)
		return 0;
	return take_if_smaller(buffer, n, len, out);
}

static ssize_t zstd_page(struct codec_ctx *c, const void *in, size_t len, void *out)
{
	size_t n;

	if (!c->zstd_out)
		c->zstd_out = ZSTD_createCCtx();
	if (!c->zstd_out)
		return -ENOMEM;
	n = ZSTD_compressCCtx(c->zstd_out, out, len - 1, in, len, FAST_LEVEL);
	return ZSTD_isError(n) ? 0 : (ssize_t)n;
}

ssize_t codec_compress(struct codec_ctx *c, enum codec codec, const void *in, size_t len, void *out)
{
	if (!len)
		return 0;
	switch (codec) {
	case CODEC_NONE:
		return 0;
	case CODEC_ZLIB:
		return deflate_page(c, in, len, out);
	case CODEC_LZO:
		return lzo_page(c, in, len, out);
	case CODEC_SNAPPY:
		return codec_load(codec) ? -ENOTSUP : snappy_page(c, in, len, out);
	case CODEC_ZSTD:
		return zstd_page(c, in, len, out);
	}
	return -ENOTSUP;
}

const enum codec codecs[CODECS] = { CODEC_NONE, CODEC_ZLIB, CODEC_LZO, CODEC_SNAPPY, CODEC_ZSTD };
static const char *const names[CODECS] = { "none", "zlib", "lzo", "snappy", "zstd" };

const char *codec_name(enum codec codec)
{
	for (size_t i = 0; i < CODECS; i++)
		if (codecs[i] == codec)
			return names[i];
	return NULL;
}

int codec_parse(const char *name, enum codec *out)
{
	for (size_t i = 0; i < CODECS; i++) {
		if (!strcmp(names[i], name)) {
			*out = codecs[i];
			return 0;
		}
	}
	return -EINVAL;
}
