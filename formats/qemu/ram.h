/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a page in QEMU's migration stream: its address in the block, and these bits (migration/ram.c).
 *
 * Only formats/qemu/ includes this. Threads: any.
 */
#ifndef VMCOREFS_FORMATS_QEMU_RAM_H
#define VMCOREFS_FORMATS_QEMU_RAM_H

#include "formats/qemu/qemu.h"

#define QEMU_PAGE_HEADER 8u

enum {
	QEMU_RAM_ZERO = 0x02,		/* a byte follows that the page is full of */
	QEMU_RAM_MEM_SIZE = 0x04,	/* the list of blocks follows; the address is their size */
	QEMU_RAM_PAGE = 0x08,		/* the page follows */
	QEMU_RAM_EOS = 0x10,		/* the end of this section's data */
	QEMU_RAM_CONTINUE = 0x20,	/* of the block of the page before; else its name comes first */
	QEMU_RAM_XBZRLE = 0x40,
	QEMU_RAM_COMPRESSED = 0x100,
	QEMU_RAM_MULTIFD_FLUSH = 0x200,
};

/* The header of a page of block that is not the first one of it in a row. */
static inline uint64_t qemu_page_header(const struct qemu_ram *ram, const struct qemu_block *b, uint64_t page,
					unsigned int kind)
{
	return (page - b->first) << ram->page_shift | kind | QEMU_RAM_CONTINUE;
}

#endif
