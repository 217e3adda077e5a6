/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that the kernel has loaded, and the symbols that it keeps of them (kernel/module/kallsyms.c): always from
 * memory, by the kernel's symbols and types.
 *
 * Who asks about a kernel gets them, opened once, from facts.h. Immutable after modules_open(). Threads: modules_open(),
 * modules_close(): one; the rest: any.
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
	struct symtab symtab;		/* owned; empty when it cannot be read. Letters as in /proc/kallsyms: upper case is exported */
};

struct modules {
	struct module *list;		/* owned; in the order of the kernel's list */
	size_t n;
};

/*
 * Borrows nothing beyond the call. -ENOTSUP with a short *why (which lives as long as the program): the list is not found, or
 * the types that it takes are not known; -ENOMEM. What is damaged is left out, with a warning.
 */
int modules_open(const struct kernel *k, const struct symbols *s, const struct types *t, struct modules **out,
		 const char **why);
void modules_close(struct modules *m);		/* NULL is fine */

/* NULL: none. */
const struct module *modules_find(const struct modules *m, const char *name);
/* The one, and the range of it, that vaddr lies in. */
const struct module *modules_at(const struct modules *m, uint64_t vaddr, const struct module_range **range);

/* As those of symbols.h over the symbols of one. */
int module_find_symbol(const struct module *m, const char *name, struct symbol *out);
int module_each_symbol(const struct module *m, int (*fn)(void *arg, const struct symbol *sym), void *arg);
/* In the order of its own table. -ENOMEM. */
int module_each_told(const struct module *m, int (*fn)(void *arg, const struct symbol *sym), void *arg);
/* The symbol of any of them that vaddr lies in or behind, within one range. -ENOENT. */
int modules_symbol_at(const struct modules *m, uint64_t vaddr, struct symbol *out, const struct module **module);

#endif
