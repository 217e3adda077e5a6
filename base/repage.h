/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same memory in pages of another size: QEMU writes kdump files of arm64 in blocks of 64 KiB, whatever the page size
 * of the guest; an ELF dump does not tell its page size at all.
 *
 * A larger page of which some parts are stored is DATA; the other parts read as zeroes, as those of a page that an ELF
 * segment covers in part. stored is not known.
 *
 * Threads: any once made.
 */
#ifndef VMCOREFS_BASE_REPAGE_H
#define VMCOREFS_BASE_REPAGE_H

#include "base/pages.h"

/* Borrows below. NULL: out of memory. */
struct pages *repage_new(const struct pages *below, unsigned int page_shift);
void repage_free(struct pages *ps);		/* NULL is fine */

#endif
