/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames of a zstd file, found by their headers (RFC 8878): nothing is decompressed.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_COMPRESSED_ZSTD_FRAMES_H
#define VMCOREFS_FORMATS_SOURCE_COMPRESSED_ZSTD_FRAMES_H

#include "formats/source/parts/peek.h"

#define ZSTD_UNKNOWN UINT64_MAX

struct zstd_frame {
	uint64_t at, end;		/* offsets in the file */
	uint64_t content;		/* bytes, as the header claims; ZSTD_UNKNOWN */
	bool skippable;			/* no content: what others keep in the file */
	bool has_dictionary;
};

/* Is it the magic number of a frame of either kind? lz4 has the same skippable ones. */
bool zstd_is_magic(uint32_t magic);
bool zstd_is_skippable(uint32_t magic);

/* The frame at off. 1; 0: the file ends in it (at and content are set if the header is there, else content is 0);
 * -EBADMSG: that is no frame, or a damaged one; or another -errno. end is then how far it went. */
int zstd_frame_at(struct peek *p, uint64_t off, struct zstd_frame *out);

#endif
