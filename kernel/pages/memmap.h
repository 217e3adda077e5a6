/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the page structs are: the memory model. SPARSEMEM (memmap_sparse.c), or the node_mem_map of FLATMEM and
 * DISCONTIGMEM (memmap_nodes.c).
 *
 * Immutable after memmap_open(). Threads: memmap_open: one; the rest: any. Borrows the kernel.
 */
#ifndef VMCOREFS_KERNEL_PAGES_MEMMAP_H
#define VMCOREFS_KERNEL_PAGES_MEMMAP_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* Page structs of count pages from pfn first on are an array at vaddr. */
struct memmap_section {
	uint64_t first, count;		/* pfns */
	uint64_t vaddr;
};

struct memmap {
	const struct kernel *kernel;
	const char *model;		/* "SPARSEMEM", "FLATMEM", "DISCONTIGMEM" */
	uint64_t struct_bytes;		/* SIZE(page) */
	struct memmap_section *sections;	/* sorted by first, disjoint, none empty */
	size_t nsections, cap;
};

/* -ENOTSUP with a short *why when this kernel's memory model is not known here; -EIO, -ENODATA with *why when it cannot
 * be read. Logs nothing. */
int memmap_open(const struct kernel *k, struct memmap **out, const char **why);
void memmap_close(struct memmap *m);		/* NULL is fine */

/*
 * Page structs of count pages from pfn on, all inside section s, into buf (count * struct_bytes). What cannot be read
 * comes as bytes of 0xff and is counted in *unreadable (pages): such a page is neither free nor cache nor user memory.
 */
void memmap_read(const struct memmap *m, const struct memmap_section *s, uint64_t pfn, uint64_t count, void *buf,
		 uint64_t *unreadable);

#endif
