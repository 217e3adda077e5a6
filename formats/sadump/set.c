/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several files as one dump: the disks of a sadump disk set. The first disk has all headers and a list of the volumes of
 * the others, in order; the pages go on from disk to disk.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"
#include "formats/sadump/sadump.h"
#include "formats/source/parts/joined.h"

#define VOLUMES_OFFSET 16u			/* in the disk set header */
#define VOLUME_BYTES 32u

struct disk {
	struct source *src;			/* NULL: not here */
	struct sadump_partition part;
	uint8_t volume[SADUMP_GUID_BYTES];	/* by the list on the first disk */
};

struct disk_set {
	struct disk disks[SADUMP_DISKS_MAX];	/* in order */
	size_t n;
	uint64_t dump_header;			/* offset on the first disk */
};

/* As it is written elsewhere: three little-endian numbers, then bytes. */
static void format_guid(const uint8_t *g, char out[40])
{
	snprintf(out, 40, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", get_u32(g, false), get_u16(g + 4, false),
		 get_u16(g + 6, false), g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
}

/* The disk set header of the first disk: the disks that there should be. */
static int read_volumes(struct disk_set *set)
{
	const struct source *src = set->disks[0].src;
	uint32_t block = set->disks[0].part.block_size, blocks, disks;
	uint8_t b[VOLUMES_OFFSET + (SADUMP_DISKS_MAX - 1) * VOLUME_BYTES];

	if (source_read(src, b, sizeof(b), block))
		return fail(EIO, "%s: the file ends inside the sadump disk set header at offset %#x", src->name, block);
	blocks = get_u32(b, false);
	disks = get_u32(b + 4, false);
	if (!blocks || !disks || disks > SADUMP_DISKS_MAX ||
	    VOLUMES_OFFSET + (uint64_t)(disks - 1) * VOLUME_BYTES > (uint64_t)blocks * block)
		return fail(EIO, "%s: the sadump disk set header at offset %#x has %u blocks for %u disks: no such thing",
			    src->name, block, blocks, disks);
	set->n = disks;
	for (size_t i = 1; i < disks; i++)
		memcpy(set->disks[i].volume, b + VOLUMES_OFFSET + (i - 1) * VOLUME_BYTES, SADUMP_GUID_BYTES);
	set->dump_header = ((uint64_t)blocks + 1) * block;
	return 0;
}

static int find_first(struct source **srcs, const struct sadump_partition *parts, size_t n, struct disk_set *set)
{
	size_t first = n;

	for (size_t i = 0; i < n; i++) {
		if (!parts[i].set_disk)
			return fail(EIO, "%s: no disk of a sadump disk set; only such disks can be given together", srcs[i]->name);
		if (parts[i].set_disk != 1)
			continue;
		if (first < n)
			return fail(EIO, "%s: the first disk of a set, as %s is", srcs[i]->name, srcs[first]->name);
		first = i;
	}
	if (first == n)
		return fail(EIO, "%s: disk %u of a sadump disk set: the first disk is missing, which has the list of pages",
			    srcs[0]->name, parts[0].set_disk);
	set->disks[0] = (struct disk){ .src = srcs[first], .part = parts[first] };
	return 0;
}

/* By volume, whatever the number in the disk's own header: as crash and makedumpfile look for it. */
static int place_disk(struct disk_set *set, struct source *src, const struct sadump_partition *p)
{
	const struct disk *first = &set->disks[0];
	char guid[40];

	if (memcmp(p->system, first->part.system, SADUMP_GUID_BYTES) ||
	    memcmp(p->disk_set, first->part.disk_set, SADUMP_GUID_BYTES))
		return fail(EIO, "%s: no disk of the same set as %s", src->name, first->src->name);
	if (p->block_size != first->part.block_size)
		return fail(EIO, "%s: has blocks of %u bytes, %s of %u", src->name, p->block_size, first->src->name,
			    first->part.block_size);
	for (size_t i = 1; i < set->n; i++) {
		struct disk *disk = &set->disks[i];

		if (memcmp(p->volume, disk->volume, SADUMP_GUID_BYTES))
			continue;
		if (disk->src)
			return fail(EIO, "%s: the same disk of the set as %s", src->name, disk->src->name);
		if (memcmp(p->time, first->part.time, sizeof(p->time)))
			log_warn("%s: has another time stamp than %s: maybe of another dump", src->name, first->src->name);
		disk->src = src;
		disk->part = *p;
		return 0;
	}
	format_guid(p->volume, guid);
	return fail(EIO, "%s: its volume %s is not in the list of disks on %s", src->name, guid, first->src->name);
}

static int place_disks(struct source **srcs, size_t n, struct disk_set *set)
{
	struct sadump_partition *parts = calloc(n, sizeof(*parts));
	int r = parts ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !r; i++)
		r = sadump_dump_ops.probe(srcs[i]) == 1 ? sadump_read_partition(srcs[i], &parts[i]) :
			fail(EIO, "%s: no disk of a sadump disk set; only such disks can be given together", srcs[i]->name);
	if (!r)
		r = find_first(srcs, parts, n, set);
	if (!r)
		r = read_volumes(set);
	for (size_t i = 0; i < n && !r; i++)
		if (srcs[i] != set->disks[0].src)
			r = place_disk(set, srcs[i], &parts[i]);
	free(parts);
	return r;
}

/* Bytes of page data on a disk that is here. */
static int data_on_disk(const struct disk *disk, uint64_t offset, uint64_t *len)
{
	if (disk->part.used < offset)
		return fail(EIO, "%s: the partition header says that %llu bytes are used; the headers alone are %llu",
			    disk->src->name, (unsigned long long)disk->part.used, (unsigned long long)offset);
	*len = disk->part.used - offset;
	return 0;
}

/*
 * Where the page data of each disk is in all of it: what is before the first missing disk is told by what the disks
 * before it have, and what is behind the last missing one by what those behind it have, counted from the end. What is
 * between is missing. A disk behind the end of the page data is none that is missed.
 */
static int make_pieces(struct dump *d, const struct disk_set *set)
{
	struct sadump *s = d->priv;
	uint64_t start = 0, end = s->data_bytes, len = 0, block = set->disks[0].part.block_size;
	struct sadump_piece tail[SADUMP_DISKS_MAX];
	size_t i = 0, ntail = 0;

	for (; i < set->n && set->disks[i].src && start < end; i++) {
		uint64_t offset = i ? block : s->headers_end;
		int r = data_on_disk(&set->disks[i], offset, &len);

		if (r)
			return r;
		len = min_u64(len, end - start);
		s->pieces[s->npieces++] = (struct sadump_piece){ set->disks[i].src, offset, start, len };
		start += len;
	}
	if (i == set->n || start == end)
		return 0;
	for (size_t k = set->n - 1; k > i && set->disks[k].src && end > start; k--) {
		int r = data_on_disk(&set->disks[k], block, &len);

		if (r)
			return r;
		if (len > end - start)
			return fail(EIO, "%s: has more pages than the set", set->disks[k].src->name);
		end -= len;
		tail[ntail++] = (struct sadump_piece){ set->disks[k].src, block, end, len };
	}
	if (end > start)
		s->pieces[s->npieces++] = (struct sadump_piece){ .start = start, .len = end - start };
	while (ntail)
		s->pieces[s->npieces++] = tail[--ntail];
	return 0;
}

/* First page whose data starts at or behind byte at of the page data. */
static uint64_t page_at(const struct dump *d, uint64_t at)
{
	const struct sadump *s = d->priv;
	uint64_t rank = div_round_up(at, pages_size(&d->pages));

	if (rank >= bitmap_count(s->dumped))
		return d->pages.max_pfn;
	return bisect_first(i, d->pages.max_pfn, bitmap_rank(s->dumped, i + 1) > rank);
}

static int make_parts(struct dump *d)
{
	const struct sadump *s = d->priv;
	uint64_t first = 0;

	d->parts = calloc(s->npieces + 1, sizeof(*d->parts));
	if (!d->parts)
		return -ENOMEM;
	for (size_t i = 0; i < s->npieces; i++) {
		const struct sadump_piece *p = &s->pieces[i];
		uint64_t end = page_at(d, p->start + p->len);

		if (end == first)
			continue;
		d->parts[d->nparts++] = (struct dump_part){
			.path = p->src ? p->src->name : NULL, .first = first, .end = end,
			.stored = bitmap_rank(s->dumped, end) - bitmap_rank(s->dumped, first),
		};
		first = end;
	}
	if (first < d->pages.max_pfn)
		d->parts[d->nparts++] = (struct dump_part){
			.first = first, .end = d->pages.max_pfn,
			.stored = bitmap_count(s->dumped) - bitmap_rank(s->dumped, first),
		};
	return 0;
}

static int check_missing(struct dump *d, const struct disk_set *set)
{
	char names[80 * SADUMP_DISKS_MAX] = "", guid[40];
	size_t used = 0;
	uint64_t pages = 0;

	for (size_t i = 0; i < d->nparts; i++)
		pages += d->parts[i].path ? 0 : d->parts[i].stored;
	if (!pages)
		return 0;
	for (size_t i = 1; i < set->n; i++) {
		if (set->disks[i].src)
			continue;
		format_guid(set->disks[i].volume, guid);
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%sdisk %zu (volume %s)", used ? ", " : "", i + 1,
					 guid);
	}
	if (!used)
		snprintf(names, sizeof(names), "the end of the last disk");
	if (!d->req->degraded)
		return fail(EIO, "%s: of the %zu disks of the set is missing: %s (-o degraded reads the rest)", d->src->name,
			    set->n, names);
	log_warn("%s: of the %zu disks of the set is missing: %s; %llu pages cannot be read", d->src->name, set->n, names,
		 (unsigned long long)pages);
	d->incomplete = true;
	return 0;
}

/* Takes over the sources, also on failure. */
static int join_sources(struct dump *d, struct source **srcs, size_t n, const struct disk_set *set)
{
	struct joined_piece *pieces = calloc(n, sizeof(*pieces));
	size_t used = 0;

	if (!pieces) {
		for (size_t i = 0; i < n; i++)
			source_close(srcs[i]);
		return -ENOMEM;
	}
	for (size_t i = 0; i < set->n; i++)
		if (set->disks[i].src)
			pieces[used++] = (struct joined_piece){ .src = set->disks[i].src, .len = set->disks[i].src->size };
	d->src = joined_new(pieces, used, true);
	free(pieces);
	return d->src ? 0 : -ENOMEM;
}

/* Takes over the sources, which are all in the set. */
static int open_disks(struct source **srcs, size_t n, const struct disk_set *set, const struct dump_request *req,
		      struct dump **out)
{
	struct dump *d = calloc(1, sizeof(*d));
	int r;

	if (!d) {
		for (size_t i = 0; i < n; i++)
			source_close(srcs[i]);
		return -ENOMEM;
	}
	d->ops = &sadump_dump_ops;
	d->format = sadump_dump_ops.name;
	d->req = req;
	r = join_sources(d, srcs, n, set);
	if (!r)
		r = sadump_load(d, &set->disks[0].part, set->dump_header);
	if (!r)
		r = make_pieces(d, set);
	if (!r)
		r = make_parts(d);
	if (!r)
		r = check_missing(d, set);
	d->req = NULL;
	if (r) {
		dump_close(d);
		return r;
	}
	for (size_t i = 0; i < n; i++)
		d->incomplete |= srcs[i]->truncated;
	sadump_check_data_end(d);
	*out = d;
	return 0;
}

static int sadump_is_part(const struct source *src)
{
	struct sadump_partition p;
	int r = sadump_read_partition(src, &p);

	return r ? r : p.set_disk > 0;
}

static int sadump_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct disk_set set = { 0 };
	struct sadump_partition p;
	int r;

	r = n == 1 ? sadump_read_partition(srcs[0], &p) : 0;
	if (!r && n == 1 && !p.set_disk)
		return dump_open_as(srcs[0], &sadump_dump_ops, req, out);
	if (!r)
		r = place_disks(srcs, n, &set);
	if (!r)
		return open_disks(srcs, n, &set, req, out);
	for (size_t i = 0; i < n; i++)
		source_close(srcs[i]);
	return r;
}

const struct dump_ops sadump_dump_ops = {
	.name = "sadump",
	.probe = sadump_probe,
	.open = sadump_open,
	.open_set = sadump_open_set,
	.is_part = sadump_is_part,
	.close = sadump_close,
};
