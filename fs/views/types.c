/* SPDX-License-Identifier: GPL-2.0-or-later */
/* types/: the kernel's types as C, and which have a member of a name, or a size. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fs/views/engine.h"
#include "fs/views/names.h"
#include "fs/views/row.h"
#include "fs/views/type_names.h"
#include "kernel/debuginfo/type_text.h"

#define DEPTH 16			/* of unnamed members in unnamed members */
#define STEPS (1u << 16)		/* members of one type that are looked at */
#define WHOLE_SUFFIX ".h"

static const char *missing_types(const struct engine *e)
{
	return e->vmlinux || e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

/* Why there is none of that name: there are no types at all. */
static const char *why_no_type(const struct engine *e, const char *name)
{
	const struct types *t;
	const char *why = NULL;

	(void)name;
	facts_types(e->facts, &t, &why);
	return why;
}

/* --- types/<type>, types/<type>.h --------------------------------------------------------------------------------- */

/* Is it NAME.h? No name of a type has a dot. *n: of its name alone. */
static bool is_whole(const char *name, size_t *n)
{
	const size_t suffix = sizeof(WHOLE_SUFFIX) - 1;
	bool whole;

	*n = strlen(name);
	whole = *n > suffix && !strcmp(name + *n - suffix, WHOLE_SUFFIX);
	if (whole)
		*n -= suffix;
	return whole;
}

static int text_of_type(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct type_name type;
	size_t n;
	bool whole = is_whole(name, &n);
	int r = type_name_find(e->facts, name, n, &type);

	(void)dir;
	if (!r)
		r = type_name_format(&type, buf, size - strlen(WHOLE_SUFFIX));
	if (!r && whole)
		strncat(buf, WHOLE_SUFFIX, size - strlen(buf) - 1);
	return r;
}

/* -EIO: something in it is damaged; the text says what. */
static int put_type(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct types *t;
	struct type_name type;
	size_t n;
	bool whole = is_whole(at->text, &n);
	int r = type_name_find(e->facts, at->text, n, &type);

	if (!r)
		r = facts_types(e->facts, &t, NULL);
	if (r)
		return r;
	return whole ? type_text_whole(t, &type.type, 1, true, out) : type_text_definition(t, &type.type, out);
}

static int render_type(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	int r = put_type(e, at, out);

	return r == -EIO && out->len ? 0 : r;
}

static int verdict_of_type(struct engine *e, const struct view_at *at)
{
	struct outbuf out = OUTBUF_INIT;
	int r = put_type(e, at, &out);

	out_free(&out);
	return r;
}

/* --- all structs and unions --------------------------------------------------------------------------------------- */

typedef int each_fn(void *arg, const struct types *t, const struct type *type, const char *name, struct outbuf *out);

/* -ENOENT: fn printed nothing. */
static int each_struct(struct engine *e, each_fn *fn, void *arg, struct outbuf *out)
{
	const struct types *t;
	struct type type;
	const char *name;
	uint64_t at = 0;
	int r = facts_types(e->facts, &t, NULL);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	while ((r = types_next(t, NULL, &at, &type)) == 1) {
		if ((type.kind != TYPE_STRUCT && type.kind != TYPE_UNION) || type.is_declared)
			continue;
		r = types_name(t, &type, &name);
		if (!r)
			r = fn(arg, t, &type, name, out);
		if (r)
			return r;
	}
	return r ? r : out->error ? out->error : out->len ? 0 : -ENOENT;
}

static void put_name(struct outbuf *out, const struct type *type, const char *name)
{
	out_printf(out, "%s", type_name_word(type->kind));
	out_printable(out, name, false);
}

/* --- types/by-member/<name> --------------------------------------------------------------------------------------- */

struct wanted_member {
	const char *name;
	const struct type *outer;
	const char *outer_name;
	unsigned int steps;		/* left: unnamed members may have each other */
};

static int put_declaration(const struct types *t, const struct type_item *item, struct outbuf *out)
{
	int r = type_text_line(t, &item->type, item->name, out);

	if (item->bits)
		out_printf(out, " : %u", item->bits);
	return r == -EIO ? 0 : r;
}

/* In type, which starts at so many bits, and in its unnamed members. */
static int put_members(struct wanted_member *w, const struct types *t, const struct type *type, uint64_t start,
		       unsigned int depth, struct outbuf *out)
{
	struct type_items items = { .of = *type };
	struct type_item item;
	struct type_member place;
	struct type inner;
	int r;

	while (w->steps && w->steps-- && (r = types_next_item(t, &items, &item))) {
		if (r < 0) {
			if (r != -EIO)
				return r;
			continue;
		}
		if (add_overflows(start, item.bit_offset, &item.bit_offset))
			continue;
		if (!*item.name && depth < DEPTH && !types_peel(t, &item.type, &inner) &&
		    (inner.kind == TYPE_STRUCT || inner.kind == TYPE_UNION))
			r = put_members(w, t, &inner, item.bit_offset, depth + 1, out);
		else if (!strcmp(item.name, w->name)) {
			types_place_item(t, &item, &place);
			put_name(out, w->outer, w->outer_name);
			out_printf(out, ": ");
			r = put_declaration(t, &item, out);
			if (item.bits)
				out_printf(out, "; /* %" PRIu64 ":%u %" PRIu64 " */\n", place.offset, place.bit_offset,
					   place.type.bytes);
			else
				out_printf(out, "; /* %" PRIu64 " %" PRIu64 " */\n", place.offset, place.type.bytes);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_if_has_member(void *arg, const struct types *t, const struct type *type, const char *name,
			     struct outbuf *out)
{
	struct wanted_member w = { .name = arg, .outer = type, .outer_name = name, .steps = STEPS };

	return put_members(&w, t, type, 0, 0, out);
}

static int text_of_member(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	(void)e, (void)dir;
	snprintf(buf, size, "%s", name);
	return 0;
}

static int render_by_member(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	return each_struct(e, put_if_has_member, (void *)at->text, out);
}

/* --- types/by-size/<bytes> ---------------------------------------------------------------------------------------- */

static int put_if_size(void *arg, const struct types *t, const struct type *type, const char *name, struct outbuf *out)
{
	(void)t;
	if (type->bytes == *(const uint64_t *)arg) {
		put_name(out, type, name);
		out_char(out, '\n');
	}
	return 0;
}

static int parse_size(struct engine *e, const struct view_at *dir, const char *name, uint64_t *bytes)
{
	int r = name_number(name, bytes);

	(void)e, (void)dir;
	return r ? r : *bytes >> VIEW_KEY_BITS ? -ENOENT : 0;
}

static int format_size(struct engine *e, uint64_t bytes, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%" PRIu64, bytes);
	return 0;
}

static int render_by_size(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	uint64_t bytes = at->key;

	return each_struct(e, put_if_size, &bytes, out);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static const struct names_ops type_names = { .text = text_of_type, .why_not = why_no_type };
static const struct names_ops member_names = { .text = text_of_member };
static const struct names_ops size_names = { .parse = parse_size, .format = format_size };

static const struct view_row rows[] = {
	{ .path = "types", .cost = "reads types", .use = "you, `gcc`",
	  .help = "types/<type>: its C definition with offsets and holes; <type>.h compiles",
	  .type = VIEW_FOLDER, .missing = missing_types },
	{ .path = "types/by-member", .type = VIEW_FOLDER },
	{ .path = "types/by-member/<member>", .type = VIEW_TEXT, .names = &member_names, .there_if_made = true,
	  .render = render_by_member },
	{ .path = "types/by-size", .type = VIEW_FOLDER },
	{ .path = "types/by-size/<bytes>", .type = VIEW_TEXT, .names = &size_names, .there_if_made = true,
	  .render = render_by_size },
	{ .path = "types/<type>", .type = VIEW_TEXT, .names = &type_names, .render = render_type,
	  .verdict = verdict_of_type },
};

VIEW_FAMILY(types, rows);
