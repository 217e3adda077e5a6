/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as the files of /proc have them.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_PROC_NUMBERS_H
#define VMCOREFS_FS_PROC_NUMBERS_H

#include "base/outbuf.h"
#include "fs/views/engine.h"

/* Programs are told times in 1/100 s (USER_HZ), whatever the kernel counts in. */
static inline uint64_t ticks_of(uint64_t ns)
{
	return ns / 10000000u;
}

static inline void out_number(struct outbuf *out, uint64_t n)
{
	out_printf(out, " %llu", (unsigned long long)n);
}

/* A limit that is none is all bits of the kernel's long. */
static inline uint64_t proc_limit(const struct engine *e, uint64_t limit)
{
	return limit == UINT64_MAX && e->kernel->word_bytes == 4 ? UINT32_MAX : limit;
}

#endif
