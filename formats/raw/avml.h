/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressed records of AVML (version 2): after the header a snappy framing stream, then its length as a
 * little-endian u64. All blocks of a file together are one number space of decoded bytes, from AVML_DECODED on.
 *
 * Only formats/ includes this. Threads: avml_add(), avml_free(): one; reading: any.
 */
#ifndef VMCOREFS_FORMATS_RAW_AVML_H
#define VMCOREFS_FORMATS_RAW_AVML_H

#include "base/source.h"

#define AVML_DECODED ((uint64_t)1 << 62)
#define AVML_TRAILER 8u				/* the length */
#define AVML_STREAM_ID "\xff\x06\0\0sNaPpY"	/* what a framing stream begins with */
#define AVML_STREAM_ID_LEN 10u

struct avml;

struct avml *avml_new(const struct source *src);	/* borrows src; NULL: out of memory */
void avml_free(struct avml *a);		/* NULL is fine */

/*
 * One more block: its stream of len bytes is at offset in src, and holds size bytes. *decoded: the number of the first of
 * them. 0, -ENOMEM, -ERANGE (the number space is full).
 */
int avml_add(struct avml *a, uint64_t offset, uint64_t len, uint64_t size, uint64_t *decoded);

/* Bytes that the first len bytes of a stream at offset hold, by the headers of its chunks: of a stream that is cut off. */
uint64_t avml_count(const struct source *src, uint64_t offset, uint64_t len);

/* The length of the stream at offset, found chunk by chunk: it ends where its length follows. 0: the file ends before, or
 * the stream is damaged. */
uint64_t avml_stream_length(const struct source *src, uint64_t offset);

/* Fill n bytes from decoded byte number at on. Logs why not: -EIO, -EBADMSG, -ENOMEM. */
int avml_read(struct avml *a, void *buf, uint64_t n, uint64_t at);

#endif
