/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/compressed/bgzf.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/parts/peek.h"

#define HEADER 18			/* with the extra field in it */
/* A chunk is at most so much content, and so many bytes of the file. */
#define CHUNK_BYTES 262144u
#define CHUNK_ROOM 524288u

/* 1: a member from off on, of *len bytes that hold *content; 0: the file ends in it; -EBADMSG: no such member; -errno. */
static int member_at(struct peek *head, struct peek *tail, uint64_t off, uint64_t *len, uint64_t *content)
{
	static const uint8_t magic[4] = { 0x1f, 0x8b, 8, 4 }, extra[4] = { 'B', 'C', 2, 0 };
	const uint8_t *h;
	int r = peek_at(head, off, HEADER, &h);

	if (r <= 0)
		return r;
	if (memcmp(h, magic, 4) || get_u16(h + 10, false) < 6 || memcmp(h + 12, extra, 4))
		return -EBADMSG;
	*len = get_u16(h + 16, false) + 1u;
	if (*len < HEADER + 8)
		return -EBADMSG;
	r = peek_at(tail, off + *len - 4, 4, &h);
	if (r <= 0)
		return r;
	*content = get_u32(h, false);
	return *content <= 65536 ? 1 : -EBADMSG;
}

static bool is_other_member(struct peek *p, uint64_t off)
{
	const uint8_t *h;

	return peek_at(p, off, 2, &h) == 1 && h[0] == 0x1f && h[1] == 0x8b;
}

int bgzf_list(struct chunked *c, uint64_t *end)
{
	struct peek head = { .src = c->inner }, tail = { .src = c->inner };
	uint64_t off = 0, first = 0, sum = 0, len = 0, content = 0;
	struct source_pass pass;
	int r = 0, s = 0;

	pass_start(&pass, c->inner, c->method, "an index of its blocks");
	for (; off < c->inner->size && !s; off += len) {
		r = member_at(&head, &tail, off, &len, &content);
		if (r != 1)
			break;
		if (sum + content > CHUNK_BYTES || off + len - first > CHUNK_ROOM) {
			s = chunked_add(c, sum, first, CHUNK_BGZF);
			sum = 0;
		}
		if (!sum)
			first = off;
		sum += content;
		pass_tick(&pass, off);
	}
	*end = off;
	if (!s && off < c->inner->size && (!off || r == -EBADMSG) && (r == 0 || is_other_member(&head, off))) {
		chunked_clear(c);
		return 0;
	}
	if (r < 0 && r != -EBADMSG)
		return fail(-r, "%s: %s: read at offset %#llx: %s", c->s.name, c->method, (unsigned long long)off, strerror(-r));
	if (!s)
		s = chunked_add(c, sum, first, CHUNK_BGZF);
	if (s)
		return s;
	if (off < c->inner->size)
		chunked_cut_short(c, off, r ? "no block" : "cut off");
	return 1;
}

ssize_t bgzf_decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t n = (size_t)min_u64(c->list[i + 1].at - c->list[i].at, CHUNK_ROOM), used = 0, done = 0, in, made;
	uint8_t *buf = malloc(n);
	ssize_t r = (ssize_t)len;

	if (!d || !buf)
		r = -ENOMEM;
	else if (source_read(c->inner, buf, n, c->list[i].at))
		r = chunked_damaged(c, i, "cannot be read");
	while (r > 0 && done < len) {
		if (libdeflate_gzip_decompress_ex(d, buf + used, n - used, out + done, len - done, &in, &made) !=
		    LIBDEFLATE_SUCCESS) {
			r = chunked_damaged(c, i, "damaged, or not what its checksum says");
			break;
		}
		used += in;
		done += made;
	}
	libdeflate_free_decompressor(d);
	free(buf);
	return r;
}
