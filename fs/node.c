/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/node.h"

#include <assert.h>
#include <errno.h>

#define KEY_MASK (((uint64_t)1 << NODE_KEY_BITS) - 1)

/* What FUSE and everybody else calls the root. */
#define ROOT_INO 1

uint64_t node_to_ino(struct node n)
{
	assert(n.kind >= NODE_ROOT && n.kind < NODE_KINDS && n.key <= KEY_MASK);
	if (n.kind == NODE_ROOT)
		return ROOT_INO;
	return (uint64_t)n.kind << NODE_KEY_BITS | n.key;
}

int node_from_ino(uint64_t ino, struct node *out)
{
	uint64_t kind = ino >> NODE_KEY_BITS;

	if (ino == ROOT_INO) {
		*out = (struct node){ NODE_ROOT, 0 };
		return 0;
	}
	if (kind <= NODE_ROOT || kind >= NODE_KINDS)
		return -ENOENT;
	*out = (struct node){ (enum node_kind)kind, ino & KEY_MASK };
	return 0;
}
