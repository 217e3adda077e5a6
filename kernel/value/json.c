/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "base/bytes.h"
#include "kernel/debuginfo/type_text.h"
#include "kernel/value/walk.h"

struct json {
	yajl_gen gen;
	uint64_t count;			/* of the next element; 0: it is none */
	struct outbuf scratch;
};

static void print(void *ctx, const char *text, size_t n)
{
	out_write(ctx, text, n);
}

static void put_string(struct json *j, const char *text)
{
	yajl_gen_string(j->gen, (const unsigned char *)text, strlen(text));
}

/* Bytes as characters of Latin-1: JSON has no others than those of Unicode. All that a terminal may obey is escaped, which
 * yajl does for some of it only: so it gets the finished string as if it were a number. */
static void put_bytes(struct json *j, const uint8_t *bytes, size_t n)
{
	out_cut(&j->scratch, 0);
	out_char(&j->scratch, '"');
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\')
			out_printf(&j->scratch, "\\%c", bytes[i]);
		else if (bytes[i] >= ' ' && bytes[i] <= '~')
			out_char(&j->scratch, (char)bytes[i]);
		else
			out_printf(&j->scratch, "\\u%04x", bytes[i]);
	}
	out_char(&j->scratch, '"');
	if (!j->scratch.error)
		yajl_gen_number(j->gen, j->scratch.data, j->scratch.len);
}

/* Of a member: what is no C is \xNN, as in the C text. */
static void put_key(struct json *j, const char *name)
{
	out_cut(&j->scratch, 0);
	out_printable(&j->scratch, name, false);
	put_string(j, j->scratch.len ? j->scratch.data : "");
}

static void put_hex(struct json *j, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	put_string(j, text);
}

static void put_number(struct json *j, bool is_signed, uint64_t number)
{
	char text[24];
	int n = snprintf(text, sizeof(text), is_signed ? "%" PRId64 : "%" PRIu64, number);

	yajl_gen_number(j->gen, text, (size_t)n);
}

static void put_named_number(struct json *j, const char *name, uint64_t number)
{
	put_string(j, name);
	put_number(j, false, number);
}

/* What all have, up to "value": */
static void begin(struct value_sink *s, const struct value *at)
{
	struct json *j = s->arg;
	struct outbuf type = OUTBUF_INIT;

	yajl_gen_map_open(j->gen);
	put_string(j, "type");
	type_text_line(s->v->types, &at->type, "", &type);
	put_string(j, type.len ? type.data : "");
	if (type.error)
		s->out->error = type.error;
	out_free(&type);
	put_string(j, "address");
	put_hex(j, at->vaddr);
	if (at->bits) {
		put_named_number(j, "bit_offset", at->bit_offset);
		put_named_number(j, "bits", at->bits);
	}
	if (j->count > 1)
		put_named_number(j, "count", j->count);
	j->count = 0;
	put_string(j, "value");
}

static void json_open(struct value_sink *s, const struct value *at, bool array)
{
	struct json *j = s->arg;

	begin(s, at);
	if (array)
		yajl_gen_array_open(j->gen);
	else
		yajl_gen_map_open(j->gen);
}

static void json_close(struct value_sink *s, bool array, uint64_t more)
{
	struct json *j = s->arg;

	if (array)
		yajl_gen_array_close(j->gen);
	else
		yajl_gen_map_close(j->gen);
	if (more)
		put_named_number(j, "more", more);
	yajl_gen_map_close(j->gen);
}

static void json_member(struct value_sink *s, const char *name)
{
	put_key(s->arg, name);
}

static void json_element(struct value_sink *s, uint64_t first, uint64_t count)
{
	struct json *j = s->arg;

	(void)first;
	j->count = count;
}

static void json_cut(struct value_sink *s)
{
	struct json *j = s->arg;

	yajl_gen_map_open(j->gen);
	put_string(j, "lost");
	put_string(j, "the text became too long");
	yajl_gen_map_close(j->gen);
}

static void put_wide(struct value_sink *s, const struct scalar *x)
{
	struct json *j = s->arg;
	bool big = kreader_big_endian(s->v->reader);
	char text[2 * 64 + 3] = "0x";

	for (size_t i = 0; i < x->n && i < 64; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", x->bytes[big ? i : x->n - 1 - i]);
	put_string(j, text);
}

static void put_value(struct value_sink *s, const struct scalar *x)
{
	struct json *j = s->arg;

	switch (x->kind) {
	case SCALAR_INTEGER:
	case SCALAR_ENUM:
		put_number(j, x->is_signed, x->bits);
		break;
	case SCALAR_BOOL:
		yajl_gen_bool(j->gen, x->bits != 0);
		break;
	case SCALAR_POINTER:
		put_hex(j, x->bits);
		break;
	case SCALAR_STRING:
		put_bytes(j, x->bytes, x->n);
		break;
	case SCALAR_WIDE:
		put_wide(s, x);
		break;
	case SCALAR_LOST:
	case SCALAR_NONE:
		yajl_gen_null(j->gen);
		break;
	}
}

static void put_text(struct json *j, const char *name, const char *text)
{
	if (text) {
		put_string(j, name);
		put_bytes(j, (const uint8_t *)text, strlen(text));
	}
}

static void json_scalar(struct value_sink *s, const struct value *at, const struct scalar *x)
{
	struct json *j = s->arg;

	begin(s, at);
	put_value(s, x);
	put_text(j, "enumerator", x->name);
	put_text(j, "lost", x->note);
	put_text(j, "flags", x->flags);
	put_text(j, "symbol", x->symbol);
	if (x->target) {
		put_string(j, "string");
		put_bytes(j, x->target, x->target_n);
	}
	if (x->has_cpu0) {
		put_string(j, "cpu0");
		put_hex(j, x->cpu0);
	}
	yajl_gen_map_close(j->gen);
}

static const struct value_sink_ops json_ops = {
	.open = json_open,
	.close = json_close,
	.member = json_member,
	.element = json_element,
	.scalar = json_scalar,
	.cut = json_cut,
};

int value_json(struct value_reader *v, const struct value *at, struct outbuf *out)
{
	struct json j = { .gen = yajl_gen_alloc(NULL), .scratch = OUTBUF_INIT };
	struct value_sink s = { .ops = &json_ops, .v = v, .out = out, .arg = &j };
	int r;

	if (!j.gen)
		return -ENOMEM;
	yajl_gen_config(j.gen, yajl_gen_beautify, 1);
	yajl_gen_config(j.gen, yajl_gen_indent_string, "\t");
	yajl_gen_config(j.gen, yajl_gen_print_callback, print, out);
	r = value_walk(&s, at);
	if (!r && j.scratch.error)
		r = j.scratch.error;
	if (out->len && out->data[out->len - 1] != '\n')
		out_char(out, '\n');
	yajl_gen_free(j.gen);
	out_free(&j.scratch);
	return r;
}
