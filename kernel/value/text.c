/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as C initialisers. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/type_text.h"
#include "kernel/value/walk.h"

/* The name of what comes next: it is written with its value, as what has none becomes a comment. */
struct label {
	enum { LABEL_NONE, LABEL_MEMBER, LABEL_ELEMENT } kind;
	const char *name;
	uint64_t first, count;
};

static void put_indent(struct value_sink *s)
{
	for (unsigned int i = 0; i < s->depth; i++)
		out_char(s->out, '\t');
}

static void put_identifier(struct outbuf *out, const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_')
			out_char(out, *name);
		else
			out_printf(out, "\\x%02x", c);
	}
}

/* Of a string: what a terminal and C would take for something else. in_comment: neither ends one. */
static void put_quoted(struct outbuf *out, const uint8_t *bytes, size_t n, bool in_comment)
{
	bool after_hex = false;

	out_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		uint8_t c = bytes[i];
		bool hex = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');

		if (after_hex && hex)
			out_printf(out, "\"\"");	/* C's \x goes on as far as it can */
		after_hex = false;
		if (c == '"' || c == '\\')
			out_printf(out, "\\%c", c);
		else if (c == '\n' || c == '\t')
			out_printf(out, "\\%c", c == '\n' ? 'n' : 't');
		else if (in_comment && c == '/' && i && bytes[i - 1] == '*')
			out_printf(out, "\\/");
		else if (c >= ' ' && c <= '~')
			out_char(out, (char)c);
		else {
			out_printf(out, "\\x%02x", c);
			after_hex = true;
		}
	}
	out_char(out, '"');
}

static void put_label(struct value_sink *s, const char *assign)
{
	struct label *l = s->arg;

	if (l->kind == LABEL_MEMBER) {
		out_char(s->out, '.');
		put_identifier(s->out, l->name);
	} else if (l->kind == LABEL_ELEMENT && l->count > 1) {
		out_printf(s->out, "[%" PRIu64 " ... %" PRIu64 "]", l->first, l->first + l->count - 1);
	} else if (l->kind == LABEL_ELEMENT) {
		out_printf(s->out, "[%" PRIu64 "]", l->first);
	}
	if (l->kind)
		out_printf(s->out, "%s", assign);
	l->kind = LABEL_NONE;
}

static void text_member(struct value_sink *s, const char *name)
{
	*(struct label *)s->arg = (struct label){ .kind = LABEL_MEMBER, .name = name };
}

static void text_element(struct value_sink *s, uint64_t first, uint64_t count)
{
	*(struct label *)s->arg = (struct label){ .kind = LABEL_ELEMENT, .first = first, .count = count };
}

static void put_type(struct value_sink *s, const struct value *at)
{
	out_char(s->out, '(');
	type_text_line(s->v->types, &at->type, "", s->out);
	out_char(s->out, ')');
}

static void text_open(struct value_sink *s, const struct value *at, bool array)
{
	(void)array;
	put_indent(s);
	put_label(s, " = ");
	if (!s->depth)
		put_type(s, at);
	out_printf(s->out, "{\n");
}

static void text_close(struct value_sink *s, bool array, uint64_t more)
{
	(void)array;
	if (more && !s->was_cut) {
		s->depth++;
		put_indent(s);
		s->depth--;
		out_printf(s->out, "/* %" PRIu64 " more element%s */\n", more, more == 1 ? "" : "s");
	}
	put_indent(s);
	out_printf(s->out, "}%s\n", s->depth ? "," : "");
}

static void text_cut(struct value_sink *s)
{
	put_indent(s);
	put_label(s, "");
	out_printf(s->out, "/* and more: the text became too long */\n");
}

static void put_wide(struct value_sink *s, const struct scalar *x)
{
	bool big = kreader_big_endian(s->v->reader);

	out_printf(s->out, "0x");
	for (size_t i = 0; i < x->n; i++)
		out_printf(s->out, "%02x", x->bytes[big ? i : x->n - 1 - i]);
}

static void put_value(struct value_sink *s, const struct value *at, const struct scalar *x)
{
	switch (x->kind) {
	case SCALAR_INTEGER:
		if (x->flags)
			out_printf(s->out, "%#" PRIx64, x->bits);
		else if (!x->is_signed)
			out_printf(s->out, "%" PRIu64, x->bits);
		else if ((int64_t)x->bits == INT64_MIN)
			out_printf(s->out, "-9223372036854775807 - 1");
		else
			out_printf(s->out, "%" PRId64, (int64_t)x->bits);
		break;
	case SCALAR_BOOL:
		if (x->bits > 1)
			out_printf(s->out, "%" PRIu64, x->bits);
		else
			out_printf(s->out, x->bits ? "true" : "false");
		break;
	case SCALAR_ENUM:
		if (x->name)
			put_identifier(s->out, x->name);
		else
			out_printf(s->out, x->is_signed ? "%" PRId64 : "%" PRIu64, x->bits);
		break;
	case SCALAR_POINTER:
		if (!x->bits) {
			out_printf(s->out, "NULL");
			break;
		}
		put_type(s, at);
		out_printf(s->out, "%#" PRIx64, x->bits);
		break;
	case SCALAR_STRING:
		put_quoted(s->out, x->bytes, x->n, false);
		break;
	case SCALAR_WIDE:
		put_wide(s, x);
		break;
	case SCALAR_LOST:
	case SCALAR_NONE:
		break;
	}
}

static void put_remark(struct outbuf *out, const struct scalar *x)
{
	if (x->flags)
		out_printf(out, " /* %s */", x->flags);
	if (x->symbol)
		out_printf(out, " /* %s */", x->symbol);
	if (x->target) {
		out_printf(out, " /* ");
		put_quoted(out, x->target, x->target_n, true);
		out_printf(out, " */");
	}
	if (x->has_cpu0)
		out_printf(out, " /* per CPU, of CPU 0: %#" PRIx64 " */", x->cpu0);
}

static void text_scalar(struct value_sink *s, const struct value *at, const struct scalar *x)
{
	put_indent(s);
	if (x->kind == SCALAR_LOST || x->kind == SCALAR_NONE) {
		out_printf(s->out, "/* ");
		put_label(s, ": ");
		out_printf(s->out, "%s */\n", x->note);
		return;
	}
	put_label(s, " = ");
	put_value(s, at, x);
	if (s->depth)
		out_char(s->out, ',');
	put_remark(s->out, x);
	out_char(s->out, '\n');
}

static const struct value_sink_ops text_ops = {
	.open = text_open,
	.close = text_close,
	.member = text_member,
	.element = text_element,
	.scalar = text_scalar,
	.cut = text_cut,
};

int value_text(struct value_reader *v, const struct value *at, struct outbuf *out)
{
	struct label label = { .kind = LABEL_NONE };
	struct value_sink s = { .ops = &text_ops, .v = v, .out = out, .arg = &label };

	return value_walk(&s, at);
}

int value_short(struct value_reader *v, const struct value *at, struct outbuf *out)
{
	size_t from = out->len;
	struct type type;
	int r = types_peel(v->types, &at->type, &type);

	if (r)
		return r;
	if (type.kind == TYPE_STRUCT || type.kind == TYPE_UNION) {
		struct label label = { .kind = LABEL_NONE };
		struct value_sink s = { .ops = &text_ops, .v = v, .out = out, .arg = &label };

		put_type(&s, at);
		out_printf(out, "%#" PRIx64, at->vaddr);
		return out->error;
	}
	r = value_text(v, at, out);
	/* arrays on one line too */
	while (out->len > from && out->data[out->len - 1] == '\n')
		out_cut(out, out->len - 1);
	for (size_t i = from; !out->error && i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\t')
			out->data[i] = ' ';
	return r;
}
