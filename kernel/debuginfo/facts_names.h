/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts as those who read the kernel's objects ask for them: see kernel/object/fields.h.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_FACTS_NAMES_H
#define VMCOREFS_KERNEL_DEBUGINFO_FACTS_NAMES_H

#include "kernel/debuginfo/facts.h"
#include "kernel/object/fields.h"

/* Symbols and types are opened when the first name is asked for; a dump that has none knows no names. Borrows facts. */
struct knames facts_names(const struct facts *f);

#endif
