/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The opened kdump-compressed dump: what kdump.c finds and pages.c reads pages with. Besides these two, only
 * split_set.c includes it.
 *
 * Threads: any after opening.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_KDUMP_H
#define VMCOREFS_FORMATS_KDUMP_KDUMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/bitmap.h"
#include "formats/kdump/header.h"
#include "formats/reader/dump.h"

#define KDUMP_DESC_BATCH 256u			/* descriptors looked at together */

struct kdump {
	struct kdump_header header;
	struct bitmap *exists, *stored;		/* by bit; exists == stored when the file has only one */
	bool shares_bitmaps;			/* they belong to another part of the split set */
	uint64_t lost_from;			/* of the bits from here on nobody knows which were stored */
	uint64_t base_pfn;			/* pfn of bit 0 */
	uint64_t first_bit, end_bit;		/* bits that have a descriptor if stored: all but in a split member */
	uint64_t first_rank;			/* of first_bit */
	uint64_t desc_offset;			/* of the descriptor table */
	uint64_t zero_offset;			/* of the shared page of zeroes, or 0 */
	unsigned long damaged;			/* for fail_counted() */
};

struct kdump_desc {
	uint64_t offset;
	uint32_t size, flags;
};

/* n <= KDUMP_DESC_BATCH descriptors from file offset off on. 0 or -errno; logs nothing. */
int kdump_read_descs(const struct dump *d, uint64_t off, size_t n, struct kdump_desc *descs);

/* Is d, a kdump file, one part of a split set? Its pages are those of the whole set; those of other parts cannot be read: -EIO. */
bool kdump_is_part(const struct dump *d);
/*
 * Drop the bitmaps of d for those of other, which must outlive it, if they are alike as far as those of d were written:
 * false when not.
 */
bool kdump_share_bitmaps(struct dump *d, const struct dump *other);

/* dump_ops of one file. */
int kdump_open(struct dump *d);
int kdump_is_part_file(const struct source *src);
void kdump_close(struct dump *d);

extern const struct pages_ops kdump_pages_ops;

#endif
