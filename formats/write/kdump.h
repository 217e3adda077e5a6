/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source as a kdump-compressed file, header version 6 (makedumpfile's diskdump_mod.h): header, sub header and
 * notes, two bitmaps, page descriptors, page data. Pages are compressed on all cores into a spool file, so that the size
 * is exact from then on. All zero pages share one. When the source stores all of them with the wanted codec already, or
 * none is compressed, they are copied while the file is read, and all that has to be known before is their sizes
 * (kdump_copy.h).
 *
 * A part of a split set is the same with the descriptors and data of a range of pages: headers, notes, bitmaps and the
 * place for descriptors are those of the whole. makedumpfile joins parts whose main headers are equal, so that damage
 * found in one part does not show in its header.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_KDUMP_H
#define VMCOREFS_FORMATS_WRITE_KDUMP_H

#include <stdbool.h>

#include "base/layout.h"
#include "base/pages.h"
#include "base/workers.h"

struct kdump_output {
	bool big_endian;
	unsigned int word_bytes;	/* of a long of the dumped machine: 4, else 8 */
	char uts[6][65];		/* sysname nodename release version machine domainname */
	int64_t timestamp;		/* seconds since the epoch */
	enum codec codec;
	bool copy_raw;			/* pages that the source stores uncompressed are known not to shrink by codec */
	uint32_t dump_level;
	uint64_t phys_base;
	unsigned int nr_cpus;
	const void *notes;		/* ELF notes */
	size_t notes_len;
	size_t vmcoreinfo_offset;	/* of the text inside notes */
	size_t vmcoreinfo_len;		/* 0: none */
	const void *eraseinfo;		/* text of what was erased, behind the page data */
	size_t eraseinfo_len;		/* 0: nothing was */
	bool incomplete;		/* the source is */
	bool without_vmemmap;		/* pages of page structs are left out (makedumpfile -e) */
	bool split;			/* this is a part of a set: pages start_pfn to end_pfn - 1 */
	uint64_t start_pfn, end_pfn;
	const char *spool_advice;	/* a warning when there has to be a temporary file, with this behind it; or NULL */
};

/*
 * machine says which pages the machine has (first bitmap); ps is what is kept of them (second bitmap). Borrows both for
 * the life of *out. Takes as long as compressing everything takes, if it has to be; progress may be NULL. A page that cannot be read
 * gets an empty descriptor and marks the file incomplete. 0, -ENOMEM, -ENOSPC (logged), -EFBIG.
 */
int write_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		struct progress *progress, struct layout **out);

/* Its size without the data of pages. */
uint64_t write_kdump_overhead(const struct pages *ps, const struct kdump_output *o);
/* An upper bound of the size of write_kdump()'s file for ps or any selection of its pages. */
uint64_t write_kdump_bound(const struct pages *ps, const struct kdump_output *o);

#endif
