/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory without any headers: an image of which the offset is the physical address, or a file for each bank of memory. The
 * user says that it is one; nothing in it does.
 *
 * Long holes in a sparse file are known to be zeroes. Whether there is memory nobody knows, here as elsewhere in the image;
 * but memory that does not begin at 0 leaves such a hole at the beginning.
 */
#include "formats/reader.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/byte_pages.h"
#include "formats/joined.h"

#define HOLE_MIN ((uint64_t)2 << 20)	/* shorter holes are read */
#define HOLES_MAX 65536u		/* so many are looked for */

/* All of src, whose bytes are in d->src from offset on, at paddr. */
static int add_file(struct dump *d, const struct source *src, uint64_t offset, uint64_t paddr)
{
	struct byte_pages *b = d->priv;
	uint64_t from = 0, start, end;
	int r = 0;

	for (unsigned int i = 0; from < src->size && !r; i++, from = end) {
		uint64_t hole;

		if (i < HOLES_MAX) {
			source_stored(src, from, &start, &end);
		} else {
			start = from;
			end = src->size;
		}
		hole = start - from;
		if (hole < HOLE_MIN)
			hole = 0;
		if (hole && from)
			r = byte_pages_add_zero(b, paddr + from, hole);
		if (!r)
			r = byte_pages_add(b, paddr + from + hole, end - from - hole, offset + from + hole, end - from - hole);
	}
	return r == -ERANGE ? fail(EIO, "%s: %llu bytes from physical address %#llx on are more than there can be", src->name,
				   (unsigned long long)src->size, (unsigned long long)paddr) : r;
}

/* Two that have the same memory. */
static int check_overlap(struct source *const *srcs, const uint64_t *banks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			uint64_t at = max_u64(banks[i], banks[j]);

			if (at - banks[i] < srcs[i]->size && at - banks[j] < srcs[j]->size)
				return fail(EIO, "%s@%llx and %s@%llx overlap: both have physical address %#llx", srcs[i]->name,
					    (unsigned long long)banks[i], srcs[j]->name, (unsigned long long)banks[j],
					    (unsigned long long)at);
		}
	}
	return 0;
}

static int raw_open(struct dump *d)
{
	d->priv = calloc(1, sizeof(struct byte_pages));
	if (!d->priv)
		return -ENOMEM;
	dump_take_machine(d);
	return 0;
}

/* Opens one dump of all files, one after the other; takes over the sources. */
static int open_joined(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct joined_piece *pieces = calloc(n, sizeof(*pieces));
	struct source *all = NULL;

	for (size_t i = 0; i < n && pieces; i++)
		pieces[i] = (struct joined_piece){ .src = srcs[i], .len = srcs[i]->size };
	if (pieces)
		all = joined_new(pieces, n, true);
	else
		for (size_t i = 0; i < n; i++)
			source_close(srcs[i]);
	free(pieces);
	return all ? dump_open_as(all, &raw_dump_ops, req, out) : -ENOMEM;
}

static int raw_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	uint64_t offset = 0;
	struct dump *d;
	int r = 0;

	if (req->banks)
		r = check_overlap(srcs, req->banks, n);
	else if (n > 1)
		r = fail(EINVAL, "%s: one file is a raw image; those of several banks of memory need their addresses (--ramdump)",
			 srcs[1]->name);
	for (size_t i = 0; i < n && !r; i++)
		if (srcs[i]->devmem)
			r = fail(EINVAL, "%s: a device, no file with an image of memory", srcs[i]->name);
	if (r) {
		for (size_t i = 0; i < n; i++)
			source_close(srcs[i]);
		return r;
	}
	r = open_joined(srcs, n, req, &d);
	if (r)
		return r;
	if (req->banks)
		d->format = "ramdump";
	for (size_t i = 0; i < n && !r; offset += srcs[i++]->size)
		r = add_file(d, srcs[i], offset, req->banks ? req->banks[i] : 0);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (r) {
		dump_close(d);
		return r;
	}
	*out = d;
	return 0;
}

/* Not in dump_formats[]: it is what the user says. */
const struct dump_ops raw_dump_ops = {
	.name = "raw",
	.open = raw_open,
	.open_set = raw_open_set,
	.close = byte_pages_close,
};
