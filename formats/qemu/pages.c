/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading pages of QEMU's migration stream by the index that ram.c makes. */
#include "formats/qemu/qemu.h"

#include <errno.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/codec.h"
#include "formats/qemu/ram.h"

#define BUFFER_BYTES ((size_t)256 << 10)	/* pages with their headers, read together */

/* Records that lie together. */
struct record_place {
	uint64_t record, count;
	uint64_t offset;		/* of the first one's payload */
	bool whole;			/* all of them are whole pages; else all are one byte */
	bool header;			/* the header of the first one has no name in it: it is right before the payload */
	uint8_t fill;
};

static const struct qemu_stretch *find_stretch(const struct qemu_ram *ram, uint64_t record)
{
	return &ram->stretches[bisect_from(i, 1, ram->nstretches, ram->stretches[i].record > record) - 1];
}

/* Where the records of the page and of those behind it are. false: it has none; *gap: as many others as it. */
static bool find_place(const struct qemu_at *at, struct record_place *out, uint64_t *gap)
{
	const struct qemu_ram *ram = at->ram;
	size_t i = extents_find(&ram->places, at->page);
	const struct extent *e = &ram->places.list[i];
	const struct qemu_stretch *s;
	uint64_t end, whole;

	if (i == ram->places.n || e->start > at->page) {
		*gap = i == ram->places.n ? UINT64_MAX - at->page : e->start - at->page;
		return false;
	}
	out->record = e->offset + (at->page - e->start);
	s = find_stretch(ram, out->record);
	end = s + 1 < ram->stretches + ram->nstretches ? s[1].record : ram->nrecords;
	out->count = bitmap_run(ram->data, out->record, &out->whole);
	out->count = min_u64(out->count, e->start + e->len - at->page);
	out->count = min_u64(out->count, end - out->record);
	whole = bitmap_rank(ram->data, out->record) - bitmap_rank(ram->data, s->record);
	out->offset = (s->offset & ~((uint64_t)0xff << 56)) + (out->record - s->record) * (QEMU_PAGE_HEADER + 1) +
		      whole * (((uint64_t)1 << ram->page_shift) - 1);
	out->header = out->record > s->record;
	out->fill = (uint8_t)(s->offset >> 56);
	return true;
}

void qemu_pages_run(const struct qemu_at *at, struct page_run *out)
{
	struct record_place p;
	bool data;

	if (at->ram->mapped) {
		out->count = bitmap_run(at->ram->data, at->page, &data);
		out->state = at->b->left_out ? PAGE_EXCLUDED : data || at->b->lost ? PAGE_DATA : PAGE_ZERO;
	} else if (find_place(at, &p, &out->count)) {
		out->count = p.count;
		out->state = p.whole || p.fill ? PAGE_DATA : PAGE_ZERO;
	} else {
		/* left out by the guest's leave (free page hinting), or not there any more */
		out->state = at->ram->complete ? PAGE_EXCLUDED : PAGE_DATA;
	}
}

static int page_error(const struct qemu_at *at, const struct source *src, uint64_t page, uint64_t offset,
		      const char *what, unsigned long *damaged)
{
	return fail_counted(damaged, EIO, "%s: QEMU stream: address %#llx of %s, at offset %#llx: %s", src->name,
			    (unsigned long long)((page - at->b->first) << at->ram->page_shift), at->b->name,
			    (unsigned long long)offset, what);
}

static int read_mapped(const struct qemu_at *at, const struct source *src, uint64_t count, char *buf,
		       unsigned long *damaged)
{
	unsigned int shift = at->ram->page_shift;
	uint64_t offset = at->b->pages_offset + ((at->page - at->b->first) << shift);

	if (at->b->lost)
		return page_error(at, src, at->page, src->size, "the stream ends before the list of these pages", damaged);
	if (!bitmap_test(at->ram->data, at->page))
		memset(buf, 0, count << shift);
	else if (source_read(src, buf, count << shift, offset))
		return page_error(at, src, at->page, offset, "cannot be read", damaged);
	return 0;
}

/* p->count whole pages: read with the headers between them, which have to be those of these pages. */
static int read_whole(const struct qemu_at *at, const struct source *src, const struct record_place *p, char *buf,
		      unsigned long *damaged)
{
	const struct qemu_ram *ram = at->ram;
	size_t page_bytes = (size_t)1 << ram->page_shift, each = QEMU_PAGE_HEADER + page_bytes;
	size_t most = each > BUFFER_BYTES ? 1 : BUFFER_BYTES / each;
	struct codec_ctx *ctx = codec_ctx_thread();
	uint8_t *raw = ctx ? codec_ctx_buffer(ctx, most * each) : NULL;

	if (!raw)
		return -ENOMEM;
	for (uint64_t done = 0, n; done < p->count; done += n) {
		uint64_t offset = p->offset + done * each - QEMU_PAGE_HEADER;
		size_t skip = done || p->header ? 0 : QEMU_PAGE_HEADER;

		n = min_u64(p->count - done, most);
		if (source_read(src, raw + skip, n * each - skip, offset + skip))
			return page_error(at, src, at->page + done, offset, "cannot be read", damaged);
		for (uint64_t i = 0; i < n; i++) {
			const uint8_t *h = raw + i * each;

			if ((i || !skip) &&
			    get_u64(h, true) != qemu_page_header(ram, at->b, at->page + done + i, QEMU_RAM_PAGE))
				return page_error(at, src, at->page + done + i, offset + i * each,
						  "the header there is not that of this page", damaged);
			memcpy(buf + ((done + i) << ram->page_shift), h + QEMU_PAGE_HEADER, page_bytes);
		}
	}
	return 0;
}

int qemu_pages_read(const struct qemu_at *at, const struct source *src, uint64_t count, void *buf,
		    unsigned long *damaged)
{
	struct qemu_at here = *at;
	char *out = buf;
	int r = 0;

	for (uint64_t n; count && !r; here.page += n, count -= n, out += n << at->ram->page_shift) {
		struct record_place p;
		struct page_run run;

		if (at->ram->mapped) {
			qemu_pages_run(&here, &run);
			n = min_u64(count, run.count);
			r = read_mapped(&here, src, n, out, damaged);
			continue;
		}
		n = 1;
		if (!find_place(&here, &p, &n)) {
			r = page_error(&here, src, here.page, src->size, "the stream ends before it", damaged);
			continue;
		}
		n = p.count = min_u64(count, p.count);
		if (p.whole)
			r = read_whole(&here, src, &p, out, damaged);
		else
			memset(out, p.fill, n << at->ram->page_shift);
	}
	return r;
}

uint64_t qemu_pages_alike(const struct qemu_at *at, const struct source *src, uint64_t count)
{
	uint64_t offset = at->b->pages_offset + ((at->page - at->b->first) << at->ram->page_shift);

	/* of others the runs are those that have a record and those that have none */
	if (!at->ram->mapped || at->b->lost || offset >= src->size)
		return count;
	return min_u64(count, ((src->size - offset - 1) >> at->ram->page_shift) + 1);
}

uint64_t qemu_pages_lost(const struct qemu_at *at, const struct source *src, uint64_t count)
{
	unsigned int shift = at->ram->page_shift;
	struct record_place p;
	uint64_t gap, offset;

	if (!at->ram->mapped)
		return find_place(at, &p, &gap) ? 0 : min_u64(count, gap);
	offset = at->b->pages_offset + ((at->page - at->b->first) << shift);
	return offset < src->size && !at->b->lost ? 0 : count;
}
