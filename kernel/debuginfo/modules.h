/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that the kernel has loaded, and the symbols that it keeps of them (kernel/module/kallsyms.c).
 *
 * Threads: modules_read(), modules_free(): one; the rest: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_MODULES_H
#define VMCOREFS_KERNEL_DEBUGINFO_MODULES_H

#include "kernel/debuginfo/symtab.h"
#include "kernel/debuginfo/types.h"

#define MODULE_MAX_RANGES 16

struct module {
	char name[64];			/* the kernel's MODULE_NAME_LEN is 56 */
	uint64_t vaddr;			/* of its struct module */
	struct module_range {
		uint64_t vaddr, bytes;
	} ranges[MODULE_MAX_RANGES];	/* what it has of the address space */
	unsigned int nranges;
	struct symtab symtab;		/* owned; empty when it cannot be read */
};

struct modules {
	struct module *list;		/* owned; in the order of the kernel's list */
	size_t n;
};

/*
 * head: address of the variable modules. -ENOTSUP with a short *why: the types that it takes are not known, or are
 * none that we know; -ENOMEM. What is damaged is left out, with a warning.
 */
int modules_read(const struct kernel *k, const struct types *t, uint64_t head, struct modules *out, const char **why);
void modules_free(struct modules *m);

/* NULL: none. */
const struct module *modules_find(const struct modules *m, const char *name);
/* The one, and the range of it, that vaddr lies in. */
const struct module *modules_at(const struct modules *m, uint64_t vaddr, const struct module_range **range);

#endif
