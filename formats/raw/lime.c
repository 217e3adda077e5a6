/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LiME (504ensicsLabs/LiME: lime_mem_range_header) and AVML (microsoft/avml): a list of records, each a header of 32 bytes
 * and the memory of one physical range. LiME's headers, which AVML uses for what it does not compress, are in the byte order
 * of the machine; the records of AVML that are compressed (see avml.h) have another magic. A file may have all of them.
 *
 * LiME has a record for each "System RAM" of /proc/iomem. When it cannot write a page, it goes on with the header of the
 * next range. AVML cuts compressed ranges into blocks of 16 MiB and leaves out those that are all zero.
 */
#include "formats/reader/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/raw/avml.h"
#include "formats/reader/byte_pages.h"

#define LIME_MAGIC 0x4c694d45u
#define AVML_MAGIC 0x4c4d5641u
#define LIME_VERSION 1u
#define AVML_VERSION 2u
#define HEADER 32u
#define RECORDS_MAX ((size_t)1 << 20)
#define AVML_BLOCK ((uint64_t)16 << 20)
#define SNAPPY_RATIO_MAX 32u		/* 64 bytes take 3 at least */
#define SEARCH_BYTES ((size_t)1 << 20)
#define SEARCH_ANNOUNCED ((uint64_t)1 << 30)	/* searches that take long are announced */

struct record {
	uint64_t offset;		/* of its header */
	uint64_t start, size;		/* physical */
	uint64_t len;			/* bytes between its header and the next record; may lie beyond the end of the file */
	bool compressed, big;
};

/* Where the compressed records are that were found from the end of the file on: the last one first. */
struct hints {
	struct hint { uint64_t offset, len; } *list;
	size_t n, cap;
};

struct lime {
	struct byte_pages b;		/* first member */
	struct avml *blocks;		/* NULL: none is compressed */
	struct hints hints;
	size_t nrecords;
	uint64_t last_end;		/* of the memory of the record before; 0: it was no whole block of AVML's */
	bool is_avml;			/* some record is compressed, or goes on where a whole block ended */
	uint64_t skipped;		/* records whose addresses cannot be */
	size_t looks;			/* so many headers may be looked at to tell records from memory */
};

static int lime_probe(const struct source *src)
{
	uint8_t b[4];
	ssize_t r = source_read_some(src, b, sizeof(b), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(b) && (get_u32(b, false) == LIME_MAGIC || get_u32(b, true) == LIME_MAGIC ||
				  get_u32(b, false) == AVML_MAGIC);
}

/* Takes what is in a header; false: it is none. */
static bool parse_header(const uint8_t *b, struct record *rec)
{
	uint64_t last;

	rec->big = get_u32(b, true) == LIME_MAGIC;
	rec->compressed = get_u32(b, false) == AVML_MAGIC;
	if (!rec->big && !rec->compressed && get_u32(b, false) != LIME_MAGIC)
		return false;
	rec->start = get_u64(b + 8, rec->big);
	last = get_u64(b + 16, rec->big);
	if (get_u32(b + 4, rec->big) != (rec->compressed ? AVML_VERSION : LIME_VERSION) || last < rec->start ||
	    last - rec->start == UINT64_MAX || get_u64(b + 24, false))
		return false;
	rec->size = last - rec->start + 1;
	return true;
}

/* 1, or 0: there is none at offset; -EIO. */
static int read_header(const struct source *src, uint64_t offset, struct record *rec)
{
	uint8_t b[HEADER];
	ssize_t n = source_read_some(src, b, sizeof(b), offset);

	if (n < 0)
		return fail((int)-n, "%s: record header at offset %#llx cannot be read: %s", src->name,
			    (unsigned long long)offset, strerror((int)-n));
	rec->offset = offset;
	return n == sizeof(b) && parse_header(b, rec);
}

/* --- compressed records: where they end ----------------------------------------------------------------------------- */

/*
 * Each ends with its length, so that the last ones of a file are found from its end on, without reading what is in them. What
 * is found so is used only where the walk from the start of the file comes to it.
 */
static int find_from_end(const struct source *src, struct hints *h)
{
	uint64_t end = src->size;

	while (end >= HEADER + AVML_STREAM_ID_LEN + AVML_TRAILER && h->n < RECORDS_MAX) {
		uint8_t raw[HEADER + AVML_STREAM_ID_LEN];
		struct record rec;
		uint64_t len;
		int r;

		if (source_read(src, raw, AVML_TRAILER, end - AVML_TRAILER))
			break;
		len = get_u64(raw, false);
		if (len < AVML_STREAM_ID_LEN || len > end - HEADER - AVML_TRAILER)
			break;
		if (source_read(src, raw, sizeof(raw), end - AVML_TRAILER - len - HEADER) || !parse_header(raw, &rec) ||
		    !rec.compressed || memcmp(raw + HEADER, AVML_STREAM_ID, AVML_STREAM_ID_LEN))
			break;
		end -= AVML_TRAILER + len + HEADER;
		r = vector_push(h->list, h->n, h->cap, (struct hint){ end, len });
		if (r)
			return r;
	}
	return 0;
}

/* The first of them at or behind offset, NULL: there is none. Those before are forgotten. */
static const struct hint *next_hint(struct hints *h, uint64_t offset)
{
	while (h->n && h->list[h->n - 1].offset < offset)
		h->n--;
	return h->n ? &h->list[h->n - 1] : NULL;
}

/* Sets rec->len of a compressed record; false: its end is not there, but the next record that is known or the file's. */
static bool find_length(const struct source *src, struct hints *h, struct record *rec)
{
	const struct hint *next = next_hint(h, rec->offset);
	uint64_t data = rec->offset + HEADER, len;

	if (next && next->offset == rec->offset)
		len = next->len;
	else
		len = avml_stream_length(src, data);
	if (len)
		rec->len = len + AVML_TRAILER;
	else
		rec->len = (next && next->offset >= data ? next->offset : src->size) - data;
	return len != 0;
}

/* --- ranges that LiME did not write to their end -------------------------------------------------------------------- */

/* Do records follow each other from offset on up to the end of the file, or up to those that were found from there? l->looks
 * more may be looked at. */
static bool is_chain(struct lime *l, const struct source *src, uint64_t offset)
{
	uint64_t known = l->hints.n ? l->hints.list[l->hints.n - 1].offset : src->size;

	while (offset < known && l->looks) {
		struct record rec;

		l->looks--;
		if (read_header(src, offset, &rec) != 1 || rec.compressed)
			return false;
		rec.len = rec.size;
		if (rec.len > src->size - offset - HEADER)
			return false;
		offset += HEADER + rec.len;
	}
	return offset == known;
}

/*
 * The offset in [from, to) of a record of memory above rec, with whole records behind it up to the end of the file; 0: there
 * is none. What else looks like a header is memory: the page cache may have pages of such a file.
 */
static uint64_t search_record(struct lime *l, const struct source *src, const struct record *rec, uint64_t from, uint64_t to)
{
	uint8_t *buf = malloc(SEARCH_BYTES + HEADER), magic[8];
	uint64_t found = 0;

	if (!buf)
		return 0;
	if (to - from >= SEARCH_ANNOUNCED)
		log_warn("%s: the record at offset %#llx is shorter than its header says: searching %llu MiB for the next one",
			 src->name, (unsigned long long)rec->offset, (unsigned long long)(to - from) >> 20);
	put_u32(magic, LIME_MAGIC, rec->big);
	put_u32(magic + 4, LIME_VERSION, rec->big);
	for (; from < to && !found; from += SEARCH_BYTES) {
		ssize_t n = source_read_some(src, buf, SEARCH_BYTES + HEADER, from);
		const uint8_t *at = buf;
		struct record next;

		while (n > 0 && !found && (at = memmem(at, (size_t)(buf + n - at), magic, sizeof(magic)))) {
			uint64_t offset = from + (uint64_t)(at - buf);

			if (offset < to && buf + n - at >= HEADER && parse_header(at, &next) &&
			    next.start >= rec->start + rec->size && is_chain(l, src, offset))
				found = offset;
			at++;
		}
	}
	free(buf);
	return found;
}

/* --- records become memory ------------------------------------------------------------------------------------------ */

/* stored bytes of rec's memory are in the file; the rest is memory that was not written, or whose bytes are lost. */
static int add_memory(struct dump *d, const struct record *rec, uint64_t offset, uint64_t stored, bool lost)
{
	struct lime *l = d->priv;
	uint64_t left = rec->size - stored;
	int r = byte_pages_add(&l->b, rec->start, lost ? stored : rec->size, offset, stored);

	if (!r && lost && left)
		r = byte_pages_add(&l->b, rec->start + stored, left, d->src->size, left);
	if (r == -ERANGE)
		l->skipped++;
	return r == -ERANGE ? 0 : r;
}

static int add_compressed(struct dump *d, const struct record *rec, bool whole)
{
	struct lime *l = d->priv;
	uint64_t len = rec->len - (whole ? AVML_TRAILER : 0), stored, decoded;
	int r;

	/* what cannot be in there is lost */
	stored = min_u64(rec->size, whole ? len * SNAPPY_RATIO_MAX : avml_count(d->src, rec->offset + HEADER, len));
	r = codec_load(CODEC_SNAPPY);
	if (r)
		return r;
	if (!l->blocks)
		l->blocks = avml_new(d->src);
	if (!l->blocks)
		return -ENOMEM;
	r = avml_add(l->blocks, rec->offset + HEADER, len, stored, &decoded);
	if (r == -ERANGE)
		l->skipped++;
	if (r)
		return r == -ERANGE ? 0 : r;
	return add_memory(d, rec, decoded, stored, true);
}

/* A gap behind a whole block that is a multiple of blocks is what AVML leaves out. LiME cuts nothing into blocks. */
static int add_gap(struct lime *l, const struct record *rec)
{
	int r = 0;

	l->is_avml |= rec->compressed || (l->last_end && rec->start == l->last_end);
	if (l->is_avml && l->last_end && rec->start > l->last_end && !((rec->start - l->last_end) % AVML_BLOCK))
		r = byte_pages_add_zero(&l->b, l->last_end, rec->start - l->last_end);
	l->last_end = rec->size == AVML_BLOCK ? rec->start + rec->size : 0;
	return r == -ERANGE ? 0 : r;
}

static int cut_short(struct dump *d, const struct record *rec, const char *what)
{
	d->incomplete = true;
	log_warn("%s: the record at offset %#llx, of memory from %#llx on, %s", d->src->name,
		 (unsigned long long)rec->offset, (unsigned long long)rec->start, what);
	return 0;
}

static int add_plain(struct dump *d, struct record *rec)
{
	const struct source *src = d->src;
	uint64_t data = rec->offset + HEADER, next = 0;
	struct record after;
	bool fits = rec->size <= src->size - data;
	int r = 0;

	rec->len = rec->size;
	if (fits && rec->size < src->size - data)
		r = read_header(src, data + rec->size, &after);
	if (r < 0)
		return r;
	if (!fits || (!r && rec->size < src->size - data))
		next = search_record(d->priv, src, rec, data, fits ? data + rec->size : src->size);
	if (next) {
		cut_short(d, rec, "was not written to its end");
		rec->len = next - data;
		return add_memory(d, rec, data, rec->len, false);
	}
	if (!fits)
		cut_short(d, rec, "is cut off by the end of the file");
	return add_memory(d, rec, data, rec->size, false);
}

static int add_record(struct dump *d, struct record *rec)
{
	struct lime *l = d->priv;
	bool whole;
	int r;

	if (!l->nrecords++)
		d->big_endian = d->req->elf_machine ? d->req->big_endian : rec->big;
	if (l->nrecords > RECORDS_MAX)
		return fail(EIO, "%s: more than %zu records are not believed", d->src->name, RECORDS_MAX);
	r = add_gap(l, rec);
	if (r)
		return r;
	if (!rec->compressed)
		return add_plain(d, rec);
	d->format = "avml";
	whole = find_length(d->src, &l->hints, rec);
	if (!whole)
		cut_short(d, rec, "is damaged or cut off: not all of it can be read");
	return add_compressed(d, rec, whole);
}

static int walk_records(struct dump *d)
{
	const struct source *src = d->src;
	uint64_t off = 0;

	while (off < src->size) {
		struct record rec;
		int r = read_header(src, off, &rec);

		if (r < 0)
			return r;
		if (!r && !off)
			return fail(src->size < HEADER ? EIO : ENOTSUP, "%s: %s", src->name, src->size < HEADER ?
				    "the file ends inside its first record header" :
				    "its first record header is neither LiME's (version 1) nor AVML's (version 2)");
		if (!r) {
			const struct hint *next = next_hint(&((struct lime *)d->priv)->hints, off);
			uint64_t end = next ? next->offset : src->size;

			d->incomplete = true;
			log_warn("%s: no record begins at offset %#llx; %llu bytes are ignored", src->name,
				 (unsigned long long)off, (unsigned long long)(end - off));
			off = end;
			continue;
		}
		r = add_record(d, &rec);
		if (r)
			return r;
		if (rec.len >= src->size - off - HEADER)
			return 0;
		off += HEADER + rec.len;
	}
	return 0;
}

static int decode(const struct dump *d, void *buf, uint64_t n, uint64_t offset)
{
	const struct lime *l = d->priv;

	return avml_read(l->blocks, buf, n, offset);
}

static int lime_open(struct dump *d)
{
	struct lime *l = calloc(1, sizeof(*l));
	int r;

	d->priv = l;
	if (!l)
		return -ENOMEM;
	l->looks = RECORDS_MAX;
	dump_take_machine(d);
	r = find_from_end(d->src, &l->hints);
	if (!r)
		r = walk_records(d);
	free(l->hints.list);
	l->hints = (struct hints){ 0 };
	if (r)
		return r;
	if (l->skipped) {
		d->incomplete = true;
		log_warn("%s: %llu records of impossible addresses are ignored", d->src->name, (unsigned long long)l->skipped);
	}
	if (l->blocks) {
		l->b.decode = decode;
		l->b.decoded_from = AVML_DECODED;
	}
	r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (!r && !d->pages.max_pfn)
		r = fail(EIO, "%s: records without physical memory", d->src->name);
	return r;
}

static void lime_close(struct dump *d)
{
	struct lime *l = d->priv;

	if (l) {
		avml_free(l->blocks);
		free(l->hints.list);
	}
	byte_pages_close(d);
}

const struct dump_ops lime_dump_ops = {
	.name = "lime",
	.probe = lime_probe,
	.open = lime_open,
	.close = lime_close,
};
