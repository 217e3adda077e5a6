/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The caches of SLUB, counted as /proc/slabinfo does it: slabs that a CPU has for itself are full. mm/slub.c, mm/slab_common.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_MM_SLAB_CACHES_H
#define VMCOREFS_KERNEL_MM_SLAB_CACHES_H

#include "kernel/object/fields.h"

#define SLAB_CACHES_MAX 65536u

struct slab_cache {
	uint64_t vaddr;			/* of its struct kmem_cache */
	char name[128];			/* any bytes */
	uint64_t size;			/* of an object with what the allocator adds */
	uint64_t slabs, objects, used;
	unsigned int per_slab, order;	/* objects and pages (1 << order) of a slab */
};

/* In the order of the kernel's list, until fn returns something else than 0, which is returned. -ENOENT: the kernel's types or
 * symbols do not tell it (SLAB, SLOB; SLUB without SLUB_DEBUG does not count); other errors: they cannot be read. */
int slab_caches_each(struct kreader *r, const struct knames *names, int (*fn)(void *arg, const struct slab_cache *c), void *arg);

#endif
