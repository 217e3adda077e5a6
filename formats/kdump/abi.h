/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What readers and writers of the kdump-compressed format have to agree on: makedumpfile's diskdump_mod.h, QEMU's dump.h.
 *
 * The writers may include this. Threads: any.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_ABI_H
#define VMCOREFS_FORMATS_KDUMP_ABI_H

#include <stdint.h>

#include "base/pages.h"

#define KDUMP_SIGNATURE "KDUMP   "
#define KDUMP_SIGNATURE_BYTES 8
#define KDUMP_VERSION 6			/* the newest known */
#define KDUMP_UTS 12u			/* offset of struct utsname: six strings of so many bytes */
#define KDUMP_UTS_FIELD 65u

/* status: the codec that was asked for (enum codec has the values), and: */
#define KDUMP_STATUS_INCOMPLETE 0x8u
#define KDUMP_STATUS_NO_VMEMMAP 0x10u
#define KDUMP_STATUS_KNOWN \
	(CODEC_ZLIB | CODEC_LZO | CODEC_SNAPPY | CODEC_ZSTD | KDUMP_STATUS_INCOMPLETE | KDUMP_STATUS_NO_VMEMMAP)

/* struct page_desc of a stored page: where its data is, their size, flags (enum codec), page_flags */
#define KDUMP_DESC_BYTES 24u
enum { KDUMP_DESC_OFFSET = 0, KDUMP_DESC_SIZE = 8, KDUMP_DESC_FLAGS = 12 };

/* Where a writer's C compiler put the fields. From status on, the main header is an array of 32-bit numbers. */
struct kdump_abi {
	uint8_t word, time_word;
	uint16_t time, status;
	/* sub header; each of the sizes follows its offset */
	uint8_t start_pfn, vmcoreinfo, note, eraseinfo, start_pfn_64;
};

/* In order of preference when two explain a file equally well. */
#define KDUMP_ABIS 5
extern const struct kdump_abi kdump_abis[KDUMP_ABIS];

/* from status on */
enum {
	KDUMP_BLOCK_SIZE = 4, KDUMP_SUB_BLOCKS = 8, KDUMP_BITMAP_BLOCKS = 12, KDUMP_MAX_MAPNR = 16,
	KDUMP_CURRENT_CPU = 32, KDUMP_NR_CPUS = 36,
};

/* What to write for a machine whose longs have so many bytes. 4: i386's, as QEMU writes it for every such machine: what
 * makedumpfile writes on ARM and others, libkdumpfile does not read. */
const struct kdump_abi *kdump_abi_of(unsigned int word);

#endif
