/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/page_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cache.h"

#define FEW_PAGES 4u			/* who reads more at once reads them once */

struct page_cache {
	struct pages pages;		/* first */
	const struct pages *below;	/* borrowed */
	struct cache *kept;		/* owned; by pfn */
};

static const struct page_cache *page_cache_of(const struct pages *ps)
{
	return (const struct page_cache *)ps;
}

/* A page that is damaged has no good bytes, but its error in their place. */
static ssize_t make_page(const void *arg, uint64_t pfn, uint8_t *data, size_t len)
{
	const struct page_cache *c = arg;
	int r = pages_read_run(c->below, pfn, 1, data);

	if (r != -EIO && r != -EBADMSG)
		return r ? r : (ssize_t)len;
	memcpy(data, &r, sizeof(r));
	return 0;
}

static int page_cache_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct page_cache *c = page_cache_of(ps);
	const size_t size = pages_size(ps);
	const struct cache_block *b;
	int r = 0;

	if (count > FEW_PAGES)
		return pages_read_run(c->below, pfn, count, buf);
	for (uint64_t i = 0; i < count && !r; i++) {
		r = cache_get(c->kept, pfn + i, size, &b);
		if (r)
			break;
		if (b->good == size)
			memcpy((char *)buf + i * size, b->data, size);
		else
			memcpy(&r, b->data, sizeof(r));
		cache_put(c->kept, b);
	}
	return r;
}

static void page_cache_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	pages_run(page_cache_of(ps)->below, pfn, out);
}

static void page_cache_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	pages_places(page_cache_of(ps)->below, pfn, count, out);
}

static uint64_t page_cache_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	return pages_lost(page_cache_of(ps)->below, pfn, count);
}

static bool page_cache_compressed(const struct pages *ps)
{
	return pages_compressed(page_cache_of(ps)->below);
}

static const struct pages_ops page_cache_ops = {
	.read = page_cache_read,
	.run = page_cache_run,
	.places = page_cache_places,
	.lost = page_cache_lost,
	.compressed = page_cache_compressed,
};

struct pages *page_cache_new(const struct pages *below, size_t bytes)
{
	struct page_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->pages = *below;
	c->pages.ops = &page_cache_ops;
	c->below = below;
	c->kept = cache_new(bytes, make_page, c);
	if (!c->kept) {
		free(c);
		return NULL;
	}
	return &c->pages;
}

void page_cache_free(struct pages *ps)
{
	struct page_cache *c = (struct page_cache *)ps;

	if (!c)
		return;
	cache_free(c->kept);
	free(c);
}
