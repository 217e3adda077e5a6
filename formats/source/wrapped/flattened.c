/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened stream of makedumpfile -F and of QEMU's kdump formats: a 4096-byte header, then records { offset, size,
 * bytes }, all big-endian, in any order; a later record wins over an earlier one. The end is a record of -1, -1.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/parts/extents.h"

#define SIGNATURE "makedumpfile\0\0\0\0"
#define HEADER_SIZE 4096u
#define RECORD_SIZE 16u
/* Read at once while walking: records of one page or less come several to a read, larger ones are skipped over. */
#define WALK_BYTES 4096u

struct flattened {
	struct source s;		/* first member */
	struct source *inner;		/* owned */
	struct extents map;		/* logical file -> inner */
};

static int flattened_probe(const struct source *s)
{
	char sig[16];
	ssize_t r = source_read_some(s, sig, sizeof(sig), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(sig) && !memcmp(sig, SIGNATURE, sizeof(sig));
}

static int check_header(const struct source *inner)
{
	uint8_t h[32];
	int64_t type, version;

	if (inner->size < HEADER_SIZE || source_read(inner, h, sizeof(h), 0))
		return fail(EIO, "%s: flattened stream: the file ends inside its header", inner->name);
	type = (int64_t)get_u64(h + 16, true);
	version = (int64_t)get_u64(h + 24, true);
	if (type != 1 || version != 1)
		return fail(ENOTSUP, "%s: flattened stream of type %lld, version %lld: only type 1, version 1 is known",
			    inner->name, (long long)type, (long long)version);
	return 0;
}

/* Window of the inner file that the walk looks through. */
struct flattened_walk {
	uint8_t bytes[WALK_BYTES];
	uint64_t start;
	size_t len;
};

/* 1: *header points to the record header at off; 0: the file ends before; -errno. */
static int walk_header(const struct source *inner, struct flattened_walk *w, uint64_t off, const uint8_t **header)
{
	ssize_t r;

	if (off < w->start || off + RECORD_SIZE > w->start + w->len) {
		r = source_read_some(inner, w->bytes, sizeof(w->bytes), off);
		if (r < 0)
			return fail((int)-r, "%s: flattened stream: read at offset %#llx: %s", inner->name,
				    (unsigned long long)off, strerror((int)-r));
		w->start = off;
		w->len = (size_t)r;
		if (w->len < RECORD_SIZE)
			return 0;
	}
	*header = w->bytes + (off - w->start);
	return 1;
}

static void cut_short(struct flattened *f, uint64_t off)
{
	f->s.truncated = true;
	log_warn("%s: the flattened stream is cut short at offset %#llx; what comes after is missing", f->s.name,
		 (unsigned long long)off);
}

static int walk_records(struct flattened *f)
{
	const struct source *inner = f->inner;
	struct flattened_walk w = { .len = 0 };
	uint64_t off = HEADER_SIZE;
	const uint8_t *h = NULL;
	int r;

	while ((r = walk_header(inner, &w, off, &h)) == 1) {
		int64_t where = (int64_t)get_u64(h, true), size = (int64_t)get_u64(h + 8, true);
		int64_t end;
		uint64_t stored;

		if (where == -1 && size == -1)
			return 0;
		/* Zeroes: a preallocated file whose writer died. */
		if (where == 0 && size == 0)
			break;
		if (where < 0 || size <= 0 || add_overflows(where, size, &end))
			return fail(EIO,
				    "%s: flattened stream: record at offset %#llx is damaged (offset %lld, size %lld)", inner->name, (unsigned long long)off, (long long)where, (long long)size);
		off += RECORD_SIZE;
		stored = min_u64((uint64_t)size, inner->size - off);
		r = extents_add_record(&f->map, (uint64_t)where, stored, off);
		if (r)
			return r;
		f->s.size = max_u64(f->s.size, (uint64_t)where + stored);
		if (stored < (uint64_t)size) {
			off = inner->size;
			break;
		}
		off += stored;
	}
	if (r < 0)
		return r;
	cut_short(f, off);
	return 0;
}

static ssize_t flattened_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct flattened *f = (const struct flattened *)s;
	const struct extent *e = f->map.list + extents_find(&f->map, off), *last = f->map.list + f->map.n;
	char *p = buf;
	size_t left = n, len;
	uint64_t at, together;
	int r;

	for (; left; p += len, off += len, left -= len) {
		if (e == last || off < e->start) {
			len = e == last ? left : (size_t)min_u64(left, e->start - off);
			memset(p, 0, len);
			continue;
		}
		at = extents_offset(&f->map, e, off, &together);
		len = (size_t)min_u64(left, together);
		r = source_read(f->inner, p, len, at);
		if (r)
			return r;
		if (off + len == e->start + e->len)
			e++;
	}
	return (ssize_t)n;
}

static void flattened_close(struct source *s)
{
	struct flattened *f = (struct flattened *)s;

	extents_free(&f->map);
	source_close(f->inner);
	free(f);
}

static const struct source_ops flattened_ops = {
	.read = flattened_read,
	.close = flattened_close,
};

static int flattened_open(struct source *inner, struct source **out)
{
	struct flattened *f;
	int r;

	f = calloc(1, sizeof(*f));
	if (!f) {
		source_close(inner);
		return -ENOMEM;
	}
	f->inner = inner;
	f->s = (struct source){
		.ops = &flattened_ops,
		.name = inner->name,
		.mtime = inner->mtime,
		.truncated = inner->truncated,
		.unpack = inner->unpack,
	};
	r = check_header(inner);
	if (!r)
		r = walk_records(f);
	if (!r && !f->map.n)
		r = fail(EIO, "%s: flattened stream without any data", inner->name);
	if (!r)
		r = extents_resolve(&f->map, EXTENTS_HIGHEST_OFFSET);
	if (r) {
		flattened_close(&f->s);
		return r;
	}
	*out = &f->s;
	return 0;
}

const struct container_ops flattened_container = {
	.name = "flattened",
	.probe = flattened_probe,
	.open = flattened_open,
};
