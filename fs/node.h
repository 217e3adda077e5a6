/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name in the mount as a small value, and its inode number: kind << 56 | key, both ways.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_NODE_H
#define VMCOREFS_FS_NODE_H

#include <stdint.h>

/* What a node is. Starts at 1, so that no inode number collides with the root's, which is 1. */
enum node_kind {
	NODE_ROOT = 1,		/* key 0 */
	NODE_ENTRY,		/* key: index in the table of top-level names */
	NODE_LEVEL,		/* a level-N folder; key: N, the number of the selection (engine.h) */
	NODE_LEVEL_FILE,	/* key: N << 8 | index in the table of level files */
	NODE_SPLIT,		/* a level-N/split-K folder; key: N << 8 | K */
	NODE_SPLIT_PART,	/* key: N << 16 | K << 8 | number of the part, from 1 on */
	NODE_PFN,		/* key: pfn */
	NODE_VTOP,		/* key: the low 56 bits of a canonical address of the lower half */
	NODE_VTOP_HIGH,		/* the same of the upper half: 57-bit addresses need the kind for their sign */
	NODE_RANGE,		/* what its name tells in two numbers; key: index in the table of ranges (ranges.h) */
	NODE_NOTE,		/* key: index of the note */
	NODE_HELP,		/* the README of a folder that does not list its names; key: index of the folder */
	NODE_KINDS
};

struct node {
	enum node_kind kind;
	uint64_t key;		/* below 1 << 56 */
};

#define NODE_KEY_BITS 56

uint64_t node_to_ino(struct node n);
/* 0, or -ENOENT for a number that no node has. */
int node_from_ino(uint64_t ino, struct node *out);

#endif
