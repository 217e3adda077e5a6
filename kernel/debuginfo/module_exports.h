/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a module exports to all: /proc/kallsyms has upper case letters for these symbols of it alone, not for what it exports
 * to GPL modules (is_exported() in kernel/module/kallsyms.c).
 *
 * Threads: those of the reader. Borrows it.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_MODULE_EXPORTS_H
#define VMCOREFS_KERNEL_DEBUGINFO_MODULE_EXPORTS_H

#include "kernel/debuginfo/symtab.h"
#include "kernel/object/fields.h"

struct module_exports_fields {
	struct kfield value, name, entry;	/* of struct kernel_symbol */
	struct kfield syms, num_syms;	/* of struct module */
	bool known;			/* else nothing is exported, as far as is known */
	bool relative;			/* value and name are distances from their own places */
};

/* What of them this kernel has. */
void module_exports_fields(const struct knames *names, struct module_exports_fields *out);

/* Names and values of what the struct module at vaddr exports to all, into an empty table that the caller frees. What cannot be read
 * is left out. -ENOMEM. */
int module_exports_read(struct kreader *r, const struct module_exports_fields *f, uint64_t vaddr, struct symtab *out);

/* The letter of a symbol by what its module exports; name: len bytes. */
char module_letter(const struct symtab *exported, char type, const char *name, size_t len, uint64_t vaddr);

#endif
