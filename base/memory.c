/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/memory.h"

#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Settings of the program, as its memory is one. */
static _Atomic uint64_t limit, allowed, caches;
static memory_refused_fn *tell;

void memory_set_limit(uint64_t bytes, memory_refused_fn *refused)
{
	limit = bytes;
	tell = refused;
}

void memory_allow(uint64_t bytes)
{
	allowed = bytes;
}

void memory_allow_cache(int64_t bytes)
{
	caches += (uint64_t)bytes;
}

static uint64_t bytes_in_use(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
#else
	return 0;
#endif
}

int memory_check(uint64_t more)
{
	uint64_t max = limit, in_use;

	if (!max || more < MEMORY_SMALL)
		return 0;
	if (__builtin_add_overflow(max, allowed + caches, &max))
		return 0;
	in_use = bytes_in_use();
	if (in_use <= max && more <= max - in_use)
		return 0;
	if (tell)
		tell(more, in_use, max);
	return -ENOMEM;
}

void *memory_malloc(uint64_t bytes)
{
	return bytes > PTRDIFF_MAX || memory_check(bytes) ? NULL : malloc(bytes ? (size_t)bytes : 1);
}

void *memory_calloc(uint64_t n, size_t size)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(n, (uint64_t)size, &bytes) || bytes > PTRDIFF_MAX || memory_check(bytes))
		return NULL;
	return bytes ? calloc((size_t)n, size) : malloc(1);
}
