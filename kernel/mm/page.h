/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a struct page says, in words: include/linux/{mm_types,page-flags}.h. Which page structs there are: kernel/pages.
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_MM_PAGE_H
#define VMCOREFS_KERNEL_MM_PAGE_H

#include "base/outbuf.h"
#include "kernel/debuginfo/types.h"
#include "kernel/object/fields.h"

struct page_layout {
	struct kfield flags, refcount, mapcount, type, mapping, index, compound;
	uint64_t bytes;
};

struct page_facts {
	uint64_t vaddr;			/* of the struct page */
	uint64_t head;			/* of that of the compound page's first page: vaddr when it is one itself, or is none */
	uint64_t flags, mapping, index;	/* mapping and index: of the head */
	int refcount, mapcount;		/* of the head; mapcount as the kernel counts: 0: not mapped, or the word is a type: */
	uint32_t type;			/* the word of _mapcount as it is */
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int page_layout(const struct knames *names, struct page_layout *out);
/* As it was read. */
int page_read(struct kreader *r, const struct page_layout *layout, uint64_t vaddr, struct page_facts *out);
/* "locked|uptodate|lru": names of enum pageflags, lower case; bits that have none are not shown (node, zone, section). */
void page_put_flags(const struct types *t, uint64_t flags, struct outbuf *out);

#define PAGE_MAPPING_BITS	3u	/* of mapping: what it is */
#define PAGE_MAPPING_ANON	1u

#endif
