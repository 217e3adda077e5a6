/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pages.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"

void pages_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	if (pfn >= ps->max_pfn) {
		*out = (struct page_run){ pfn, UINT64_MAX - pfn, PAGE_ABSENT };
		return;
	}
	ps->ops->run(ps, pfn, out);
	assert(out->count > 0);
}

void pages_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	if (ps->ops->places)
		ps->ops->places(ps, pfn, count, out);
	else
		memset(out, 0, count * sizeof(*out));
}

int pages_read_run(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	struct fault_watch watch;
	int r = fault_seen();

	if (r)
		return r;
	fault_watch_begin(&watch);
	r = ps->ops->read(ps, pfn, count, buf);
	fault_note(r);
	if (r)
		return fault_watch_result(&watch, r);
	fault_watch_drop(&watch);
	return 0;
}

int pages_read(const struct pages *ps, uint64_t pfn, void *page)
{
	struct page_run run;

	pages_run(ps, pfn, &run);
	if (!page_is_kept(run.state))
		return -ENODATA;
	return pages_read_run(ps, pfn, 1, page);
}

/* A part of one page that is stored. */
static int read_partial(const struct pages *ps, uint64_t pfn, size_t in_page, size_t n, void *buf)
{
	void *page = malloc(pages_size(ps));
	int r;

	if (!page)
		return -ENOMEM;
	r = pages_read_run(ps, pfn, 1, page);
	if (!r)
		memcpy(buf, (char *)page + in_page, n);
	free(page);
	return r;
}

int pages_read_bytes(const struct pages *ps, uint64_t paddr, size_t n, void *buf, enum hole_policy holes)
{
	uint64_t size = pages_size(ps);
	char *at = buf;

	while (n) {
		uint64_t pfn = paddr >> ps->page_shift;
		size_t in_page = paddr & (size - 1);
		struct page_run run;
		size_t part;
		int r = 0;

		pages_run(ps, pfn, &run);
		/* the part of the request that lies in this run */
		part = run.count > (n + in_page) / size ? n : (size_t)min_u64(run.count * size - in_page, n);
		if (!page_is_kept(run.state)) {
			if (holes == HOLES_FAIL)
				return -ENODATA;
			memset(at, 0, part);
		} else if (in_page || part < size) {
			part = (size_t)min_u64(part, size - in_page);
			r = read_partial(ps, pfn, in_page, part, at);
		} else {
			part = part / size * size;
			r = pages_read_run(ps, pfn, part / size, at);
		}
		if (r)
			return r;
		at += part;
		paddr += part;
		n -= part;
	}
	return 0;
}

void pages_count(const struct pages *ps, uint64_t counts[PAGE_DATA + 1])
{
	struct page_run run;

	memset(counts, 0, (PAGE_DATA + 1) * sizeof(*counts));
	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		counts[run.state] += min_u64(run.count, ps->max_pfn - pfn);
	}
}

uint64_t pages_kept(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1];

	pages_count(ps, counts);
	return counts[PAGE_DATA] + counts[PAGE_ZERO];
}

int pages_each_kept_in(const struct pages *ps, uint64_t from, uint64_t end,
		       int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	uint64_t first = 0, count = 0;
	struct page_run run;
	int r;

	for (uint64_t pfn = from; pfn < end; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (page_is_kept(run.state)) {
			if (!count)
				first = pfn;
			count += min_u64(run.count, end - pfn);
		} else if (count) {
			r = fn(arg, first, count);
			if (r)
				return r;
			count = 0;
		}
	}
	return count ? fn(arg, first, count) : 0;
}

int pages_each_kept(const struct pages *ps, int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	return pages_each_kept_in(ps, 0, ps->max_pfn, fn, arg);
}
