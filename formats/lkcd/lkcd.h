/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The opened LKCD dump: what lkcd.c finds in the headers, index.c in the records, and pages.c reads pages with.
 *
 * Behind the headers there are records, in any order, one after the other: { u64 address, u32 size, u32 flags }, then size
 * bytes. Where a page is can only be told by going through all of them.
 *
 * Threads: lkcd_index(): before mount only; the rest: any.
 */
#ifndef VMCOREFS_FORMATS_LKCD_LKCD_H
#define VMCOREFS_FORMATS_LKCD_LKCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/reader/dump.h"

#define LKCD_RECORD 16u				/* bytes of a record's header */
#define LKCD_RUN_PAGES 16u			/* of a run whose records differ in size */

/* page flags: dump.h of the LKCD patches; the last two: include/linux/vmdump.h of Mission Critical Linux */
#define LKCD_RAW 0x1u
#define LKCD_COMPRESSED 0x2u
#define LKCD_END 0x4u
#define LKCD_TRUNCATED 0x8u
#define LKCD_TEST_PATTERN 0x10u
#define LKCD_NOT_USED 0x20u
#define LKCD_MCLX_V0 0x80000000u		/* the address is a page number */
#define LKCD_MCLX_V1 0x40000000u

enum lkcd_compression { LKCD_NONE, LKCD_RLE, LKCD_ZLIB };

/*
 * Pages one after the other whose records are one after the other too. 16 bytes for up to LKCD_RUN_PAGES pages: those in the
 * middle are found by going through the records from the first one on. Of uncompressed pages any number: no need to look.
 */
struct lkcd_run {
	uint64_t pfn;
	uint64_t offset : 47;			/* of the first record */
	uint64_t raw : 1;			/* every record has one uncompressed page */
	uint64_t count : 16;			/* pages, > 0 */
};

struct lkcd {
	uint32_t version;			/* 1 .. 10 */
	uint32_t mclx;				/* LKCD_MCLX_V0, LKCD_MCLX_V1: who changed the format */
	enum lkcd_compression compression;
	uint32_t header_size;			/* by the header */
	uint64_t data_offset;			/* of the first record */
	uint64_t num_pages;			/* records, by the header; 0: not said */
	uint64_t virt_base;			/* of the addresses in records: of early i386 dumps, else 0 */
	struct lkcd_run *runs;			/* sorted, disjoint */
	size_t nruns, cap;
	unsigned long damaged;			/* for fail_counted() */
};

struct lkcd_record {
	uint64_t address;
	uint32_t size, flags;
};

/* Bytes of the file that were read together. */
struct lkcd_window {
	const struct source *src;
	uint8_t *bytes;				/* size bytes, borrowed */
	size_t size;
	uint64_t start;
	size_t len;
};

/* n <= w->size bytes at off, valid until the next call; NULL: they cannot be read, or are beyond the end of the file. */
const uint8_t *lkcd_window_get(struct lkcd_window *w, uint64_t off, size_t n);

/* false: there is no record at off. */
bool lkcd_record_get(struct lkcd_window *w, uint64_t off, bool big_endian, struct lkcd_record *out);
/* Is it one that a kernel could have written? The address is not looked at. */
bool lkcd_record_sane(const struct dump *d, const struct lkcd_record *r);
/* The page of a record: false when its address is none. */
bool lkcd_record_pfn(const struct dump *d, const struct lkcd_record *r, uint64_t *pfn);

/*
 * Offset of the record of page run->pfn + n, n < run->count. w is for reading records, of 256 KiB or less. -EIO, without a
 * message: it is not there.
 */
int lkcd_run_offset(const struct dump *d, const struct lkcd_run *run, uint64_t n, struct lkcd_window *w, uint64_t *offset);

/* Go through all records: sets the runs and d->pages.max_pfn. 0, or fails with one message. */
int lkcd_index(struct dump *d);

extern const struct pages_ops lkcd_pages_ops;

#endif
