/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/vector.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"

#define FIRST_BYTES 256u		/* of the smallest array, which has 4 elements at least */
#define DOUBLE_BYTES (1u << 20)		/* up to here it doubles */

/* How many elements to make room for when want > cap are needed. */
static size_t next_cap(size_t cap, size_t want, size_t max, size_t size)
{
	size_t step = cap < DOUBLE_BYTES / size ? cap : cap / 4;
	size_t next = max_u64(max_u64(FIRST_BYTES / size, 4), want);

	if (step <= SIZE_MAX - cap)
		next = max_u64(next, cap + step);
	return min_u64(next, max);
}

int vector_grow(void **list, size_t n, size_t *cap, size_t more, size_t max, size_t size)
{
	size_t want, next;
	void *bigger;

	if (add_overflows(n, more, &want) || want > max || want > PTRDIFF_MAX / size)
		return -EOVERFLOW;
	if (want <= *cap)
		return 0;
	next = next_cap(*cap, want, min_u64(max, PTRDIFF_MAX / size), size);
	if (memory_check((next - *cap) * size))
		return -ENOMEM;
	bigger = reallocarray(*list, next, size);
	if (!bigger)
		return -ENOMEM;
	*list = bigger;
	*cap = next;
	return 0;
}

void vector_shrink(void **list, size_t n, size_t *cap, size_t size)
{
	void *smaller = n && n < *cap ? reallocarray(*list, n, size) : NULL;

	if (!smaller)
		return;
	*list = smaller;
	*cap = n;
}
