/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kdump-compressed file whose pages are stored in the source as they are wanted: a layout that computes descriptors from
 * the source's and reads page data from the source. Nothing is spooled, and of page data only that of pages which may be
 * zero is looked at beforehand. The same for a file without compression, whose pages are all read once beforehand, to
 * know which are zero or damaged (plain_pages.h). Kept in memory: 16 bytes for each 64 pages, and a bit for each zero or damaged one.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_KDUMP_COPY_H
#define VMCOREFS_FORMATS_WRITE_KDUMP_COPY_H

#include "formats/write/kdump.h"

/* The same bytes as kdump_emit(). As write_kdump(); -ENOTSUP (not logged) when a page would have to be compressed, or so
 * many are damaged that it would be no use. */
int kdump_copy(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
	       struct progress *progress, struct layout **out);

#endif
