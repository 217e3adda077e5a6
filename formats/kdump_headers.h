/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers and bitmaps of a kdump-compressed file that is written: shared by the writers of the file and of its
 * flattened form.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_HEADERS_H
#define VMCOREFS_FORMATS_KDUMP_HEADERS_H

#include "base/spool.h"
#include "formats/write_kdump.h"

struct kdump_geometry {
	uint64_t block;			/* bytes */
	uint64_t sub_blocks, bitmap_blocks;
	uint64_t desc_offset;		/* of the page descriptors in the file */
};

void kdump_measure(const struct pages *ps, const struct kdump_output *o, struct kdump_geometry *g);

/* Block 0, and the sub header with the notes behind it: 1 + sub_blocks blocks from b on, which are zeroed. */
void kdump_put_headers(uint8_t *b, const struct pages *ps, const struct kdump_output *o, const struct kdump_geometry *g,
		       bool incomplete);

/* A header may claim any amount of memory: -ENOSPC (logged), before any work is done, when not even the descriptors of
 * the kept pages fit into the spool. */
int kdump_check_room(const struct pages *ps, const struct spool *spool);

/* n bytes of a bitmap from its byte off on: of the pages below max_pfn that the machine has, or of the kept ones. */
void kdump_read_bitmap(const struct pages *ps, uint64_t max_pfn, bool kept_only, uint8_t *buf, size_t n, uint64_t off);

#endif
