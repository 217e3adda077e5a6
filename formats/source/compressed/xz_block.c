/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/compressed/xz_block.h"

#include <stdlib.h>

#include "base/bytes.h"

#define READ_BYTES ((size_t)1 << 18)

const char *xz_reason(lzma_ret r)
{
	switch (r) {
	case LZMA_BUF_ERROR: return "cut off";
	case LZMA_MEM_ERROR: return "out of memory";
	case LZMA_MEMLIMIT_ERROR: return "its dictionary is too large";
	case LZMA_OPTIONS_ERROR: return "made by a newer xz";
	case LZMA_FORMAT_ERROR: return "no xz stream";
	case LZMA_SEEK_NEEDED: return "cannot be read";
	case LZMA_PROG_ERROR: return "larger than it says";
	default: return "damaged, or not what its checksum says";
	}
}

lzma_ret xz_block_header(const struct source *inner, uint64_t at, lzma_check check, struct xz_block *b)
{
	uint8_t h[LZMA_BLOCK_HEADER_SIZE_MAX];
	ssize_t n = source_read_some(inner, h, sizeof(h), at);

	if (n < 0)
		return LZMA_SEEK_NEEDED;
	if (!n)
		return LZMA_BUF_ERROR;
	if (!h[0])
		return LZMA_STREAM_END;
	b->block = (lzma_block){ .version = 1, .check = check, .filters = b->filters };
	b->block.header_size = lzma_block_header_size_decode(h[0]);
	if ((size_t)n < b->block.header_size)
		return LZMA_BUF_ERROR;
	return lzma_block_header_decode(&b->block, NULL, h);
}

void xz_block_free(struct xz_block *b)
{
	lzma_filters_free(b->filters, NULL);
}

/* No distance is longer than the content: neither need the dictionary be. */
static void bound_dictionary(struct xz_block *b, uint64_t content)
{
	for (size_t i = 0; b->filters[i].id != LZMA_VLI_UNKNOWN; i++) {
		lzma_options_lzma *o = b->filters[i].options;

		if (b->filters[i].id == LZMA_FILTER_LZMA2 && o->dict_size > content)
			o->dict_size = (uint32_t)max_u64(content, LZMA_DICT_SIZE_MIN);
	}
}

/* Without out: the content goes nowhere. */
static lzma_ret run(lzma_stream *z, const struct source *inner, uint64_t at, uint8_t *in, uint8_t *out, uint64_t cap)
{
	lzma_ret r = LZMA_OK;
	uint8_t nowhere[16384];
	bool ended = false;

	z->next_out = out;
	z->avail_out = out ? (size_t)cap : 0;
	while (r == LZMA_OK) {
		if (!z->avail_in && !ended) {
			ssize_t n = source_read_some(inner, in, READ_BYTES, at);

			if (n < 0)
				return LZMA_SEEK_NEEDED;
			ended = !n;
			at += (uint64_t)n;
			z->next_in = in;
			z->avail_in = (size_t)n;
		}
		if (!out) {
			z->next_out = nowhere;
			z->avail_out = sizeof(nowhere);
		}
		r = lzma_code(z, ended ? LZMA_FINISH : LZMA_RUN);
		if (r == LZMA_BUF_ERROR && !ended && !z->avail_in)
			r = LZMA_OK;
		if (z->total_out > cap)
			return LZMA_PROG_ERROR;
	}
	return r == LZMA_STREAM_END ? LZMA_OK : r == LZMA_BUF_ERROR && !ended ? LZMA_PROG_ERROR : r;
}

lzma_ret xz_block_decode(const struct source *inner, uint64_t at, struct xz_block *b, uint8_t *out, uint64_t cap,
			 uint64_t *produced, uint64_t *used)
{
	lzma_stream z = LZMA_STREAM_INIT;
	uint8_t *in = malloc(READ_BYTES);
	lzma_ret r = in ? LZMA_OK : LZMA_MEM_ERROR;

	if (out)
		bound_dictionary(b, cap);
	if (r == LZMA_OK && lzma_raw_decoder_memusage(b->filters) > XZ_MEMORY_MAX)
		r = LZMA_MEMLIMIT_ERROR;
	if (r == LZMA_OK)
		r = lzma_block_decoder(&z, &b->block);
	if (r == LZMA_OK)
		r = run(&z, inner, at + b->block.header_size, in, out, cap);
	*produced = z.total_out;
	*used = z.total_in;
	lzma_end(&z);
	free(in);
	return r;
}
