/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sadump, the dump format of Fujitsu's firmware for x86: what its readers share. The structures are those of
 * makedumpfile's and crash's sadump.h, all little-endian; sizes are in blocks.
 *
 *	one partition:	partition header, dump header, sub header, bitmap of RAM, bitmap of dumped pages, pages
 *	disk set:	the same, with a disk set header before the dump header; the pages go on behind the partition
 *			headers of the other disks
 *	media backup:	media header, then as one partition
 *
 * Only formats/sadump/ includes this. Threads: opening: before mount only; pages: any.
 */
#ifndef VMCOREFS_FORMATS_SADUMP_SADUMP_H
#define VMCOREFS_FORMATS_SADUMP_SADUMP_H

#include "base/bitmap.h"
#include "formats/reader/dump.h"

#define SADUMP_DISKS_MAX 16u
#define SADUMP_GUID_BYTES 16u

struct sadump_partition {
	uint64_t offset;			/* in the file: one block in a media backup, else 0 */
	uint32_t block_size;			/* bytes: a power of two, 4 KiB to 1 MiB */
	uint32_t set_disk;			/* 0: no disk set; else which disk, from 1 */
	uint64_t used;				/* bytes of the disk, headers included */
	uint8_t system[SADUMP_GUID_BYTES], disk_set[SADUMP_GUID_BYTES], volume[SADUMP_GUID_BYTES];
	uint8_t time[16];			/* EFI_TIME */
};

/* A piece of the page data. */
struct sadump_piece {
	const struct source *src;		/* borrowed; NULL: a disk that is not here */
	uint64_t offset;			/* in src */
	uint64_t start, len;			/* in the page data of the dump */
};

struct sadump {
	struct bitmap *ram, *dumped;		/* owned; indexed */
	uint64_t headers_end;			/* in the first file: here the page data starts */
	uint64_t data_bytes;			/* so much there is: all pages */
	/* sorted, without gaps; pages behind the last one are nowhere */
	struct sadump_piece pieces[SADUMP_DISKS_MAX];
	size_t npieces;
	unsigned long damaged;			/* for fail_counted() */
};

/* The partition header of src, as its probe found it. 0 or -EIO after a message. */
int sadump_read_partition(const struct source *src, struct sadump_partition *p);
/* The dump header at this offset of d->src, and all behind it but the pages. d->priv becomes a struct sadump, without
 * pieces. 0 or -errno after a message. */
int sadump_load(struct dump *d, const struct sadump_partition *p, uint64_t header_at);
/* dump_ops of one file. */
int sadump_probe(const struct source *src);
int sadump_open(struct dump *d);
void sadump_close(struct dump *d);

/* cpu.c: the registers in the sub header at this offset, as notes; sets the architecture of d. What is damaged is
 * left out with a warning. 0 or -ENOMEM. */
int sadump_load_cpus(struct dump *d, uint64_t at, uint64_t bytes, uint32_t nr_cpus);
/* An EFI_TIME in seconds since the epoch, 0 when it is none. */
int64_t sadump_time(const uint8_t *efi);

/* pages.c. The pieces are complete: a warning when a file is shorter than its pages. */
void sadump_check_data_end(struct dump *d);
extern const struct pages_ops sadump_pages_ops;

#endif
