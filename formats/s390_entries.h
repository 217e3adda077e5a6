/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed pieces of memory in extended s390 dumps: zlib streams of up to a megabyte of memory. The last used ones are
 * kept decompressed, for those who read page by page.
 *
 * Only s390_*.c includes this. Threads: making: before mount only; reading: any. The lock inside is a leaf, and is held for
 * copying out of what is kept, never for reading or decompressing.
 */
#ifndef VMCOREFS_FORMATS_S390_ENTRIES_H
#define VMCOREFS_FORMATS_S390_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "formats/source.h"

struct s390_entries;

/* NULL: out of memory. entry_bytes: of memory in an entry, the last one of a segment apart. */
struct s390_entries *s390_entries_new(uint32_t entry_bytes);
void s390_entries_free(struct s390_entries *e);		/* NULL is fine */

/* A stored piece: stored_len bytes at offset, which hold memory_len bytes of memory. */
struct s390_entry {
	uint64_t offset;
	uint32_t stored_len, memory_len;
};

/* Bytes from to from + len - 1 of its memory. 0, -EIO, -EBADMSG or -ENOMEM; logs nothing. */
int s390_entries_read(struct s390_entries *e, const struct source *src, const struct s390_entry *at, uint32_t from,
		      uint32_t len, void *buf);

#endif
