/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a kdump-compressed source that can go into a kdump-compressed file as they are stored.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_PAGE_COPY_H
#define VMCOREFS_FORMATS_WRITE_PAGE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

struct codec_ctx;

/* What is copied. */
struct page_copy {
	enum codec codec;		/* pages that are stored with it; CODEC_NONE: nothing is copied */
	bool raw;			/* and uncompressed ones: whoever made the source found that they do not shrink */
	uint64_t page;			/* bytes */
};

enum copy_kind {
	COPY_NOT,			/* it has to be read */
	COPY_ZERO,			/* all zero: such pages share one */
	COPY_STORED,
};

/* false: COPY_NOT, told without a look at what is stored. */
bool page_copy_likely(const struct page_copy *c, const struct page_place *p);
/* Only pages that may be zero are looked at: those that are stored in very few bytes. */
enum copy_kind page_copy_kind(const struct page_copy *c, const struct page_place *p, struct codec_ctx *ctx);

/*
 * n bytes of what is stored for some pages, one behind the other, from byte skip of the first page on. Places of length 0
 * are left out; the caller knows that there are enough bytes. What lies together in the source is read together.
 */
int page_copy_read(const struct page_place *places, uint64_t skip, void *buf, size_t n);

#endif
