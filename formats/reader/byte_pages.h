/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page source of dumps whose memory lies in the file as it is, in ranges of bytes: ELF, LiME, raw images. Ranges may
 * start and end inside of pages, and overlap. What of a page is not in the file reads as zeroes. Some ranges may have to be
 * decoded: the reader numbers their bytes from some offset on that no file has, and hands them out.
 *
 * Only formats/ includes this. A reader's d->priv is a struct byte_pages, or starts with one.
 * Threads: adding, finishing: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_READER_BYTE_PAGES_H
#define VMCOREFS_FORMATS_READER_BYTE_PAGES_H

#include "formats/reader/dump.h"
#include "formats/source/parts/extents.h"

struct byte_pages {
	struct extents data;			/* physical address -> offset in d->src */
	struct extents mem;			/* while adding: memory of the machine, offset unused; covers data */
	struct extents zero;			/* while adding: memory that is zeroes, offset unused */
	struct page_run *runs;			/* DATA, ZERO and EXCLUDED, sorted; the rest is ABSENT */
	size_t nruns;
	/* Fill n bytes from offset >= decoded_from on, which were added so. Logs why not. NULL: there are none. Any thread. */
	int (*decode)(const struct dump *d, void *buf, uint64_t n, uint64_t offset);
	uint64_t decoded_from;
	unsigned long damaged;			/* for fail_counted() */
};

/*
 * memsz bytes of memory at paddr, of which the first filesz lie at offset in the file; the rest was left out. -ERANGE,
 * with nothing added, when the numbers cannot be: memsz < filesz, or an end that wraps or is in the last PAGE_SHIFT_MAX
 * page of the number space. -ENOMEM.
 */
int byte_pages_add(struct byte_pages *b, uint64_t paddr, uint64_t memsz, uint64_t offset, uint64_t filesz);

/* len bytes that are known to be zeroes, where nothing else is stored. The same errors. */
int byte_pages_add_zero(struct byte_pages *b, uint64_t paddr, uint64_t len);

/* All is added, and d->pages.page_shift set: makes d->pages ready. d->pages.max_pfn stays 0 when there is no memory; that
 * is the caller's to tell. 0 or -ENOMEM. */
int byte_pages_finish(struct dump *d, enum extents_winner winner);

/* Frees what b has, not b. */
void byte_pages_free(struct byte_pages *b);
/* dump_ops.close of readers whose priv is a struct byte_pages from calloc(). */
void byte_pages_close(struct dump *d);

#endif
