/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of a source as a source, with a name of its own: a file in an archive or in a folder.
 *
 * Only formats/ includes this. Threads: slice_new(): before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_SLICE_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_SLICE_H

#include "base/source.h"

/* len bytes from offset on, less when inner ends before; it is truncated then. Takes over inner, also on failure;
 * copies name. NULL: out of memory. */
struct source *slice_new(struct source *inner, uint64_t offset, uint64_t len, const char *name);

#endif
