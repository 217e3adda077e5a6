/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-alone dumps of s390: what the files of this reader share.
 *
 * Only formats/s390/ includes this. Threads: opening: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_S390_DUMP_H
#define VMCOREFS_FORMATS_S390_DUMP_H

#include "formats/reader/byte_pages.h"
#include "formats/reader/dump.h"
#include "formats/s390/header.h"

struct s390_segments;

/* d->priv */
struct s390_dump {
	struct byte_pages bytes;	/* of a plain dump; first member */
	struct s390_header header;
	struct s390_segments *segments;	/* of an extended dump, owned; else NULL */
};

/* ext.c: find the segments and make d->pages ready. What is damaged or missing is told with a warning. 0 or -errno. */
int s390_segments_open(struct dump *d);
void s390_segments_free(struct s390_segments *s);	/* NULL is fine */
/*
 * Where the chain of segments of one volume ends in its file: behind the data of the last one, the end marker not
 * included. from: where the memory of the first segment may begin; moved behind the last one. *stopped: the last one of
 * the dump is here. Zero when none is there.
 */
uint64_t s390_segments_end(const struct source *src, const struct s390_header *h, uint64_t *from, bool *stopped);

/* cpus.c: notes with the registers that are saved in the lowcores, and VMCOREINFO as the lowcore points to it. d->pages
 * is ready. 0 or -errno. */
int s390_add_cpus(struct dump *d, const struct s390_header *h);
int s390_find_vmcoreinfo(struct dump *d);

/* dump_ops of one file. */
int s390_open(struct dump *d);
void s390_close(struct dump *d);

#endif
