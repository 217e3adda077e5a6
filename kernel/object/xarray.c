/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/xarray.h"

#include <errno.h>

#include "base/bytes.h"

#define NODES_PER_ENTRY	KXARRAY_DEPTH	/* one entry alone may have so many above it */

/* Marks of entries. xarray: lowest bit 1: an integer; 2: internal, a node when it is large. Before 4.20: 1: a node; 2: an
 * integer, "exceptional". */
#define INTERNAL_MASK	((uint64_t)3)
#define XA_INTERNAL	((uint64_t)2)
#define XA_NODE_MIN	((uint64_t)4096)
#define OLD_INTERNAL	((uint64_t)1)
#define OLD_VALUE	((uint64_t)2)
#define OLD_VALUE_SHIFT	2

int kxarray_layout(const struct knames *names, struct kxarray_layout *out)
{
	static const struct kxarray_layout now = {
		.shift = { .path = "xa_node.shift" }, .slots = { .path = "xa_node.slots" },
		.head = { .path = "xarray.xa_head" },
		.idr = { .path = "?idr.idr_rt" }, .idr_base = { .path = "?idr.idr_base" },
	};
	struct kfield *const fields[] = { &out->shift, &out->slots, &out->head, &out->idr, &out->idr_base };
	int r = 0;

	*out = now;
	for (size_t i = 0; i < ARRAY_SIZE(fields) && !r; i++)
		r = kfields_resolve(names, fields[i], 1);
	if (r != -ENOENT)
		return r;
	out->old = true;
	out->shift.path = "radix_tree_node.shift";
	out->slots.path = "radix_tree_node.slots";
	out->head.path = "radix_tree_root.rnode";
	r = 0;
	for (size_t i = 0; i < ARRAY_SIZE(fields) && !r; i++)
		r = kfields_resolve(names, fields[i], 1);
	return r;
}

bool kxarray_is_value(const struct kxarray_layout *layout, uint64_t entry)
{
	return layout->old ? (entry & INTERNAL_MASK) == OLD_VALUE : entry & 1;
}

uint64_t kxarray_value(const struct kxarray_layout *layout, uint64_t entry)
{
	return layout->old ? entry >> OLD_VALUE_SHIFT : entry >> 1;
}

static bool is_internal(const struct kxarray *a, uint64_t entry)
{
	return (entry & INTERNAL_MASK) == (a->layout->old ? OLD_INTERNAL : XA_INTERNAL);
}

/* 0: it is none, whatever else. */
static uint64_t node_of(const struct kxarray *a, uint64_t entry)
{
	if (!is_internal(a, entry))
		return 0;
	return a->layout->old ? entry - OLD_INTERNAL : entry > XA_NODE_MIN ? entry - XA_INTERNAL : 0;
}

/* A slot of an entry that begins in another slot of the node: it has that one's number; before 4.20 its address. */
static bool is_sibling(const struct kxarray *a, const struct kxarray_step *s, uint64_t entry)
{
	uint64_t slots = s->node + a->layout->slots.at.offset;

	if (!is_internal(a, entry))
		return false;
	if (a->layout->old)
		return entry - OLD_INTERNAL - slots < a->layout->slots.at.bytes;
	return entry >> 2 < a->layout->slots.at.count;
}

static void leave_out(struct kxarray *a, int error, uint64_t vaddr)
{
	kreader_fail(a->r, error, vaddr);
	if (!a->error)
		a->error = error;
}

static unsigned int slot_bits(const struct kxarray *a)
{
	return (unsigned int)__builtin_ctzll(a->layout->slots.at.count);
}

/* Which indices a node has, it says itself by its shift, which is less than that of the one above it. */
static void enter(struct kxarray *a, uint64_t node, uint64_t index)
{
	const struct kxarray_step *above = a->depth ? &a->stack[a->depth - 1] : NULL;
	unsigned int bits = slot_bits(a), shift;
	uint64_t value;
	uint8_t raw[8];
	int r = kread(a->r, node + a->layout->shift.at.offset, raw, a->layout->shift.at.bytes);

	value = r ? 0 : get_uint(raw, (unsigned int)a->layout->shift.at.bytes, kreader_big_endian(a->r));
	shift = (unsigned int)min_u64(value, 64);
	if (!r && (shift % bits || shift >= 64 || (above && shift + bits != above->shift) || a->depth == KXARRAY_DEPTH))
		r = -ELOOP;
	if (!r && ++a->nodes / NODES_PER_ENTRY > a->limit) {
		a->depth = 0;
		r = -ELOOP;
	}
	if (r)
		leave_out(a, r, node);
	else
		a->stack[a->depth++] = (struct kxarray_step){ .node = node, .index = index, .shift = shift };
}

static struct kxarray begin(struct kreader *r, const struct kxarray_layout *layout, uint64_t head, uint64_t limit)
{
	struct kxarray a = { .r = r, .layout = layout, .limit = limit };
	uint64_t entry, n = layout->slots.at.count, size = layout->shift.at.bytes;

	/* types of another kernel, or hostile ones */
	if (n < 16 || n > 64 || n & (n - 1) || layout->slots.at.element_bytes != kreader_word(r) || !size || size > 8 ||
	    size & (size - 1)) {
		a.error = kreader_fail(r, -EIO, head);
		return a;
	}
	a.error = kptr_at(r, head + layout->head.at.offset, &entry);
	if (node_of(&a, entry))
		enter(&a, node_of(&a, entry), 0);
	else if (!is_internal(&a, entry))
		a.single = entry;
	return a;
}

struct kxarray kxarray_of(struct kreader *r, const struct kxarray_layout *layout, uint64_t head, uint64_t limit)
{
	return begin(r, layout, head, limit);
}

struct kxarray kxarray_of_idr(struct kreader *r, const struct kxarray_layout *layout, uint64_t idr, uint64_t limit)
{
	struct kxarray a = begin(r, layout, idr + layout->idr.at.offset, limit);

	a.base = (uint64_t)kget(r, idr, &layout->idr_base);
	return a;
}

static uint64_t last_of(uint64_t first, unsigned int shift)
{
	return shift < 64 ? first | (((uint64_t)1 << shift) - 1) : UINT64_MAX;
}

static int read_slot(const struct kxarray *a, const struct kxarray_step *s, unsigned int slot, uint64_t *entry)
{
	return kptr_at(a->r, s->node + a->layout->slots.at.offset + slot * (uint64_t)kreader_word(a->r), entry);
}

/* An entry in a slot, with the siblings behind it. */
static bool tell(struct kxarray *a, struct kxarray_step *s, uint64_t entry, uint64_t index)
{
	uint64_t next, last;

	if (a->count == a->limit) {
		leave_out(a, -ELOOP, s->node);
		a->depth = 0;
		return false;
	}
	a->count++;
	a->entry = entry;
	a->index = index;
	a->last = last_of(index, s->shift);
	while (s->slot < a->layout->slots.at.count && !read_slot(a, s, s->slot, &next) && is_sibling(a, s, next)) {
		last = last_of(s->index + ((uint64_t)s->slot << s->shift), s->shift);
		if (last < a->last)
			break;
		a->last = last;
		s->slot++;
	}
	a->index += a->base;
	a->last += a->base;
	return true;
}

bool kxarray_next(struct kxarray *a)
{
	if (a->single) {
		a->entry = a->single;
		a->index = a->last = a->base;
		a->single = 0;
		return a->limit > 0;
	}
	while (a->depth) {
		struct kxarray_step *s = &a->stack[a->depth - 1];
		uint64_t entry, index;
		int r;

		if (s->slot == a->layout->slots.at.count) {
			a->depth--;
			continue;
		}
		index = s->index + ((uint64_t)s->slot << s->shift);
		r = read_slot(a, s, s->slot, &entry);
		/* the highest node has fewer slots: indices end */
		if (!r && entry && (uint64_t)s->slot << s->shift >> s->shift != s->slot) {
			r = -ELOOP;
			entry = 0;
		}
		s->slot++;
		if (r)
			leave_out(a, r, s->node);
		if (!entry || is_sibling(a, s, entry))
			continue;
		if (node_of(a, entry) && s->shift)
			enter(a, node_of(a, entry), index);
		else if (node_of(a, entry))
			leave_out(a, -ELOOP, node_of(a, entry));
		else if (!is_internal(a, entry) && tell(a, s, entry, index))
			return true;
	}
	return false;
}
