/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols that the kernel exports to its modules: functions and variables, in tables in the image (__ksymtab*,
 * __ksymtab_strings; include/linux/export.h, kernel/module/internal.h). They tell where variables are when kallsyms has
 * functions only (without CONFIG_KALLSYMS_ALL).
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_EXPORTS_H
#define VMCOREFS_KERNEL_DEBUGINFO_EXPORTS_H

#include "kernel/kernel.h"
#include "kernel/debuginfo/symtab.h"

/*
 * Append those that known (finished, or empty) does not have to an unfinished table. What both have must be at the same
 * addresses in known. -ENOENT: no such tables were found; -ENOMEM. Reads the image twice.
 */
int exports_read(const struct kernel *k, const struct symtab *known, struct symtab *out);

#endif
