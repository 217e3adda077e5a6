/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list/: the elements of a list or tree, one a line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "fs/views/row.h"
#include "fs/views/values.h"
#include "kernel/debuginfo/address.h"
#include "kernel/value/elements.h"
#include "kernel/value/walk.h"

#define LIMIT		(1u << 20)	/* elements that are believed of one list */
#define TEXT_MAX	(16u << 20)	/* bytes */

struct list_name {
	struct type_name type;
	char link[VIEW_NAME_BYTES];	/* ".member", or "" */
	struct value head;
	char columns[VIEW_NAME_BYTES];	/* "member,member"; "": none */
};

/* What a list begins with: "type@addr.member", a variable or a member of it; an address is of no type. */
static int find_head(struct value_reader *v, const char *text, struct value *out)
{
	int r = value_place(v, text, out);

	if (r != -ENOENT && r != -EINVAL)
		return r;
	*out = (struct value){ .type = { .kind = TYPE_VOID }, .owner = "", .name = "" };
	return address_parse(v->facts, text, strlen(text), &out->vaddr);
}

/* <type>[.<member>]@<head>[,<member>...] */
static int parse(struct value_reader *v, const char *text, struct list_name *out)
{
	char head[VIEW_NAME_BYTES];
	const char *at = strchr(text, '@'), *comma;
	size_t type;
	int r;

	if (!at)
		return -EINVAL;
	type = min_u64(strcspn(text, "."), (uint64_t)(at - text));
	comma = strchrnul(at, ',');
	snprintf(out->link, sizeof(out->link), "%.*s", (int)(at - text - (ptrdiff_t)type), text + type);
	snprintf(head, sizeof(head), "%.*s", (int)(comma - at - 1), at + 1);
	snprintf(out->columns, sizeof(out->columns), "%s", *comma ? comma + 1 : "");
	if (*comma && (!comma[1] || strstr(comma, ",,") || comma[strlen(comma) - 1] == ','))
		return -EINVAL;
	r = type_name_find(v->facts, text, type, &out->type);
	if (!r)
		r = value_check_path(out->link);
	return r ? r : find_head(v, head, &out->head);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static int put_column(struct value_reader *v, struct value at, const char *name, size_t n, struct outbuf *out)
{
	char path[VIEW_NAME_BYTES + 1];
	int r;

	snprintf(path, sizeof(path), ".%.*s", (int)n, name);
	out_char(out, '\t');
	r = value_follow(v, &at, path);
	if (!r)
		return value_short(v, &at, out);
	if (r == -ENOENT || r == -EINVAL || r == -ENOMEM || error_is_passing(r))
		return r;
	out_printf(out, "/* %s */", value_why(r));
	return 0;
}

static int put_element(struct value_reader *v, const struct list_name *name, const struct elements *l, struct outbuf *out)
{
	const struct value at = { .type = name->type.type, .vaddr = l->vaddr, .owner = "", .name = "" };
	char symbol[512];
	int r = 0;

	if (l->has_index && l->first == l->last)
		out_printf(out, "[%" PRIu64 "]\t", l->first);
	else if (l->has_index)
		out_printf(out, "[%#" PRIx64 " ... %#" PRIx64 "]\t", l->first, l->last);
	out_printf(out, "0x%" PRIx64, l->vaddr);
	if (l->is_value) {
		out_printf(out, "\t/* no pointer */\n");
		return 0;
	}
	for (const char *column = name->columns; !r && *column;) {
		size_t n = strcspn(column, ",");

		r = put_column(v, at, column, n, out);
		column += n + (column[n] == ',');
	}
	if (!r && !address_format(v->facts, l->vaddr, symbol, sizeof(symbol)))
		out_printf(out, "\t/* %s */", symbol);
	out_char(out, '\n');
	return r;
}

static void put_end(const struct elements *l, struct outbuf *out)
{
	if (l->error == -ELOOP)
		out_printf(out, "/* damaged: it runs in a circle, has links that do not fit, or more than %u elements */\n", LIMIT);
	else if (l->error)
		out_printf(out, "/* torn: a link is %s */\n", value_why(l->error));
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct value_reader v;
	struct list_name name;
	struct elements l;
	int r = value_reader_open(e->facts, &v);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = parse(&v, at->text, &name);
	if (!r)
		r = elements_begin(&l, &v, &name.type.type, name.link, &name.head, LIMIT);
	while (!r && out->len < TEXT_MAX && elements_next(&l))
		r = put_element(&v, &name, &l, out);
	if (!r && error_is_passing(l.error))
		r = l.error;
	if (!r && out->len >= TEXT_MAX)
		out_printf(out, "/* and more: the text became too long */\n");
	else if (!r)
		put_end(&l, out);
	value_reader_close(&v);
	return r ? r : out->error;
}

static int text_of_list(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct value_reader v;
	struct list_name list;
	int r = value_reader_open(e->facts, &v);

	(void)dir;
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = parse(&v, name, &list);
	value_reader_close(&v);
	if (!r && (size_t)snprintf(buf, size, "%s", name) >= size)
		r = -ENOENT;
	return r;
}

static const char *missing_lists(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const struct names_ops list_names = { .text = text_of_list };

static const struct view_row rows[] = {
	{ .path = "list", .cost = "reads the list", .use = "you, `grep`",
	  .help = "list/<type>.<member>@<head>[,<member>...]: elements of a list or tree",
	  .type = VIEW_FOLDER, .missing = missing_lists },
	{ .path = "list/<type>.<member>@<head>", .type = VIEW_TEXT, .names = &list_names, .there_if_made = true,
	  .render = render },
};

VIEW_FAMILY(lists, rows);
