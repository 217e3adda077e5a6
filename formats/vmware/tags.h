/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structure of VMware's saved states (.vmss, .vmsn), as crash's vmware_vmss.h has it, all little-endian: a header, a
 * table of groups, and in each group tags until one of zero. A tag has a name, up to three indices, and a value: up to 61
 * bytes, or a block.
 *
 * Only vmware*.c include this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_VMWARE_TAGS_H
#define VMCOREFS_FORMATS_VMWARE_TAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"

struct vmware_tag {
	char name[256];			/* NUL-terminated */
	uint32_t index[3];		/* those that the tag does not have: 0 */
	unsigned int nindex;
	bool block, compressed;
	uint64_t offset, len;		/* of the value in the file; of a block it may lie beyond the end */
	uint64_t memory_len;		/* of a block: bytes when it is not compressed */
};

struct vmware_group {
	const struct source *src;	/* borrowed */
	const char *name;		/* for messages; borrowed */
	uint64_t at;			/* of the next tag */
	unsigned int seen;		/* tags */
	const char *trouble;		/* after -EIO: what is wrong at at */
};

/* The next tag: 1; 0: the end; -EIO, without a message: the group is damaged from here on, see g->trouble. */
int vmware_next_tag(struct vmware_group *g, struct vmware_tag *out);

/* A value of 1, 2, 4 or 8 bytes; 0 when it has another size or cannot be read. */
uint64_t vmware_value(const struct vmware_group *g, const struct vmware_tag *t);

#endif
