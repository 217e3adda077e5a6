/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page source: physical memory as numbered pages. The one interface everybody shares.
 *
 * A dump is a page source; the level filter is a page source over another one. A page source is immutable.
 * pfn = physical address >> page_shift. Pages are (1 << page_shift) bytes. max_pfn is one past the highest pfn that
 * the machine has.
 *
 * Nobody but pages.c calls what is in ops: pages_*() hand it only what it may be asked, and do not believe what it answers. An
 * answer that breaks the contract is a mistake of ours, not of the dump: it is logged, and what is read there is -EIO.
 *
 * Threads: any. Ownership: a stacked source borrows the one below it.
 */
#ifndef VMCOREFS_BASE_PAGES_H
#define VMCOREFS_BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/codec.h"

enum page_state {
	PAGE_ABSENT,		/* the machine has no such page, or nobody knows */
	PAGE_EXCLUDED,		/* memory of the machine, left out of the dump (or of this selection) */
	PAGE_ZERO,		/* known to be all zero without looking */
	PAGE_DATA,		/* stored */
};

static inline int page_is_kept(enum page_state s) { return s == PAGE_DATA || s == PAGE_ZERO; }

struct page_run {
	uint64_t first;		/* pfn */
	uint64_t count;		/* > 0 */
	enum page_state state;
	bool lost;		/* DATA, but known to be unreadable: see pages_ops.lost */
};

/* A mapped range: vaddr + x is at paddr + x for x below len. */
struct mapping {
	uint64_t vaddr, paddr, len;
};

/* Where and how a page is stored. */
struct source;				/* base/source.h; a file of the dump */
struct page_place {
	const struct source *src;	/* borrowed from the page source */
	uint64_t offset;		/* in src */
	uint32_t len;			/* bytes, at most a page; 0: it has to be read to be known */
	enum codec codec;
	bool zero;			/* known to be all zero; the rest is undefined then */
};

struct pages;

struct pages_ops {
	/* Copy count > 0 consecutive pages, all of them DATA or all of them ZERO. 0 or -errno: -EIO, -EBADMSG: one of them is
	 * damaged, buf is undefined. -ENOTSUP: a codec that this build lacks. */
	int (*read)(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf);
	/* A run of equal state that starts at pfn; pfn < max_pfn. As long as can be told at once: it may end where the next one
	 * has the same state, and what it says of pages from max_pfn on does not matter. It ends where pages begin of which lost
	 * tells something else. Cheap, whatever the length: never reads page contents. */
	void (*run)(const struct pages *ps, uint64_t pfn, struct page_run *out);
	/* How count > 0 pages below max_pfn are stored, each in out. Costs nothing but a look at their descriptors, and logs
	 * nothing. NULL: not known. Lets writers copy instead of recompress. */
	void (*places)(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out);
	/* Of count > 0 DATA pages: so many of the first ones are known to be unreadable, as their bytes would
	 * lie beyond the end of the file. Maybe not all, and the next ones may be too. NULL: none. A header can claim any
	 * number of pages: what lies beyond the end of a file has to be few runs, however many pages these are. */
	uint64_t (*lost)(const struct pages *ps, uint64_t pfn, uint64_t count);
	/* The number of pages below max_pfn in each state, without a walk of the runs; all 0 before. NULL: they have to be walked. */
	void (*count)(const struct pages *ps, uint64_t counts[PAGE_DATA + 1]);
	/* Is reading work rather than copying, and worth to be done by several threads? NULL: no. */
	bool (*compressed)(const struct pages *ps);
};

struct pages {
	const struct pages_ops *ops;
	unsigned int page_shift;
	uint64_t max_pfn;
};

/* How many answers broke the contract until now, of all sources: tests let none pass. */
unsigned long pages_breaches(void);

static inline uint64_t pages_size(const struct pages *ps) { return (uint64_t)1 << ps->page_shift; }

/* The run at pfn, which ends at max_pfn or before; beyond max_pfn: ABSENT up to the end of the number space. Where the source
 * breaks the contract: all that is left, as DATA, so that it is not taken for a hole. */
void pages_run(const struct pages *ps, uint64_t pfn, struct page_run *out);

/* Does the source tell places at all? */
static inline bool pages_tell_places(const struct pages *ps) { return ps->ops->places; }

/* The places of count pages; len 0 where it is not told, and for pages beyond max_pfn. */
void pages_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out);

/* Of count pages from pfn on, all DATA, the first so many are known to be lost. */
uint64_t pages_lost(const struct pages *ps, uint64_t pfn, uint64_t count);

static inline bool pages_compressed(const struct pages *ps)
{
	return ps->ops->compressed && ps->ops->compressed(ps);
}

/* count pages in one go, which costs less than one by one. -ENODATA: one of them is excluded or absent; -EIO, -EBADMSG: one is
 * damaged; buf is undefined then. When a passing fault (base/fault.h) was met on the way, that is what is returned, and it is
 * noted. Where one has been noted already nothing is read any more. -EINTR, noted too: nobody waits for this thread's work
 * any more (base/wanted.h), which all that read memory learn here. */
int pages_read_run(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf);

/* One page. -ENODATA: excluded or absent; -EIO, -EBADMSG: damaged; a passing fault. */
int pages_read(const struct pages *ps, uint64_t pfn, void *page);

enum hole_policy {
	HOLES_ZERO,		/* pages that are not stored read as zeroes */
	HOLES_FAIL,		/* they fail with -ENODATA */
};

/* n bytes at physical address paddr, across pages. Filled completely or failed. */
int pages_read_bytes(const struct pages *ps, uint64_t paddr, size_t n, void *buf, enum hole_policy holes);

/* Number of pages in each state, if need be by walking the runs. counts has PAGE_DATA + 1 elements. */
void pages_count(const struct pages *ps, uint64_t counts[PAGE_DATA + 1]);
/* More runs than these are not walked for who only asks what something may be. */
#define PAGES_FEW_RUNS (1u << 18)
/* The same at little cost: false when there are so many runs that some pages were not looked at, and are counted as DATA. */
bool pages_count_few(const struct pages *ps, uint64_t counts[PAGE_DATA + 1]);
/* Are there no more than PAGES_FEW_RUNS runs? */
bool pages_have_few_runs(const struct pages *ps);
/* How many pages there are to read; with what is lost, and more, where there are many runs. */
uint64_t pages_readable_few(const struct pages *ps);
/* The number of those that are kept (DATA or ZERO). */
uint64_t pages_kept(const struct pages *ps);

/*
 * Walk all runs that are kept (DATA or ZERO, merged when adjacent), in order. fn returns 0 to go on; anything else ends
 * the walk and is returned.
 */
int pages_each_kept(const struct pages *ps, int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg);
/* The same for pages from to end - 1 only; end <= max_pfn. */
int pages_each_kept_in(const struct pages *ps, uint64_t from, uint64_t end,
		       int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg);
/* The same without what is known to be lost: what there is to read costs no more than what is stored. */
int pages_each_readable(const struct pages *ps, int (*fn)(void *arg, uint64_t first, uint64_t count), void *arg);

/* Numbers of all parts of so many pages (part n: pages n * pages to (n + 1) * pages - 1) with pages in them that can be read, in
 * order: for work that is handed out by such parts. The caller frees *parts. 0 or -ENOMEM. */
int pages_parts(const struct pages *ps, uint64_t pages, uint64_t **parts, size_t *n);

#endif
