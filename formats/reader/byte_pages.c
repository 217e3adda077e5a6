/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/byte_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/reader/reader.h"

/* The last page of the number space is given up: no machine has it, and no end address wraps then. */
static bool is_range(uint64_t paddr, uint64_t len)
{
	uint64_t end;

	return !add_overflows(paddr, len, &end) && end <= UINT64_MAX - ((uint64_t)1 << PAGE_SHIFT_MAX);
}

int byte_pages_add(struct byte_pages *b, uint64_t paddr, uint64_t memsz, uint64_t offset, uint64_t filesz)
{
	uint64_t end;
	int r;

	if (memsz < filesz || !is_range(paddr, memsz) || (filesz && add_overflows(offset, filesz, &end)))
		return -ERANGE;
	r = extents_add(&b->mem, paddr, memsz, 0);
	return r ? r : extents_add(&b->data, paddr, filesz, offset);
}

int byte_pages_add_zero(struct byte_pages *b, uint64_t paddr, uint64_t len)
{
	return is_range(paddr, len) ? extents_add(&b->zero, paddr, len, 0) : -ERANGE;
}

/* The pages that ranges touch, as sorted ranges with gaps between them. Works in place: list is resolved already. */
static size_t to_page_ranges(struct extent *list, size_t n, unsigned int shift)
{
	uint64_t mask = ((uint64_t)1 << shift) - 1;
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t first = list[i].start >> shift;
		uint64_t end = (list[i].start + list[i].len + mask) >> shift;

		if (out && list[out - 1].start + list[out - 1].len >= first)
			list[out - 1].len = end - list[out - 1].start;
		else
			list[out++] = (struct extent){ .start = first, .len = end - first };
	}
	return out;
}

/* out: the n runs, and what of the page ranges none of them has, in this state. Both are sorted. Returns how many. */
static size_t fill_gaps(struct page_run *out, const struct page_run *runs, size_t n, const struct extents *ranges,
			enum page_state state)
{
	size_t made = 0, j = 0;

	for (size_t i = 0; i < ranges->n; i++) {
		uint64_t pos = ranges->list[i].start, end = pos + ranges->list[i].len;

		if (made)
			pos = max_u64(pos, out[made - 1].first + out[made - 1].count);
		for (; j < n && runs[j].first < end; j++) {
			if (runs[j].first > pos)
				out[made++] = (struct page_run){ pos, runs[j].first - pos, state, false };
			out[made++] = runs[j];
			pos = max_u64(pos, runs[j].first + runs[j].count);
		}
		if (pos < end)
			out[made++] = (struct page_run){ pos, end - pos, state, false };
	}
	while (j < n)
		out[made++] = runs[j++];
	return made;
}

static void bytes_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct byte_pages *b = ((const struct dump *)ps)->priv;
	/* pfn < max_pfn, so a run ends beyond it */
	const struct page_run *run = &b->runs[bisect_first(i, b->nruns, b->runs[i].first + b->runs[i].count > pfn)];

	if (run->first > pfn) {
		*out = (struct page_run){ pfn, run->first - pfn, PAGE_ABSENT, false };
		return;
	}
	*out = *run;
	out->count -= pfn - out->first;
	out->first = pfn;
}

static int bytes_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	struct byte_pages *b = d->priv;
	uint64_t at = pfn << ps->page_shift, end = (pfn + count) << ps->page_shift, len;
	const struct extent *e = b->data.list + extents_find(&b->data, at), *last = b->data.list + b->data.n;
	char *p = buf;
	int r;

	for (; at < end; at += len, p += len) {
		uint64_t off;

		if (e == last || at < e->start) {
			len = (e == last ? end : min_u64(end, e->start)) - at;
			memset(p, 0, len);
			continue;
		}
		len = min_u64(end, e->start + e->len) - at;
		off = e->offset + (at - e->start);
		if (b->decode && off >= b->decoded_from) {
			r = b->decode(d, p, len, off);
			if (r)
				return r;
			e++;
			continue;
		}
		r = source_read(d->src, p, len, off);
		if (r)
			return fail_counted(&b->damaged, EIO,
					    "%s: physical address %#llx: cannot read %llu bytes at offset %#llx%s", d->src->name, (unsigned long long)at, (unsigned long long)len,
					    (unsigned long long)off,
					    off + len > d->src->size ? ": beyond the end of the file" : "");
		e++;
	}
	return 0;
}

static uint64_t bytes_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct dump *d = (const struct dump *)ps;
	const struct byte_pages *b = d->priv;
	uint64_t at = pfn << ps->page_shift;
	size_t i = extents_find(&b->data, at);
	const struct extent *e = b->data.list + i;

	if (i == b->data.n || e->start > at || e->offset + (at - e->start) < d->src->size ||
	    (b->decode && e->offset >= b->decoded_from))
		return 0;
	return min_u64(count, div_round_up(e->start + e->len - at, pages_size(ps)));
}

static bool bytes_compressed(const struct pages *ps)
{
	return ((const struct byte_pages *)((const struct dump *)ps)->priv)->decode != NULL;
}

static const struct pages_ops bytes_pages_ops = {
	.read = bytes_read,
	.run = bytes_run,
	.lost = bytes_lost,
	.compressed = bytes_compressed,
};

/*
 * b->runs of page ranges: what is stored, else what is zeroes, else what there is besides. Runs of stored pages end where
 * the lost ones begin: see bytes_lost().
 */
static int make_runs(struct byte_pages *b, const struct extents *in_file, const struct extents *lost, const struct extents *data)
{
	const struct { const struct extents *ranges; enum page_state state; } parts[] = {
		{ in_file, PAGE_DATA }, { lost, PAGE_DATA }, { data, PAGE_DATA }, { &b->zero, PAGE_ZERO },
		{ &b->mem, PAGE_EXCLUDED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		struct page_run *runs;

		if (!parts[i].ranges->n)
			continue;
		/* every run can cut a range in two */
		runs = memory_check((2 * b->nruns + parts[i].ranges->n) * sizeof(*runs)) ? NULL :
		       memory_calloc(2 * b->nruns + parts[i].ranges->n, sizeof(*runs));
		if (!runs)
			return -ENOMEM;
		b->nruns = fill_gaps(runs, b->runs, b->nruns, parts[i].ranges, parts[i].state);
		free(b->runs);
		b->runs = runs;
	}
	return 0;
}

/* What of an extent the file has; what it has not, in whole pages from the first one on that begins in it. */
static int sort_out(const struct dump *d, const struct extent *e, struct extents *in_file, struct extents *lost)
{
	const struct byte_pages *b = d->priv;
	uint64_t have = e->len, from;
	int r;

	if (!(b->decode && e->offset >= b->decoded_from))
		have = e->offset < d->src->size ? min_u64(e->len, d->src->size - e->offset) : 0;
	r = extents_add(in_file, e->start, have, 0);
	from = round_up_u64(e->start + have, pages_size(&d->pages));
	if (!r && from < e->start + e->len)
		r = extents_add(lost, from, e->start + e->len - from, 0);
	return r;
}

int byte_pages_finish(struct dump *d, enum extents_winner winner)
{
	struct byte_pages *b = d->priv;
	struct extents data = { 0 }, in_file = { 0 }, lost = { 0 };
	const struct page_run *last;
	int r;

	d->pages.ops = &bytes_pages_ops;
	r = extents_resolve(&b->data, winner);
	if (!r)
		r = extents_resolve(&b->mem, winner);
	if (!r)
		r = extents_resolve(&b->zero, winner);
	for (size_t i = 0; i < b->data.n && !r; i++)
		if (!(r = extents_add(&data, b->data.list[i].start, b->data.list[i].len, 0)))
			r = sort_out(d, &b->data.list[i], &in_file, &lost);
	if (r)
		goto out;
	in_file.n = to_page_ranges(in_file.list, in_file.n, d->pages.page_shift);
	lost.n = to_page_ranges(lost.list, lost.n, d->pages.page_shift);
	data.n = to_page_ranges(data.list, data.n, d->pages.page_shift);
	b->mem.n = to_page_ranges(b->mem.list, b->mem.n, d->pages.page_shift);
	b->zero.n = to_page_ranges(b->zero.list, b->zero.n, d->pages.page_shift);
	r = make_runs(b, &in_file, &lost, &data);
	if (r || !b->nruns)
		goto out;
	last = &b->runs[b->nruns - 1];
	d->pages.max_pfn = last->first + last->count;
out:
	extents_free(&in_file);
	extents_free(&lost);
	extents_free(&data);
	extents_free(&b->mem);
	extents_free(&b->zero);
	return r;
}

void byte_pages_free(struct byte_pages *b)
{
	extents_free(&b->data);
	extents_free(&b->mem);
	extents_free(&b->zero);
	free(b->runs);
	b->runs = NULL;
}

void byte_pages_close(struct dump *d)
{
	if (d->priv)
		byte_pages_free(d->priv);
	free(d->priv);
	d->priv = NULL;
}
