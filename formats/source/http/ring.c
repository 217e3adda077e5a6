/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/ring.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/bytes.h"

/* The kernel's own times, as those of the C library may be larger; the newest 32-bit machines have the new call alone. */
#ifdef SYS_futex
#define FUTEX SYS_futex
#define FUTEX_TIME struct __kernel_old_timespec
#else
#define FUTEX SYS_futex_time64
#define FUTEX_TIME struct __kernel_timespec
#endif

struct ring_memory {
	_Atomic uint32_t taken;		/* bytes, modulo 2^32, as are those below */
	_Atomic uint32_t waits;		/* who puts is to be woken */
	_Alignas(64) uint8_t bytes[HTTP_RING_BYTES];
};

struct http_ring {
	struct ring_memory *shared;
	uint32_t put, taken;		/* of this end alone */
};

_Static_assert(!(HTTP_RING_BYTES & (HTTP_RING_BYTES - 1)), "places are taken modulo a power of two");

struct http_ring *http_ring_new(void)
{
	struct http_ring *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->shared = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->shared != MAP_FAILED)
		return r;
	free(r);
	return NULL;
}

void http_ring_free(struct http_ring *r)
{
	if (r)
		munmap(r->shared, sizeof(*r->shared));
	free(r);
}

/* From a place on until the end of the memory or n. */
static size_t until_end(uint32_t place, size_t n)
{
	return (size_t)min_u64(n, HTTP_RING_BYTES - place % HTTP_RING_BYTES);
}

ssize_t http_ring_put(struct http_ring *r, const void *p, size_t n)
{
	uint32_t used = r->put - atomic_load(&r->shared->taken);
	size_t first;

	if (used > HTTP_RING_BYTES)
		return -EPROTO;
	n = (size_t)min_u64(n, HTTP_RING_BYTES - used);
	first = until_end(r->put, n);
	memcpy(r->shared->bytes + r->put % HTTP_RING_BYTES, p, first);
	memcpy(r->shared->bytes, (const char *)p + first, n - first);
	r->put += (uint32_t)n;
	return (ssize_t)n;
}

void http_ring_wait(struct http_ring *r, unsigned int ms)
{
	const FUTEX_TIME until = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	uint32_t full = r->put - HTTP_RING_BYTES;

	/* first this, then the look at what is taken: the other end does it the other way round */
	atomic_store(&r->shared->waits, 1);
	if (atomic_load(&r->shared->taken) == full)
		syscall(FUTEX, &r->shared->taken, FUTEX_WAIT, full, &until, NULL, 0);
	atomic_store(&r->shared->waits, 0);
}

void http_ring_take(struct http_ring *r, void *buf, size_t n)
{
	size_t first = until_end(r->taken, n);

	memcpy(buf, r->shared->bytes + r->taken % HTTP_RING_BYTES, first);
	memcpy((char *)buf + first, r->shared->bytes, n - first);
	r->taken += (uint32_t)n;
	atomic_store(&r->shared->taken, r->taken);
	if (atomic_load(&r->shared->waits))
		syscall(FUTEX, &r->shared->taken, FUTEX_WAKE, 1, NULL, NULL, 0);
}
