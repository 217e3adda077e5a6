/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section .BTF of a vmlinux (Documentation/bpf/btf.rst, include/uapi/linux/btf.h): types, and nothing but types. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/vmlinux.h"

#define MAGIC		0xeb9f
#define HEADER_BYTES	24
#define TYPE_BYTES	12
#define MAX_DEPTH	16		/* typedefs of typedefs, unnamed members in unnamed members */
#define MAX_STEPS	100000		/* members looked at for one question: unnamed ones could hold each other */

enum {
	INT = 1, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC,
	FLOAT, DECL_TAG, TYPE_TAG, ENUM64, KINDS
};

/* Bytes after a type: once, and for each of its elements. */
static const struct { uint8_t once, each; } tails[KINDS] = {
	[INT] = { 4, 0 }, [ARRAY] = { 12, 0 }, [STRUCT] = { 0, 12 }, [UNION] = { 0, 12 }, [ENUM] = { 0, 8 },
	[FUNC_PROTO] = { 0, 8 }, [VAR] = { 4, 0 }, [DATASEC] = { 0, 12 }, [DECL_TAG] = { 4, 0 }, [ENUM64] = { 0, 12 },
};

struct btf {
	const uint8_t *types;
	const char *strings;		/* the last byte is 0 */
	size_t types_len, strings_len;
	bool big;
	uint32_t *offsets;		/* of type id, in types */
	uint32_t ntypes;		/* with id 0, void */
};

struct type {
	const uint8_t *at;
	unsigned int kind, n;		/* elements */
	bool flag;
	uint32_t size;			/* or the type that it refers to */
	const char *name;
};

static const char *string_at(const struct btf *b, uint32_t offset)
{
	return offset < b->strings_len ? b->strings + offset : "";
}

static void decode(const struct btf *b, const uint8_t *at, struct type *t)
{
	uint32_t info = get_u32(at + 4, b->big);

	*t = (struct type){
		.at = at + TYPE_BYTES, .kind = info >> 24 & 0x1f, .n = info & 0xffff, .flag = info >> 31,
		.size = get_u32(at + 8, b->big), .name = string_at(b, get_u32(at, b->big)),
	};
}

/* A type by its id, typedefs and qualifiers taken off. */
static bool type_of(const struct btf *b, uint32_t id, struct type *t)
{
	for (int i = 0; i < MAX_DEPTH && id && id < b->ntypes; i++) {
		decode(b, b->types + b->offsets[id], t);
		switch (t->kind) {
		case TYPEDEF:
		case CONST:
		case VOLATILE:
		case RESTRICT:
		case TYPE_TAG:
			id = t->size;
			break;
		default:
			return true;
		}
	}
	return false;
}

/* Offset of a member, also inside unnamed ones; *member gets the id of its type. */
static bool find_member(const struct btf *b, const struct type *t, const char *name, size_t len, int depth,
			uint64_t *offset, uint32_t *member, unsigned int *steps)
{
	if (depth > MAX_DEPTH || (t->kind != STRUCT && t->kind != UNION))
		return false;
	for (unsigned int i = 0; i < t->n && ++*steps < MAX_STEPS; i++) {
		const uint8_t *m = t->at + i * 12;
		const char *member_name = string_at(b, get_u32(m, b->big));
		uint32_t bits = get_u32(m + 8, b->big);
		uint64_t at = (t->flag ? bits & 0xffffff : bits) / 8, inner_at;
		struct type inner;

		*member = get_u32(m + 4, b->big);
		if (!strncmp(member_name, name, len) && !member_name[len]) {
			*offset = at;
			return true;
		}
		if (!*member_name && type_of(b, *member, &inner) &&
		    find_member(b, &inner, name, len, depth + 1, &inner_at, member, steps)) {
			*offset = at + inner_at;
			return true;
		}
	}
	return false;
}

static bool find_enumerator(const struct btf *b, const struct type *t, const char *name, uint64_t *out)
{
	for (unsigned int i = 0; i < t->n; i++) {
		const uint8_t *e = t->at + i * tails[t->kind].each;

		if (strcmp(string_at(b, get_u32(e, b->big)), name))
			continue;
		*out = (uint64_t)(int32_t)get_u32(e + 4, b->big);
		if (t->kind == ENUM64)
			*out = (uint64_t)get_u32(e + 8, b->big) << 32 | get_u32(e + 4, b->big);
		else if (!t->flag)
			*out &= 0xffffffff;
		return true;
	}
	return false;
}

static void answer(const struct btf *b, struct type_query *q, uint32_t id)
{
	size_t len = q->member ? strlen(q->member) : 0;
	bool array = len > 2 && !strcmp(q->member + len - 2, "[]");
	struct type t, inner;
	unsigned int steps = 0;
	uint32_t member;

	if (!type_of(b, id, &t))
		return;
	if (!q->member) {
		q->found = t.kind == STRUCT || t.kind == UNION || t.kind == ENUM || t.kind == ENUM64 || t.kind == INT;
		q->value = t.size;
	} else if (t.kind == ENUM || t.kind == ENUM64) {
		q->found = find_enumerator(b, &t, q->member, &q->value);
	} else {
		q->found = find_member(b, &t, q->member, array ? len - 2 : len, 0, &q->value, &member, &steps);
		if (q->found && array) {
			q->found = type_of(b, member, &inner) && inner.kind == ARRAY;
			q->value = q->found ? get_u32(inner.at + 8, b->big) : 0;
		}
	}
}

/* Where each type is. -EIO: not all of it is in the section. */
static int index_types(struct btf *b)
{
	size_t cap = 0;

	b->ntypes = 1;
	for (size_t at = 0; at < b->types_len; b->ntypes++) {
		struct type t;

		if (b->types_len - at < TYPE_BYTES)
			return -EIO;
		decode(b, b->types + at, &t);
		if (!t.kind || t.kind >= KINDS)
			return -EIO;
		if (b->ntypes >= cap) {
			uint32_t *offsets = reallocarray(b->offsets, cap ? cap * 2 : 4096, sizeof(*offsets));

			if (!offsets)
				return -ENOMEM;
			b->offsets = offsets;
			cap = cap ? cap * 2 : 4096;
		}
		b->offsets[b->ntypes] = (uint32_t)at;
		at += TYPE_BYTES + tails[t.kind].once + (size_t)tails[t.kind].each * t.n;
		if (at > b->types_len)
			return -EIO;
	}
	return 0;
}

int btf_answer(const void *section, size_t len, struct type_query *queries, size_t n)
{
	const uint8_t *head = section;
	struct btf b = { 0 };
	uint64_t header, types, types_len, strings, strings_len;
	int r;

	if (len < HEADER_BYTES)
		return -EIO;
	b.big = get_u16(head, true) == MAGIC;
	if (get_u16(head, b.big) != MAGIC)
		return -EIO;
	header = get_u32(head + 4, b.big);
	types = header + get_u32(head + 8, b.big);
	types_len = get_u32(head + 12, b.big);
	strings = header + get_u32(head + 16, b.big);
	strings_len = get_u32(head + 20, b.big);
	if (types > len || types_len > len - types || strings > len || strings_len > len - strings || !strings_len ||
	    head[strings + strings_len - 1])
		return -EIO;
	b.types = head + types;
	b.types_len = types_len;
	b.strings = (const char *)head + strings;
	b.strings_len = strings_len;
	r = index_types(&b);
	for (uint32_t id = 1; !r && id < b.ntypes; id++) {
		struct type t;

		decode(&b, b.types + b.offsets[id], &t);
		if (t.kind != STRUCT && t.kind != UNION && t.kind != ENUM && t.kind != ENUM64 && t.kind != TYPEDEF)
			continue;
		for (size_t i = 0; i < n; i++)
			if (!queries[i].found && queries[i].type[0] == t.name[0] && !strcmp(queries[i].type, t.name))
				answer(&b, &queries[i], id);
	}
	free(b.offsets);
	return r;
}
