/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/lime.h"

#include <errno.h>

#include "base/bytes.h"

#define MAGIC 0x4c694d45u
#define VERSION 1u
#define HEADER 32u

struct writer {
	const struct pages *ps;
	bool big;
	struct layout *l;
};

static int add_record(void *arg, uint64_t first, uint64_t count)
{
	const struct writer *w = arg;
	uint64_t start = first << w->ps->page_shift, len = count << w->ps->page_shift;
	uint8_t header[HEADER] = { 0 };
	int r;

	put_u32(header, MAGIC, w->big);
	put_u32(header + 4, VERSION, w->big);
	put_u64(header + 8, start, w->big);
	put_u64(header + 16, start + len - 1, w->big);		/* the last byte */
	r = layout_add_bytes(w->l, header, sizeof(header));
	return r ? r : layout_add_pages(w->l, w->ps, start, len, HOLES_FAIL);
}

int write_lime(const struct pages *ps, bool big_endian, struct layout **out)
{
	struct writer w = { .ps = ps, .big = big_endian, .l = layout_new() };
	int r = w.l ? pages_each_kept(ps, add_record, &w) : -ENOMEM;

	if (r) {
		layout_unref(w.l);
		return r;
	}
	*out = w.l;
	return 0;
}

uint64_t write_lime_bound(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1], pages;

	pages_count_few(ps, counts);
	pages = counts[PAGE_DATA] + counts[PAGE_ZERO];
	/* at worst no page follows another */
	return (pages << ps->page_shift) + pages * HEADER;
}
