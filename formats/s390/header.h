/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers and end markers of stand-alone dumps of s390. Format rules: s390-tools, include/dump/s390_dump.h (the structures),
 * zipl/boot (the dump tools that write them), zdump (zgetdump, which reads them). All is big-endian.
 *
 * Only formats/s390/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_S390_HEADER_H
#define VMCOREFS_FORMATS_S390_HEADER_H

#include "formats/reader/dump.h"

#define S390_MAGIC_PLAIN	0xa8190173618f23fdull
#define S390_MAGIC_EXTENDED	0xa8190173618f23feull
#define S390_HEADER_BYTES	4096u		/* at the beginning of the file, and of each volume */
#define S390_VOLUME_SIGN	0x200u	/* in the header of a volume: the magic number again */
#define S390_END_BYTES		16u		/* end marker: "DUMP_END", TOD clock */
#define S390_SEGMENT_HEADER	4096u	/* before the data of each segment of an extended dump */
#define S390_PAGE		4096u
#define S390_CPUS_MAX		512u

/* s390_header.arch */
#define S390_ARCH_31_BIT	1u
#define S390_ARCH_64_BIT	2u

struct s390_header {
	bool extended;
	uint32_t version, header_size, page_size, arch, volume;
	uint64_t memory_end;		/* mem_size: bytes of physical addresses from 0 on */
	uint64_t tod;			/* TOD clock, when the dump was begun */
	bool is_volume;			/* of a multi-volume dump; zipl_time then tells which set of volumes */
	uint64_t zipl_time;
	uint32_t entry_bytes;		/* of memory in a compressed entry; 0: nothing is compressed */
	unsigned int ncpus;		/* of lowcores; may be more than S390_CPUS_MAX */
	uint32_t lowcores[S390_CPUS_MAX];	/* absolute addresses */
};

/* 1: it begins as such a dump; 0, -errno. Says nothing. */
int s390_probe(const struct source *src);
/* 1: decoded; 0: not such a dump; -errno, after a message: it cannot be read. */
int s390_read_header(const struct source *src, struct s390_header *out);
/* What was decoded makes sense: 0, or -EIO after a message. */
int s390_check_header(const struct source *src, const struct s390_header *h);
/* The end marker at off? Warns and sets d->incomplete when it is not there. */
void s390_check_end(struct dump *d, const struct s390_header *h, uint64_t off);

#endif
