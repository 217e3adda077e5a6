/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of values in memory: "<type>@<addr><path>", as type_names.h, kernel/debuginfo/address.h and kernel/value/value.h
 * have these.
 *
 * Threads: any. Borrows facts and text.
 */
#ifndef VMCOREFS_FS_VIEWS_VALUES_H
#define VMCOREFS_FS_VIEWS_VALUES_H

#include "fs/views/engine.h"
#include "fs/views/type_names.h"
#include "kernel/value/value.h"

struct value_name {
	struct type_name type;
	uint64_t vaddr;
	const char *path;		/* in text */
};

/* -EINVAL: no such name; -ENOENT: no such type or symbol; -EIO; passing faults. Whether the path leads anywhere is not known. */
int value_name_find(const struct facts *f, const char *text, struct value_name *out);

/* Where "<type>@<addr><path>" is, or "<variable><path>", not a per-CPU variable without a CPU. Errors also as value_follow(). */
int value_place(struct value_reader *v, const char *text, struct value *out);

#endif
