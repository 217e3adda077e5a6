/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory nodes and zones of the kernel: include/linux/mmzone.h, struct pglist_data and struct zone.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_PAGES_NODES_H
#define VMCOREFS_KERNEL_PAGES_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/debuginfo/types.h"

#define NODES_MAX 512			/* with memory, in one machine: more are not believed */
#define ZONES_MAX 8			/* in one node: MAX_NR_ZONES is 6 at most */

/* Only zones with pages. */
struct mem_zone {
	char name[16];			/* "DMA32"; printable; "" when its range is not known */
	uint64_t first, spanned;	/* pfns; holes are in it; spanned is known always */
	uint64_t free;			/* NR_FREE_PAGES of the zone: the kernel's own count */
};

struct mem_node {
	unsigned int id;
	uint64_t first, spanned;	/* pfns; holes are in it, and with some firmware pages of other nodes */
	struct mem_zone zones[ZONES_MAX];
	unsigned int nzones;
};

struct mem_nodes {
	struct mem_node *list;		/* owned, by id; only nodes with pages */
	size_t n, cap;
};

/* What VMCOREINFO does not tell of struct zone: offsets. */
struct zone_layout {
	uint64_t zone_start_pfn, name;
};

/* From the kernel's types. -ENOENT, -EIO; when they do not fit VMCOREINFO: -EINVAL. */
int zone_layout_get(const struct kernel *k, const struct types *t, struct zone_layout *out);

/* symbols: for kernels whose VMCOREINFO does not tell where the nodes are; may be NULL. zones NULL: where zones begin is
 * not known, and they have no names. Numbers are as in the dump, and no more than 64 bits: ranges may be anything below
 * UINT64_MAX. -ENOTSUP, -EIO, -ENODATA, -EFAULT with a short *why; -ENOMEM. */
int nodes_read(const struct kernel *k, const struct symbols *symbols, const struct zone_layout *zones,
	       struct mem_nodes *out, const char **why);
void nodes_free(struct mem_nodes *nodes);

#endif
