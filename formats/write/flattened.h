/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's flattened form of a kdump-compressed file: a header block, then records of offset, size and bytes, then
 * an end mark; all numbers big-endian.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_FLATTENED_H
#define VMCOREFS_FORMATS_WRITE_FLATTENED_H

#include "base/workers.h"
#include "formats/write/kdump.h"

/* Front to back: 0 or -errno. One call at a time, from any thread. */
typedef int flattened_put_fn(void *arg, const void *buf, size_t n);

/*
 * The same pages as write_kdump(), while they are compressed on all cores: nothing is kept. Errors of put are not
 * logged; otherwise as write_kdump(). The same input gives the same bytes each time.
 */
int write_flattened_stream(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			   struct progress *progress, flattened_put_fn *put, void *arg);

/* The stream in a spool file. As write_kdump(). */
int write_flattened(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		    struct progress *progress, struct layout **out);

/* An upper bound of its size for ps or any selection of its pages. */
uint64_t write_flattened_bound(const struct pages *ps, const struct kdump_output *o);

#endif
