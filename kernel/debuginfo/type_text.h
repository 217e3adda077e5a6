/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types as C text. Definitions compile to the offsets and sizes that are in the types (type_layout.h says how).
 *
 * Names are from the dump: what is no letter, digit or '_' comes as \xNN (which does not compile), long ones are cut. All
 * texts are bounded, whatever the types say.
 *
 * Threads: any. -ENOMEM; -EIO: something in it is damaged, or is larger than any type of a kernel: what could be told is in
 * out, the rest is a comment.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPE_TEXT_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPE_TEXT_H

#include "base/outbuf.h"
#include "kernel/debuginfo/types.h"

/* "int (*name)(struct foo *, unsigned long)". name "": the type alone. What has no name itself is spelled out. */
int type_text_declaration(const struct types *t, const struct type *type, const char *name, struct outbuf *out);

/* The same on one line: of what is spelled out the first line and the last, "struct { ... } name". */
int type_text_line(const struct types *t, const struct type *type, const char *name, struct outbuf *out);

/* The definition of a struct, union, enum or typedef with a line "/" "* offset size *" "/" for each member, counted from
 * the outermost struct, and holes as comments, as pahole prints it. A base type or what else has no definition: a comment
 * with its name and size. */
int type_text_definition(const struct types *t, const struct type *type, struct outbuf *out);

/* The definitions of all of list, after all that they need: a source file that compiles. Of several types of one name the
 * later ones are called NAME___2 and so on. comments: offsets, sizes and holes, as above. */
int type_text_whole(const struct types *t, const struct type *list, size_t n, bool comments, struct outbuf *out);

#endif
