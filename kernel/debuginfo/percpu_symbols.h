/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of per-CPU variables, where the kernel's own table has functions only (without CONFIG_KALLSYMS_ALL): BTF tells where
 * they are in their section, and those of them that are exported where that is.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_PERCPU_SYMBOLS_H
#define VMCOREFS_KERNEL_DEBUGINFO_PERCPU_SYMBOLS_H

#include "kernel/debuginfo/types.h"

#define PERCPU_START "__per_cpu_start"		/* the ends of the section; each kernel has these symbols */
#define PERCPU_END "__per_cpu_end"

/* Append those that known does not have, and the section's ends, to an unfinished table. -ENOENT: not known; -ENOMEM. */
int percpu_symbols(const struct types *t, const struct symbols *known, struct symtab *out);

#endif
