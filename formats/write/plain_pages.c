/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/plain_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"

/* Pages are looked at while the CPU has them at hand. */
#define LOOK_BYTES ((size_t)128 << 10)

/* How many pages with data from page i on lie together in memory, max at most. */
static uint64_t together(const struct plain_pages *p, uint64_t i, uint64_t max)
{
	uint64_t n = 0;

	while (n < max && i + n < p->n && p->places[i + n].len && p->pfns[i + n] == p->pfns[i] + n)
		n++;
	return n;
}

size_t plain_pages_buffer(const struct pages *ps)
{
	return (size_t)max_u64(LOOK_BYTES, pages_size(ps));
}

/* Pages i to i + n - 1, which lie together. */
static int look_at(const struct plain_pages *p, uint64_t i, uint64_t n, char *buf)
{
	int all = pages_read_run(p->ps, p->pfns[i], n, buf), r = all;
	uint64_t page = pages_size(p->ps);

	for (uint64_t k = 0; k < n; k++) {
		const char *at = all ? buf : buf + k * page;

		if (all && n > 1)
			r = pages_read_run(p->ps, p->pfns[i + k], 1, buf);
		if (error_is_passing(r))
			return r;
		p->places[i + k].zero = !r && bytes_are_zero(at, page);
		if (r || p->places[i + k].zero)
			p->places[i + k].len = 0;
	}
	return 0;
}

int plain_pages_look(const struct plain_pages *p, void *buf)
{
	uint64_t max = plain_pages_buffer(p->ps) / pages_size(p->ps), n, lost;
	int r = 0;

	for (uint64_t i = 0; i < p->n && !r; i += n) {
		n = together(p, i, max);
		if (!n) {
			n = 1;
			continue;
		}
		lost = pages_lost(p->ps, p->pfns[i], n);
		if (lost) {
			for (n = 0; n < lost; n++)
				p->places[i + n].len = 0;
			continue;
		}
		r = look_at(p, i, n, buf);
	}
	return r;
}

/* A part of one page. */
static int read_part(const struct plain_pages *p, uint64_t i, uint64_t skip, void *buf, size_t n)
{
	char *page = malloc(pages_size(p->ps));
	int r = page ? pages_read_run(p->ps, p->pfns[i], 1, page) : -ENOMEM;

	if (!r)
		memcpy(buf, page + skip, n);
	free(page);
	return r;
}

int plain_pages_read(const struct plain_pages *p, uint64_t skip, void *buf, size_t n)
{
	uint64_t page = pages_size(p->ps), pages;
	char *at = buf;
	size_t part;
	int r = 0;

	for (uint64_t i = 0; n && !r; i += pages, at += part, n -= part) {
		part = 0;
		pages = 1;
		if (!p->places[i].len)
			continue;
		if (skip >= page) {
			skip -= page;
			continue;
		}
		if (skip || n < page) {
			part = (size_t)min_u64(page - skip, n);
			r = read_part(p, i, skip, at, part);
			skip = 0;
			continue;
		}
		pages = together(p, i, n / page);
		part = (size_t)(pages * page);
		r = pages_read_run(p->ps, p->pfns[i], pages, at);
	}
	return r;
}
