/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of one BTF as they are written: typedefs and qualifiers kept, what a type consists of. */
#include <errno.h>

#include "kernel/debuginfo/types_internal.h"

static int get(const struct types_btf *b, const struct type *of, struct btf_type *t)
{
	return of->id <= UINT32_MAX && btf_get(b->btf, (uint32_t)of->id, t) ? 0 : -EIO;
}

static bool kind_of_wrapper(enum btf_kind kind, enum type_kind *out)
{
	switch (kind) {
	case BTF_TYPEDEF:
		*out = TYPE_TYPEDEF;
		return true;
	case BTF_CONST:
		*out = TYPE_CONST;
		return true;
	case BTF_VOLATILE:
		*out = TYPE_VOLATILE;
		return true;
	case BTF_RESTRICT:
		*out = TYPE_RESTRICT;
		return true;
	case BTF_TYPE_TAG:
		*out = TYPE_TAG;
		return true;
	default:
		return false;
	}
}

static int describe(const struct types_btf *b, uint32_t id, struct type *out)
{
	enum type_kind kind;
	struct btf_type t;
	int r;

	if (!btf_get(b->btf, id, &t))
		return -EIO;
	r = types_btf_describe(b, id, out);
	if (!r && kind_of_wrapper(t.kind, &kind))
		*out = (struct type){ .kind = kind, .bytes = out->bytes, .id = id, .scope = b->scope };
	return r;
}

static bool is_of_kind(const struct btf_type *t, enum type_kind kind)
{
	switch (t->kind) {
	case BTF_STRUCT:
		return kind == TYPE_STRUCT;
	case BTF_UNION:
		return kind == TYPE_UNION;
	case BTF_ENUM:
	case BTF_ENUM64:		/* without enumerators: a declaration */
		return kind == TYPE_ENUM && t->n;
	case BTF_TYPEDEF:
		return kind == TYPE_TYPEDEF;
	case BTF_INT:
	case BTF_FLOAT:
		return kind == TYPE_INT;
	default:
		return false;
	}
}

int types_btf_get(const struct types_btf *b, enum type_kind kind, const char *name, struct type *out)
{
	struct btf_type t;

	for (uint32_t id = 0; (id = btf_next(b->btf, name, id));)
		if (btf_get(b->btf, id, &t) && is_of_kind(&t, kind))
			return describe(b, id, out);
	return -ENOENT;
}

int types_btf_next(const struct types_btf *b, uint64_t *at, struct type *out)
{
	uint64_t first = btf_first(b->btf);

	for (uint64_t id = *at > first ? *at : first; id < btf_end(b->btf); id++) {
		struct btf_type t;

		if (!btf_get(b->btf, (uint32_t)id, &t) || !*t.name ||
		    !(is_of_kind(&t, TYPE_STRUCT) || is_of_kind(&t, TYPE_UNION) || is_of_kind(&t, TYPE_ENUM) ||
		      is_of_kind(&t, TYPE_TYPEDEF) || is_of_kind(&t, TYPE_INT)))
			continue;
		*at = id + 1;
		/* one that goes in a circle is no end of the others */
		if (!describe(b, (uint32_t)id, out))
			return 1;
	}
	*at = UINT64_MAX;
	return 0;
}

int types_btf_name(const struct types_btf *b, const struct type *of, const char **out)
{
	struct btf_type t;
	int r = get(b, of, &t);

	if (!r)
		*out = t.kind == BTF_VOID ? "void" : t.name;
	return r;
}

int types_btf_inner(const struct types_btf *b, const struct type *of, struct type *out)
{
	enum type_kind kind;
	struct btf_type t;
	int r = get(b, of, &t);

	if (!r && t.kind == BTF_FUNC)
		r = btf_get(b->btf, t.size, &t) ? 0 : -EIO;
	if (r)
		return r;
	if (t.kind == BTF_ARRAY)
		return describe(b, btf_array_element(b->btf, &t), out);
	if (t.kind == BTF_PTR || t.kind == BTF_FUNC_PROTO || kind_of_wrapper(t.kind, &kind))
		return describe(b, t.size, out);
	return -EINVAL;
}

int types_btf_peel(const struct types_btf *b, const struct type *of, struct type *out)
{
	return of->id <= UINT32_MAX ? types_btf_describe(b, (uint32_t)of->id, out) : -EIO;
}

int types_btf_function(const struct types_btf *b, const char *name, struct type *out)
{
	struct btf_type t, proto;

	for (uint32_t id = 0; (id = btf_next(b->btf, name, id));) {
		if (!btf_get(b->btf, id, &t) || t.kind != BTF_FUNC)
			continue;
		if (!btf_get(b->btf, t.size, &proto) || proto.kind != BTF_FUNC_PROTO)
			return -EIO;
		*out = (struct type){ .kind = TYPE_FUNCTION, .id = id, .scope = b->scope };
		return 0;
	}
	return -ENOENT;
}

/* --- what a type consists of -------------------------------------------------------------------------------------- */

static int next_member(const struct types_btf *b, const struct btf_type *t, unsigned int i, struct type_item *out)
{
	struct btf_member m = btf_whole_member(b->btf, t, i);

	*out = (struct type_item){ .name = m.name, .bit_offset = m.bit_offset, .bits = m.bits };
	return describe(b, m.type, &out->type);
}

int types_btf_next_item(const struct types_btf *b, struct type_items *items, struct type_item *out)
{
	struct btf_type t;
	unsigned int i;
	uint32_t id;
	int r;

	if (items->next == UINT64_MAX)
		return 0;
	r = get(b, &items->of, &t);
	if (!r && t.kind == BTF_FUNC)
		r = btf_get(b->btf, t.size, &t) ? 0 : -EIO;
	if (r) {
		items->next = UINT64_MAX;
		return r;
	}
	i = (unsigned int)items->next;
	if (items->next >= t.n || t.kind == BTF_FWD) {
		items->next = UINT64_MAX;
		return 0;
	}
	items->next++;
	switch (t.kind) {
	case BTF_STRUCT:
	case BTF_UNION:
		r = next_member(b, &t, i, out);
		break;
	case BTF_ENUM:
	case BTF_ENUM64:
		*out = (struct type_item){ 0 };
		out->name = btf_enumerator(b->btf, &t, i, &out->value);
		break;
	case BTF_FUNC_PROTO:
		*out = (struct type_item){ 0 };
		out->name = btf_parameter(b->btf, &t, i, &id);
		r = describe(b, id, &out->type);
		break;
	default:
		items->next = UINT64_MAX;
		return -EINVAL;
	}
	return r ? r : 1;
}

int types_btf_next_tag(const struct types_btf *b, const struct type *of, uint64_t *at, struct type_tag *out)
{
	uint64_t first = btf_first(b->btf);

	for (uint64_t id = *at > first ? *at : first; id < btf_end(b->btf); id++) {
		struct btf_type t;
		uint32_t component;

		if (!btf_get(b->btf, (uint32_t)id, &t) || t.kind != BTF_DECL_TAG || t.size != of->id)
			continue;
		component = btf_tag_component(b->btf, &t);
		*out = (struct type_tag){ .text = t.name, .component = component == UINT32_MAX ? -1 : (int64_t)component };
		*at = id + 1;
		return 1;
	}
	*at = UINT64_MAX;
	return 0;
}
