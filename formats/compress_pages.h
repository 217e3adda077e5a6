/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page descriptors and page data of a kdump-compressed file, made on all cores into a spool file.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_COMPRESS_PAGES_H
#define VMCOREFS_FORMATS_COMPRESS_PAGES_H

#include <stdbool.h>

#include "base/pages.h"
#include "base/spool.h"
#include "base/workers.h"

#define KDUMP_DESC_BYTES 24		/* struct page_desc: offset, size, flags, page_flags */

struct compress_input {
	const struct pages *ps;
	uint64_t first_pfn, end_pfn;	/* of what it keeps, pages first_pfn to end_pfn - 1 */
	enum codec codec;
	bool big_endian;
	uint64_t data_offset;		/* where in the file the page of zeroes will be, with the data behind it */
};

struct compressed {
	uint64_t desc_bytes;		/* descriptors in the spool */
	uint64_t bytes;			/* descriptors and data */
	uint64_t damaged;		/* pages that could not be read: their descriptors are zero */
};

/*
 * The spool gets, from its offset 0: the descriptors of the kept pages in order, a page of zeroes, and the data of the
 * others in order. A page whose stored form already has the codec is copied. 0, -ENOMEM, -ENOSPC (logged).
 */
int compress_pages(const struct compress_input *in, struct spool *spool, struct progress *progress,
		   struct compressed *out);

#endif
