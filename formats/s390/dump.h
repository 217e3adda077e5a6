/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-alone dumps of s390: what the files of this reader share. Format rules: s390-tools, include/dump/s390_dump.h (the
 * structures), zipl/boot (the dump tools that write them), zdump (zgetdump, which reads them). All is big-endian.
 *
 * Only formats/s390/ includes this. Threads: opening: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_S390_DUMP_H
#define VMCOREFS_FORMATS_S390_DUMP_H

#include "formats/reader/byte_pages.h"
#include "formats/reader/dump.h"

#define S390_MAGIC_PLAIN	0xa8190173618f23fdull
#define S390_MAGIC_EXTENDED	0xa8190173618f23feull
#define S390_HEADER_BYTES	4096u		/* at the beginning of the file, and of each volume */
#define S390_VOLUME_SIGN	0x200u	/* in the header of a volume: the magic number again */
#define S390_END_BYTES		16u		/* end marker: "DUMP_END", TOD clock */
#define S390_SEGMENT_HEADER	4096u	/* before the data of each segment of an extended dump */
#define S390_PAGE		4096u
#define S390_CPUS_MAX		512u

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
/* The end marker at off? Warns and sets d->incomplete when it is not there. */
void s390_check_end(struct dump *d, uint64_t off);

/* cpus.c: notes with the registers that are saved in the lowcores, and VMCOREINFO as the lowcore points to it. d->pages
 * is ready. 0 or -errno. */
int s390_add_cpus(struct dump *d, const struct s390_header *h);
int s390_find_vmcoreinfo(struct dump *d);

/* volumes.c: dump_ops.is_part, dump_ops.open_set. */
int s390_is_part(const struct source *src);
int s390_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out);
/* dump.c. 1: decoded; 0: not such a dump; -errno, after a message: it cannot be read. */
int s390_read_header(const struct source *src, struct s390_header *out);

#endif
