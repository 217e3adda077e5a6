/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers of the kdump-compressed (diskdump) format, decoded: makedumpfile's diskdump_mod.h, QEMU's dump.h.
 *
 * Neither word size nor byte order is recorded in the file; kdump_header_read() finds them by what makes sense.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_HEADER_H
#define VMCOREFS_FORMATS_KDUMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "formats/kdump/abi.h"

struct kdump_header {
	bool diskdump;			/* signature DISKDUMP: the format's forerunner */
	bool big_endian;
	uint8_t word;			/* 4 or 8: size of a long of the writer */
	int32_t version;
	int32_t semantics;		/* version by which the sub header is read: 1..6; 0: it is diskdump's */
	char uts[6][65];
	int64_t timestamp;
	uint32_t status;
	uint32_t block_size;		/* power of two, 4 KiB .. 1 MiB */
	uint32_t sub_blocks;		/* > 0 */
	uint32_t bitmap_blocks;		/* > 0 */
	uint32_t current_cpu, nr_cpus;
	uint64_t max_mapnr;
	uint32_t max_mapnr_32;		/* the same in the main header: too small for large machines */
	bool sub_lost;			/* the sub header is all zero: its block was never written, or lost */

	uint64_t phys_base;
	uint32_t dump_level;
	bool split;
	uint64_t start_pfn, end_pfn;	/* of a split member */
	uint64_t offset_vmcoreinfo, size_vmcoreinfo;
	uint64_t offset_note, size_note;
	uint64_t offset_eraseinfo, size_eraseinfo;
};

/* 0, or fails with one message. */
int kdump_header_read(const struct source *src, struct kdump_header *h);

/* 1 when the signature is there, 0 when not, -errno. */
int kdump_signature(const struct source *src);

#endif
