/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* "[3]" behind a member: its element. */
static int element(const struct types *t, const char **path, struct type *type, struct kplace *out)
{
	char *end;
	unsigned long i = strtoul(*path + 1, &end, 10);
	uint64_t count = type->count;
	int r;

	if (end == *path + 1 || *end != ']' || type->kind != TYPE_ARRAY)
		return -EINVAL;
	r = types_target(t, type, type);
	if (r)
		return r;
	if (count && i >= count)
		return -ENOENT;
	out->offset += i * type->bytes;
	*path = end + 1;
	return 0;
}

/* One name of a path, with what is in brackets behind it. */
static int step(const struct types *t, const char **path, struct type *type, struct kplace *out)
{
	size_t len = strcspn(*path, ".[");
	char name[KFIELD_NAME_MAX];
	struct type_member m;
	int r;

	if (!len || len >= sizeof(name))
		return -EINVAL;
	snprintf(name, sizeof(name), "%.*s", (int)len, *path);
	*path += len;
	if (type->kind == TYPE_ENUM)
		return types_enumerator(t, type, name, &out->value);
	r = types_member(t, type, name, &m);
	if (r)
		return r == -EINVAL ? -ENOENT : r;
	*type = m.type;
	out->offset += m.offset;
	out->bit_offset = m.bit_offset;
	out->bits = m.bits;
	while (**path == '[' && !r)
		r = element(t, path, type, out);
	return r;
}

static int place(const struct types *t, const char *module, const char *type_name, const char *path, struct kplace *out)
{
	struct type type, each;
	int r = types_find(t, module, type_name, &type);

	*out = (struct kplace){ 0 };
	while (!r && *path) {
		r = step(t, &path, &type, out);
		if (!r && *path && *path++ != '.')
			r = -EINVAL;
	}
	if (r)
		return r;
	out->bytes = type.bytes;
	out->is_signed = type.is_signed;
	if (type.kind == TYPE_ARRAY && !types_target(t, &type, &each)) {
		out->count = type.count;
		out->element_bytes = each.bytes;
		out->is_signed = each.is_signed;
	}
	return 0;
}

static int variable(const struct symbols *s, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	struct symbol symbol;
	int r = symbols_find(s, name, &symbol);

	if (r)
		return r;
	*vaddr = symbol.vaddr;
	*bytes = symbol.bytes;
	return 0;
}

static int source_place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	const struct name_source *s = arg;

	return s->types ? place(s->types, s->module, type, path, out) : -ENOENT;
}

static int source_variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	const struct name_source *s = arg;

	return s->symbols ? variable(s->symbols, name, vaddr, bytes) : -ENOENT;
}

struct knames names_of(const struct name_source *source)
{
	return (struct knames){ .arg = source, .place = source_place, .variable = source_variable };
}
