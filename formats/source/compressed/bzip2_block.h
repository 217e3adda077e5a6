/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blocks of a bzip2 file: they begin at any bit, with 48 bits of pi, and know nothing of each other but their order.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_COMPRESSED_BZIP2_BLOCK_H
#define VMCOREFS_FORMATS_SOURCE_COMPRESSED_BZIP2_BLOCK_H

#include "base/source.h"

#define BZIP2_BLOCK 0x314159265359ull
#define BZIP2_END 0x177245385090ull	/* of a stream */

/* Call block for each magic number of either kind that is found, with the bit it begins at. 0, or -errno of it or of
 * reading; tick is called with bytes that were seen. */
int bzip2_find(const struct source *inner, int (*found)(void *arg, uint64_t bit, uint64_t magic), void *arg,
	       void (*tick)(void *arg, uint64_t bytes));

/* The block between two bits of the file, to out: bytes of content, at most cap; out NULL: nowhere. -EBADMSG: damaged, or
 * not what its checksum says; -EFBIG: more than cap; -errno. */
ssize_t bzip2_decode(const struct source *inner, uint64_t begin, uint64_t end, uint8_t *out, uint64_t cap);

#endif
