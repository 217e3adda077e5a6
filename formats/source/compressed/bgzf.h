/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip files as bgzip writes them (SAMv1, section 4.1): members of at most 64 KiB that tell their size in an extra field,
 * so that they are found without decompressing.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_COMPRESSED_BGZF_H
#define VMCOREFS_FORMATS_SOURCE_COMPRESSED_BGZF_H

#include "formats/source/parts/chunks.h"

#define CHUNK_BGZF 2			/* chunk.kind: some whole members */

/* Fill the list of c. 1; 0: that is no such file (the list is empty again); -errno. */
int bgzf_list(struct chunked *c, uint64_t *end);
/* As chunked_ops.decode. */
ssize_t bgzf_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len);

#endif
