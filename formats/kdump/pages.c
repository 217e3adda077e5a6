/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/kdump/kdump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "base/log.h"
#include "formats/reader/bitmap_pair.h"

#define WINDOW_BYTES ((size_t)256 << 10)	/* page data read together */

static int page_error(const struct dump *d, uint64_t pfn, uint64_t off, int err, const char *what)
{
	struct kdump *k = d->priv;

	return fail_counted(&k->damaged, err, "%s: page %#llx at offset %#llx: %s", d->src->name,
			    (unsigned long long)pfn, (unsigned long long)off, what);
}

int kdump_read_descs(const struct dump *d, uint64_t off, size_t n, struct kdump_desc *descs)
{
	uint8_t raw[KDUMP_DESC_BATCH * KDUMP_DESC_BYTES];
	int r;

	r = source_read(d->src, raw, n * KDUMP_DESC_BYTES, off);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *b = raw + i * KDUMP_DESC_BYTES;

		descs[i].offset = get_u64(b + KDUMP_DESC_OFFSET, d->big_endian);
		descs[i].size = get_u32(b + KDUMP_DESC_SIZE, d->big_endian);
		descs[i].flags = get_u32(b + KDUMP_DESC_FLAGS, d->big_endian);
	}
	return 0;
}

static uint64_t desc_offset(const struct kdump *k, uint64_t pfn)
{
	uint64_t index = bitmap_rank(k->stored, pfn - k->base_pfn) - k->first_rank;

	return k->desc_offset + index * KDUMP_DESC_BYTES;
}

static bool has_desc(const struct kdump *k, uint64_t pfn)
{
	return pfn - k->base_pfn >= k->first_bit && pfn - k->base_pfn < min_u64(k->end_bit, k->lost_from);
}

static int read_descs(const struct dump *d, uint64_t pfn, size_t n, struct kdump_desc *descs)
{
	struct kdump *k = d->priv;
	uint64_t off = desc_offset(k, pfn);

	if (pfn - k->base_pfn >= k->lost_from)
		return fail_counted(&k->damaged, EIO, "%s: page 0x%llx: the list of the stored pages ends before it "
				    "(incomplete dump)", d->src->name, (unsigned long long)pfn);
	if (!has_desc(k, pfn))
		return fail_counted(&k->damaged, EIO, "%s: page 0x%llx: in another part of the split set", d->src->name,
				    (unsigned long long)pfn);
	if (kdump_read_descs(d, off, n, descs))
		return page_error(d, pfn, off, EIO, "its descriptor cannot be read");
	return 0;
}

/* What is wrong with a descriptor, and its error; or NULL. */
static const char *desc_trouble(const struct dump *d, const struct kdump_desc *desc, int *err)
{
	uint64_t page_size = pages_size(&d->pages), end;

	*err = EIO;
	if (!desc->offset || !desc->size)
		return "was not written (incomplete dump)";
	if (desc->size > page_size || (desc->flags == CODEC_NONE && desc->size != page_size))
		return "impossible size in its descriptor";
	if (add_overflows(desc->offset, desc->size, &end) || end > d->src->size)
		return "beyond the end of the file";
	*err = ENOTSUP;
	return codec_name((enum codec)desc->flags) ? NULL : "unknown compression";
}

static int check_desc(const struct dump *d, uint64_t pfn, const struct kdump_desc *desc)
{
	int err;
	const char *trouble = desc_trouble(d, desc, &err);

	return trouble ? page_error(d, pfn, desc->offset, err, trouble) : 0;
}

static bool is_shared_zero(const struct kdump *k, const struct kdump_desc *desc)
{
	return k->zero_offset && desc->offset == k->zero_offset && desc->flags == CODEC_NONE;
}

/* Page data of consecutive pages lies together, so it is read together. */
struct data_window {
	uint8_t *bytes;			/* borrowed from the codec context */
	uint64_t start;
	size_t len;
};

static bool same_data(const struct kdump_desc *a, const struct kdump_desc *b)
{
	return a->offset == b->offset && a->size == b->size && a->flags == b->flags;
}

/*
 * Read from descs[0]'s data on as far as the following pages go on there. Descriptors in between that point back, to the
 * shared page of zeroes, do not end the window.
 */
static int fill_window(const struct dump *d, struct data_window *w, const struct kdump_desc *descs, size_t n)
{
	uint64_t end = descs[0].offset + descs[0].size;

	for (size_t i = 1; i < n; i++) {
		if (descs[i].offset != end || descs[i].size > pages_size(&d->pages))
			continue;
		if (end + descs[i].size - descs[0].offset > WINDOW_BYTES || end + descs[i].size > d->src->size)
			break;
		end += descs[i].size;
	}
	w->start = descs[0].offset;
	w->len = (size_t)(end - w->start);
	return source_read(d->src, w->bytes, w->len, w->start);
}

/* Uncompressed pages one after the other go straight to the caller: how many there are from descs[0] on. */
static size_t raw_run(const struct dump *d, const struct kdump_desc *descs, size_t n)
{
	uint64_t page_size = pages_size(&d->pages);
	size_t run = 0;

	while (run < n && descs[run].flags == CODEC_NONE && descs[run].size == page_size &&
	       descs[run].offset == descs[0].offset + run * page_size &&
	       descs[run].offset + page_size <= d->src->size)
		run++;
	return run;
}

static int read_batch(const struct dump *d, struct codec_ctx *ctx, struct data_window *w, uint64_t pfn, size_t n,
		      const struct kdump_desc *descs, uint8_t *out)
{
	const struct kdump *k = d->priv;
	size_t page_size = pages_size(&d->pages), shared = n, done;
	int r;

	for (size_t i = 0; i < n; i += done, out += done * page_size) {
		const struct kdump_desc *desc = &descs[i];

		done = 1;
		r = check_desc(d, pfn + i, desc);
		if (r)
			return r;
		if (is_shared_zero(k, desc)) {
			memset(out, 0, page_size);
			continue;
		}
		/* pages that share their data: the offset steps back, as a rule to a page of zeroes */
		if (shared < i && same_data(desc, &descs[shared])) {
			memcpy(out, out - (i - shared) * page_size, page_size);
			continue;
		}
		if (i && desc->offset <= descs[i - 1].offset)
			shared = i;
		if (desc->flags == CODEC_NONE) {
			done = raw_run(d, desc, n - i);
			r = source_read(d->src, out, done * page_size, desc->offset);
			if (r)
				return page_error(d, pfn + i, desc->offset, EIO, "cannot be read");
			continue;
		}
		if (desc->offset < w->start || desc->offset + desc->size > w->start + w->len) {
			r = fill_window(d, w, desc, n - i);
			if (r) {
				w->len = 0;
				return page_error(d, pfn + i, desc->offset, EIO, "cannot be read");
			}
		}
		r = codec_decompress(ctx, (enum codec)desc->flags, w->bytes + (desc->offset - w->start), desc->size,
				     out, page_size);
		if (r == -ENOMEM)
			return r;
		if (r)
			return page_error(d, pfn + i, desc->offset, -r, "its compressed data is damaged");
	}
	return 0;
}

static int kdump_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	const struct kdump *k = d->priv;
	struct codec_ctx *ctx = codec_ctx_thread();
	struct kdump_desc descs[KDUMP_DESC_BATCH];
	struct data_window w = { 0 };
	uint8_t *out = buf;
	uint64_t lost_from = k->lost_from > UINT64_MAX - k->base_pfn ? UINT64_MAX : k->lost_from + k->base_pfn;
	size_t n;
	int r = 0;

	if (!ctx)
		return -ENOMEM;
	w.bytes = codec_ctx_buffer(ctx, max_u64(WINDOW_BYTES, pages_size(ps)));
	if (!w.bytes)
		return -ENOMEM;
	for (; count && !r; pfn += n, count -= n, out += n << ps->page_shift) {
		n = (size_t)min_u64(count, KDUMP_DESC_BATCH);
		if (pfn < lost_from)
			n = (size_t)min_u64(n, lost_from - pfn);
		r = read_descs(d, pfn, n, descs);
		if (!r)
			r = read_batch(d, ctx, &w, pfn, n, descs, out);
	}
	return r;
}

static void kdump_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	const struct dump *d = (const struct dump *)ps;
	const struct kdump *k = d->priv;
	struct kdump_desc descs[KDUMP_DESC_BATCH];
	size_t n;
	int err;

	for (; count; pfn += n, count -= n, out += n) {
		bool known;

		n = (size_t)min_u64(count, KDUMP_DESC_BATCH);
		known = has_desc(k, pfn) && !kdump_read_descs(d, desc_offset(k, pfn), n, descs);
		for (size_t i = 0; i < n; i++) {
			const struct kdump_desc *desc = &descs[i];

			out[i] = (struct page_place){ 0 };
			if (known && !desc_trouble(d, desc, &err))
				out[i] = (struct page_place){ d->src, desc->offset, desc->size, (enum codec)desc->flags,
							      is_shared_zero(k, desc) };
		}
	}
}

/* Bits of a bitmap are cheap: descriptors are not there for all of them. */
static uint64_t kdump_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct kdump *k = ((const struct dump *)ps)->priv;

	return pfn >= k->base_pfn && pfn - k->base_pfn >= k->lost_from ? count : 0;
}

/* As kdump_run() has them. */
static void kdump_count(const struct pages *ps, uint64_t counts[PAGE_DATA + 1])
{
	const struct kdump *k = ((const struct dump *)ps)->priv;
	uint64_t bits = ps->max_pfn > k->base_pfn ? ps->max_pfn - k->base_pfn : 0, known = min_u64(bits, k->lost_from);

	counts[PAGE_DATA] = bitmap_rank(k->stored, known) + bitmap_rank(k->exists, bits) - bitmap_rank(k->exists, known);
	counts[PAGE_EXCLUDED] = bitmap_count_without(k->exists, k->stored, known);
	counts[PAGE_ABSENT] = ps->max_pfn - counts[PAGE_DATA] - counts[PAGE_EXCLUDED];
}

static bool kdump_compressed(const struct pages *ps)
{
	return ((const struct dump *)ps)->codec != CODEC_NONE;
}

static void kdump_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct kdump *k = ((const struct dump *)ps)->priv;
	uint64_t bit = pfn - k->base_pfn, end = ps->max_pfn - k->base_pfn;

	out->first = pfn;
	if (pfn < k->base_pfn) {
		out->count = k->base_pfn - pfn;
		out->state = PAGE_ABSENT;
		return;
	}
	if (bit >= k->lost_from) {
		/* no page that is known to be left out, so that none is taken for zeroes */
		out->count = bitmap_pair_run(k->exists, k->stored, bit, end - bit, &out->state);
		out->state = bitmap_test(k->exists, bit) ? PAGE_DATA : PAGE_ABSENT;
		return;
	}
	end = min_u64(end, k->lost_from);
	if (bit < k->first_bit)
		end = min_u64(end, k->first_bit);
	else if (bit < k->end_bit)
		end = min_u64(end, k->end_bit);
	out->count = bitmap_pair_run(k->exists, k->stored, bit, end - bit, &out->state);
}

const struct pages_ops kdump_pages_ops = {
	.read = kdump_read,
	.run = kdump_run,
	.places = kdump_places,
	.lost = kdump_lost,
	.count = kdump_count,
	.compressed = kdump_compressed,
};
