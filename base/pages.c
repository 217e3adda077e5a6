/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/wanted.h"
#include "base/vector.h"

/*
 * Broken contracts, of all sources. The one global here: they are mistakes of this program, so that one is as good as another,
 * and a source that makes them makes one a page.
 */
static unsigned long breaches;

unsigned long pages_breaches(void)
{
	return __atomic_load_n(&breaches, __ATOMIC_RELAXED);
}

uint64_t pages_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	uint64_t lost;

	if (!ps->ops->lost || pfn >= ps->max_pfn || !count)
		return 0;
	count = min_u64(count, ps->max_pfn - pfn);
	lost = ps->ops->lost(ps, pfn, count);
	if (lost <= count)
		return lost;
	fail_counted(&breaches, EIO, "page source: %llu pages of %llu from 0x%llx on cannot be lost", (unsigned long long)lost,
		     (unsigned long long)count, (unsigned long long)pfn);
	return 0;
}

/* A run that begins with lost pages has no others. */
static void find_lost(const struct pages *ps, struct page_run *run)
{
	uint64_t lost = run->state == PAGE_DATA ? pages_lost(ps, run->first, run->count) : 0;

	run->lost = lost;
	if (lost)
		run->count = lost;
}

/* 0; -EIO: what the source says of pfn < max_pfn cannot be. */
static int ask_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	uint64_t left = ps->max_pfn - pfn;

	int r;

	*out = (struct page_run){ 0 };
	ps->ops->run(ps, pfn, out);
	if (out->first == pfn && out->count && (unsigned int)out->state <= PAGE_DATA) {
		out->count = min_u64(out->count, left);
		find_lost(ps, out);
		return 0;
	}
	r = fail_counted(&breaches, EIO, "page source: a run of %llu pages of state %d from 0x%llx on is none at page 0x%llx",
			 (unsigned long long)out->count, (int)out->state, (unsigned long long)out->first,
			 (unsigned long long)pfn);
	*out = (struct page_run){ pfn, left, PAGE_DATA, false };
	return r;
}

/* The same for any pfn. */
static int find_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	if (pfn < ps->max_pfn)
		return ask_run(ps, pfn, out);
	*out = (struct page_run){ pfn, UINT64_MAX - pfn, PAGE_ABSENT, false };
	return 0;
}

void pages_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	find_run(ps, pfn, out);
}

static bool is_place(const struct pages *ps, const struct page_place *p)
{
	return p->zero || !p->len || (p->src && p->len <= pages_size(ps) && p->offset <= UINT64_MAX - p->len);
}

void pages_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	uint64_t known = ps->ops->places && pfn < ps->max_pfn ? min_u64(count, ps->max_pfn - pfn) : 0;

	if (known)
		ps->ops->places(ps, pfn, known, out);
	for (uint64_t i = 0; i < known; i++) {
		if (is_place(ps, &out[i]))
			continue;
		fail_counted(&breaches, EIO, "page source: page 0x%llx cannot be stored in %u bytes at offset %#llx",
			     (unsigned long long)(pfn + i), (unsigned int)out[i].len, (unsigned long long)out[i].offset);
		out[i] = (struct page_place){ 0 };
	}
	if (count > known)
		memset(out + known, 0, (count - known) * sizeof(*out));
}

/* Pages of one state, which are kept. */
static int read_pages(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	struct fault_watch watch;
	int r = fault_seen();

	/* what computes for long reads memory: here each job notices that nobody waits for it any more */
	if (!r && !work_is_wanted_for(count))
		r = -EINTR;
	fault_note(r);
	if (r)
		return r;
	fault_watch_begin(&watch);
	r = ps->ops->read(ps, pfn, count, buf);
	if (r > 0)
		r = fail_counted(&breaches, EIO, "page source: %d is no answer to reading page 0x%llx", r, (unsigned long long)pfn);
	fault_note(r);
	if (r)
		return fault_watch_result(&watch, r);
	fault_watch_drop(&watch);
	return 0;
}

int pages_read_run(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	struct page_run run = { pfn, 0, PAGE_ABSENT, false }, next;
	char *at = buf;

	/* all that follows with the same state in one call */
	while (count) {
		int r = find_run(ps, pfn, &run);

		while (!r && page_is_kept(run.state) && run.count < count) {
			r = find_run(ps, pfn + run.count, &next);
			if (r || next.state != run.state)
				break;
			run.count += next.count;
		}
		if (!r && !page_is_kept(run.state))
			r = -ENODATA;
		run.count = min_u64(run.count, count);
		if (!r)
			r = read_pages(ps, pfn, run.count, at);
		if (r)
			return r;
		at += run.count << ps->page_shift;
		pfn += run.count;
		count -= run.count;
	}
	return 0;
}

int pages_read(const struct pages *ps, uint64_t pfn, void *page)
{
	struct page_run run;
	int r = find_run(ps, pfn, &run);

	if (r)
		return r;
	return page_is_kept(run.state) ? read_pages(ps, pfn, 1, page) : -ENODATA;
}

/* A part of one page that is stored. */
static int read_partial(const struct pages *ps, uint64_t pfn, size_t in_page, size_t n, void *buf)
{
	void *page = malloc(pages_size(ps));
	int r;

	if (!page)
		return -ENOMEM;
	r = read_pages(ps, pfn, 1, page);
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
		int r = find_run(ps, pfn, &run);

		if (r)
			return r;
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
			r = read_pages(ps, pfn, part / size, at);
		}
		if (r)
			return r;
		at += part;
		paddr += part;
		n -= part;
	}
	return 0;
}

/* false: there are more than max runs, and the rest is counted as DATA. */
static bool count_runs(const struct pages *ps, uint64_t counts[PAGE_DATA + 1], uint64_t max)
{
	struct page_run run;

	memset(counts, 0, (PAGE_DATA + 1) * sizeof(*counts));
	if (ps->ops->count) {
		ps->ops->count(ps, counts);
		return true;
	}
	for (uint64_t pfn = 0, runs = 0; pfn < ps->max_pfn; pfn += run.count, runs++) {
		if (runs == max) {
			counts[PAGE_DATA] += ps->max_pfn - pfn;
			return false;
		}
		pages_run(ps, pfn, &run);
		counts[run.state] += run.count;
	}
	return true;
}

void pages_count(const struct pages *ps, uint64_t counts[PAGE_DATA + 1])
{
	count_runs(ps, counts, UINT64_MAX);
}

bool pages_count_few(const struct pages *ps, uint64_t counts[PAGE_DATA + 1])
{
	return count_runs(ps, counts, PAGES_FEW_RUNS);
}

bool pages_have_few_runs(const struct pages *ps)
{
	struct page_run run;
	uint64_t runs = 0;

	for (uint64_t pfn = 0; pfn < ps->max_pfn && runs <= PAGES_FEW_RUNS; pfn += run.count, runs++)
		pages_run(ps, pfn, &run);
	return runs <= PAGES_FEW_RUNS;
}

uint64_t pages_readable_few(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1], pages = 0, pfn = 0;
	struct page_run run;

	for (unsigned int runs = 0; pfn < ps->max_pfn && runs < PAGES_FEW_RUNS; pfn += run.count, runs++) {
		pages_run(ps, pfn, &run);
		pages += run.state == PAGE_DATA && !run.lost ? run.count : 0;
	}
	if (pfn >= ps->max_pfn)
		return pages;
	pages_count_few(ps, counts);
	return counts[PAGE_DATA];
}

uint64_t pages_kept(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1];

	pages_count(ps, counts);
	return counts[PAGE_DATA] + counts[PAGE_ZERO];
}

/* lost: with what is known to be lost. */
static int each_run(const struct pages *ps, uint64_t from, uint64_t end, bool lost,
		    int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	uint64_t first = 0, count = 0;
	struct page_run run;
	int r;

	for (uint64_t pfn = from; pfn < end; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (page_is_kept(run.state) && (lost || !run.lost)) {
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

int pages_each_kept_in(const struct pages *ps, uint64_t from, uint64_t end,
		       int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	return each_run(ps, from, end, true, fn, arg);
}

int pages_each_readable(const struct pages *ps, int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	return each_run(ps, 0, ps->max_pfn, false, fn, arg);
}

int pages_parts(const struct pages *ps, uint64_t pages, uint64_t **parts, size_t *n)
{
	uint64_t *list = NULL, part, last;
	struct page_run run;
	size_t cap = 0;
	int r = 0;

	*n = 0;
	for (uint64_t pfn = 0; pfn < ps->max_pfn && !r;) {
		pages_run(ps, pfn, &run);
		if (!page_is_kept(run.state) || run.lost) {
			pfn += run.count;
			continue;
		}
		last = (pfn + run.count - 1) / pages;
		for (part = pfn / pages; part <= last && !r; part++)
			r = vector_push(list, *n, cap, part);
		/* the other runs of the last part do not matter */
		pfn = part > (ps->max_pfn - 1) / pages ? ps->max_pfn : part * pages;
	}
	if (r)
		free(list);
	else
		*parts = list;
	return r;
}

int pages_each_kept(const struct pages *ps, int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg)
{
	return pages_each_kept_in(ps, 0, ps->max_pfn, fn, arg);
}
