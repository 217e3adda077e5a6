/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/compressed/bzip2_block.h"

#include <bzlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define MAGIC_BITS 48
#define MAGIC_MASK (((uint64_t)1 << MAGIC_BITS) - 1)
#define READ_BYTES 262144u
/* Of a block as it is stored: 900,000 symbols of at most 20 bits, and tables. */
#define BLOCK_BITS_MAX ((uint64_t)24 << 20)

int bzip2_find(const struct source *inner, int (*found)(void *arg, uint64_t bit, uint64_t magic), void *arg,
	       void (*tick)(void *arg, uint64_t bytes))
{
	uint8_t *buf = malloc(READ_BYTES);
	uint64_t bits = 0, at = 0;
	ssize_t n = 0;
	int r = buf ? 0 : -ENOMEM;

	while (!r && (n = source_read_some(inner, buf, READ_BYTES, at)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			bits = bits << 8 | buf[i];
			/* one that ends in this byte; its first byte is whole here, wherever it begins */
			for (unsigned int k = 0; k < 8 && !r; k++) {
				uint64_t magic = bits >> k & MAGIC_MASK;

				if (magic == BZIP2_BLOCK || magic == BZIP2_END)
					r = found(arg, (at + (uint64_t)i + 1) * 8 - k - MAGIC_BITS, magic);
			}
		}
		at += (uint64_t)n;
		tick(arg, at);
	}
	free(buf);
	return r ? r : (int)n;
}

/* A stream of one block, for libbz2: its header, the bits, the end with the checksum of the block as that of the stream. */
static size_t make_stream(const uint8_t *bits, unsigned int shift, uint64_t n, uint8_t *out)
{
	static const uint8_t header[4] = { 'B', 'Z', 'h', '9' };
	uint8_t tail[10];
	uint64_t at = 32 + n;
	size_t whole = (size_t)((n + 7) / 8);

	memcpy(out, header, sizeof(header));
	for (size_t i = 0; i < whole; i++)
		out[4 + i] = (uint8_t)(bits[i] << shift | (shift ? bits[i + 1] >> (8 - shift) : 0));
	memset(out + 4 + whole, 0, 11);
	if (n % 8)
		out[4 + n / 8] &= (uint8_t)(0xff00 >> n % 8);
	for (int i = 0; i < 6; i++)
		tail[i] = (uint8_t)(BZIP2_END >> (40 - 8 * i));
	memcpy(tail + 6, out + 4 + 6, 4);
	for (size_t i = 0; i < sizeof(tail); i++, at += 8) {
		out[at / 8] |= (uint8_t)(tail[i] >> at % 8);
		out[at / 8 + 1] |= (uint8_t)(tail[i] << (8 - at % 8));
	}
	return (size_t)((at + 7) / 8);
}

static ssize_t run(bz_stream *z, uint8_t *out, uint64_t cap)
{
	char nowhere[65536];
	uint64_t made = 0;
	int r;

	do {
		z->next_out = out ? (char *)out + made : nowhere;
		z->avail_out = (unsigned int)(out ? cap - made : sizeof(nowhere));
		/* one byte more than there should be: is that the end? */
		if (!z->avail_out) {
			z->next_out = nowhere;
			z->avail_out = 1;
		}
		r = BZ2_bzDecompress(z);
		made = (uint64_t)z->total_out_hi32 << 32 | z->total_out_lo32;
		if (made > cap)
			return -EFBIG;
	} while (r == BZ_OK && (z->avail_in || !z->avail_out));
	return r == BZ_STREAM_END ? (ssize_t)made : r == BZ_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

ssize_t bzip2_decode(const struct source *inner, uint64_t begin, uint64_t end, uint8_t *out, uint64_t cap)
{
	uint64_t n = end - begin, bytes = (end + 7) / 8 - begin / 8;
	bz_stream z = { 0 };
	uint8_t *in, *stream;
	ssize_t r;

	if (n < MAGIC_BITS + 32 || n > BLOCK_BITS_MAX)
		return -EBADMSG;
	in = malloc(bytes + 1);
	stream = malloc(n / 8 + 32);
	r = in && stream ? source_read(inner, in, (size_t)bytes, begin / 8) : -ENOMEM;
	if (!r) {
		in[bytes] = 0;
		z.next_in = (char *)stream;
		z.avail_in = (unsigned int)make_stream(in, begin % 8, n, stream);
		r = BZ2_bzDecompressInit(&z, 0, 0) == BZ_OK ? 0 : -ENOMEM;
	}
	if (!r) {
		r = run(&z, out, cap);
		BZ2_bzDecompressEnd(&z);
	}
	free(in);
	free(stream);
	return r;
}
