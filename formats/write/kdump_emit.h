/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a kdump-compressed file, piece by piece, to wherever they go: a spool file, a file of the user's, the
 * records of a flattened stream. Nothing is kept.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_KDUMP_EMIT_H
#define VMCOREFS_FORMATS_WRITE_KDUMP_EMIT_H

#include "base/spool.h"
#include "formats/write/compress_pages.h"
#include "formats/write/kdump.h"

struct kdump_geometry {
	uint64_t block;				/* bytes */
	uint64_t sub_blocks, bitmap_blocks;
	uint64_t bitmap_offset, bitmap_bytes;	/* of the first bitmap; the second one follows it */
	uint64_t desc_offset;			/* of the page descriptors */
	uint64_t data_offset;			/* behind the descriptors of all pages that ps keeps */
};

/* 0, or -EFBIG. */
int kdump_measure(const struct pages *ps, const struct kdump_output *o, struct kdump_geometry *g);
/* Main and sub header with the notes: 1 + sub_blocks blocks, which are zero before. eraseinfo: where in the file its text
 * is; 0: nowhere yet. */
void kdump_headers(uint8_t *b, const struct pages *ps, const struct kdump_output *o, const struct kdump_geometry *g,
		   bool incomplete, uint64_t eraseinfo);
/* Both bitmaps, of bytes each, computed when they are read: of the pages that machine has, and of those that ps keeps. Borrows
 * the pages. */
int kdump_add_bitmaps(struct layout *l, const struct pages *machine, const struct pages *ps, uint64_t bytes);
/* Says how many pages could not be read, if any. */
void kdump_warn_damaged(const struct kdump_output *o, uint64_t damaged);

/*
 * All of the file to sink: headers, bitmaps, and while they are compressed on all cores descriptors and page data. What
 * is not put is zero. At the end the sub header is put once more when there is eraseinfo, which is put behind the page data,
 * and the first block when a page was damaged. Where somebody may see the file early it says until then that it is incomplete:
 * pages without a descriptor are not in it, as in what makedumpfile leaves when there is no more room. Before the compression
 * sink is called in order of the file, by the caller's thread. *size: of the file.
 */
int kdump_emit(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       const struct page_sink *sink, struct progress *progress, uint64_t *size);

/* A header may claim any amount of memory: -ENOSPC (logged), before any work is done, when not even the descriptors of
 * the kept pages that can be read fit into the spool. */
int kdump_check_room(const struct pages *ps, const struct spool *spool);

#endif
