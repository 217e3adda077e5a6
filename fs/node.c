/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/node.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

/* What FUSE and everybody else calls the root. */
#define ROOT_INO 1

/* In the uppermost 16 bits of the number of a narrow row. Its sign stays off: d_ino and off_t are signed for some. */
#define NARROW_MARK 0x4000u

static uint64_t mask(unsigned int bits)
{
	return ((uint64_t)1 << bits) - 1;
}

uint64_t node_to_ino(struct node n)
{
	bool wide = n.row < NODE_NARROW;

	assert(n.row < NODE_ROWS && n.key <= mask(wide ? NODE_WIDE_BITS : NODE_KEY_BITS));
	if (n.row == NODE_ROOT)
		return ROOT_INO;
	return wide ? (uint64_t)n.row << NODE_WIDE_BITS | n.key : (uint64_t)(NARROW_MARK | n.row) << NODE_KEY_BITS | n.key;
}

int node_from_ino(uint64_t ino, struct node *out)
{
	unsigned int wide = (unsigned int)(ino >> NODE_WIDE_BITS), narrow = (unsigned int)(ino >> NODE_KEY_BITS);

	if (ino == ROOT_INO)
		*out = (struct node){ NODE_ROOT, 0 };
	else if (wide > NODE_ROOT && wide < NODE_NARROW)
		*out = (struct node){ (uint16_t)wide, ino & mask(NODE_WIDE_BITS) };
	else if (narrow >= (NARROW_MARK | NODE_NARROW) && narrow < NARROW_MARK + NODE_ROWS)
		*out = (struct node){ (uint16_t)(narrow & ~NARROW_MARK), ino & mask(NODE_KEY_BITS) };
	else
		return -ENOENT;
	return 0;
}
