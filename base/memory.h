/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A limit for what a dump can make the program allocate: who makes room for so many things as a dump says asks here first.
 * Numbers of a dump are checked where they are decoded, so that this is met by dumps of very many pieces only, or by a
 * mistake of ours. Small requests are always granted: they are of what there is one of, not of what a dump counts.
 *
 * What is in use is what the allocator has given out (glibc); elsewhere only single requests are measured.
 *
 * Threads: memory_set_limit(): before there are others; all others: any.
 */
#ifndef VMCOREFS_BASE_MEMORY_H
#define VMCOREFS_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define MEMORY_DEFAULT_MIB 64u
#define MEMORY_SMALL ((size_t)1 << 20)	/* bytes that are not measured */

/* Told of each request that is refused; the log itself grows by what asks here. All in bytes. */
typedef void memory_refused_fn(uint64_t more, uint64_t in_use, uint64_t max);

/* Bytes that are allowed for any dump; 0: no limit, as before the first call. refused may be NULL. */
void memory_set_limit(uint64_t bytes, memory_refused_fn *refused);
/* Bytes besides, for the dump that is open: what is said last counts. */
void memory_allow(uint64_t bytes);
/* Besides that, for a cache whose size the user may choose: less when it is freed. */
void memory_allow_cache(int64_t bytes);
/* Are so many bytes more within the limit? 0 or -ENOMEM. */
int memory_check(uint64_t more);
/* malloc() and calloc() of as many bytes, or things, as a dump says, for free(). NULL: more than is allowed, or than there is. */
void *memory_malloc(uint64_t bytes);
void *memory_calloc(uint64_t n, size_t size);

#endif
