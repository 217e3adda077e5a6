/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of the dumped kernel: from the symbol table of a vmlinux that the user gave (-x), else from kallsyms in the dump's
 * memory (kallsyms.h) and, where these have functions only or are not there, from the symbols that the kernel exports
 * (exports.h) and VMCOREINFO names. Those of its modules: modules.h.
 *
 * Who asks about a kernel gets them, opened once, from facts.h. Immutable after symbols_open() and symbols_add(). Threads:
 * these and symbols_close(): one; the rest: any. Borrows the kernel.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_SYMBOLS_H
#define VMCOREFS_KERNEL_DEBUGINFO_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/debuginfo/symtab.h"
#include "kernel/kernel.h"

struct symbols;

/*
 * vmlinux: path, or NULL. -ENOTSUP with a short *why (which lives as long as the program) when the dump has no symbols
 * that can be found; a vmlinux that cannot be read is logged, and its error is returned.
 */
int symbols_open(const struct kernel *k, const char *vmlinux, struct symbols **out, const char **why);
/* Those that were found otherwise: more is an unfinished table, which stays the caller's. -ENOMEM. */
int symbols_add(struct symbols *s, const struct symtab *more);
void symbols_close(struct symbols *s);		/* NULL is fine */
/* "vmlinux", "kallsyms", "kallsyms and exported symbols", "exported symbols" */
const char *symbols_source(const struct symbols *s);

/* Are variables among them as functions are, so that a name which is not there is in no such kernel? Not so where they are
 * exported ones only. */
bool symbols_know_data(const struct symbols *s);

/* Of several with one name a global one, else the lowest. -ENOENT. */
int symbols_find(const struct symbols *s, const char *name, struct symbol *out);

/* The symbol that vaddr lies in or behind; of several at one address the first in the table. -ENOENT: none, or vaddr does
 * not lie in the kernel's image. */
int symbols_at(const struct symbols *s, uint64_t vaddr, struct symbol *out);

/* All of them in address order, those of one address in the order of the table. */
size_t symbols_count(const struct symbols *s);
struct symbol symbols_get(const struct symbols *s, size_t i);	/* i below that */
/* Their names, each with its NUL: every symbol's name lies in there. Returns how many bytes these are. */
size_t symbols_names(const struct symbols *s, const char **names);

/* The same, until fn returns something else than 0, which is returned. */
int symbols_each(const struct symbols *s, int (*fn)(void *arg, const struct symbol *sym), void *arg);
/* The same with those alone, and in the order, that the kernel's own table has them; of a vmlinux all. -ENOMEM. */
int symbols_each_told(const struct symbols *s, int (*fn)(void *arg, const struct symbol *sym), void *arg);

#endif
