/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/compressed/inflate.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define GZIP_TRAILER 8
#define BITS_GZIP 31			/* zlib's windowBits */
#define BITS_ZLIB 15
#define BITS_RAW (-15)

static int init(struct inflater *f, const struct source *inner, uint64_t at, bool gzip, int bits)
{
	memset(f, 0, offsetof(struct inflater, buf));
	f->inner = inner;
	f->at = at;
	f->gzip = gzip;
	if (inflateInit2(&f->z, bits) != Z_OK)
		return -ENOMEM;
	f->ready = true;
	return 0;
}

int inflater_start(struct inflater *f, const struct source *inner, uint64_t at, bool gzip)
{
	return init(f, inner, at, gzip, gzip ? BITS_GZIP : BITS_ZLIB);
}

int inflater_resume(struct inflater *f, const struct source *inner, uint64_t at, bool gzip, unsigned int bits,
		    const uint8_t *window, size_t len)
{
	uint8_t byte;
	int r = init(f, inner, at, gzip, BITS_RAW);

	f->raw = true;
	if (!r && bits) {
		r = source_read(inner, &byte, 1, at - 1);
		if (!r && inflatePrime(&f->z, (int)bits, byte >> (8 - bits)) != Z_OK)
			r = -EIO;
	}
	if (!r && len && inflateSetDictionary(&f->z, window, (uInt)len) != Z_OK)
		r = -EIO;
	return r;
}

void inflater_stop(struct inflater *f)
{
	if (f->ready)
		inflateEnd(&f->z);
	f->ready = false;
}

/* 1: there is input; 0: the file ends; -errno. */
static int fill(struct inflater *f)
{
	ssize_t n;

	if (f->z.avail_in)
		return 1;
	n = source_read_some(f->inner, f->buf, sizeof(f->buf), f->at);
	if (n <= 0)
		return (int)n;
	f->at += (uint64_t)n;
	f->z.next_in = f->buf;
	f->z.avail_in = (uInt)n;
	return 1;
}

/* 1 and *byte; 0: the file ends; -errno. */
static int next_byte(struct inflater *f, uint8_t *byte)
{
	int r = fill(f);

	if (r == 1) {
		*byte = *f->z.next_in++;
		f->z.avail_in--;
	}
	return r;
}

/* After the last block of a member. Between members there may be zeroes (of tapes). */
static int next_member(struct inflater *f)
{
	uint8_t byte = 0;
	int r = 1;

	if (f->gzip && f->raw)
		for (int i = 0; i < GZIP_TRAILER && r == 1; i++)
			r = next_byte(f, &byte);
	if (r <= 0)
		return r < 0 ? r : INFLATE_CUT;
	f->ended = true;
	if (!f->gzip)
		return INFLATE_END;
	while ((r = fill(f)) == 1 && !*f->z.next_in)
		next_byte(f, &byte);
	if (r < 0)
		return r;
	if (r == 0 || *f->z.next_in != 0x1f)
		return INFLATE_END;
	f->ended = f->raw = false;
	return inflateReset2(&f->z, BITS_GZIP) == Z_OK ? INFLATE_MEMBER : -ENOMEM;
}

int inflater_run(struct inflater *f, int flush)
{
	int r;

	if (f->ended)
		return INFLATE_END;
	do {
		r = fill(f);
		if (r < 0)
			return r;
		/* also without input: the last of the output may be in zlib yet */
		switch (inflate(&f->z, flush)) {
		case Z_OK:
			if (!f->z.avail_out || flush == Z_BLOCK)
				return INFLATE_OK;
			break;
		case Z_STREAM_END:
			return next_member(f);
		case Z_BUF_ERROR:
			if (!r)
				return INFLATE_CUT;
			if (!f->z.avail_out)
				return INFLATE_OK;
			break;
		case Z_MEM_ERROR:
			return -ENOMEM;
		default:
			return f->z.msg && !strncmp(f->z.msg, "incorrect ", 10) && strstr(f->z.msg, " check") &&
				!strstr(f->z.msg, "header") ? INFLATE_CHECK : INFLATE_DAMAGED;
		}
	} while (1);
}
