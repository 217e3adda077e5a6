/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/type_layout.h"

#include "base/bytes.h"
#include "kernel/debuginfo/types_internal.h"

#define MAX_DEPTH	64		/* structs in structs */
#define MAX_STEPS	(1u << 20)	/* members looked at before the user sets steps to 0 again */
#define MAX_ALIGN	4096		/* bytes */
#define MAX_BYTES	((uint64_t)1 << 48)	/* of a type: no sum of bits wraps */

static uint64_t number_align(const struct layouts *l, uint64_t bytes)
{
	uint64_t align = 1;

	while (align < 16 && bytes && bytes % (align * 2) == 0)
		align *= 2;
	return align == 8 || align == 16 ? min_u64(align, types_long_align(l->types) * (align / 8)) : align;
}

static uint32_t *known(struct layouts *l, const struct type *type, bool *is_it)
{
	size_t i = (type->id * 31 + type->scope) % ARRAY_SIZE(l->known);

	*is_it = l->known[i].align && l->known[i].id == type->id && l->known[i].scope == type->scope;
	l->known[i].id = type->id;
	l->known[i].scope = type->scope;
	return &l->known[i].align;
}

static uint64_t struct_align(struct layouts *l, const struct type *type)
{
	struct type_layout layout;
	bool is_it;
	uint32_t *align = known(l, type, &is_it);

	if (is_it)
		return *align;
	*align = 1;			/* for what holds itself */
	layout_of(l, type, &layout);
	align = known(l, type, &is_it);
	*align = (uint32_t)layout.align;
	return layout.align;
}

uint64_t layout_align(struct layouts *l, const struct type *type)
{
	struct type its;

	if (types_peel(l->types, type, &its))
		return 1;
	for (int i = 0; its.kind == TYPE_ARRAY; i++)
		if (i == MAX_DEPTH || types_inner(l->types, &its, &its) || types_peel(l->types, &its, &its))
			return 1;
	switch (its.kind) {
	case TYPE_INT:
	case TYPE_FLOAT:
	case TYPE_ENUM:
	case TYPE_POINTER:
		return number_align(l, its.bytes);
	case TYPE_STRUCT:
	case TYPE_UNION:
		return struct_align(l, &its);
	default:
		return 1;
	}
}

static uint64_t item_bytes(const struct type_item *item)
{
	return min_u64(item->type.bytes, MAX_BYTES);
}

/* Does a bit field span more units of its type's alignment than the type does? (gcc/stor-layout.cc, excess_unit_span()) */
static bool spans(uint64_t at, unsigned int bits, uint64_t align, uint64_t bytes)
{
	return div_round_up(at + bits, align * 8) - at / (align * 8) > max_u64(bytes / align, 1);
}

/* Where gcc would place it, in bits. */
static uint64_t natural(const struct layout_walk *w, const struct type_item *item, uint64_t align)
{
	if (w->of.is_union)
		return 0;
	if (item->bits)
		return w->of.packed || !spans(w->end, item->bits, align, item_bytes(item)) ? w->end :
		       round_up_u64(w->end, align * 8);
	return round_up_u64(w->end, w->of.packed ? 8 : align * 8);
}

/* The least alignment from above least on, in bytes, that leads from end to at, both in bits; 0: none. */
static uint64_t alignment_between(uint64_t end, uint64_t at, uint64_t least)
{
	for (uint64_t align = least * 2; align <= MAX_ALIGN; align *= 2)
		if (round_up_u64(end, align * 8) == at)
			return align;
	return 0;
}

void layout_step(struct layouts *l, struct layout_walk *w, const struct type_item *item, struct layout_place *out)
{
	uint64_t align = layout_align(l, &item->type), at = min_u64(item->bit_offset, MAX_BYTES * 8);
	uint64_t expected = natural(w, item, align), forced;

	*out = (struct layout_place){ .from = w->of.is_union ? 0 : w->end };
	if (at < expected) {
		out->fix = LAYOUT_OVERLAPS;
	} else if (at > expected) {
		forced = item->bits || w->of.packed ? 0 : alignment_between(w->end, at, align);
		if (forced && w->of.bytes % forced == 0) {
			out->fix = LAYOUT_ALIGNED;
			out->align = forced;
		} else {
			out->fix = item->bits && !w->of.packed && at == round_up_u64(w->end, align * 8) ? LAYOUT_ZERO_WIDTH :
				   LAYOUT_FILLED;
		}
	}
	w->end = max_u64(w->end, at + (item->bits ? item->bits : item_bytes(item) * 8));
}

/* The next member; false: no more. What is damaged is left out. */
static bool next_item(struct layouts *l, struct type_items *items, struct type_item *item)
{
	int r;

	while ((r = types_next_item(l->types, items, item)) && l->steps++ < MAX_STEPS)
		if (r == 1)
			return true;
	return false;
}

static void decide_packed(struct layouts *l, const struct type *type, struct type_layout *out)
{
	struct type_items items = { .of = *type };
	struct type_item item;

	while (next_item(l, &items, &item)) {
		uint64_t align = layout_align(l, &item.type), at = min_u64(item.bit_offset, MAX_BYTES * 8);

		if (item.bits ? spans(at, item.bits, align, item_bytes(&item)) : at % (align * 8))
			out->packed = true;
		out->align = max_u64(out->align, align);
	}
	out->packed |= type->bytes % out->align != 0;
	if (out->packed)
		out->align = 1;
}

void layout_of(struct layouts *l, const struct type *type, struct type_layout *out)
{
	struct type_items items = { .of = *type };
	struct layout_walk w;
	struct type_item item;
	uint64_t end;

	*out = (struct type_layout){ .is_union = type->kind == TYPE_UNION, .align = 1, .bytes = min_u64(type->bytes, MAX_BYTES) };
	if (l->depth >= MAX_DEPTH || type->is_declared)
		return;
	l->depth++;
	decide_packed(l, type, out);
	w = (struct layout_walk){ .of = *out };
	while (next_item(l, &items, &item)) {
		struct layout_place place;

		layout_step(l, &w, &item, &place);
		if (place.fix == LAYOUT_ALIGNED)
			out->align = max_u64(out->align, place.align);
	}
	l->depth--;
	end = round_up_u64(w.end, out->align * 8);
	if (out->bytes * 8 <= end)
		return;
	out->forced = alignment_between(w.end, out->bytes * 8, out->align);
	if (out->forced)
		out->align = out->forced;
	else
		out->tail = out->bytes - (out->is_union ? 0 : div_round_up(w.end, 8));
}
