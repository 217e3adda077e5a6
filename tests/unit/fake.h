/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source made by hand: a state and, for stored pages, bytes for each pfn. Everything is ABSENT at first.
 *
 * Threads: writers before readers. Out of memory ends the test.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_H
#define VMCOREFS_TESTS_UNIT_FAKE_H

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/pages.h"

struct fake {
	struct pages pages;		/* first */
	struct pages_ops ops;		/* a test may replace some */
	uint8_t *states;		/* enum page_state of each pfn */
	uint8_t **bytes;		/* NULL: zeroes */
	bool *damaged;
	uint64_t run_limit;		/* runs are told in parts of at most so many pages */
	_Atomic unsigned long reads;	/* calls of read */
};

static inline struct fake *fake_of(const struct pages *ps)
{
	return (struct fake *)(uintptr_t)ps;
}

static inline int fake_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	struct fake *f = fake_of(ps);
	uint64_t size = pages_size(ps);

	f->reads++;
	for (uint64_t i = 0; i < count; i++) {
		assert(pfn + i < ps->max_pfn);
		/* the contract: kept pages of one run only */
		assert(page_is_kept((enum page_state)f->states[pfn + i]));
		assert(f->states[pfn + i] == f->states[pfn]);
		if (f->damaged[pfn + i])
			return -EIO;
		if (f->bytes[pfn + i])
			memcpy((char *)buf + i * size, f->bytes[pfn + i], size);
		else
			memset((char *)buf + i * size, 0, size);
	}
	return 0;
}

static inline void fake_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	struct fake *f = fake_of(ps);
	uint64_t end = pfn + min_u64(f->run_limit, ps->max_pfn - pfn);

	*out = (struct page_run){ pfn, 0, (enum page_state)f->states[pfn], false };
	while (pfn < end && f->states[pfn] == out->state)
		pfn++;
	out->count = pfn - out->first;
}

static inline struct fake *fake_new(unsigned int page_shift, uint64_t max_pfn)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert(f);
	f->ops = (struct pages_ops){ .read = fake_read, .run = fake_run };
	f->pages = (struct pages){ .ops = &f->ops, .page_shift = page_shift, .max_pfn = max_pfn };
	f->states = calloc(max_pfn + 1, 1);
	f->bytes = calloc(max_pfn + 1, sizeof(*f->bytes));
	f->damaged = calloc(max_pfn + 1, sizeof(*f->damaged));
	assert(f->states && f->bytes && f->damaged);
	f->run_limit = 4096;
	return f;
}

static inline void fake_free(struct fake *f)
{
	for (uint64_t i = 0; i < f->pages.max_pfn; i++)
		free(f->bytes[i]);
	free(f->states);
	free(f->bytes);
	free(f->damaged);
	free(f);
}

static inline void fake_set(struct fake *f, uint64_t pfn, uint64_t count, enum page_state state)
{
	assert(pfn + count <= f->pages.max_pfn);
	memset(f->states + pfn, state, count);
}

/* The bytes of a page, which is DATA from now on. */
static inline uint8_t *fake_page(struct fake *f, uint64_t pfn)
{
	assert(pfn < f->pages.max_pfn);
	f->states[pfn] = PAGE_DATA;
	if (!f->bytes[pfn])
		f->bytes[pfn] = calloc(1, pages_size(&f->pages));
	assert(f->bytes[pfn]);
	return f->bytes[pfn];
}

/* A DATA page, each byte of which depends on the pfn and its place. */
static inline void fake_fill(struct fake *f, uint64_t pfn)
{
	uint8_t *p = fake_page(f, pfn);

	for (uint64_t i = 0; i < pages_size(&f->pages); i++)
		p[i] = (uint8_t)(pfn * 31 + i * 7 + i / 256 + 1);
}

/* The page must be DATA by then, else pages_read() says -ENODATA. */
static inline void fake_damage(struct fake *f, uint64_t pfn)
{
	f->damaged[pfn] = true;
}

static inline void fake_write(struct fake *f, uint64_t paddr, const void *bytes, size_t n)
{
	const char *from = bytes;
	uint64_t size = pages_size(&f->pages);

	while (n) {
		size_t in_page = paddr % size, part = (size_t)min_u64(n, size - in_page);

		memcpy(fake_page(f, paddr / size) + in_page, from, part);
		from += part;
		paddr += part;
		n -= part;
	}
}

static inline void fake_u64(struct fake *f, uint64_t paddr, uint64_t v)
{
	uint8_t raw[8];

	put_u64(raw, v, false);
	fake_write(f, paddr, raw, 8);
}

static inline void fake_u32(struct fake *f, uint64_t paddr, uint32_t v)
{
	uint8_t raw[4];

	put_u32(raw, v, false);
	fake_write(f, paddr, raw, 4);
}

static inline void fake_u16(struct fake *f, uint64_t paddr, uint16_t v)
{
	uint8_t raw[2];

	put_u16(raw, v, false);
	fake_write(f, paddr, raw, 2);
}

/* Numbers that are the same in each run: xorshift64*. */
static inline uint64_t fake_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dull;
}

#endif
