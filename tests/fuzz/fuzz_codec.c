/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First byte: codec. Odd second byte: the rest is compressed data of a 4096-byte page; even: a page to compress, which
 * must come back unchanged.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/codec.h"

#define PAGE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct codec_ctx *ctx, enum codec codec, const uint8_t *page)
{
	uint8_t packed[PAGE], back[PAGE];
	ssize_t n = codec_compress(ctx, codec, page, PAGE, packed);

	if (n < 0 || n >= PAGE)
		abort();
	if (n && (codec_decompress(ctx, codec, packed, (size_t)n, back, PAGE) || memcmp(page, back, PAGE)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = { CODEC_NONE, CODEC_ZLIB, CODEC_LZO, CODEC_SNAPPY, CODEC_ZSTD, 0x40 };
	static struct codec_ctx *ctx;
	uint8_t page[PAGE] = { 0 }, *exact;
	enum codec codec;

	if (!ctx)
		ctx = codec_ctx_new();
	if (size < 2 || !ctx)
		return 0;
	codec = codecs[data[0] % ARRAY_SIZE(codecs)];
	if (!(data[1] & 1)) {
		memcpy(page, data + 2, min_u64(size - 2, PAGE));
		if (codec != 0x40)
			round_trip(ctx, codec, page);
		return 0;
	}
	/* a buffer of exactly this size, so that the sanitizer sees a read beyond it */
	exact = malloc(size - 2);
	memcpy(exact, data + 2, size - 2);
	codec_decompress(ctx, codec, exact, size - 2, page, PAGE);
	free(exact);
	return 0;
}
