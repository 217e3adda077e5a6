/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Definitions: bodies of structs, unions and enums. */
#include "kernel/debuginfo/type_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "kernel/debuginfo/type_printer.h"

#define MAX_INDENT	40
#define COMMENT_COLUMN	57

struct type_printer *type_printer_new(const struct types *t)
{
	struct type_printer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->types = t;
	p->layouts.types = t;
	p->comments = true;
	p->print_tagged = type_print_tagged;
	return p;
}

static void print_indent(unsigned int indent, struct outbuf *out)
{
	while (indent--)
		out_char(out, '\t');
}

/* --- enums -------------------------------------------------------------------------------------------------------- */

static void print_value(const struct type *of, int64_t value, struct outbuf *out)
{
	if (value >= 0)
		out_printf(out, "%" PRId64, value);
	else if (!of->is_signed && of->bytes == 8)
		out_printf(out, "%" PRIu64 "ULL", (uint64_t)value);
	else if (value == INT64_MIN)
		out_printf(out, "-9223372036854775807LL - 1");
	else
		out_printf(out, "%" PRId64, value);
}

static void print_enumerators(struct type_printer *p, const struct type *type, unsigned int indent, struct outbuf *out)
{
	struct type_items items = { .of = *type };
	struct type_item item;
	int r;

	out_printf(out, " {\n");
	while ((r = types_next_item(p->types, &items, &item))) {
		if (!type_printer_goes_on(p, out)) {
			print_indent(indent + 1, out);
			out_printf(out, "/* XXX and more */\n");
			p->damaged = true;
			break;
		}
		print_indent(indent + 1, out);
		if (r < 0) {
			out_printf(out, "/* XXX damaged */\n");
			p->damaged = true;
			continue;
		}
		type_print_name(out, item.name, p->enumerator_number ? p->enumerator_number(p->arg, item.name) : 0);
		out_printf(out, " = ");
		print_value(type, item.value, out);
		out_printf(out, ",\n");
	}
	print_indent(indent, out);
	out_char(out, '}');
	/* that of 8 bytes is one by its values, or not to be had otherwise */
	if (type->bytes == 1 || type->bytes == 2 || type->bytes == 8)
		out_printf(out, " __attribute__((mode(%s)))", type->bytes == 1 ? "QI" : type->bytes == 2 ? "HI" : "DI");
}

/* --- structs ------------------------------------------------------------------------------------------------------ */

struct body {
	struct layout_walk walk;
	uint64_t start;			/* bits: where it is in the outermost one */
	unsigned int indent;		/* of its members */
	unsigned int members;
};

static void print_hole(struct type_printer *p, const struct body *b, uint64_t bits, struct outbuf *out)
{
	if (!bits || !p->comments)
		return;
	out_char(out, '\n');
	print_indent(b->indent, out);
	if (bits % 8 == 0)
		out_printf(out, "/* XXX %" PRIu64 " byte%s hole */\n\n", bits / 8, bits == 8 ? "" : "s");
	else if (bits < 8)
		out_printf(out, "/* XXX %" PRIu64 " bit%s hole */\n\n", bits, bits == 1 ? "" : "s");
	else
		out_printf(out, "/* XXX %" PRIu64 " bits hole */\n\n", bits);
}

static void print_filling(struct type_printer *p, const struct body *b, uint64_t from, uint64_t to, struct outbuf *out)
{
	uint64_t bits = min_u64((8 - from % 8) % 8, to - from);

	if (bits) {
		print_indent(b->indent, out);
		out_printf(out, "unsigned char : %" PRIu64 ";\n", bits);
	}
	from += bits;
	if (to - from >= 8) {
		print_indent(b->indent, out);
		out_printf(out, "unsigned char __hole_%u[%" PRIu64 "];\n", ++p->holes, (to - from) / 8);
	}
	if ((to - from) % 8) {
		print_indent(b->indent, out);
		out_printf(out, "unsigned char : %" PRIu64 ";\n", (to - from) % 8);
	}
}

/* After "type name", which began at from. */
static void print_comment(struct type_printer *p, const struct body *b, const struct type_item *item, size_t from,
			  struct outbuf *out)
{
	struct type_item absolute = *item;
	struct type_member m;
	size_t last = out->len, column;

	if (!p->comments) {
		out_char(out, '\n');
		return;
	}
	/* of what is spelled out the last line counts */
	while (last > from && out->data[last - 1] != '\n')
		last--;
	column = out->len - last + (last == from ? b->indent * 8 : 0);
	for (; last != from && last < out->len && out->data[last] == '\t'; last++)
		column += 7;
	do
		out_char(out, ' ');
	while (++column < COMMENT_COLUMN);
	if (add_overflows(b->start, item->bit_offset, &absolute.bit_offset))
		absolute.bit_offset = item->bit_offset;
	types_place_item(p->types, &absolute, &m);
	if (item->bits)
		out_printf(out, "/* %5" PRIu64 ":%2u %2" PRIu64 " */\n", m.offset, m.bit_offset, m.type.bytes);
	else
		out_printf(out, "/* %5" PRIu64 " %5" PRIu64 " */\n", m.offset, m.type.bytes);
}

static void print_zero_width(struct type_printer *p, const struct body *b, const struct type_item *item, struct outbuf *out)
{
	print_indent(b->indent, out);
	type_print_declaration(p, &item->type, "", b->indent, 0, out);
	out_printf(out, " : 0;\n");
}

static void print_members(struct type_printer *p, const struct type *type, unsigned int indent, uint64_t start,
			  struct outbuf *out);

/* What has no name itself, but whose type has one (gcc -fms-extensions): C would take it for a declaration. */
static bool print_unnamed(struct type_printer *p, const struct body *b, const struct type_item *item, struct outbuf *out)
{
	struct type its;
	const char *name;

	if (*item->name || item->bits || types_peel(p->types, &item->type, &its) ||
	    (its.kind != TYPE_STRUCT && its.kind != TYPE_UNION) || its.is_declared || types_name(p->types, &its, &name) ||
	    !*name || b->indent >= MAX_INDENT)
		return false;
	out_printf(out, its.kind == TYPE_STRUCT ? "struct /* " : "union /* ");
	type_print_name(out, name, 0);
	out_printf(out, " */");
	p->depth++;
	print_members(p, &its, b->indent, b->start + item->bit_offset, out);
	p->depth--;
	return true;
}

static void print_member(struct type_printer *p, struct body *b, const struct type_item *item, struct outbuf *out)
{
	struct layout_place place;
	size_t from;

	layout_step(&p->layouts, &b->walk, item, &place);
	if (place.fix != LAYOUT_OVERLAPS)
		print_hole(p, b, item->bit_offset > place.from ? item->bit_offset - place.from : 0, out);
	if (place.fix == LAYOUT_FILLED)
		print_filling(p, b, place.from, item->bit_offset, out);
	else if (place.fix == LAYOUT_ZERO_WIDTH)
		print_zero_width(p, b, item, out);
	else if (place.fix == LAYOUT_OVERLAPS && p->comments) {
		print_indent(b->indent, out);
		out_printf(out, "/* XXX overlaps: */\n");
	}
	print_indent(b->indent, out);
	from = out->len;
	if (!print_unnamed(p, b, item, out))
		type_print_declaration(p, &item->type, item->name, b->indent, b->start + item->bit_offset, out);
	if (item->bits)
		out_printf(out, ":%u", item->bits);
	if (place.fix == LAYOUT_ALIGNED)
		out_printf(out, " __attribute__((__aligned__(%" PRIu64 ")))", place.align);
	out_char(out, ';');
	print_comment(p, b, item, from, out);
	b->members++;
}

static void print_end(struct type_printer *p, struct body *b, struct outbuf *out)
{
	const struct type_layout *of = &b->walk.of;

	if (of->tail) {
		print_indent(b->indent, out);
		out_printf(out, "unsigned char __hole_%u[%" PRIu64 "];\n", ++p->holes, of->tail);
	}
	/* of the outermost one, as pahole tells it */
	if (p->comments && b->indent == 1) {
		uint64_t rest = of->bytes * 8 - min_u64(b->walk.end, of->bytes * 8);

		out_printf(out, "%s\t/* size: %" PRIu64 ", members: %u */\n", b->members ? "\n" : "", of->bytes, b->members);
		if (rest >= 8 && !of->is_union)
			out_printf(out, "\t/* padding: %" PRIu64 " */\n", rest / 8);
	}
	print_indent(b->indent - 1, out);
	out_char(out, '}');
	if (of->packed && of->forced)
		out_printf(out, " __attribute__((__packed__, __aligned__(%" PRIu64 ")))", of->forced);
	else if (of->packed)
		out_printf(out, " __attribute__((__packed__))");
	else if (of->forced)
		out_printf(out, " __attribute__((__aligned__(%" PRIu64 ")))", of->forced);
}

static void print_members(struct type_printer *p, const struct type *type, unsigned int indent, uint64_t start,
			  struct outbuf *out)
{
	struct body b = { .start = start, .indent = indent + 1 };
	struct type_items items = { .of = *type };
	struct type_item item;
	int r;

	layout_of(&p->layouts, type, &b.walk.of);
	out_printf(out, " {\n");
	while ((r = types_next_item(p->types, &items, &item))) {
		if (r < 0 || !type_printer_goes_on(p, out)) {
			print_indent(b.indent, out);
			out_printf(out, r < 0 ? "/* XXX a member whose type is damaged */\n" : "/* XXX and more */\n");
			p->damaged = true;
			if (r == 1 || !type_printer_goes_on(p, out))
				break;
			continue;
		}
		print_member(p, &b, &item, out);
	}
	print_end(p, &b, out);
}

void type_print_tagged(struct type_printer *p, const struct type *type, bool body, unsigned int indent, uint64_t start,
		       struct outbuf *out)
{
	const char *name;

	if (types_name(p->types, type, &name)) {
		p->damaged = true;
		name = "";
	}
	out_printf(out, type->kind == TYPE_STRUCT ? "struct" : type->kind == TYPE_UNION ? "union" : "enum");
	if (*name) {
		out_char(out, ' ');
		type_print_name(out, name, p->type_number ? p->type_number(p->arg, type) : 0);
		if (!body || type->is_declared)
			return;
	}
	if (indent >= MAX_INDENT) {
		p->damaged = true;
		out_printf(out, " { /* XXX and more */ }");
		return;
	}
	p->depth++;
	if (type->kind == TYPE_ENUM)
		print_enumerators(p, type, indent, out);
	else
		print_members(p, type, indent, start, out);
	p->depth--;
}

/* --- a whole definition ------------------------------------------------------------------------------------------- */

static void print_typedef(struct type_printer *p, const struct type *type, struct outbuf *out)
{
	struct outbuf name = OUTBUF_INIT;
	const char *its;
	struct type in;

	if (types_name(p->types, type, &its) || types_inner(p->types, type, &in)) {
		p->damaged = true;
		out_printf(out, "/* a typedef that is damaged */\n");
		return;
	}
	type_print_name(&name, its, p->type_number ? p->type_number(p->arg, type) : 0);
	out_printf(out, "typedef ");
	type_print_declaration(p, &in, name.len ? name.data : "", 0, 0, out);
	out_printf(out, ";\n");
	if (name.error)
		out->error = name.error;
	out_free(&name);
}

static void print_definition(struct type_printer *p, const struct type *type, struct outbuf *out)
{
	switch (type->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		type_print_tagged(p, type, true, 0, 0, out);
		out_printf(out, ";\n");
		break;
	case TYPE_TYPEDEF:
		print_typedef(p, type, out);
		break;
	default:
		out_printf(out, "/* ");
		type_print_declaration(p, type, "", 0, 0, out);
		out_printf(out, ": size: %" PRIu64 " */\n", type->bytes);
		break;
	}
}

/* Its bounds are those of the text of one type. */
static void append(struct outbuf *out, struct outbuf *text)
{
	out_write(out, text->data, text->len);
	if (text->error)
		out->error = text->error;
	out_free(text);
}

void type_print_definition(struct type_printer *p, const struct type *type, struct outbuf *out)
{
	struct outbuf text = OUTBUF_INIT;

	p->layouts.steps = p->steps = p->holes = p->depth = 0;
	print_definition(p, type, &text);
	append(out, &text);
}

/* --- for all ------------------------------------------------------------------------------------------------------ */

int type_text_declaration(const struct types *t, const struct type *type, const char *name, struct outbuf *out)
{
	struct type_printer *p = type_printer_new(t);
	struct outbuf text = OUTBUF_INIT;
	int r;

	if (!p)
		return -ENOMEM;
	p->comments = false;
	type_print_declaration(p, type, name, 0, 0, &text);
	append(out, &text);
	r = type_printer_result(p, out);
	free(p);
	return r;
}

int type_text_definition(const struct types *t, const struct type *type, struct outbuf *out)
{
	struct type_printer *p = type_printer_new(t);
	int r;

	if (!p)
		return -ENOMEM;
	type_print_definition(p, type, out);
	r = type_printer_result(p, out);
	free(p);
	return r;
}
