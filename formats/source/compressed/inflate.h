/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deflate streams in a file, from any point in them: gzip members one after the other, or one zlib stream.
 *
 * Threads: one at a time for each inflater.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_COMPRESSED_INFLATE_H
#define VMCOREFS_FORMATS_SOURCE_COMPRESSED_INFLATE_H

#include <zlib.h>

#include "base/source.h"

#define DEFLATE_WINDOW 32768u

struct inflater {
	z_stream z;
	const struct source *inner;
	uint64_t at;			/* in the file: behind what is in buf */
	bool gzip;			/* else zlib */
	bool raw;			/* began in the middle: the trailer is not looked at */
	bool ready;			/* z was initialised */
	bool ended;			/* nothing comes any more */
	uint8_t buf[65536];
};

enum inflate_result {
	INFLATE_OK,			/* the output is full, or (with Z_BLOCK) at the end of a block */
	INFLATE_MEMBER,			/* the next member begins: nothing of it was read */
	INFLATE_END,			/* of the last member; ended is set */
	INFLATE_CUT,			/* the file ends in a member */
	INFLATE_DAMAGED,		/* z.msg says how */
	INFLATE_CHECK,			/* a member's checksum or length is wrong */
};

/* At the beginning of a member. 0 or -ENOMEM. */
int inflater_start(struct inflater *f, const struct source *inner, uint64_t at, bool gzip);
/* In the middle of one: bits (0 to 7) of the byte before at are still to come; the output before it was window. */
int inflater_resume(struct inflater *f, const struct source *inner, uint64_t at, bool gzip, unsigned int bits,
		    const uint8_t *window, size_t len);
void inflater_stop(struct inflater *f);

/* To z.next_out, z.avail_out bytes. flush: Z_NO_FLUSH, or Z_BLOCK to stop at ends of blocks. A result, or -errno. */
int inflater_run(struct inflater *f, int flush);
/* The offset in the file of the next byte. */
static inline uint64_t inflater_offset(const struct inflater *f)
{
	return f->at - f->z.avail_in;
}

#endif
