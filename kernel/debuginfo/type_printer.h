/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What type_text.c (definitions), type_declarator.c (type expressions) and type_whole.c share; type_printer.c counts for them.
 *
 * Threads: each struct type_printer: one.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPE_PRINTER_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPE_PRINTER_H

#include "kernel/debuginfo/type_layout.h"
#include "kernel/debuginfo/type_text.h"

#define TYPE_TEXT_MAX	(4u << 20)	/* bytes of one definition; what is nested may have a part of it */

struct type_printer {
	const struct types *types;	/* borrowed */
	struct layouts layouts;
	unsigned int depth, steps, holes;
	bool comments, damaged;
	/* type_print_tagged(): a type expression may have a body in it, whose members have type expressions */
	void (*print_tagged)(struct type_printer *p, const struct type *type, bool body, unsigned int indent, uint64_t start,
			     struct outbuf *out);
	/* NULL, or: which of several of its name a type, or an enumerator, is: 0 for the first, else 2, 3, ... */
	unsigned int (*type_number)(void *arg, const struct type *type);
	unsigned int (*enumerator_number)(void *arg, const char *name);
	void *arg;
};

/* NULL: no memory. To be freed with free(). */
struct type_printer *type_printer_new(const struct types *t);
/* May more be printed? Counts one step. */
bool type_printer_goes_on(struct type_printer *p, const struct outbuf *out);
/* 0, -EIO, -ENOMEM: what has become of out. */
int type_printer_result(const struct type_printer *p, const struct outbuf *out);

void type_print_name(struct outbuf *out, const char *name, unsigned int number);
/* "const struct x *name[3]"; what has no name is spelled out, indented by one more than indent, its members counted from
 * start, in bits. */
void type_print_declaration(struct type_printer *p, const struct type *type, const char *name, unsigned int indent,
			    uint64_t start, struct outbuf *out);
/* "struct x", "struct x { ... }"; body: spelled out even if it has a name. */
void type_print_tagged(struct type_printer *p, const struct type *type, bool body, unsigned int indent, uint64_t start,
		       struct outbuf *out);
/* With all that belongs to it, up to ";" and the end of the line. */
void type_print_definition(struct type_printer *p, const struct type *type, struct outbuf *out);

#endif
