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

struct compressed {
	uint64_t bytes;			/* descriptors and data in the spool */
	uint64_t damaged;		/* pages that could not be read: their descriptors are zero */
};

/*
 * The spool gets, from its offset 0: the descriptors of all kept pages of ps in order, a page of zeroes, and the data of
 * the others in order. file_offset: where in the file the spool's offset 0 will be. A page whose stored form already has
 * the codec is copied. 0, -ENOMEM, -ENOSPC (logged).
 */
int compress_pages(const struct pages *ps, enum codec codec, bool big_endian, uint64_t file_offset, struct spool *spool,
		   struct progress *progress, struct compressed *out);

#endif
