/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct/, var/ and json/: values of the kernel's types and variables. */
#include "fs/views/values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/address.h"

/* --- names -------------------------------------------------------------------------------------------------------- */

/* The length of the address that text begins with, where a path or the end follows: names of symbols may have dots. */
static int parse_address(const struct facts *f, const char *text, size_t *n, uint64_t *vaddr)
{
	int first = 0;

	for (*n = strcspn(text, ".["); ; *n += 1 + strcspn(text + *n + 1, ".[")) {
		int r = address_parse(f, text, *n, vaddr);

		if (!r || error_is_passing(r))
			return r;
		first = first ? first : r;
		if (text[*n] != '.')
			return first;
	}
}

int value_name_find(const struct facts *f, const char *text, struct value_name *out)
{
	const char *at = strchr(text, '@');
	size_t n;
	int r;

	if (!at)
		return -EINVAL;
	r = type_name_find(f, text, (size_t)(at - text), &out->type);
	if (!r)
		r = parse_address(f, at + 1, &n, &out->vaddr);
	if (r)
		return r;
	out->path = at + 1 + n;
	return value_check_path(out->path);
}

/* What a variable's name is made of. */
struct variable {
	char module[64], name[256];
	const char *path;		/* in the name */
	struct value value;
	bool per_cpu;			/* no CPU was named: each has a copy */
};

static bool is_per_cpu(struct value_reader *v, uint64_t vaddr)
{
	struct symbol start, end;
	uint64_t copy;
	uint8_t byte;
	bool is;

	if (!facts_find_symbol(v->facts, NULL, "__per_cpu_start", &start) &&
	    !facts_find_symbol(v->facts, NULL, "__per_cpu_end", &end) && vaddr >= start.vaddr && vaddr < end.vaddr)
		return true;
	is = kread(v->reader, vaddr, &byte, 1) && !value_of_cpu(v, vaddr, 0, &copy) && !kread(v->reader, copy, &byte, 1);
	kreader_take(v->reader, NULL);
	return is;
}

static int split_variable(const char *text, size_t n, struct variable *out)
{
	const char *colon = memchr(text, ':', n), *at = memchr(text, '@', n);
	size_t begin = colon ? (size_t)(colon - text) + 1 : 0, end = at ? (size_t)(at - text) : n;

	if (end <= begin || end - begin >= sizeof(out->name) || begin > sizeof(out->module))
		return -ENOENT;
	memcpy(out->name, text + begin, end - begin);
	out->name[end - begin] = '\0';
	memcpy(out->module, text, begin ? begin - 1 : 0);
	out->module[begin ? begin - 1 : 0] = '\0';
	return 0;
}

static int find_variable(struct value_reader *v, const char *text, struct variable *out)
{
	size_t n;
	int r = memchr(text, '+', strlen(text)) ? -EINVAL : 0;

	out->value = (struct value){ .owner = "", .name = "" };
	if (!r)
		r = parse_address(v->facts, text, &n, &out->value.vaddr);
	if (!r)
		r = split_variable(text, n, out);
	if (!r)
		r = types_variable(v->types, *out->module ? out->module : NULL, out->name, &out->value.type);
	if (r)
		return r;
	out->path = text + n;
	out->per_cpu = !memchr(text, '@', n) && is_per_cpu(v, out->value.vaddr);
	return value_check_path(out->path);
}

int value_place(struct value_reader *v, const char *text, struct value *out)
{
	struct value_name name;
	struct variable var;
	int r = value_name_find(v->facts, text, &name);

	if (!r) {
		*out = (struct value){ .type = name.type.type, .vaddr = name.vaddr, .owner = "", .name = "" };
		return value_follow(v, out, name.path);
	}
	if (r != -EINVAL && r != -ENOENT)
		return r;
	r = find_variable(v, text, &var);
	if (r)
		return r;
	*out = var.value;
	return var.per_cpu ? -ENOENT : value_follow(v, out, var.path);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

enum form { FORM_C, FORM_JSON };

/* Nothing of it can be read: that is an error, and no text. */
static int check_readable(struct value_reader *v, const struct value *at)
{
	struct type type;
	uint8_t byte;
	int r = types_peel(v->types, &at->type, &type), first;

	if (r || !type.bytes)
		return r;
	first = kread(v->reader, at->vaddr, &byte, 1);
	r = kread(v->reader, at->vaddr + type.bytes - 1, &byte, 1);
	kreader_take(v->reader, NULL);
	return first && r ? first : 0;
}

static int put_value(struct value_reader *v, struct value at, const char *path, enum form form, struct outbuf *out)
{
	int r = value_follow(v, &at, path);

	if (!r)
		r = check_readable(v, &at);
	if (r)
		return r;
	return form == FORM_JSON ? value_json(v, &at, out) : value_text(v, &at, out);
}

/* The copies of all CPUs, one after the other. */
static int put_copies(struct value_reader *v, const struct variable *var, enum form form, struct outbuf *out)
{
	struct value at = var->value;
	struct kbits cpus;
	uint64_t first;
	int r = value_of_cpu(v, at.vaddr, 0, &first);

	if (r)
		return r;
	cpus = kcpus_each(v->reader, &v->cpus, false);
	while (kbits_next(&cpus) && !out->error && out->len < VALUE_TEXT_MAX) {
		r = value_of_cpu(v, var->value.vaddr, (unsigned int)cpus.bit, &at.vaddr);
		if (form == FORM_C)
			out_printf(out, "/* CPU %" PRIu64 " */\n", cpus.bit);
		if (!r)
			r = put_value(v, at, var->path, form, out);
		if (r == -EFAULT || r == -ENODATA || r == -EIO || r == -EBADMSG) {
			if (form == FORM_C)
				out_printf(out, "/* %s */\n", r == -EFAULT ? "not mapped" : r == -ENODATA ? "not in the dump" :
					   "damaged or unreadable");
		} else if (r) {
			return r;
		}
	}
	kreader_take(v->reader, NULL);
	return out->len ? 0 : r;
}

static int put_variable(struct value_reader *v, const char *text, enum form form, struct outbuf *out)
{
	struct variable var;
	int r = find_variable(v, text, &var);

	if (r)
		return r;
	return var.per_cpu ? put_copies(v, &var, form, out) : put_value(v, var.value, var.path, form, out);
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct value_reader v;
	struct value_name name;
	int r = value_reader_open(e->facts, &v);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = value_name_find(e->facts, at->text, &name);
	if (!r)
		r = put_value(&v, (struct value){ .type = name.type.type, .vaddr = name.vaddr, .owner = "", .name = "" }, name.path,
			      at->row->param, out);
	else if (r == -EINVAL || r == -ENOENT)
		r = put_variable(&v, at->text, at->row->param, out);
	value_reader_close(&v);
	return r;
}

static int render_variable(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct value_reader v;
	int r = value_reader_open(e->facts, &v);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = put_variable(&v, at->text, FORM_C, out);
	value_reader_close(&v);
	return r;
}

/* "type@0xaddress.path" */
static int text_of_value(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct value_name value;
	size_t len;
	int n, r = value_name_find(e->facts, name, &value);

	(void)dir;
	if (!r)
		r = type_name_format(&value.type, buf, size);
	if (r)
		return r;
	len = strlen(buf);
	n = snprintf(buf + len, size - len, "@%#" PRIx64 "%s", value.vaddr, value.path);
	return n < 0 || (size_t)n >= size - len ? -ENOENT : 0;
}

static int text_of_variable(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct value_reader v;
	struct variable var;
	int r = value_reader_open(e->facts, &v);

	(void)dir;
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = find_variable(&v, name, &var);
	value_reader_close(&v);
	if (!r && (size_t)snprintf(buf, size, "%s", name) >= size)
		r = -ENOENT;
	return r;
}

/* json/ has both; a variable may have the name of a type, but no @ then. */
static int text_of_either(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	int r = text_of_value(e, dir, name, buf, size), its;

	if (r != -EINVAL && r != -ENOENT)
		return r;
	its = text_of_variable(e, dir, name, buf, size);
	return its == -EINVAL ? r : its;
}

static const char *why_no_value(const struct engine *e, const char *name)
{
	const struct types *t;
	const char *why = NULL;

	if (facts_types(e->facts, &t, &why))
		return why;
	return address_why_not(e->facts, strchr(name, '@') ? strchr(name, '@') + 1 : name);
}

static const char *why_no_variable(const struct engine *e, const char *name)
{
	const struct types *t;
	struct variable var;
	struct type type;
	const char *why = NULL;
	size_t n;
	uint64_t vaddr;

	if (facts_types(e->facts, &t, &why))
		return why;
	why = address_why_not(e->facts, name);
	if (!why && !parse_address(e->facts, name, &n, &vaddr) && !split_variable(name, n, &var) &&
	    types_variable(t, *var.module ? var.module : NULL, var.name, &type) == -ENOENT && !types_know_variables(t))
		why = "the types of this dump do not tell that of the variable: give the kernel's vmlinux with -x, or use struct/";
	return why;
}

static const char *missing_values(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const struct names_ops value_names = { .text = text_of_value, .why_not = why_no_value };
static const struct names_ops variable_names = { .text = text_of_variable, .why_not = why_no_variable };
static const struct names_ops either_names = { .text = text_of_either, .why_not = why_no_value };

static const struct view_row rows[] = {
	{ .path = "struct", .cost = "reads types", .use = "you",
	  .help = "struct/<type>@<addr>[.<member>...]: a value by type and address",
	  .type = VIEW_FOLDER, .missing = missing_values },
	{ .path = "struct/<type>@<addr>[.<member>...]", .type = VIEW_TEXT, .names = &value_names, .there_if_made = true,
	  .render = render, .param = FORM_C },
	{ .path = "var", .cost = "reads types", .use = "you",
	  .help = "var/<name>[.<member>...]: the value of a variable, of each CPU if it is per CPU", .type = VIEW_FOLDER,
	  .missing = missing_values },
	{ .path = "var/<name>[.<member>...]", .type = VIEW_TEXT, .names = &variable_names, .there_if_made = true,
	  .render = render_variable },
	{ .path = "json", .cost = "reads types", .use = "`jq`",
	  .help = "json/<value>: the same as struct/ and var/ as JSON, with types and addresses", .type = VIEW_FOLDER,
	  .missing = missing_values },
	{ .path = "json/<value>", .type = VIEW_TEXT, .names = &either_names, .there_if_made = true, .render = render,
	  .param = FORM_JSON },
};

VIEW_FAMILY(values, rows);
