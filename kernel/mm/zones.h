/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The zones of all memory nodes as the allocator of pages has them: struct zone. include/linux/mmzone.h
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_MM_ZONES_H
#define VMCOREFS_KERNEL_MM_ZONES_H

#include "kernel/object/fields.h"

#define ZONE_ORDERS_MAX	64u
#define ZONE_TYPES_MAX	16u		/* MIGRATE_TYPES is 6 at most */

struct page_zone_layout {
	struct kfield zones, node_id, zone, name, present, managed, watermarks, boost, free_area, nr_free, free_list, shares;
	uint64_t nodes, nodes_max;	/* node_data[]; nodes_max 1: nodes is the only one itself */
	bool is_array;
};

struct page_zone {
	uint64_t vaddr;			/* of its struct zone */
	unsigned int node;
	char name[16];			/* any bytes */
	uint64_t present, managed;	/* pages */
	uint64_t watermarks[4];		/* min, low, high, and (6.10) that of promotion: without the boost */
	uint64_t boost;
	uint64_t free[ZONE_ORDERS_MAX];	/* blocks of 1 << i pages */
	unsigned int orders;
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int page_zone_layout(struct kreader *r, const struct knames *names, struct page_zone_layout *out);
/* All, those without pages too, until fn returns something else than 0, which is returned. */
int page_zones_each(struct kreader *r, const struct page_zone_layout *l, int (*fn)(void *arg, const struct page_zone *z), void *arg);

#endif
