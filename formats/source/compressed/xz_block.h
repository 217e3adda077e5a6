/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One block of an xz file.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_COMPRESSED_XZ_BLOCK_H
#define VMCOREFS_FORMATS_SOURCE_COMPRESSED_XZ_BLOCK_H

#include <lzma.h>

#include "base/source.h"

/* What decompressing may take besides input and output, when the size of the content does not bound it. */
#define XZ_MEMORY_MAX ((uint64_t)160 << 20)

struct xz_block {
	lzma_block block;
	lzma_filter filters[LZMA_FILTERS_MAX + 1];
};

/* The header of the block at offset at of a stream with this check. LZMA_OK: to be freed; LZMA_BUF_ERROR: the file ends in
 * it; LZMA_STREAM_END: that is no block but the index; others: damaged, or not supported. */
lzma_ret xz_block_header(const struct source *inner, uint64_t at, lzma_check check, struct xz_block *b);
void xz_block_free(struct xz_block *b);

/* The content of the block, whose header was read, to out: cap bytes, or as many as there are for out NULL, at most cap.
 * LZMA_OK: it is complete, and so is its check; LZMA_BUF_ERROR: the file ends in it; LZMA_SEEK_NEEDED: reading failed;
 * LZMA_PROG_ERROR: more than cap; others: damaged. *produced and *used count bytes in all cases. */
lzma_ret xz_block_decode(const struct source *inner, uint64_t at, struct xz_block *b, uint8_t *out, uint64_t cap,
			 uint64_t *produced, uint64_t *used);

/* What it means, for messages. */
const char *xz_reason(lzma_ret r);

#endif
