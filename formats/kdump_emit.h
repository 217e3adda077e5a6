/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a kdump-compressed file, piece by piece, to wherever they go: a spool file, a file of the user's, the
 * records of a flattened stream. Nothing is kept.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_EMIT_H
#define VMCOREFS_FORMATS_KDUMP_EMIT_H

#include "base/spool.h"
#include "formats/compress_pages.h"
#include "formats/write_kdump.h"

/*
 * All of the file to sink: headers, bitmaps, and while they are compressed on all cores descriptors and page data. What
 * is not put is zero. The first block is put once more at the end when a page was damaged. Before the compression sink
 * is called in order of the file, by the caller's thread. *size: of the file.
 */
int kdump_emit(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       const struct page_sink *sink, struct progress *progress, uint64_t *size);

/* A header may claim any amount of memory: -ENOSPC (logged), before any work is done, when not even the descriptors of
 * the kept pages fit into the spool. */
int kdump_check_room(const struct pages *ps, const struct spool *spool);

#endif
