/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name in the mount as a small value, and its inode number: the number of its row over its key, both ways. Most rows
 * have keys of 48 bits; the few that need them have 56.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_NODE_H
#define VMCOREFS_FS_NODE_H

#include <stdint.h>

struct node {
	uint16_t row;		/* its number, see fs/rows.h */
	uint64_t key;
};

#define NODE_ROOT 0		/* the row of the root, whose key is 0 */
#define NODE_NARROW 64		/* rows from here on have keys of NODE_KEY_BITS, those below (but for the root) of NODE_WIDE_BITS */
#define NODE_ROWS 0x4000	/* there are fewer rows than that */
#define NODE_KEY_BITS 48
#define NODE_WIDE_BITS 56

uint64_t node_to_ino(struct node n);
/* 0, or -ENOENT for a number that no node has. */
int node_from_ino(uint64_t ino, struct node *out);

#endif
