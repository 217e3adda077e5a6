/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections of a memmap, while it is opened, and the models that know where they are.
 *
 * Only kernel/pages/ includes this. Threads: one.
 */
#ifndef VMCOREFS_KERNEL_PAGES_MEMMAP_SECTIONS_H
#define VMCOREFS_KERNEL_PAGES_MEMMAP_SECTIONS_H

#include "kernel/object/reader.h"
#include "kernel/pages/memmap.h"

/* The page structs of count > 0 pages are at vaddr. -ENOMEM; -EIO: far too many, or not in order. */
int memmap_add(struct memmap *m, uint64_t first, uint64_t count, uint64_t vaddr);

/* memmap_sparse.c, memmap_nodes.c: add sections to m, in order; -ENOENT: this kernel has another model. Borrow the reader;
 * errors that it still has are not those of the result. */
int memmap_sparse(struct memmap *m, struct kreader *reader, const char **why);
int memmap_nodes(struct memmap *m, struct kreader *reader, const char **why);

#endif
