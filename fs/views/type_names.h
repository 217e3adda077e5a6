/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types as users name them in names of views:
 *
 *	type = [module ":"] ["struct " | "union " | "enum " | "typedef "] name
 *
 * Without a word it is the first of a struct, union, enum, typedef and base type that has the name. Borrows facts.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_TYPE_NAMES_H
#define VMCOREFS_FS_VIEWS_TYPE_NAMES_H

#include <stddef.h>

#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"

struct type_name {
	char module[64];		/* "": the kernel's */
	enum type_kind kind;		/* TYPE_INT: a base type */
	char name[256];
	struct type type;		/* as written */
};

/* n characters of text. -EINVAL: no such name; -ENOENT: no such type, or there are no types; -EIO; passing faults. */
int type_name_find(const struct facts *f, const char *text, size_t n, struct type_name *out);
/* "module:struct name": the form in which all spellings of a type are the same. -ENOENT: longer than size. */
int type_name_format(const struct type_name *name, char *buf, size_t size);
/* "struct ", "union ", "enum ", "typedef ", or "" of others. */
const char *type_name_word(enum type_kind kind);

#endif
