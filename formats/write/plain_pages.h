/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that go into a file as they are: which of them are zero or damaged has to be seen to know its size, and after that
 * any part of it can be read.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_PLAIN_PAGES_H
#define VMCOREFS_FORMATS_WRITE_PLAIN_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

/* Some pages, in rising order. Their places tell no more than len: a page, or 0 when they have no data in the file. */
struct plain_pages {
	const struct pages *ps;
	const uint64_t *pfns;
	struct page_place *places;
	uint64_t n;
};

/* Bytes of a buffer for plain_pages_look(). */
size_t plain_pages_buffer(const struct pages *ps);
/* Those with a len are read: of a zero page the place gets zero and len 0, of a damaged one len 0. 0, or a passing fault. */
int plain_pages_look(const struct plain_pages *p, void *buf);

/* n bytes of their data, one behind the other, from byte skip of the first one on; the caller knows that there are enough. 0, or
 * -errno as pages_read_run(). */
int plain_pages_read(const struct plain_pages *p, uint64_t skip, void *buf, size_t n);

#endif
