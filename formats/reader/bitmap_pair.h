/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two bitmaps tell of each page whether the machine has it and whether it is stored: kdump-compressed, sadump.
 *
 * Only formats/ includes this. Threads: any, when both bitmaps are indexed.
 */
#ifndef VMCOREFS_FORMATS_READER_BITMAP_PAIR_H
#define VMCOREFS_FORMATS_READER_BITMAP_PAIR_H

#include "base/bitmap.h"
#include "base/pages.h"

/* The state of bit: DATA when it is set in stored, EXCLUDED when only in exists, else ABSENT. Returns how many of the bits
 * from it on, at most max > 0, are alike in both bitmaps; at a cost that does not depend on that number. */
uint64_t bitmap_pair_run(const struct bitmap *exists, const struct bitmap *stored, uint64_t bit, uint64_t max,
			 enum page_state *state);

#endif
