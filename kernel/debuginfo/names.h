/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols and types as those who read the kernel's objects ask for them: see kernel/object/fields.h.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_NAMES_H
#define VMCOREFS_KERNEL_DEBUGINFO_NAMES_H

#include "kernel/debuginfo/symbols.h"
#include "kernel/debuginfo/types.h"
#include "kernel/object/fields.h"

/* What names are looked up in. All borrowed. */
struct name_source {
	const struct symbols *symbols;	/* NULL: no variables are known */
	const struct types *types;	/* NULL: no types are */
	const char *module;		/* whose types are asked before the kernel's; NULL: the kernel's only */
};

/* Borrows source. Walkers have facts instead: facts_names.h. */
struct knames names_of(const struct name_source *source);

#endif
