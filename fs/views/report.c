/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "fs/views/texts.h"

static const char *const class_names[CLASSES] = {
	[CLASS_CACHE] = "cache",
	[CLASS_CACHE_PRIVATE] = "cache-private",
	[CLASS_USER] = "user",
	[CLASS_FREE] = "free",
	[CLASS_HWPOISON] = "hwpoison",
	[CLASS_OFFLINE] = "offline",
};

static void put_row(struct outbuf *out, const char *name, uint64_t pages, uint64_t total, unsigned int shift)
{
	out_printf(out, "%-16s %12llu %10llu MiB %5.1f%%\n", name, (unsigned long long)pages,
		   (unsigned long long)(pages << shift >> 20), total ? 100.0 * (double)pages / (double)total : 0.0);
}

static uint64_t kept_pages(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1];

	pages_count(ps, counts);
	return counts[PAGE_DATA] + counts[PAGE_ZERO];
}

/* Pages by class, and those of the source that are not stored. */
static int put_classes(struct engine *e, struct outbuf *out)
{
	const struct pages *ps = &e->dump->pages;
	unsigned int shift = ps->page_shift;
	const struct classes *classes;
	struct class_counts counts;
	const uint64_t *states = e->counts;
	uint64_t stored, total;
	int r;

	stored = states[PAGE_DATA] + states[PAGE_ZERO];
	total = stored + states[PAGE_EXCLUDED];
	out_printf(out, "%-16s %12s %14s %6s\n", "class", "pages", "size", "share");
	if (e->memmap) {
		r = engine_classes(e, &classes);
		if (r)
			return r;
		classify_count(classes, ps, &counts);
		for (unsigned int c = 0; c < CLASSES; c++)
			put_row(out, class_names[c], counts.pages[c], total, shift);
		put_row(out, "other", counts.other, total, shift);
	}
	put_row(out, "stored", stored, total, shift);
	put_row(out, "not-stored", states[PAGE_EXCLUDED], total, shift);
	put_row(out, "memory", total, total, shift);
	return 0;
}

int render_report(struct engine *e, struct outbuf *out)
{
	unsigned int shift = e->dump->pages.page_shift;
	uint64_t total = kept_pages(&e->dump->pages);
	int r = put_classes(e, out);

	if (r)
		return r;
	out_printf(out, "\n%-16s %12s %14s %6s\n", "level", "kept pages", "size", "share");
	for (unsigned int level = 0; level < LEVELS; level++) {
		const struct pages *ps;
		char name[16];

		if (!engine_has_level(e, level))
			continue;
		r = engine_pages(e, level, false, &ps);
		if (r)
			return r;
		snprintf(name, sizeof(name), "%u", level);
		put_row(out, name, kept_pages(ps), total, shift);
	}
	out_printf(out, "\nOdd levels also leave out pages of zeroes; level-N/report counts them.\n");
	return 0;
}

int render_level_report(struct engine *e, unsigned int level, struct outbuf *out)
{
	unsigned int shift = e->dump->pages.page_shift;
	uint64_t before = kept_pages(&e->dump->pages), kept, stored;
	const struct pages *ps;
	int r = engine_pages(e, level, false, &ps);

	if (r)
		return r;
	kept = stored = kept_pages(ps);
	if (level & LEVEL_ZERO) {
		r = engine_pages(e, level, true, &ps);
		if (r)
			return r;
		stored = kept_pages(ps);
	}
	out_printf(out, "%-16s %12s %14s %6s\n", "level", "pages", "size", "share");
	put_row(out, "source", before, before, shift);
	put_row(out, "excluded", before - kept, before, shift);
	put_row(out, "kept", kept, before, shift);
	if (level & LEVEL_ZERO)
		put_row(out, "kept-zero", kept - stored, before, shift);
	return 0;
}
