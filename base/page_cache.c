/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/page_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cache.h"
#include "base/pages_over.h"

#define FEW_PAGES 4u			/* who reads more at once reads them once */

struct page_cache {
	struct pages_over over;		/* first */
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
	int r = pages_read_run(c->over.below, pfn, 1, data);

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
		return pages_read_run(c->over.below, pfn, count, buf);
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

static const struct pages_ops page_cache_ops = {
	.read = page_cache_read,
	.run = pages_over_run,
	.places = pages_over_places,
	.lost = pages_over_lost,
	.compressed = pages_over_compressed,
};

struct pages *page_cache_new(const struct pages *below, size_t bytes)
{
	struct page_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->over = pages_over(&page_cache_ops, below);
	c->kept = cache_new(bytes, make_page, c);
	if (!c->kept) {
		free(c);
		return NULL;
	}
	return &c->over.pages;
}

void page_cache_free(struct pages *ps)
{
	struct page_cache *c = (struct page_cache *)ps;

	if (!c)
		return;
	cache_free(c->kept);
	free(c);
}
