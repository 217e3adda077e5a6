/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of the dumped kernel and its modules: from the symbol table of a vmlinux that the user gave (-x), else from
 * kallsyms in the dump's memory (kallsyms.h) and, where these have functions only or are not there, from the symbols that
 * the kernel exports (exports.h) and VMCOREINFO names; those of modules always from memory (modules.h).
 *
 * Immutable after symbols_open() and symbols_add_*(). Threads: these and symbols_close(): one; the rest: any.
 * Borrows the kernel.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_SYMBOLS_H
#define VMCOREFS_KERNEL_DEBUGINFO_SYMBOLS_H

#include <stdint.h>

#include "kernel/kernel.h"

struct symbols;
struct types;

struct symbol {
	const char *name;		/* borrowed from the table */
	uint64_t vaddr;			/* as the dumped kernel has it: KASLR is in */
	uint64_t bytes;			/* size; 0: not told (kallsyms has no sizes) */
	char type;			/* as nm(1) and /proc/kallsyms have it */
};

/*
 * vmlinux: path, or NULL. -ENOTSUP with a short *why (which lives as long as the program) when the dump has no symbols
 * that can be found; a vmlinux that cannot be read is logged, and its error is returned.
 */
int symbols_open(const struct kernel *k, const char *vmlinux, struct symbols **out, const char **why);
/* init_task too, by its contents, where nothing names it. -ENOMEM. */
int symbols_add_init_task(struct symbols *s, const struct types *t);
/* Modules' symbols too, once: until then there are no modules. It takes types to find them. -ENOTSUP with a short *why:
 * they cannot be found; -ENOMEM. A module that is damaged is left out, with a warning. */
int symbols_add_modules(struct symbols *s, const struct types *t, const char **why);
void symbols_close(struct symbols *s);		/* NULL is fine */
/* "vmlinux", "kallsyms", "kallsyms and exported symbols", "exported symbols" */
const char *symbols_source(const struct symbols *s);

/* module NULL: the kernel itself. Of several with one name a global one, else the lowest. -ENOENT: no such symbol;
 * -ENODEV: no such module. */
int symbols_find(const struct symbols *s, const char *module, const char *name, struct symbol *out);

/* The symbol that vaddr lies in or behind, of the kernel or a module (*module: its name, NULL for the kernel); of several
 * at one address the first in the table. -ENOENT: none, or vaddr lies in neither. */
int symbols_at(const struct symbols *s, uint64_t vaddr, struct symbol *out, const char **module);

/* All of the kernel (module NULL) or of one module, in address order, until fn returns something else than 0, which is
 * returned. -ENODEV. */
int symbols_each(const struct symbols *s, const char *module, int (*fn)(void *arg, const struct symbol *sym), void *arg);

/* Modules by number, in the order of the kernel's list, or NULL beyond the last. */
const char *symbols_module(const struct symbols *s, unsigned int i);

#endif
