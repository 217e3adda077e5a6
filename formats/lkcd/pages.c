/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/lkcd/lkcd.h"

#include <errno.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/codec.h"

#define PAGE_WINDOW ((size_t)32 << 10)		/* read for one page */
#define BULK_WINDOW ((size_t)256 << 10)		/* and for many */
#define MERGED_RUNS 4096u			/* looked at together */

static int page_error(const struct dump *d, uint64_t pfn, uint64_t off, int err, const char *what)
{
	struct lkcd *k = d->priv;

	return fail_counted(&k->damaged, err, "%s: page %#llx at offset %#llx: %s", d->src->name,
			    (unsigned long long)pfn, (unsigned long long)off, what);
}

/*
 * A zero byte begins a run: the next one is the number of repetitions, which are one less than the bytes; then the value. A
 * number of 0 stands for the zero byte itself. (LKCD: dump_rle.c. libkdumpfile 0.5 takes the number for that of the bytes.)
 */
static int unpack_rle(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len)
{
	size_t i = 0, n = 0;

	while (i < in_len) {
		uint8_t value = in[i++];
		size_t count = 1;

		if (!value) {
			if (i == in_len)
				return -EBADMSG;
			if (in[i++]) {
				if (i == in_len)
					return -EBADMSG;
				count = in[i - 1] + (size_t)1;
				value = in[i++];
			}
		}
		if (count > out_len - n)
			return -EBADMSG;
		memset(out + n, value, count);
		n += count;
	}
	return n == out_len ? 0 : -EBADMSG;
}

/* First run that ends beyond pfn; k->nruns: none. */
static size_t find_run(const struct lkcd *k, uint64_t pfn)
{
	return bisect_first(i, k->nruns, k->runs[i].pfn + k->runs[i].count > pfn);
}

/* What is wrong with the record of a page, and its error; or NULL. */
static const char *record_trouble(const struct dump *d, const struct lkcd_record *r, int *err)
{
	const struct lkcd *k = d->priv;
	uint32_t type = r->flags & (LKCD_RAW | LKCD_COMPRESSED);

	*err = EIO;
	if (type == LKCD_RAW)
		return !r->size || r->size == pages_size(&d->pages) ? NULL : "impossible size in its record";
	if (type != LKCD_COMPRESSED)
		return "neither compressed nor uncompressed";
	if (!r->size)
		return "impossible size in its record";
	if (k->compression == LKCD_NONE)
		return "compressed, but the header tells of no compression";
	return NULL;
}

static int unpack(const struct dump *d, struct codec_ctx *ctx, const struct lkcd_record *r, const uint8_t *data, uint8_t *out)
{
	const struct lkcd *k = d->priv;
	size_t page_size = pages_size(&d->pages);

	if (!r->size) {		/* so crash reads it; no kernel is known to write it */
		memset(out, 0, page_size);
		return 0;
	}
	if (r->flags & LKCD_RAW) {
		memcpy(out, data, page_size);
		return 0;
	}
	if (k->compression == LKCD_RLE)
		return unpack_rle(data, r->size, out, page_size);
	return codec_decompress(ctx, CODEC_ZLIB, data, r->size, out, page_size);
}

static int read_page(const struct dump *d, struct codec_ctx *ctx, struct lkcd_window *w, uint64_t pfn, uint64_t off,
		     uint64_t *next, uint8_t *out)
{
	struct lkcd_record rec;
	const char *trouble;
	const uint8_t *data;
	uint64_t there;
	int err, r;

	if (!lkcd_record_get(w, off, d->big_endian, &rec) || !lkcd_record_sane(d, &rec))
		return page_error(d, pfn, off, EIO, "its record cannot be read");
	if (!lkcd_record_pfn(d, &rec, &there) || there != pfn)
		return page_error(d, pfn, off, EIO, "its record is gone");
	trouble = record_trouble(d, &rec, &err);
	if (trouble)
		return page_error(d, pfn, off, err, trouble);
	*next = off + LKCD_RECORD + rec.size;
	data = lkcd_window_get(w, off + LKCD_RECORD, rec.size);
	if (!data)
		return page_error(d, pfn, off, EIO, *next > d->src->size ? "beyond the end of the file" : "cannot be read");
	r = unpack(d, ctx, &rec, data, out);
	if (r == -EBADMSG)
		return page_error(d, pfn, off, EBADMSG, "its compressed data is damaged");
	return r;
}

static int lkcd_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	const struct lkcd *k = d->priv;
	size_t page_size = pages_size(ps), record_max = LKCD_RECORD + 2 * page_size;
	struct lkcd_window w = { .src = d->src, .size = max_u64(count > 1 ? BULK_WINDOW : PAGE_WINDOW, record_max) };
	struct codec_ctx *ctx = codec_ctx_thread();
	uint64_t end = pfn + count, off;
	uint8_t *out = buf;
	int r = 0;

	w.bytes = ctx ? codec_ctx_buffer(ctx, w.size) : NULL;
	if (!w.bytes)
		return -ENOMEM;
	for (size_t i = find_run(k, pfn); pfn < end && !r; i++) {
		const struct lkcd_run *run = &k->runs[i];
		uint64_t run_end = min_u64(end, run->pfn + run->count);

		r = lkcd_run_offset(d, run, pfn - run->pfn, &w, &off);
		if (r)
			return page_error(d, pfn, run->offset, EIO, "the records before it cannot be read");
		for (; pfn < run_end && !r; pfn++, out += page_size)
			r = read_page(d, ctx, &w, pfn, off, &off, out);
	}
	return r;
}

static void lkcd_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct lkcd *k = ((const struct dump *)ps)->priv;
	size_t i = find_run(k, pfn), end;

	/* pfn < max_pfn, so a run ends beyond it */
	*out = (struct page_run){ pfn, k->runs[i].pfn - pfn, PAGE_ABSENT, false };
	if (k->runs[i].pfn > pfn)
		return;
	end = i + min_u64(MERGED_RUNS, k->nruns - i);
	while (i + 1 < end && k->runs[i].pfn + k->runs[i].count == k->runs[i + 1].pfn)
		i++;
	out->count = k->runs[i].pfn + k->runs[i].count - pfn;
	out->state = PAGE_DATA;
}

static void set_place(const struct dump *d, const struct lkcd_record *r, uint64_t off, struct page_place *out)
{
	const struct lkcd *k = d->priv;
	int err;

	*out = (struct page_place){ 0 };
	if (record_trouble(d, r, &err) || r->size > pages_size(&d->pages) || off + LKCD_RECORD + r->size > d->src->size)
		return;
	if (r->flags & LKCD_RAW)
		*out = (struct page_place){ d->src, off + LKCD_RECORD, r->size, CODEC_NONE, !r->size };
	else if (k->compression == LKCD_ZLIB)
		*out = (struct page_place){ d->src, off + LKCD_RECORD, r->size, CODEC_ZLIB, false };
}

static void lkcd_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	const struct dump *d = (const struct dump *)ps;
	const struct lkcd *k = d->priv;
	uint8_t bytes[4096];
	struct lkcd_window w = { .src = d->src, .bytes = bytes, .size = sizeof(bytes) };
	struct lkcd_record rec;
	uint64_t end = pfn + count, off;

	for (size_t i = find_run(k, pfn); pfn < end; i++) {
		const struct lkcd_run *run = &k->runs[i];
		uint64_t run_end = min_u64(end, run->pfn + run->count), there;
		bool known = !lkcd_run_offset(d, run, pfn - run->pfn, &w, &off);

		for (; pfn < run_end; pfn++, out++) {
			known = known && lkcd_record_get(&w, off, d->big_endian, &rec) && lkcd_record_sane(d, &rec) &&
				lkcd_record_pfn(d, &rec, &there) && there == pfn;
			*out = (struct page_place){ 0 };
			if (!known)
				continue;
			set_place(d, &rec, off, out);
			off += LKCD_RECORD + rec.size;
		}
	}
}

static bool lkcd_compressed(const struct pages *ps)
{
	return ((const struct lkcd *)((const struct dump *)ps)->priv)->compression != LKCD_NONE;
}

const struct pages_ops lkcd_pages_ops = {
	.read = lkcd_read,
	.run = lkcd_run,
	.places = lkcd_places,
	.compressed = lkcd_compressed,
};
