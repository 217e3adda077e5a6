/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/vector.h"

#define MAGIC		0xeb9f
#define HEADER_BYTES	24
#define TYPE_BYTES	12
#define MEMBER_BYTES	12
#define INT_SIGNED	1
#define INT_BOOL	4
#define MAX_STEPS	16384		/* members of unnamed members looked at for one question: they could hold each other */

/* Bytes after a type: once, and for each of its elements. */
static const struct { uint8_t once, each; } tails[BTF_KINDS] = {
	[BTF_INT] = { 4, 0 }, [BTF_ARRAY] = { 12, 0 }, [BTF_STRUCT] = { 0, MEMBER_BYTES }, [BTF_UNION] = { 0, MEMBER_BYTES },
	[BTF_ENUM] = { 0, 8 }, [BTF_FUNC_PROTO] = { 0, 8 }, [BTF_VAR] = { 4, 0 }, [BTF_DATASEC] = { 0, 12 },
	[BTF_DECL_TAG] = { 4, 0 }, [BTF_ENUM64] = { 0, 12 },
};

struct btf {
	const struct btf *base;
	const uint8_t *types;
	const char *strings;		/* the last byte is 0 */
	size_t types_len, strings_len;
	uint32_t strings_start;		/* the offset of its first string: what the base has */
	bool big;
	bool tells_signs;		/* of enums: since 6.0 (pahole 1.24) */
	uint32_t first, end;		/* its own ids */
	uint32_t *offsets;		/* in types, of id first and on */
	uint32_t *next;			/* of the same: the next id in its bucket, 0: none */
	uint32_t *buckets;		/* by name: the lowest id */
	uint32_t mask;
};

static const char *string_at(const struct btf *b, uint32_t offset)
{
	for (; b; b = b->base)
		if (offset >= b->strings_start)
			return offset - b->strings_start < b->strings_len ? b->strings + (offset - b->strings_start) : "";
	return "";
}

static void decode(const struct btf *b, const uint8_t *at, struct btf_type *t)
{
	uint32_t info = get_u32(at + 4, b->big);

	*t = (struct btf_type){
		.more = at + TYPE_BYTES, .kind = info >> 24 & 0x1f, .n = info & 0xffff, .flag = info >> 31,
		.size = get_u32(at + 8, b->big), .name = string_at(b, get_u32(at, b->big)),
	};
}

uint32_t btf_first(const struct btf *b)
{
	return b->first;
}

uint32_t btf_end(const struct btf *b)
{
	return b->end;
}

bool btf_get(const struct btf *b, uint32_t id, struct btf_type *t)
{
	if (!id) {
		*t = (struct btf_type){ .kind = BTF_VOID, .name = "void" };
		return true;
	}
	while (b && id < b->first)
		b = b->base;
	if (!b || id >= b->end)
		return false;
	decode(b, b->types + b->offsets[id - b->first], t);
	return true;
}

bool btf_resolve(const struct btf *b, uint32_t *id, struct btf_type *t)
{
	for (int i = 0; i < BTF_MAX_DEPTH && btf_get(b, *id, t); i++) {
		switch (t->kind) {
		case BTF_TYPEDEF:
		case BTF_CONST:
		case BTF_VOLATILE:
		case BTF_RESTRICT:
		case BTF_TYPE_TAG:
			*id = t->size;
			break;
		default:
			return true;
		}
	}
	return false;
}

/* --- members, enumerators ----------------------------------------------------------------------------------------- */

struct btf_member btf_member(const struct btf *b, const struct btf_type *t, unsigned int i)
{
	const uint8_t *at = t->more + (size_t)i * MEMBER_BYTES;
	uint32_t offset = get_u32(at + 8, b->big);

	return (struct btf_member){
		.name = string_at(b, get_u32(at, b->big)),
		.type = get_u32(at + 4, b->big),
		.bit_offset = t->flag ? offset & 0xffffff : offset,
		.bits = t->flag ? offset >> 24 : 0,
	};
}

/* Before the flag of structs came (5.0) the integer itself said that it is a bit field. */
static void old_bit_field(const struct btf *b, struct btf_member *m)
{
	struct btf_type t;
	uint32_t id = m->type, info;

	if (m->bits || !btf_resolve(b, &id, &t) || t.kind != BTF_INT)
		return;
	info = get_u32(t.more, b->big);
	if ((info & 0xff) == t.size * 8)
		return;
	m->bit_offset += info >> 16 & 0xff;
	m->bits = info & 0xff;
}

struct btf_member btf_whole_member(const struct btf *b, const struct btf_type *t, unsigned int i)
{
	struct btf_member m = btf_member(b, t, i);

	old_bit_field(b, &m);
	return m;
}

/* Direct members come first: they are found whatever is inside the others. */
static bool find_member(const struct btf *b, const struct btf_type *t, const char *name, size_t len, int depth,
			struct btf_member *out, unsigned int *steps)
{
	if (t->kind != BTF_STRUCT && t->kind != BTF_UNION)
		return false;
	*steps += t->n;
	if (depth > BTF_MAX_DEPTH || (depth && *steps > MAX_STEPS))
		return false;
	for (unsigned int i = 0; i < t->n; i++) {
		struct btf_member m = btf_member(b, t, i);

		if (strncmp(m.name, name, len) || m.name[len])
			continue;
		old_bit_field(b, &m);
		*out = m;
		return true;
	}
	for (unsigned int i = 0; i < t->n && *steps <= MAX_STEPS; i++) {
		struct btf_member m = btf_member(b, t, i);
		struct btf_type inner;
		uint32_t id = m.type;

		if (*m.name || !btf_resolve(b, &id, &inner) || !find_member(b, &inner, name, len, depth + 1, out, steps))
			continue;
		out->bit_offset += m.bit_offset;
		return true;
	}
	return false;
}

bool btf_find_member(const struct btf *b, const struct btf_type *t, const char *name, size_t len, struct btf_member *out)
{
	unsigned int steps = 0;

	return len && find_member(b, t, name, len, 0, out, &steps);
}

const char *btf_enumerator(const struct btf *b, const struct btf_type *t, unsigned int i, int64_t *value)
{
	const uint8_t *at = t->more + (size_t)i * tails[t->kind].each;
	uint32_t low = get_u32(at + 4, b->big);

	if (t->kind == BTF_ENUM64)
		*value = (int64_t)((uint64_t)get_u32(at + 8, b->big) << 32 | low);
	else	/* without signs -1 is far more likely than 0xffffffff */
		*value = t->flag || !b->tells_signs ? (int64_t)(int32_t)low : (int64_t)low;
	return string_at(b, get_u32(at, b->big));
}

bool btf_find_enumerator(const struct btf *b, const struct btf_type *t, const char *name, int64_t *value)
{
	if (t->kind != BTF_ENUM && t->kind != BTF_ENUM64)
		return false;
	for (unsigned int i = 0; i < t->n; i++) {
		const uint8_t *at = t->more + (size_t)i * tails[t->kind].each;

		if (strcmp(string_at(b, get_u32(at, b->big)), name))
			continue;
		btf_enumerator(b, t, i, value);
		return true;
	}
	return false;
}

const char *btf_parameter(const struct btf *b, const struct btf_type *t, unsigned int i, uint32_t *type)
{
	const uint8_t *at = t->more + (size_t)i * tails[BTF_FUNC_PROTO].each;

	*type = get_u32(at + 4, b->big);
	return string_at(b, get_u32(at, b->big));
}

uint32_t btf_tag_component(const struct btf *b, const struct btf_type *t)
{
	return get_u32(t->more, b->big);
}

uint32_t btf_array_element(const struct btf *b, const struct btf_type *t)
{
	return get_u32(t->more, b->big);
}

uint32_t btf_array_count(const struct btf *b, const struct btf_type *t)
{
	return get_u32(t->more + 8, b->big);
}

struct btf_placed btf_placed(const struct btf *b, const struct btf_type *t, unsigned int i)
{
	const uint8_t *at = t->more + (size_t)i * 12;

	return (struct btf_placed){ get_u32(at, b->big), get_u32(at + 4, b->big), get_u32(at + 8, b->big) };
}

bool btf_int_is_signed(const struct btf *b, const struct btf_type *t)
{
	return get_u32(t->more, b->big) >> 24 & INT_SIGNED;
}

bool btf_int_is_bool(const struct btf *b, const struct btf_type *t)
{
	return get_u32(t->more, b->big) >> 24 & INT_BOOL;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static bool header(struct btf *b, const uint8_t *head, size_t len)
{
	uint64_t header_len, types, types_len, strings, strings_len;

	if (len < HEADER_BYTES || len > UINT32_MAX)
		return false;
	b->big = get_u16(head, true) == MAGIC;
	if (get_u16(head, b->big) != MAGIC)
		return false;
	header_len = get_u32(head + 4, b->big);
	types = header_len + get_u32(head + 8, b->big);
	types_len = get_u32(head + 12, b->big);
	strings = header_len + get_u32(head + 16, b->big);
	strings_len = get_u32(head + 20, b->big);
	if (types > len || types_len > len - types || strings > len || strings_len > len - strings || !strings_len ||
	    head[strings + strings_len - 1])
		return false;
	b->types = head + types;
	b->types_len = types_len;
	b->strings = (const char *)head + strings;
	b->strings_len = strings_len;
	return true;
}

/* Where each type is. -EIO: not all of it is there. */
static int index_offsets(struct btf *b)
{
	size_t cap = 0;
	uint32_t n = 0;
	int r;

	for (size_t at = 0; at < b->types_len;) {
		struct btf_type t;

		if (b->types_len - at < TYPE_BYTES)
			return -EIO;
		decode(b, b->types + at, &t);
		if (!t.kind || t.kind >= BTF_KINDS)
			return -EIO;
		r = vector_push(b->offsets, n, cap, (uint32_t)at);
		if (r)
			return r;
		b->tells_signs |= t.kind == BTF_ENUM64 || (t.kind == BTF_ENUM && t.flag);
		at += TYPE_BYTES + tails[t.kind].once + (size_t)tails[t.kind].each * t.n;
		if (at > b->types_len)
			return -EIO;
	}
	if (add_overflows(b->first, n, &b->end))
		return -EIO;
	return 0;
}

static bool is_indexed(const struct btf_type *t)
{
	switch (t->kind) {
	case BTF_INT:
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_ENUM:
	case BTF_TYPEDEF:
	case BTF_FUNC:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_FLOAT:
	case BTF_ENUM64:
		return *t->name;
	default:
		return false;
	}
}

static int index_names(struct btf *b)
{
	uint32_t n = b->end - b->first, buckets = 16;

	while (buckets < n / 2)
		buckets *= 2;
	b->buckets = memory_calloc(buckets, sizeof(*b->buckets));
	b->next = memory_calloc(n, sizeof(*b->next));
	if (!b->buckets || !b->next)
		return -ENOMEM;
	b->mask = buckets - 1;
	/* from the last to the first: the lowest id comes first in its bucket */
	for (uint32_t i = n; i-- > 0;) {
		struct btf_type t;
		uint32_t *bucket;

		decode(b, b->types + b->offsets[i], &t);
		if (!is_indexed(&t))
			continue;
		bucket = &b->buckets[hash_string(t.name) & b->mask];
		b->next[i] = *bucket;
		*bucket = b->first + i;
	}
	return 0;
}

int btf_open(const void *bytes, size_t len, const struct btf *base, struct btf **out)
{
	struct btf *b = calloc(1, sizeof(*b));
	int r = -EIO;

	if (!b)
		return -ENOMEM;
	b->base = base;
	b->first = base ? base->end : 1;
	b->tells_signs = base && base->tells_signs;
	if (!header(b, bytes, len) || (base && (base->big != b->big ||
	    add_overflows(base->strings_start, (uint32_t)base->strings_len, &b->strings_start))))
		goto err_close;
	r = index_offsets(b);
	if (!r)
		r = index_names(b);
	if (r)
		goto err_close;
	*out = b;
	return 0;

err_close:
	btf_close(b);
	return r;
}

void btf_close(struct btf *b)
{
	if (!b)
		return;
	free(b->offsets);
	free(b->next);
	free(b->buckets);
	free(b);
}

uint32_t btf_next(const struct btf *b, const char *name, uint32_t after)
{
	uint32_t id = after ? b->next[after - b->first] : b->buckets[hash_string(name) & b->mask];
	struct btf_type t;

	for (; id; id = b->next[id - b->first])
		if (btf_get(b, id, &t) && !strcmp(t.name, name))
			break;
	return id;
}
