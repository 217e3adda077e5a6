/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/layout.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "base/vector.h"
#include "base/workers.h"

#define SHARE_BYTES 65536u		/* 16 pages: 100 microseconds of inflating */

enum seg_kind { SEG_BYTES, SEG_PAGES, SEG_ZERO, SEG_CALL };

struct segment {
	uint64_t start, len;		/* bytes in the file */
	enum seg_kind kind;
	enum hole_policy holes;		/* SEG_PAGES */
	union {
		void *bytes;		/* owned */
		struct {
			const struct pages *ps;
			uint64_t paddr;
		} mem;
		struct {
			layout_call_fn *fn;
			const void *arg;
		} call;
	};
};

struct layout {
	_Atomic unsigned int refs;
	struct segment *segs;
	size_t nsegs, cap;
	uint64_t size, data_bytes;
	struct owned {
		void *arg;
		void (*destroy)(void *arg);
	} *owned;
	size_t nowned, owned_cap;
	struct layout_cost cost;	/* besides segs */
	void (*idle)(void *arg);	/* or NULL */
	void *idle_arg;
};

struct layout *layout_new(void)
{
	struct layout *l = calloc(1, sizeof(*l));

	if (l)
		l->refs = 1;
	return l;
}

struct layout *layout_ref(struct layout *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

void layout_unref(struct layout *l)
{
	void (*idle)(void *arg) = l ? l->idle : NULL;
	void *idle_arg = l ? l->idle_arg : NULL;
	unsigned int refs = l ? atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) : 0;

	/* who keeps the last one may let it go at any time now */
	if (refs == 2 && idle)
		idle(idle_arg);
	if (refs != 1)
		return;
	for (size_t i = 0; i < l->nsegs; i++)
		if (l->segs[i].kind == SEG_BYTES)
			free(l->segs[i].bytes);
	free(l->segs);
	while (l->nowned--)
		l->owned[l->nowned].destroy(l->owned[l->nowned].arg);
	free(l->owned);
	free(l);
}

/* A new segment at the end, its place filled in. */
static int append(struct layout *l, uint64_t len, enum seg_kind kind, struct segment **out)
{
	uint64_t end;
	int r;

	if (add_overflows(l->size, len, &end) || end > INT64_MAX)
		return -EFBIG;
	r = vector_push(l->segs, l->nsegs, l->cap, (struct segment){ .start = l->size, .len = len, .kind = kind });
	if (r)
		return r;
	*out = &l->segs[l->nsegs - 1];
	l->size = end;
	return 0;
}

int layout_add_bytes(struct layout *l, const void *bytes, size_t len)
{
	struct segment *seg;
	void *copy;
	int r;

	if (!len)
		return 0;
	copy = memory_check(len) ? NULL : malloc(len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, len);
	r = append(l, len, SEG_BYTES, &seg);
	if (r) {
		free(copy);
		return r;
	}
	seg->bytes = copy;
	l->data_bytes += len;
	l->cost.memory += len;
	return 0;
}

int layout_add_zero(struct layout *l, uint64_t len)
{
	struct segment *seg;

	return len ? append(l, len, SEG_ZERO, &seg) : 0;
}

/* Bytes of [paddr, paddr + len) that are stored. */
static uint64_t stored_bytes(const struct pages *ps, uint64_t paddr, uint64_t len)
{
	uint64_t end = paddr + len, total = 0;
	struct page_run run;

	while (paddr < end) {
		uint64_t pfn = paddr >> ps->page_shift, run_end;

		pages_run(ps, pfn, &run);
		if (mul_overflows(pfn + run.count, pages_size(ps), &run_end) || run_end > end)
			run_end = end;
		if (run.state == PAGE_DATA)
			total += run_end - paddr;
		paddr = run_end;
	}
	return total;
}

int layout_add_pages(struct layout *l, const struct pages *ps, uint64_t paddr, uint64_t len, enum hole_policy holes)
{
	struct segment *seg;
	uint64_t end;
	int r;

	if (!len)
		return 0;
	if (add_overflows(paddr, len, &end))
		return -EFBIG;
	r = append(l, len, SEG_PAGES, &seg);
	if (r)
		return r;
	seg->mem.ps = ps;
	seg->mem.paddr = paddr;
	seg->holes = holes;
	l->data_bytes += holes == HOLES_FAIL ? len : stored_bytes(ps, paddr, len);
	return 0;
}

int layout_add_call(struct layout *l, layout_call_fn *call, const void *arg, uint64_t len)
{
	struct segment *seg;
	int r;

	if (!len)
		return 0;
	r = append(l, len, SEG_CALL, &seg);
	if (r)
		return r;
	seg->call.fn = call;
	seg->call.arg = arg;
	l->data_bytes += len;
	return 0;
}

int layout_own(struct layout *l, void *arg, void (*destroy)(void *arg))
{
	return vector_push(l->owned, l->nowned, l->owned_cap, (struct owned){ arg, destroy });
}

void layout_when_idle(struct layout *l, void (*fn)(void *arg), void *arg)
{
	l->idle = fn;
	l->idle_arg = arg;
}

bool layout_is_shared(const struct layout *l)
{
	return atomic_load_explicit(&l->refs, memory_order_acquire) > 1;
}

void layout_add_cost(struct layout *l, struct layout_cost more)
{
	l->cost.memory += more.memory;
	l->cost.spool += more.spool;
}

struct layout_cost layout_cost(const struct layout *l)
{
	return (struct layout_cost){ l->cost.memory + sizeof(*l) + l->cap * sizeof(*l->segs), l->cost.spool };
}

uint64_t layout_size(const struct layout *l)
{
	return l->size;
}

uint64_t layout_data_bytes(const struct layout *l)
{
	return l->data_bytes;
}

/* The segment that holds off, which lies inside the file. */
static const struct segment *find_segment(const struct layout *l, uint64_t off)
{
	return &l->segs[bisect_first(i, l->nsegs, l->segs[i].start > off) - 1];
}

/* A read of compressed pages, in parts of about SHARE_BYTES that end with a page. */
struct shared_read {
	const struct segment *seg;
	char *buf;
	uint64_t start, end;		/* physical addresses */
};

static int read_part(void *arg, uint64_t item)
{
	const struct shared_read *s = arg;
	uint64_t part = max_u64(SHARE_BYTES, pages_size(s->seg->mem.ps)), first = s->start / part + item;
	uint64_t from = max_u64(first * part, s->start), to = min_u64((first + 1) * part, s->end);

	return pages_read_bytes(s->seg->mem.ps, from, (size_t)(to - from), s->buf + (from - s->start), s->seg->holes);
}

static int read_pages(const struct segment *seg, void *buf, size_t n, uint64_t off)
{
	struct shared_read s = { seg, buf, seg->mem.paddr + off, seg->mem.paddr + off + n };
	uint64_t part = max_u64(SHARE_BYTES, pages_size(seg->mem.ps));

	if (!pages_compressed(seg->mem.ps))
		return pages_read_bytes(seg->mem.ps, s.start, n, buf, seg->holes);
	return workers_share(read_part, &s, (s.end - 1) / part - s.start / part + 1);
}

static int segment_read(const struct segment *seg, void *buf, size_t n, uint64_t off)
{
	switch (seg->kind) {
	case SEG_BYTES:
		memcpy(buf, (const char *)seg->bytes + off, n);
		return 0;
	case SEG_PAGES:
		return read_pages(seg, buf, n, off);
	case SEG_CALL:
		return seg->call.fn(seg->call.arg, buf, n, off);
	case SEG_ZERO:
		break;
	}
	memset(buf, 0, n);
	return 0;
}

int layout_read(const struct layout *l, void *buf, size_t n, uint64_t off)
{
	const struct segment *seg;
	char *at = buf;

	if (off > l->size || n > l->size - off)
		return -EINVAL;
	if (!n)
		return 0;
	for (seg = find_segment(l, off); n; seg++) {
		size_t part = (size_t)min_u64(seg->start + seg->len - off, n);
		int r = segment_read(seg, at, part, off - seg->start);

		if (r)
			return r;
		at += part;
		off += part;
		n -= part;
	}
	return 0;
}

/* Whether the bytes at off are data, and up to where that holds (at most the segment's end). */
static int state_at(const struct segment *seg, uint64_t off, uint64_t *end)
{
	struct page_run run;
	uint64_t paddr, run_end;

	*end = seg->start + seg->len;
	if (seg->kind != SEG_PAGES || seg->holes == HOLES_FAIL)
		return seg->kind != SEG_ZERO;
	paddr = seg->mem.paddr + (off - seg->start);
	pages_run(seg->mem.ps, paddr >> seg->mem.ps->page_shift, &run);
	if (!mul_overflows(run.first + run.count, pages_size(seg->mem.ps), &run_end))
		*end = min_u64(*end, off + (run_end - paddr));
	return run.state == PAGE_DATA;
}

int layout_seek(const struct layout *l, int data, uint64_t *off)
{
	const struct segment *seg;
	uint64_t at = *off, end;

	if (at >= l->size)
		return -ENXIO;
	for (seg = find_segment(l, at); at < l->size; at = end) {
		while (at >= seg->start + seg->len)
			seg++;
		if (!state_at(seg, at, &end) == !data) {
			*off = at;
			return 0;
		}
	}
	if (data)
		return -ENXIO;
	*off = l->size;
	return 0;
}
