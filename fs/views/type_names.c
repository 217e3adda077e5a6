/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/type_names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

/* In the order in which they are looked for. */
static const struct { const char *word; enum type_kind kind; } words[] = {
	{ "struct ", TYPE_STRUCT }, { "union ", TYPE_UNION }, { "enum ", TYPE_ENUM }, { "typedef ", TYPE_TYPEDEF },
	{ "", TYPE_INT },
};

const char *type_name_word(enum type_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].kind == kind)
			return words[i].word;
	return "";
}

static bool is_of_module(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The length of "module:", or 0. "a::b" has none: Rust names types so. */
static size_t module_len(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && is_of_module(text[i]))
		i++;
	return i && i + 1 < n && text[i] == ':' && text[i + 1] != ':' ? i + 1 : 0;
}

static int copy(char *buf, size_t size, const char *text, size_t n)
{
	if (n >= size)
		return -ENOENT;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return 0;
}

/* A module that is not there has no types, not those of the kernel. */
static int check_module(const struct facts *f, const char *name)
{
	const struct modules *modules;
	int r = facts_modules(f, &modules, NULL);

	return r ? r : modules_find(modules, name) ? 0 : -ENOENT;
}

int type_name_find(const struct facts *f, const char *text, size_t n, struct type_name *out)
{
	const struct types *t;
	size_t module = module_len(text, n), word = 0, first = 0, last = ARRAY_SIZE(words) - 1;
	int r = module ? copy(out->module, sizeof(out->module), text, module - 1) : 0;

	if (!module)
		out->module[0] = '\0';
	text += module;
	n -= module;
	for (size_t i = 0; i < last; i++) {
		size_t len = strlen(words[i].word);

		if (n > len && !memcmp(text, words[i].word, len)) {
			first = last = i;
			word = len;
		}
	}
	if (!r)
		r = n == word ? -EINVAL : copy(out->name, sizeof(out->name), text + word, n - word);
	for (size_t i = 0; !r && i < n - word; i++)
		if ((unsigned char)out->name[i] < ' ' || out->name[i] == 0x7f)
			r = -EINVAL;
	if (!r)
		r = facts_types(f, &t, NULL);
	if (!r && module)
		r = check_module(f, out->module);
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = -ENOENT;
	for (size_t i = first; i <= last && r == -ENOENT; i++) {
		out->kind = words[i].kind;
		r = types_get(t, module ? out->module : NULL, out->kind, out->name, &out->type);
	}
	return r;
}

int type_name_format(const struct type_name *name, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s%s%s%s", name->module, *name->module ? ":" : "", type_name_word(name->kind), name->name);

	return n < 0 || (size_t)n >= size ? -ENOENT : 0;
}
