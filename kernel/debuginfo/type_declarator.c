/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Type expressions: C writes a type around the name, from the inside to the outside. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/debuginfo/type_printer.h"

#define MAX_DEPTH	40		/* pointers to pointers, functions in functions */
#define MAX_NAME	512		/* bytes: more than any name of a kernel */

static void print_escaped(struct outbuf *out, const char *name, bool blanks)
{
	for (size_t i = 0; name[i] && i < MAX_NAME; i++) {
		unsigned char c = (unsigned char)name[i];

		if ((c < 0x80 && isalnum(c)) || c == '_' || (c == ' ' && blanks))
			out_char(out, (char)c);
		else
			out_printf(out, "\\x%02x", c);
	}
}

void type_print_name(struct outbuf *out, const char *name, unsigned int number)
{
	print_escaped(out, name, false);
	if (number)
		out_printf(out, "___%u", number);
}

static void print_tag(struct type_printer *p, const struct type *tag, struct outbuf *out)
{
	const char *text;

	if (types_name(p->types, tag, &text))
		return;
	out_printf(out, "__attribute__((btf_type_tag(\"");
	type_print_name(out, text, 0);
	out_printf(out, "\"))) ");
}

/* "const volatile "; once each: a const array may be one of const elements. */
static void print_qualifier(struct type_printer *p, const struct type *type, struct outbuf *out)
{
	static const char *const words[] = {
		[TYPE_CONST] = "const ", [TYPE_VOLATILE] = "volatile ", [TYPE_RESTRICT] = "restrict ", [TYPE_ATOMIC] = "_Atomic ",
	};

	if (type->kind == TYPE_TAG)
		print_tag(p, type, out);
	else if (!out->len || !strstr(out->data, words[type->kind]))
		out_printf(out, "%s", words[type->kind]);
}

static void print_base(struct type_printer *p, const struct type *type, unsigned int indent, uint64_t start, struct outbuf *out)
{
	const char *name;

	switch (type->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		p->print_tagged(p, type, false, indent, start, out);
		return;
	default:
		break;
	}
	if (types_name(p->types, type, &name)) {
		p->damaged = true;
		name = "";
	}
	if (!*name)
		out_printf(out, "/* no type */");
	else if (type->kind != TYPE_TYPEDEF)
		print_escaped(out, name, true);
	else
		type_print_name(out, name, p->type_number ? p->type_number(p->arg, type) : 0);
}

/* left = before left */
static void prepend(struct outbuf *left, const char *before, struct outbuf *qualifiers)
{
	struct outbuf both = OUTBUF_INIT;
	size_t n = qualifiers->len;

	/* "*const" stands before another one, or before a name, with a blank */
	if (n && !left->len)
		n--;
	out_printf(&both, "%s", before);
	out_write(&both, qualifiers->data, n);
	out_write(&both, left->data, left->len);
	if (left->error && !both.error)
		both.error = left->error;
	out_cut(qualifiers, 0);
	out_free(left);
	*left = both;
}

static void print_parameters(struct type_printer *p, const struct type *function, unsigned int indent, struct outbuf *out)
{
	struct type_items items = { .of = *function };
	struct type_item item;
	unsigned int n = 0;
	int r;

	out_char(out, '(');
	while ((r = types_next_item(p->types, &items, &item)) && type_printer_goes_on(p, out)) {
		if (n++)
			out_printf(out, ", ");
		if (r < 0)
			out_printf(out, "/* damaged */ int");
		else if (item.type.kind == TYPE_VOID)
			out_printf(out, "...");
		else
			type_print_declaration(p, &item.type, item.name, indent, 0, out);
		p->damaged |= r < 0;
	}
	out_printf(out, n ? ")" : "void)");
}

struct declarator {
	struct outbuf left, right;	/* of the name */
	struct outbuf qualifiers;	/* of what comes next */
	bool pointer;			/* the last one was a pointer: arrays and functions bind closer */
};

static void add_suffix(struct declarator *d)
{
	struct outbuf none = OUTBUF_INIT;

	if (!d->pointer)
		return;
	prepend(&d->left, "(", &none);
	out_char(&d->right, ')');
	d->pointer = false;
}

/* One step towards the base. false: this is it. */
static bool go_on(struct type_printer *p, struct declarator *d, const struct type *type, unsigned int indent)
{
	switch (type->kind) {
	case TYPE_POINTER:
		prepend(&d->left, "*", &d->qualifiers);
		d->pointer = true;
		return true;
	case TYPE_ARRAY:
		add_suffix(d);
		out_printf(&d->right, "[%" PRIu64 "]", type->count);
		return true;
	case TYPE_FUNCTION:
		add_suffix(d);
		out_cut(&d->qualifiers, 0);
		print_parameters(p, type, indent, &d->right);
		return true;
	case TYPE_CONST:
	case TYPE_VOLATILE:
	case TYPE_RESTRICT:
	case TYPE_ATOMIC:
	case TYPE_TAG:
		print_qualifier(p, type, &d->qualifiers);
		return true;
	default:
		return false;
	}
}

void type_print_declaration(struct type_printer *p, const struct type *type, const char *name, unsigned int indent,
			    uint64_t start, struct outbuf *out)
{
	struct declarator d = { 0 };
	struct type at = *type;
	int r = 0;

	type_print_name(&d.left, name, 0);
	p->depth++;
	for (unsigned int i = 0; !r; i++) {
		if (i >= MAX_DEPTH || p->depth >= MAX_DEPTH || !type_printer_goes_on(p, &d.right)) {
			p->damaged = true;
			break;
		}
		if (!go_on(p, &d, &at, indent))
			break;
		/* what a pointer points to is no part of this */
		if (at.kind == TYPE_POINTER)
			start = 0;
		r = types_inner(p->types, &at, &at);
	}
	out_write(out, d.qualifiers.data, d.qualifiers.len);
	if (r || p->depth >= MAX_DEPTH) {
		p->damaged = true;
		out_printf(out, "/* damaged */ void");
	} else {
		print_base(p, &at, indent, start, out);
	}
	p->depth--;
	if (d.left.len && d.left.data[0] != ' ')
		out_char(out, ' ');
	out_write(out, d.left.data, d.left.len);
	if (!d.left.len && d.right.len)
		out_char(out, ' ');
	out_write(out, d.right.data, d.right.len);
	if (d.left.error || d.right.error || d.qualifiers.error)
		out->error = d.left.error ? d.left.error : d.right.error ? d.right.error : d.qualifiers.error;
	out_free(&d.left);
	out_free(&d.right);
	out_free(&d.qualifiers);
}
