/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page descriptors and page data of a kdump-compressed file, made on all cores.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_COMPRESS_PAGES_H
#define VMCOREFS_FORMATS_COMPRESS_PAGES_H

#include <stdbool.h>

#include "base/pages.h"
#include "base/workers.h"

#define KDUMP_DESC_BYTES 24		/* struct page_desc: offset, size, flags, page_flags */

/* Where they go. */
struct page_sink {
	/* n > 0 bytes at off in the file. 0 or -errno. */
	int (*put)(void *arg, const void *buf, size_t n, uint64_t off);
	void *arg;
	bool in_order;			/* put is called in page order, by one thread at a time; otherwise by several */
};

struct compressed {
	uint64_t bytes;			/* descriptors and data: from file_offset to the end */
	uint64_t damaged;		/* pages that could not be read: their descriptors are zero */
};

/*
 * The sink gets, from file_offset on: the descriptors of all kept pages of ps in order, a page of zeroes, and the data of
 * the others in order. A page whose stored form already has the codec is copied. 0, -ENOMEM, or what the sink returns.
 */
int compress_pages(const struct pages *ps, enum codec codec, bool big_endian, uint64_t file_offset,
		   const struct page_sink *sink, struct progress *progress, struct compressed *out);

#endif
