/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces of several files, one after the other, as one source: split sets, disk sets, memory banks.
 *
 * Only formats/ includes this. Threads: joined_new(): before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_JOINED_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_JOINED_H

#include "base/source.h"

struct joined_piece {
	struct source *src;
	uint64_t offset, len;		/* bytes of src; what lies beyond its end cannot be read: the join is short there */
};

/*
 * n > 0 pieces; a source may have several. Name and container are the first one's, mtime the latest. owns: closes the
 * sources with itself, also when this fails; else it borrows them. NULL: out of memory.
 */
struct source *joined_new(const struct joined_piece *pieces, size_t n, bool owns);

#endif
