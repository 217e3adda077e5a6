/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that two processes share, through which bytes go from one to the other, in order: made before the fork, so that there is
 * no file that one of them could cut. How many have been put is told by a message (protocol.h), which orders the memory too.
 *
 * Neither end believes the other: who takes looks at no number that is in the memory, and copies each byte once before it looks
 * at it. Who puts checks the only one that it looks at, how many have been taken.
 *
 * Threads: one at each end.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_RING_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_RING_H

#include <stddef.h>
#include <sys/types.h>

#define HTTP_RING_BYTES (1u << 20)

struct http_ring;

/* NULL: no memory. Each process frees its own. */
struct http_ring *http_ring_new(void);
void http_ring_free(struct http_ring *r);

/* How many of n bytes there was room for and are put; -EPROTO: the other end makes no sense. */
ssize_t http_ring_put(struct http_ring *r, const void *p, size_t n);
/* Until there is room, for so long at most, or for no reason. */
void http_ring_wait(struct http_ring *r, unsigned int ms);

/* The next n bytes, at most HTTP_RING_BYTES, which have been put. */
void http_ring_take(struct http_ring *r, void *buf, size_t n);

#endif
