/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How gcc is made to place members where they are. BTF tells offsets and sizes, and nothing of attributes: packed and aligned
 * are worked out from these (as pahole and bpftool do), so that what is printed compiles to the same offsets and sizes. Where
 * an attribute does not explain a place, bytes in front of it do.
 *
 * All of it is bounded, whatever the types say; of what makes no sense an alignment of 1 comes out.
 *
 * Threads: each struct layouts: one. Borrows the types.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPE_LAYOUT_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPE_LAYOUT_H

#include "kernel/debuginfo/types.h"

/* What was worked out before. Zero it and set types. */
struct layouts {
	const struct types *types;
	unsigned int depth;		/* its own */
	unsigned int steps;		/* the work done; set to 0 for each type that is to be worked out */
	struct {
		uint64_t id, scope;
		uint32_t align;		/* 0: free */
	} known[512];
};

/* A struct or union as a whole. */
struct type_layout {
	bool packed, is_union;
	uint64_t bytes;
	uint64_t align;			/* bytes: what it has with all attributes */
	uint64_t forced;		/* an attribute of it says so; 0: none */
	uint64_t tail;			/* bytes to be added as a last member */
};

enum layout_fix {
	LAYOUT_NATURAL, LAYOUT_ALIGNED,	/* an attribute of the member */
	LAYOUT_ZERO_WIDTH,		/* an unnamed bit field of no bits */
	LAYOUT_FILLED,			/* members without a name */
	LAYOUT_OVERLAPS,		/* C has nothing for this */
};

struct layout_place {
	enum layout_fix fix;
	uint64_t from;			/* bits: where the members before it end */
	uint64_t align;			/* LAYOUT_ALIGNED: bytes */
};

struct layout_walk {
	struct type_layout of;
	uint64_t end;			/* bits */
};

void layout_of(struct layouts *l, const struct type *type, struct type_layout *out);
/* Of a type as it is written, in bytes; at least 1. */
uint64_t layout_align(struct layouts *l, const struct type *type);
/* Begin with { .of = the layout }; then each member in order. */
void layout_step(struct layouts *l, struct layout_walk *w, const struct type_item *item, struct layout_place *out);

#endif
