/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/maple.h"

#include <errno.h>

#include "base/bytes.h"

#define NODES_PER_ENTRY	KMAPLE_DEPTH	/* one entry alone may have so many above it */

/* enum maple_type, and a node's address with its type in it: nodes are 256 bytes. */
#define TYPE_DENSE	0u
#define TYPE_LEAF_64	1u
#define TYPE_RANGE_64	2u
#define TYPE_ARANGE_64	3u
#define TYPES		4u
#define NODE_MASK	((uint64_t)0xff)
#define TYPE_SHIFT	3
#define TYPE_MASK	((uint64_t)0xf)

/* As in xarrays: internal entries are even and no multiples of 4, those up to 4096 are no nodes. */
#define INTERNAL_MASK	((uint64_t)3)
#define INTERNAL	((uint64_t)2)
#define NODE_MIN	((uint64_t)4096)

int kmaple_layout(const struct knames *names, struct kmaple_layout *out)
{
	static const struct kmaple_layout paths = {
		.root = { .path = "maple_tree.ma_root" },
		.range_pivots = { .path = "maple_range_64.pivot" }, .range_slots = { .path = "maple_range_64.slot" },
		.arange_pivots = { .path = "maple_arange_64.pivot" }, .arange_slots = { .path = "maple_arange_64.slot" },
		.dense_slots = { .path = "maple_node.slot" },
	};

	*out = paths;
	return kfields_resolve(names, (struct kfield *)out, kfields_count(*out));
}

/* Arrays that make a node: of words, inside its 256 bytes. */
static bool fits(const struct kreader *r, const struct kfield *f)
{
	return f->at.element_bytes == kreader_word(r) && f->at.count && f->at.count <= 64 && f->at.offset <= NODE_MASK &&
	       f->at.offset + f->at.count * f->at.element_bytes <= NODE_MASK + 1;
}

static const struct kfield *slots_of(const struct kmaple_layout *l, unsigned int type)
{
	return type == TYPE_DENSE ? &l->dense_slots : type == TYPE_ARANGE_64 ? &l->arange_slots : &l->range_slots;
}

static void leave_out(struct kmaple *m, int error, uint64_t vaddr)
{
	kreader_fail(m->r, error, vaddr);
	if (!m->error)
		m->error = error;
}

/* encoded: of the node with its type. It has the indices from first to max. */
static void enter(struct kmaple *m, uint64_t encoded, uint64_t first, uint64_t max)
{
	unsigned int type = encoded >> TYPE_SHIFT & TYPE_MASK;
	uint64_t node = encoded & ~NODE_MASK;

	if (type >= TYPES || m->depth == KMAPLE_DEPTH) {
		leave_out(m, -ELOOP, node);
		return;
	}
	if (++m->nodes / NODES_PER_ENTRY > m->limit) {
		leave_out(m, -ELOOP, node);
		m->depth = 0;
		return;
	}
	m->stack[m->depth++] = (struct kmaple_step){ .node = node, .next = first, .max = max, .type = type };
}

struct kmaple kmaple_of(struct kreader *r, const struct kmaple_layout *layout, uint64_t tree, uint64_t limit)
{
	struct kmaple m = { .r = r, .layout = layout, .limit = limit };
	uint64_t root;

	if (!fits(r, &layout->range_pivots) || !fits(r, &layout->range_slots) || !fits(r, &layout->arange_pivots) ||
	    !fits(r, &layout->arange_slots) || !fits(r, &layout->dense_slots)) {
		m.error = kreader_fail(r, -EIO, tree);
		return m;
	}
	m.error = kptr_at(r, tree + layout->root.at.offset, &root);
	if ((root & INTERNAL_MASK) == INTERNAL && root > NODE_MIN)
		enter(&m, root, 0, kernel_wrap(kreader_kernel(r), UINT64_MAX));
	else if ((root & INTERNAL_MASK) != INTERNAL)
		m.single = root;
	return m;
}

/* The last index of a slot. An upper bound that is not told, or none of the node's, is the node's own. */
static int last_of(struct kmaple *m, const struct kmaple_step *s, uint64_t *last)
{
	const struct kmaple_layout *l = m->layout;
	const struct kfield *pivots = s->type == TYPE_ARANGE_64 ? &l->arange_pivots : &l->range_pivots;
	int r;

	*last = s->max;
	if (s->type == TYPE_DENSE) {
		*last = s->next;
		return 0;
	}
	if (s->slot >= pivots->at.count)
		return 0;
	r = kptr_at(m->r, s->node + pivots->at.offset + s->slot * pivots->at.element_bytes, last);
	if (!r && !*last && s->slot)
		*last = s->max;
	return r ? r : *last < s->next || *last > s->max ? -ELOOP : 0;
}

/* The next slot of a node: what is in it, and its range. An error: the rest of the node is left out. */
static int next_slot(struct kmaple *m, struct kmaple_step *s, uint64_t *entry, uint64_t *first, uint64_t *last)
{
	const struct kfield *slots = slots_of(m->layout, s->type);
	int r = last_of(m, s, last);

	if (!r)
		r = kptr_at(m->r, s->node + slots->at.offset + s->slot * slots->at.element_bytes, entry);
	if (r)
		return r;
	*first = s->next;
	s->next = *last + 1;
	s->slot = *last == s->max ? (unsigned int)slots->at.count : s->slot + 1;
	return 0;
}

bool kmaple_next(struct kmaple *m)
{
	if (m->single) {
		m->entry = m->single;
		m->first = m->last = m->single = 0;
		return m->limit > 0;
	}
	while (m->depth) {
		struct kmaple_step *s = &m->stack[m->depth - 1];
		bool leaf = s->type == TYPE_DENSE || s->type == TYPE_LEAF_64;
		uint64_t entry, first, last, node = s->node;
		int r;

		if (s->slot >= slots_of(m->layout, s->type)->at.count) {
			m->depth--;
			continue;
		}
		r = next_slot(m, s, &entry, &first, &last);
		if (r) {
			leave_out(m, r, node);
			m->depth--;
		} else if (!leaf && entry) {
			enter(m, entry, first, last);
		} else if (entry && (entry & INTERNAL_MASK) != INTERNAL) {
			if (m->count == m->limit) {
				leave_out(m, -ELOOP, node);
				m->depth = 0;
				return false;
			}
			m->count++;
			m->entry = entry;
			m->first = first;
			m->last = last;
			return true;
		}
	}
	return false;
}
