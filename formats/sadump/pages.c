/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages of sadump: one after the other as they are, in the order of the bitmap of the dumped ones. */
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/bitmap_pair.h"
#include "formats/sadump/sadump.h"

/* The piece that has byte at of the page data, or NULL. */
static const struct sadump_piece *find_piece(const struct sadump *s, uint64_t at)
{
	for (size_t i = 0; i < s->npieces; i++)
		if (at - s->pieces[i].start < s->pieces[i].len)
			return &s->pieces[i];
	return NULL;
}

/* Why bytes of a piece (NULL: there is none) cannot be read. The file may have the first ones of these pages. */
static int unreadable(const struct dump *d, uint64_t pfn, const struct sadump_piece *p, uint64_t off, uint64_t len)
{
	struct sadump *s = d->priv;
	bool ends = p && p->src && off + len > p->src->size;
	uint64_t good = ends && off < p->src->size ? (p->src->size - off) >> d->pages.page_shift : 0;

	if (!p)
		return fail_counted(&s->damaged, EIO, "%s: page 0x%llx: behind the end of the last disk of the set", d->src->name,
				    (unsigned long long)pfn);
	if (!p->src)
		return fail_counted(&s->damaged, EIO, "page 0x%llx: the disk of the set of %s that has it is missing",
				    (unsigned long long)pfn, d->src->name);
	return fail_counted(&s->damaged, EIO, "%s: page 0x%llx: cannot be read at offset %#llx%s", p->src->name,
			    (unsigned long long)(pfn + good), (unsigned long long)(off + (good << d->pages.page_shift)),
			    ends ? ": beyond the end of the file" : "");
}

static int sadump_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	const struct sadump *s = d->priv;
	uint64_t start = bitmap_rank(s->dumped, pfn) << ps->page_shift, at = start;
	uint64_t end = start + (count << ps->page_shift), n;

	for (; at < end; at += n) {
		const struct sadump_piece *p = find_piece(s, at);
		uint64_t off = p ? p->offset + (at - p->start) : 0;

		n = p ? min_u64(end - at, p->start + p->len - at) : 0;
		if (!p || !p->src || source_read(p->src, (char *)buf + (at - start), (size_t)n, off))
			return unreadable(d, pfn + ((at - start) >> ps->page_shift), p, off, n);
	}
	return 0;
}

/* So many stored pages from pfn on are all lost, or all not. */
static uint64_t alike(const struct pages *ps, uint64_t pfn)
{
	const struct sadump *s = ((const struct dump *)ps)->priv;
	uint64_t at = bitmap_rank(s->dumped, pfn) << ps->page_shift, left, offset;
	const struct sadump_piece *p = find_piece(s, at);

	if (!p)
		return UINT64_MAX;
	left = p->start + p->len - at;
	offset = p->offset + (at - p->start);
	if (p->src && offset < p->src->size)
		left = min_u64(left, p->src->size - offset);
	return div_round_up(left, pages_size(ps));
}

static void sadump_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct sadump *s = ((const struct dump *)ps)->priv;

	out->first = pfn;
	out->count = bitmap_pair_run(s->ram, s->dumped, pfn, ps->max_pfn - pfn, &out->state);
	if (out->state == PAGE_DATA)
		out->count = min_u64(out->count, alike(ps, pfn));
}

static uint64_t sadump_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct sadump *s = ((const struct dump *)ps)->priv;
	uint64_t at = bitmap_rank(s->dumped, pfn) << ps->page_shift, left;
	const struct sadump_piece *p = find_piece(s, at);

	if (!p)
		return count;
	if (p->src && p->offset + (at - p->start) < p->src->size)
		return 0;
	left = p->start + p->len - at;
	return min_u64(count, div_round_up(left, pages_size(ps)));
}

void sadump_check_data_end(struct dump *d)
{
	const struct sadump *s = d->priv;

	for (size_t i = 0; i < s->npieces; i++) {
		const struct sadump_piece *p = &s->pieces[i];
		uint64_t have;

		if (!p->src)
			continue;
		have = p->src->size > p->offset ? p->src->size - p->offset : 0;
		if (have >= p->len)
			continue;
		d->incomplete = true;
		log_warn("%s: truncated: the file ends %llu bytes before its pages do; some cannot be read", p->src->name,
			 (unsigned long long)(p->len - have));
	}
}

const struct pages_ops sadump_pages_ops = {
	.read = sadump_read,
	.run = sadump_run,
	.lost = sadump_lost,
};
