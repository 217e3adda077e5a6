/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of SLUB: which cache a slab is of, where an object begins, whether it is in use. mm/slub.c, mm/slab.h
 *
 * An object is free when it is on its slab's list, on that of the CPU whose slab it is, or (6.18) in a CPU's sheaf or one of
 * its node's barn. In the sheaf that a CPU collects for RCU it is freed, and not yet free.
 * Pointers of lists may be hardened: with the cache's secret, and (since 5.7) with their own address.
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_MM_SLAB_H
#define VMCOREFS_KERNEL_MM_SLAB_H

#include "kernel/object/fields.h"

enum slab_use { SLAB_USED, SLAB_FREE, SLAB_FREE_AFTER_RCU, SLAB_NOT_KNOWN, SLAB_NO_OBJECT };

struct slab_object {
	uint64_t cache;			/* address of its struct kmem_cache */
	char name[64];			/* of the cache; any bytes */
	uint64_t size;			/* of an object, as its users know it */
	uint64_t stride;		/* with what the allocator adds */
	uint64_t objects;		/* in the slab */
	uint64_t index, vaddr;		/* the object, and where it begins */
	enum slab_use use;		/* SLAB_NO_OBJECT: behind the last one; index and vaddr are nothing then */
};

/* page: the head's struct page, of a slab whose memory begins at first; vaddr lies in it. -ENOENT: the kernel's types do not
 * tell it (SLAB before 6.8); -EIO: what is there is no slab; as it was read. */
int slab_find_object(struct kreader *r, const struct knames *names, uint64_t page, uint64_t first, uint64_t vaddr,
		     struct slab_object *out);

#endif
