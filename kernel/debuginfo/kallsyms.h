/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols that the kernel has of itself in memory (CONFIG_KALLSYMS): scripts/kallsyms.c makes the tables,
 * kernel/kallsyms.c reads them.
 *
 * Names are compressed: each is a length and so many bytes, and each of these bytes stands for a string, its token.
 * Addresses are in a table of their own, in one of four forms.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_KALLSYMS_H
#define VMCOREFS_KERNEL_DEBUGINFO_KALLSYMS_H

#include "kernel/kernel.h"
#include "kernel/debuginfo/symtab.h"

/* Virtual addresses of the tables; 0: not known. */
struct kallsyms {
	uint64_t num_syms, names, token_table, token_index;
	uint64_t offsets, relative_base, addresses;
};

/* Where VMCOREINFO says that they are. -ENOENT: it does not (before 6.0). */
int kallsyms_told(const struct kernel *k, struct kallsyms *out);
/* kallsyms_search.c: where they are in the image of a kernel up to 6.1 that does not say. -ENOENT: not found; -ENOMEM.
 * Reads the image. */
int kallsyms_search(const struct kernel *k, uint64_t stext, struct kallsyms *out);

/* All symbols into an empty table, which the caller finishes, or frees on failure. stext: where SYMBOL(_stext) is, which
 * tells the form of the addresses. -EIO, with a short *why: damaged, or an unknown form. */
int kallsyms_read(const struct kernel *k, const struct kallsyms *tables, uint64_t stext, struct symtab *out,
		  const char **why);

#endif
