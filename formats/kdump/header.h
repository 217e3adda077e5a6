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

#define KDUMP_STATUS_INCOMPLETE 0x8u
#define KDUMP_STATUS_NO_VMEMMAP 0x10u

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

/* Where a writer's C compiler put the fields. From status on, the main header is an array of 32-bit numbers. */
struct kdump_abi {
	uint8_t word, time_word;
	uint16_t time, status;
	/* sub header; each of the sizes follows its offset */
	uint8_t start_pfn, vmcoreinfo, note, eraseinfo, start_pfn_64;
};

/* from status on */
enum {
	KDUMP_BLOCK_SIZE = 4, KDUMP_SUB_BLOCKS = 8, KDUMP_BITMAP_BLOCKS = 12, KDUMP_MAX_MAPNR = 16,
	KDUMP_CURRENT_CPU = 32, KDUMP_NR_CPUS = 36,
};

/* What to write for a machine whose longs have so many bytes. 4: i386's, as QEMU writes it for every such machine: what
 * makedumpfile writes on ARM and others, libkdumpfile does not read. */
const struct kdump_abi *kdump_abi_of(unsigned int word);

/* 0, or fails with one message. */
int kdump_header_read(const struct source *src, struct kdump_header *h);

/* 1 when the signature is there, 0 when not, -errno. */
int kdump_signature(const struct source *src);

#endif
