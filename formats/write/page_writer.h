/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches of packed pages, made by several threads, on their way into a file: they are put in their order, by whichever
 * thread has the next one ready, one at a time, while the others pack on. Small pieces go out together, and page data up to
 * places where file systems like to be written.
 *
 * Threads: new, finish, free: one; the others: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_PAGE_WRITER_H
#define VMCOREFS_FORMATS_WRITE_PAGE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/kdump/abi.h"

#define MARK_ZERO	0x80000000u	/* in page_batch.flags: all zero, without data of its own */
#define MARK_DAMAGED	0x40000000u	/* could not be read, without data */

/* Where a file goes. */
struct page_sink {
	/* n > 0 bytes at off in the file. 0 or -errno. */
	int (*put)(void *arg, const void *buf, size_t n, uint64_t off);
	void *arg;
	bool filled;			/* there may be something already where nothing is put */
	bool seen_early;		/* somebody may see the file before it is whole */
	bool computed;			/* the bitmaps are made by who reads the file, and are not put */
};

struct page_batch {
	uint64_t first;			/* number of the first page: of those of the batches before it, and maybe more */
	uint64_t count;			/* pages */
	size_t used;			/* bytes of data of all of them */
	uint8_t *data;			/* room for all pages as they are */
	uint8_t *descs;			/* of each page KDUMP_DESC_BYTES; only the size is set: bytes of its data */
	uint32_t *flags;		/* of each page its codec, or one of the marks */
};

struct page_writer_input {
	const struct page_sink *sink;
	uint64_t page_bytes, batch_pages;	/* of a page; in a batch at most */
	unsigned int threads;			/* that pack */
	bool big_endian;
	uint64_t desc_offset;			/* in the file: where the descriptors begin, (those of no batch are not put), */
	uint64_t zero_offset;			/* the page that all zero pages share, */
	uint64_t data_offset;			/* the data of the first page */
};

struct page_writer;

/* Borrows the sink. -ENOMEM. */
int page_writer_new(const struct page_writer_input *in, struct page_writer **out);
void page_writer_free(struct page_writer *w);		/* NULL is fine */

/*
 * The buffers of batch number, when there is room for them. Numbers have to be taken in rising order, from 0 on, without gaps; each has to
 * come to its page_writer_put() or page_writer_fail(). 0, -ENOMEM, or what failed elsewhere.
 */
int page_writer_take(struct page_writer *w, uint64_t number, struct page_batch **out);
/* It is packed. 0, or what the sink returned for this or another one. */
int page_writer_put(struct page_writer *w, uint64_t number);
/* All who wait, or come, get error. */
void page_writer_fail(struct page_writer *w, int error);

/* What is still kept here goes to the sink; after a failure only the descriptors of data that is there. 0 or -errno. end: of
 * the data; damaged: so many pages with MARK_DAMAGED. */
int page_writer_finish(struct page_writer *w, uint64_t *end, uint64_t *damaged);

#endif
