/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/byte_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader.h"

int byte_pages_add(struct byte_pages *b, uint64_t paddr, uint64_t memsz, uint64_t offset, uint64_t filesz)
{
	uint64_t end;
	int r;

	/* The last page of the number space is given up: no machine has it, and no end address wraps then. */
	if (memsz < filesz || add_overflows(paddr, memsz, &end) || end > UINT64_MAX - ((uint64_t)1 << PAGE_SHIFT_MAX) ||
	    (filesz && add_overflows(offset, filesz, &end)))
		return -ERANGE;
	r = extents_add(&b->mem, paddr, memsz, 0);
	return r ? r : extents_add(&b->data, paddr, filesz, offset);
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

/* mem covers data: what it has beyond data is memory of the machine that was left out. */
static size_t merge_runs(struct page_run *runs, const struct extent *mem, size_t nmem, const struct extent *data,
			 size_t ndata)
{
	size_t n = 0, j = 0;

	for (size_t i = 0; i < nmem; i++) {
		uint64_t pos = mem[i].start, end = pos + mem[i].len;

		for (; j < ndata && data[j].start < end; j++) {
			if (data[j].start > pos)
				runs[n++] = (struct page_run){ pos, data[j].start - pos, PAGE_EXCLUDED };
			runs[n++] = (struct page_run){ data[j].start, data[j].len, PAGE_DATA };
			pos = data[j].start + data[j].len;
		}
		if (pos < end)
			runs[n++] = (struct page_run){ pos, end - pos, PAGE_EXCLUDED };
	}
	return n;
}

static void bytes_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct byte_pages *b = ((const struct dump *)ps)->priv;
	size_t lo = 0, hi = b->nruns;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->runs[mid].first + b->runs[mid].count <= pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* pfn < max_pfn, so a run ends beyond it */
	if (b->runs[lo].first > pfn) {
		*out = (struct page_run){ pfn, b->runs[lo].first - pfn, PAGE_ABSENT };
		return;
	}
	*out = b->runs[lo];
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

	if (i == b->data.n || e->start > at || e->offset + (at - e->start) < d->src->size)
		return 0;
	return min_u64(count, div_round_up(e->start + e->len - at, pages_size(ps)));
}

static const struct pages_ops bytes_pages_ops = {
	.read = bytes_read,
	.run = bytes_run,
	.lost = bytes_lost,
};

int byte_pages_finish(struct dump *d, enum extents_winner winner)
{
	struct byte_pages *b = d->priv;
	struct extents data = { 0 };
	const struct page_run *last;
	size_t n;
	int r;

	d->pages.ops = &bytes_pages_ops;
	r = extents_resolve(&b->data, winner);
	if (!r)
		r = extents_resolve(&b->mem, winner);
	for (size_t i = 0; i < b->data.n && !r; i++)
		r = extents_add(&data, b->data.list[i].start, b->data.list[i].len, 0);
	if (r)
		goto out;
	data.n = to_page_ranges(data.list, data.n, d->pages.page_shift);
	b->mem.n = to_page_ranges(b->mem.list, b->mem.n, d->pages.page_shift);

	r = -ENOMEM;
	n = 2 * data.n + b->mem.n;
	b->runs = malloc((n ? n : 1) * sizeof(*b->runs));
	if (!b->runs)
		goto out;
	b->nruns = merge_runs(b->runs, b->mem.list, b->mem.n, data.list, data.n);
	r = 0;
	if (!b->nruns)
		goto out;
	last = &b->runs[b->nruns - 1];
	d->pages.max_pfn = last->first + last->count;
out:
	extents_free(&data);
	extents_free(&b->mem);
	return r;
}

void byte_pages_free(struct byte_pages *b)
{
	extents_free(&b->data);
	extents_free(&b->mem);
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
