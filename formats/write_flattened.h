/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's flattened form of a kdump-compressed file: a header block, then records of offset, size and bytes, then
 * an end mark; all numbers big-endian.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_FLATTENED_H
#define VMCOREFS_FORMATS_WRITE_FLATTENED_H

#include "base/layout.h"
#include "base/workers.h"
#include "formats/write_kdump.h"

/* Bytes that the frame adds to a file in one record. */
#define FLATTENED_FRAME (4096 + 16 + 16)

/* A finished file as one record. Takes over one reference of file, also on failure. 0, -ENOMEM, -EFBIG. */
int write_flattened(struct layout *file, struct layout **out);

/*
 * The same pages as write_kdump() straight to a file descriptor, front to back, while they are compressed on all cores:
 * nothing is kept. -errno of write(2), not logged; otherwise as write_kdump().
 */
int write_flattened_stream(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			   struct progress *progress, int fd);

#endif
