/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/compressed/zstd_frames.h"

#include <errno.h>

#include "base/bytes.h"

#define MAGIC 0xfd2fb528u
#define SKIPPABLE 0x184d2a50u		/* to ...5f */
#define BLOCK_RLE 1
#define BLOCK_RESERVED 3

bool zstd_is_skippable(uint32_t magic)
{
	return (magic & ~15u) == SKIPPABLE;
}

bool zstd_is_magic(uint32_t magic)
{
	return magic == MAGIC || zstd_is_skippable(magic);
}

/* Fills what the header says and *len, its length; *checksum: four bytes come after the last block. */
static int frame_header(struct peek *p, struct zstd_frame *f, uint64_t *len, bool *checksum)
{
	static const uint8_t id_bytes[] = { 0, 1, 2, 4 }, size_bytes[] = { 0, 2, 4, 8 };
	const uint8_t *h;
	unsigned int flags, size, id;
	uint64_t at;
	int r = peek_at(p, f->at, 5, &h);

	if (r <= 0)
		return r;
	flags = h[4];
	if (flags & 8)
		return -EBADMSG;
	*checksum = flags & 4;
	id = id_bytes[flags & 3];
	size = size_bytes[flags >> 6];
	if (flags & 32 && !size)
		size = 1;
	at = 5 + !(flags & 32) + id;	/* without a single segment: a byte for the window */
	*len = at + size;
	r = peek_at(p, f->at, (size_t)*len, &h);
	if (r <= 0)
		return r;
	for (unsigned int i = 0; i < id; i++)
		f->has_dictionary |= h[at - 1 - i];
	f->content = !size ? ZSTD_UNKNOWN : get_uint(h + at, size, false) + (size == 2 ? 256 : 0);
	return 1;
}

int zstd_frame_at(struct peek *p, uint64_t off, struct zstd_frame *f)
{
	const uint8_t *h;
	bool checksum = false, last;
	uint64_t len = 0;
	int r;

	*f = (struct zstd_frame){ .at = off, .end = off };
	r = peek_at(p, off, 8, &h);
	if (r <= 0)
		return r;
	if (zstd_is_skippable(get_u32(h, false))) {
		f->skippable = true;
		f->end += 8 + (uint64_t)get_u32(h + 4, false);
		return f->end <= p->src->size;
	}
	if (get_u32(h, false) != MAGIC)
		return -EBADMSG;
	r = frame_header(p, f, &len, &checksum);
	if (r <= 0)
		return r;
	f->end += len;
	do {
		uint32_t block;

		r = peek_at(p, f->end, 3, &h);
		if (r <= 0)
			return r;
		block = h[0] | (uint32_t)h[1] << 8 | (uint32_t)h[2] << 16;
		last = block & 1;
		if ((block >> 1 & 3) == BLOCK_RESERVED)
			return -EBADMSG;
		f->end += 3 + ((block >> 1 & 3) == BLOCK_RLE ? 1 : block >> 3);
	} while (!last);
	f->end += checksum ? 4 : 0;
	return f->end <= p->src->size;
}
