/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page descriptors and page data of a kdump-compressed file, made on all cores.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_COMPRESS_PAGES_H
#define VMCOREFS_FORMATS_WRITE_COMPRESS_PAGES_H

#include <stdbool.h>

#include "base/pages.h"
#include "base/workers.h"
#include "formats/write/page_writer.h"

struct compress_input {
	const struct pages *ps;
	uint64_t first_pfn, end_pfn;	/* of what it keeps, pages first_pfn to end_pfn - 1 */
	enum codec codec;
	bool copy_raw;			/* see struct page_copy */
	bool big_endian;
	uint64_t desc_offset;		/* where in the file the descriptors begin */
	uint64_t data_offset;		/* and the page of zeroes, with the data behind it */
};

struct compressed {
	uint64_t end;			/* of the data in the file */
	uint64_t damaged;		/* pages that could not be read: their descriptors are zero */
};

/*
 * The sink gets the descriptors of the kept pages in order, and a page of zeroes with the data of the others in order
 * behind it. A page whose stored form already has the codec is copied. 0, -ENOMEM, what the sink returns, or a
 * passing fault of the source (base/fault.h): the output is not complete then.
 */
int compress_pages(const struct compress_input *in, const struct page_sink *sink, struct progress *progress,
		   struct compressed *out);

#endif
