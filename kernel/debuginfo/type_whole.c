/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Definitions in an order that compiles: a member's type before the struct, a typedef before its use, a struct that is only
 * pointed to as a declaration. As in bpftool's "btf dump format c", a type is needed strongly (complete) or weakly.
 */
#include "kernel/debuginfo/type_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/vector.h"
#include "kernel/debuginfo/type_printer.h"

#define MAX_DEPTH	200
#define MAX_TYPES	(1u << 20)	/* that are looked at */
#define MAX_TEXT	(48u << 20)

enum { SEEN_WEAK = 1, SEEN_STRONG = 2 };

/* A type of the source, which DWARF has many times. */
struct seen {
	uint64_t id, scope;
	uint32_t next;			/* in its bucket, + 1 */
	uint32_t entity;		/* + 1; 0: it has no name, or it was not needed yet */
	uint8_t flags;
};

/* One of the text. */
struct entity {
	uint64_t mark;			/* what tells it from others of its name */
	const char *name;		/* borrowed from the types */
	uint32_t next;			/* in its bucket, + 1 */
	unsigned int number;		/* for its name */
	bool is_tag;			/* of struct, union, enum; else of typedefs and enumerators */
	bool declared, begun;
};

#define BUCKETS 8192

struct whole {
	const struct types *types;
	struct type_printer *printer;
	struct outbuf *out;
	struct seen *seen;		/* owned */
	size_t nseen, seen_cap;
	struct entity *entities;	/* owned */
	size_t nentities, entities_cap;
	uint32_t by_id[BUCKETS], by_name[BUCKETS];
	unsigned int depth;
	int error;
};

/* --- who is who --------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t mark, uint64_t value)
{
	mark = (mark ^ value) * 0x9e3779b97f4a7c15ull;
	return mark ^ mark >> 29;
}

static unsigned int number_of_type(void *arg, const struct type *type);

/* Types of one name and one mark are taken for the same. */
static uint64_t mark_of(struct whole *w, const struct type *type)
{
	struct type_items items = { .of = *type };
	uint64_t mark = mix(type->kind, type->bytes);
	struct outbuf text = OUTBUF_INIT;
	struct type_item item;
	struct type in;

	if (type->kind == TYPE_TYPEDEF) {
		if (types_inner(w->types, type, &in))
			return mark;
		/* without numbers, which would ask for marks again */
		w->printer->type_number = NULL;
		w->printer->steps = w->printer->layouts.steps = 0;
		type_print_declaration(w->printer, &in, "", 0, 0, &text);
		w->printer->type_number = number_of_type;
		mark = mix(mark, text.len ? hash_string(text.data) : 0);
		out_free(&text);
		return mark;
	}
	while (types_next_item(w->types, &items, &item) == 1) {
		mark = mix(mark, hash_string(item.name));
		mark = mix(mark, item.bit_offset * 64 + item.bits);
		mark = mix(mark, (uint64_t)item.value);
		mark = mix(mark, item.type.bytes * 16 + item.type.kind);
	}
	return mark;
}

static struct entity *find_entity(struct whole *w, bool is_tag, const char *name, uint32_t *bucket, unsigned int *others,
				  const uint64_t *mark)
{
	*bucket = hash_string(name) % BUCKETS;
	*others = 0;
	for (uint32_t i = w->by_name[*bucket]; i; i = w->entities[i - 1].next) {
		struct entity *e = &w->entities[i - 1];

		if (e->is_tag != is_tag || strcmp(e->name, name))
			continue;
		/* what is only declared has no mark: it is whatever has that name */
		if (mark && (e->mark == *mark || (is_tag && (!*mark || !e->mark)))) {
			e->mark = *mark ? *mark : e->mark;
			return e;
		}
		++*others;
	}
	return NULL;
}

/* mark NULL: a new one. Its index + 1; 0: failed. */
static uint32_t entity_of(struct whole *w, bool is_tag, const char *name, const uint64_t *mark)
{
	unsigned int others;
	uint32_t bucket;
	struct entity *e = find_entity(w, is_tag, name, &bucket, &others, mark);

	if (e)
		return (uint32_t)(e - w->entities) + 1;
	w->error = vector_push_max(w->entities, w->nentities, w->entities_cap, MAX_TYPES, (struct entity){
		.mark = mark ? *mark : 0, .name = name, .is_tag = is_tag, .next = w->by_name[bucket],
		.number = others ? others + 1 : 0,
	});
	if (w->error)
		return 0;
	w->by_name[bucket] = (uint32_t)w->nentities;
	return (uint32_t)w->nentities;
}

/* Its index; SIZE_MAX: failed. */
static size_t see(struct whole *w, const struct type *type)
{
	uint32_t *bucket = &w->by_id[mix(type->id, type->scope) % BUCKETS];

	for (uint32_t i = *bucket; i; i = w->seen[i - 1].next)
		if (w->seen[i - 1].id == type->id && w->seen[i - 1].scope == type->scope)
			return i - 1;
	w->error = vector_push_max(w->seen, w->nseen, w->seen_cap, MAX_TYPES,
				   (struct seen){ .id = type->id, .scope = type->scope, .next = *bucket });
	if (w->error)
		return SIZE_MAX;
	*bucket = (uint32_t)w->nseen;
	return w->nseen - 1;
}

/* NULL: it has no name; or failed. */
static struct entity *entity_of_type(struct whole *w, const struct type *type)
{
	size_t i = see(w, type);
	const char *name;
	uint64_t mark;
	uint32_t found;

	if (i == SIZE_MAX || types_name(w->types, type, &name) || !*name)
		return NULL;
	if (!w->seen[i].entity) {
		mark = type->is_declared ? 0 : mark_of(w, type);
		found = entity_of(w, type->kind != TYPE_TYPEDEF, name, &mark);
		w->seen[i].entity = found;
	}
	return w->seen[i].entity ? &w->entities[w->seen[i].entity - 1] : NULL;
}

static unsigned int number_of_type(void *arg, const struct type *type)
{
	const struct entity *e = entity_of_type(arg, type);

	return e ? e->number : 0;
}

static unsigned int number_of_enumerator(void *arg, const char *name)
{
	struct whole *w = arg;
	uint32_t i = entity_of(w, false, name, NULL);

	return i ? w->entities[i - 1].number : 0;
}

/* --- what needs what ---------------------------------------------------------------------------------------------- */

static void need(struct whole *w, const struct type *type, bool strong);

static void need_items(struct whole *w, const struct type *type, bool strong)
{
	struct type_items items = { .of = *type };
	struct type_item item;
	int r;

	while (!w->error && (r = types_next_item(w->types, &items, &item)))
		if (r == 1)
			need(w, &item.type, strong);
}

static void need_inner(struct whole *w, const struct type *type, bool strong)
{
	struct type in;

	if (!types_inner(w->types, type, &in))
		need(w, &in, strong);
}

static void define(struct whole *w, const struct type *type)
{
	w->printer->enumerator_number = number_of_enumerator;
	type_print_definition(w->printer, type, w->out);
	w->printer->enumerator_number = NULL;
	out_char(w->out, '\n');
	if (w->out->len > MAX_TEXT)
		w->error = -EIO;
}

static void declare(struct whole *w, const struct type *type)
{
	struct outbuf text = OUTBUF_INIT;

	type_print_tagged(w->printer, type, false, 0, 0, &text);
	out_write(w->out, text.data, text.len);
	out_printf(w->out, ";\n\n");
	out_free(&text);
}

static void need_tagged(struct whole *w, const struct type *type, bool strong)
{
	struct entity *e = entity_of_type(w, type);
	size_t i;

	if (!e) {			/* spelled out where it is */
		need_items(w, type, true);
		return;
	}
	i = (size_t)(e - w->entities);
	strong |= type->kind == TYPE_ENUM;
	if (!strong || type->is_declared) {
		if (!e->declared)
			declare(w, type);
		w->entities[i].declared = true;
		return;
	}
	if (e->begun)
		return;
	e->begun = true;
	if (type->kind != TYPE_ENUM)
		need_items(w, type, true);
	w->entities[i].declared = true;
	define(w, type);
}

static void need_typedef(struct whole *w, const struct type *type, bool strong)
{
	struct entity *e = entity_of_type(w, type);
	struct type its;

	/* the compiler's own */
	if (e && !strcmp(e->name, "__builtin_va_list"))
		return;
	if (e && !e->begun) {
		e->begun = true;
		need_inner(w, type, false);
		define(w, type);
	}
	if (strong && !types_peel(w->types, type, &its))
		need(w, &its, true);
}

static void need(struct whole *w, const struct type *type, bool strong)
{
	size_t i = type->kind == TYPE_VOID ? SIZE_MAX : see(w, type);
	uint8_t flag = strong ? SEEN_STRONG : SEEN_WEAK;

	if (i == SIZE_MAX || w->error || w->seen[i].flags >= flag)
		return;
	w->seen[i].flags |= flag;
	if (w->depth >= MAX_DEPTH) {
		w->error = -EIO;
		return;
	}
	w->depth++;
	switch (type->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		need_tagged(w, type, strong);
		break;
	case TYPE_TYPEDEF:
		need_typedef(w, type, strong);
		break;
	case TYPE_POINTER:
		need_inner(w, type, false);
		break;
	case TYPE_ARRAY:
		need_inner(w, type, true);
		break;
	case TYPE_FUNCTION:
		need_inner(w, type, false);
		need_items(w, type, false);
		break;
	case TYPE_INT:
	case TYPE_FLOAT:
	case TYPE_VOID:
		break;
	default:
		need_inner(w, type, strong);
		break;
	}
	w->depth--;
}

int type_text_whole(const struct types *t, const struct type *list, size_t n, bool comments, struct outbuf *out)
{
	struct whole *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (!w)
		return -ENOMEM;
	w->types = t;
	w->out = out;
	w->printer = type_printer_new(t);
	if (!w->printer)
		goto out_free;
	w->printer->comments = comments;
	w->printer->arg = w;
	w->printer->type_number = number_of_type;
	for (size_t i = 0; i < n && !w->error; i++)
		need(w, &list[i], true);
	r = w->error ? w->error : type_printer_result(w->printer, out);
	if (r == -EOVERFLOW)
		r = -EIO;
	if (r == -EIO)
		out_printf(out, "/* XXX something is damaged, or is not all here */\n");
out_free:
	free(w->printer);
	free(w->seen);
	free(w->entities);
	free(w);
	return r;
}
