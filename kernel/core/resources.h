/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of addresses and who has them: struct resource, a tree. kernel/resource.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_CORE_RESOURCES_H
#define VMCOREFS_KERNEL_CORE_RESOURCES_H

#include "kernel/object/fields.h"

#define RESOURCES_MAX	65536u
#define RESOURCE_DEPTH	64u

struct resource {
	uint64_t vaddr;			/* of its struct resource */
	uint64_t first, last;
	unsigned int depth;		/* 0: right below the root */
	char name[64];			/* any bytes; "" none */
};

/* The root of a tree, a variable: iomem_resource, ioport_resource. -ENOENT: the kernel's types or symbols do not tell it; as it was
 * read. */
int resource_root(struct kreader *r, const struct knames *names, const char *variable, struct resource *out);
/* All below it, each before those inside it; those that are deeper than MAX_IORES_LEVEL of the kernel are shown as there. Until fn
 * returns something else than 0, which is returned. */
int resources_each(struct kreader *r, const struct knames *names, uint64_t root, int (*fn)(void *arg, const struct resource *res),
		   void *arg);

#endif
