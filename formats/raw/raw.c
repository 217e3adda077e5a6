/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory without any headers: an image of which the offset is the physical address, or a file for each bank of memory. The
 * user says that it is one; nothing in it does. Hypervisors keep memory in one file without the hole that it has below
 * 4 GiB: -o pci_hole= tells where that is.
 *
 * Long holes in a sparse file are known to be zeroes. Whether there is memory nobody knows, here as elsewhere in the image;
 * but memory that does not begin at 0 leaves such a hole at the beginning.
 */
#include "formats/reader/reader.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/byte_pages.h"
#include "formats/source/parts/joined.h"

#define HOLE_MIN ((uint64_t)2 << 20)	/* shorter holes are read */
#define FOUR_GIB ((uint64_t)1 << 32)
#define HOLES_MAX 65536u		/* so many are looked for */

/* Bytes of a file that are memory. */
struct raw_range {
	const struct source *src;	/* borrowed */
	uint64_t before;		/* bytes of other files before it in d->src */
	uint64_t offset, len;		/* in it */
	uint64_t paddr;
	uint64_t bank;			/* where its bank begins */
};

struct raw_ranges {
	struct raw_range *list;		/* owned */
	size_t n;
};

/* len bytes at paddr, in two when the hole is among them. */
static int add_bank(struct raw_ranges *rs, const struct raw_range *r, uint64_t hole)
{
	uint64_t below;

	if (r->paddr >= hole && r->paddr < FOUR_GIB)
		return fail(EINVAL, "%s: -o pci_hole=%#llx: a bank of memory cannot begin in the hole, at %#llx", r->src->name,
			    (unsigned long long)hole, (unsigned long long)r->paddr);
	below = r->paddr < hole ? min_u64(hole - r->paddr, r->len) : r->len;
	if (below)
		rs->list[rs->n++] = (struct raw_range){ r->src, r->before, r->offset, below, r->paddr, r->bank };
	if (below < r->len)
		rs->list[rs->n++] = (struct raw_range){ r->src, r->before, r->offset + below, r->len - below, FOUR_GIB, r->bank };
	return 0;
}

/* What is asked for of each file. Two ranges a file at most. */
static int find_ranges(struct source *const *srcs, size_t n, const struct dump_request *req, struct raw_ranges *rs)
{
	uint64_t hole = req->pci_hole ? req->pci_hole : FOUR_GIB, before = 0;
	int r = 0;

	if (hole > FOUR_GIB || hole & (((uint64_t)1 << PAGE_SHIFT_MIN) - 1))
		return fail(EINVAL, "-o pci_hole=: %#llx is not the address of a page below 4 GiB", (unsigned long long)hole);
	rs->list = calloc(2 * n, sizeof(*rs->list));
	if (!rs->list)
		return -ENOMEM;
	for (size_t i = 0; i < n && !r; before += srcs[i++]->size) {
		struct dump_bank b = req->banks ? req->banks[i] : (struct dump_bank){ 0 };
		uint64_t size = srcs[i]->size, rest = b.offset < size ? size - b.offset : 0;

		if (b.offset && (!rest || b.len > rest))
			return fail(EINVAL, "%s: has %#llx bytes: no %#llx bytes from offset %#llx on", srcs[i]->name,
				    (unsigned long long)size, (unsigned long long)max_u64(b.len, 1), (unsigned long long)b.offset);
		if (b.len > rest)
			return fail(EINVAL, "%s: has %#llx bytes, not %#llx", srcs[i]->name, (unsigned long long)size,
				    (unsigned long long)b.len);
		r = add_bank(rs,
			     &(struct raw_range){ srcs[i], before, b.offset, b.len ? b.len : rest, b.paddr, b.paddr }, hole);
	}
	return r;
}

static int add_range(struct dump *d, const struct raw_range *range)
{
	struct byte_pages *b = d->priv;
	uint64_t from = 0, start, end;
	int r = 0;

	for (unsigned int i = 0; from < range->len && !r; i++, from = end) {
		uint64_t hole, at = range->offset + from;

		if (i < HOLES_MAX) {
			source_stored(range->src, at, &start, &end);
		} else {
			start = at;
			end = range->src->size;
		}
		start = min_u64(start - range->offset, range->len);
		end = min_u64(end - range->offset, range->len);
		hole = start - from;
		if (hole < HOLE_MIN)
			hole = 0;
		if (hole && (from || range->offset))
			r = byte_pages_add_zero(b, range->paddr + from, hole);
		if (!r)
			r = byte_pages_add(b, range->paddr + from + hole, end - from - hole, range->before + at + hole,
					   end - from - hole);
	}
	return r == -ERANGE ? fail(EIO, "%s: %llu bytes from physical address %#llx on are more than there can be",
				   range->src->name, (unsigned long long)range->len, (unsigned long long)range->paddr) : r;
}

/* Two that have the same memory. */
static int check_overlap(const struct raw_ranges *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		for (size_t j = i + 1; j < rs->n; j++) {
			const struct raw_range *a = &rs->list[i], *b = &rs->list[j];
			uint64_t at = max_u64(a->paddr, b->paddr);

			if (at - a->paddr < a->len && at - b->paddr < b->len)
				return fail(EIO, "%s@%llx and %s@%llx overlap: both have physical address %#llx", a->src->name,
					    (unsigned long long)a->bank, b->src->name, (unsigned long long)b->bank,
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

static int check_files(struct source *const *srcs, size_t n, const struct dump_request *req)
{
	if (!req->banks && n > 1)
		return fail(EINVAL, "%s: one file is a raw image; those of several banks of memory need their addresses (--ramdump)",
			    srcs[1]->name);
	for (size_t i = 0; i < n; i++)
		if (srcs[i]->devmem)
			return fail(EINVAL, "%s: a device, no file with an image of memory", srcs[i]->name);
	return 0;
}

static int raw_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct raw_ranges rs = { 0 };
	struct dump *d = NULL;
	int r = check_files(srcs, n, req);

	if (!r)
		r = find_ranges(srcs, n, req, &rs);
	if (!r)
		r = check_overlap(&rs);
	if (!r) {
		r = open_joined(srcs, n, req, &d);
	} else {
		for (size_t i = 0; i < n; i++)
			source_close(srcs[i]);
	}
	if (!r && req->banks)
		d->format = "ramdump";
	for (size_t i = 0; i < rs.n && !r; i++)
		r = add_range(d, &rs.list[i]);
	free(rs.list);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (r) {
		dump_close(d);
		return r;
	}
	d->told |= TOLD_PCI_HOLE;
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
