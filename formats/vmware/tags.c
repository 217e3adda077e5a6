/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/vmware/tags.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define TAGS_MAX (1u << 18)			/* of one group: it has a hundred or so for each CPU */
#define SIZE_COMPRESSED 62u			/* instead of the size of a value */
#define SIZE_BLOCK 63u
#define BLOCK_BYTES 18u				/* before a block: bytes in the file, in memory, of padding */

static int bad_tag(struct vmware_group *g, const char *why)
{
	g->trouble = why;
	return -EIO;
}

int vmware_next_tag(struct vmware_group *g, struct vmware_tag *out)
{
	uint8_t b[2 + 255 + 3 * 4 + BLOCK_BYTES];
	ssize_t n = source_read_some(g->src, b, sizeof(b), g->at);
	unsigned int size, name_len;
	uint64_t used, end;
	uint16_t tag;

	if (n < 2)
		return bad_tag(g, "cannot be read");
	tag = get_u16(b, false);
	if (!tag)
		return 0;
	if (g->seen++ == TAGS_MAX)
		return bad_tag(g, "more tags than are believed");
	name_len = tag >> 8;
	size = tag & 63;
	*out = (struct vmware_tag){ .nindex = tag >> 6 & 3, .block = size >= SIZE_COMPRESSED, .compressed = size == SIZE_COMPRESSED };
	used = 2 + name_len + 4 * out->nindex + (out->block ? BLOCK_BYTES : 0);
	if (used > (uint64_t)n)
		return bad_tag(g, "the file ends inside it");
	memcpy(out->name, b + 2, name_len);
	for (unsigned int i = 0; i < out->nindex; i++)
		out->index[i] = get_u32(b + 2 + name_len + 4 * i, false);
	out->len = size;
	if (out->block) {
		const uint8_t *p = b + used - BLOCK_BYTES;

		out->len = get_u64(p, false);
		out->memory_len = get_u64(p + 8, false);
		used += get_u16(p + 16, false);
	}
	out->offset = g->at + used;
	if (add_overflows(out->offset, out->len, &end))
		return bad_tag(g, "its block is too long");
	g->at = end;
	return 1;
}

uint64_t vmware_value(const struct vmware_group *g, const struct vmware_tag *t)
{
	uint8_t b[8];

	if ((t->len != 1 && t->len != 2 && t->len != 4 && t->len != 8) || source_read(g->src, b, t->len, t->offset))
		return 0;
	return get_uint(b, (unsigned int)t->len, false);
}
