/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMware's saved states: what vmware.c, cpu.c and guest.c share.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_VMWARE_VMWARE_H
#define VMCOREFS_FORMATS_VMWARE_VMWARE_H

#include "formats/reader/dump.h"
#include "formats/vmware/tags.h"

#define VMWARE_REGIONS_MAX 64u			/* VMware has at most 3 */

struct vmware_region {
	uint64_t page, ppn, pages;		/* in the file; in the machine; 0 pages: up to the next region */
};

struct vmware_memory {
	struct vmware_region regions[VMWARE_REGIONS_MAX];
	uint64_t nregions;			/* 0: all is one piece from address 0 on */
	bool embedded;
	uint64_t offset, len;			/* bytes of the memory in its file */
};

/* debug.guest, which ESXi writes with debug.vmem. It has no signature: 1 when every number in it fits the others. */
int vmware_guest_probe(const struct source *src);
/* Its regions, and the registers as notes. src is one by the probe. 0 or -errno after a message. */
int vmware_guest_load(struct dump *d, struct vmware_memory *m);

/* The registers in group "cpu" as notes; sets the architecture of d. What is damaged is left out with a warning. g->src
 * NULL: there is no such group. 0 or -ENOMEM. */
int vmware_load_cpus(struct dump *d, struct vmware_group *g);

#endif
