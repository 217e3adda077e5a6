/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/types_internal.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

/* How well a kind answers to a name: tags come before other names. 0: not at all. */
static int rank(const struct btf_type *t)
{
	switch (t->kind) {
	case BTF_STRUCT:
	case BTF_UNION:
		return 4;
	case BTF_ENUM:
	case BTF_ENUM64:		/* without enumerators: a declaration */
		return t->n ? 3 : 0;
	case BTF_TYPEDEF:
		return 2;
	case BTF_INT:
	case BTF_FLOAT:
		return 1;
	default:
		return 0;
	}
}

/* The first of the highest rank, or 0. */
static uint32_t find(const struct types_btf *b, const char *name)
{
	uint32_t best = 0;
	int best_rank = 0;
	struct btf_type t;

	for (uint32_t id = 0; (id = btf_next(b->btf, name, id));) {
		if (!btf_get(b->btf, id, &t) || rank(&t) <= best_rank)
			continue;
		best = id;
		best_rank = rank(&t);
	}
	return best;
}

static bool defines(const struct btf_type *t, const struct btf_type *declared)
{
	switch (t->kind) {
	case BTF_STRUCT:
		return declared->kind == BTF_FWD && !declared->flag;
	case BTF_UNION:
		return declared->kind == BTF_FWD && declared->flag;
	case BTF_ENUM:
	case BTF_ENUM64:
		return declared->kind == BTF_ENUM && t->n;
	default:
		return false;
	}
}

/* A declaration may have its definition elsewhere: in the module, or in the kernel. */
static void complete(const struct types_btf *b, uint32_t *id, struct btf_type *t)
{
	struct btf_type its;

	for (; b; b = b->base) {
		for (uint32_t found = 0; (found = btf_next(b->btf, t->name, found));) {
			if (!btf_get(b->btf, found, &its) || !defines(&its, t))
				continue;
			*id = found;
			*t = its;
			return;
		}
	}
}

static int describe(const struct types_btf *b, uint32_t id, struct type *out, int depth);

static int describe_array(const struct types_btf *b, const struct btf_type *t, struct type *out, int depth)
{
	struct type element;
	int r = depth < BTF_MAX_DEPTH ? describe(b, btf_array_element(b->btf, t), &element, depth + 1) : -EIO;

	if (r)
		return r;
	out->kind = TYPE_ARRAY;
	out->count = btf_array_count(b->btf, t);
	return mul_overflows(out->count, element.bytes, &out->bytes) ? -EIO : 0;
}

static int describe(const struct types_btf *b, uint32_t id, struct type *out, int depth)
{
	struct btf_type t;

	if (!btf_resolve(b->btf, &id, &t))
		return -EIO;
	if (*t.name && (t.kind == BTF_FWD || (t.kind == BTF_ENUM && !t.n)))
		complete(b, &id, &t);
	*out = (struct type){ .bytes = t.size, .id = id, .scope = b->scope };
	switch (t.kind) {
	case BTF_VOID:
		out->kind = TYPE_VOID;
		return 0;
	case BTF_INT:
		out->kind = TYPE_INT;
		out->is_signed = btf_int_is_signed(b->btf, &t);
		out->is_bool = btf_int_is_bool(b->btf, &t);
		out->is_char = !strcmp(t.name, "char") || !strcmp(t.name, "signed char") || !strcmp(t.name, "unsigned char");
		return 0;
	case BTF_FLOAT:
		out->kind = TYPE_FLOAT;
		return 0;
	case BTF_ENUM:
	case BTF_ENUM64:
		out->kind = TYPE_ENUM;
		out->is_signed = t.flag;
		out->is_declared = t.kind == BTF_ENUM && !t.n;
		return 0;
	case BTF_STRUCT:
	case BTF_UNION:
		out->kind = t.kind == BTF_STRUCT ? TYPE_STRUCT : TYPE_UNION;
		return 0;
	case BTF_FWD:
		out->kind = t.flag ? TYPE_UNION : TYPE_STRUCT;
		out->is_declared = true;
		out->bytes = 0;
		return 0;
	case BTF_PTR:
		out->kind = TYPE_POINTER;
		out->bytes = b->pointer_bytes;
		return 0;
	case BTF_ARRAY:
		return describe_array(b, &t, out, depth);
	case BTF_FUNC_PROTO:
		out->kind = TYPE_FUNCTION;
		out->bytes = 0;
		return 0;
	default:			/* a function, a section: no type of anything */
		return -EIO;
	}
}

int types_btf_describe(const struct types_btf *b, uint32_t id, struct type *out)
{
	return describe(b, id, out, 0);
}

int types_btf_find(const struct types_btf *b, const char *name, struct type *out)
{
	uint32_t id = find(b, name);

	return id ? describe(b, id, out, 0) : -ENOENT;
}

int types_btf_variable(const struct types_btf *b, const char *name, struct type *out)
{
	struct btf_type t;

	for (uint32_t id = 0; (id = btf_next(b->btf, name, id));)
		if (btf_get(b->btf, id, &t) && t.kind == BTF_VAR)
			return describe(b, t.size, out, 0);
	return -ENOENT;
}

int types_btf_each_percpu(const struct types_btf *b, int (*fn)(void *arg, const char *name, uint64_t offset, uint64_t bytes),
			  void *arg)
{
	struct btf_type section, t;
	int r = 0;

	for (uint32_t id = 0; (id = btf_next(b->btf, ".data..percpu", id));) {
		if (!btf_get(b->btf, id, &section) || section.kind != BTF_DATASEC)
			continue;
		for (unsigned int i = 0; i < section.n && !r; i++) {
			struct btf_placed p = btf_placed(b->btf, &section, i);

			if (btf_get(b->btf, p.variable, &t) && t.kind == BTF_VAR)
				r = fn(arg, t.name, p.offset, p.bytes);
		}
		break;
	}
	return r;
}

int types_btf_pointer_to(const struct types_btf *b, const struct type *to, struct type *out)
{
	struct btf_type t;

	for (uint32_t id = 1; id < btf_end(b->btf); id++)
		if (btf_get(b->btf, id, &t) && t.kind == BTF_PTR && t.size == to->id)
			return describe(b, id, out, 0);
	return -ENOENT;
}

/* What a struct type stands for. */
static int get(const struct types_btf *b, const struct type *of, struct btf_type *t)
{
	return of->id <= UINT32_MAX && btf_get(b->btf, (uint32_t)of->id, t) ? 0 : -EIO;
}

int types_btf_target(const struct types_btf *b, const struct type *of, struct type *out)
{
	struct btf_type t;
	int r = get(b, of, &t);

	if (r)
		return r;
	if (t.kind == BTF_PTR)
		return describe(b, t.size, out, 0);
	return t.kind == BTF_ARRAY ? describe(b, btf_array_element(b->btf, &t), out, 0) : -EINVAL;
}

int types_btf_member(const struct types_btf *b, const struct type *of, const char *name, struct type_member *out)
{
	struct btf_member m;
	struct btf_type t;
	int r = get(b, of, &t);

	if (r)
		return r;
	if (t.kind != BTF_STRUCT && t.kind != BTF_UNION)
		return t.kind == BTF_FWD ? -ENOENT : -EINVAL;
	if (!btf_find_member(b->btf, &t, name, strlen(name), &m))
		return -ENOENT;
	r = describe(b, m.type, &out->type, 0);
	if (r)
		return r;
	types_place_member(out, m.bit_offset, m.bits);
	return 0;
}

int types_btf_enumerator(const struct types_btf *b, const struct type *of, const char *name, int64_t *out)
{
	struct btf_type t;
	int r = get(b, of, &t);

	if (r)
		return r;
	if (t.kind != BTF_ENUM && t.kind != BTF_ENUM64)
		return -EINVAL;
	return btf_find_enumerator(b->btf, &t, name, out) ? 0 : -ENOENT;
}
