/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report: pages by class, by node and zone, and by level, with the sizes that files of them would have. */
#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "base/fault.h"
#include "fs/views/estimate.h"
#include "fs/views/report.h"
#include "fs/views/row.h"
#include "kernel/pages/nodes.h"

static const char *const class_names[CLASSES] = {
	[CLASS_CACHE] = "cache",
	[CLASS_CACHE_PRIVATE] = "cache-private",
	[CLASS_USER] = "user",
	[CLASS_FREE] = "free",
	[CLASS_HWPOISON] = "hwpoison",
	[CLASS_OFFLINE] = "offline",
};

/* Columns that are the same in all tables; elf: with that of ELF files. */
static void put_header(struct outbuf *out, const char *what, const char *pages, bool elf)
{
	out_printf(out, "%-16s %12s %14s %6s %10s", what, pages, "size", "share", "~zero");
	if (elf)
		out_printf(out, " %9s", "~elf");
	for (size_t i = 0; i < CODECS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "~%s", codec_name(codecs[i]));
		out_printf(out, " %9s", name);
	}
	out_char(out, '\n');
}

static void put_pages(struct outbuf *out, const char *name, uint64_t pages, uint64_t total, unsigned int shift)
{
	out_printf(out, "%-16s %12llu %10llu MiB %5.1f%%", name, (unsigned long long)pages,
		   (unsigned long long)(pages << shift >> 20), total ? 100.0 * (double)pages / (double)total : 0.0);
}

static void put_row(struct outbuf *out, const char *name, uint64_t pages, uint64_t total, unsigned int shift)
{
	put_pages(out, name, pages, total, shift);
	out_char(out, '\n');
}

static void put_mib(struct outbuf *out, double bytes)
{
	out_printf(out, " %9.1f", bytes / (1 << 20));
}

/* more: bytes of a kdump-compressed file besides its pages. */
static void put_sizes(struct outbuf *out, const struct estimate_sum *sum, double more)
{
	for (size_t i = 0; i < CODECS; i++)
		if (codec_is_there(codecs[i]))
			put_mib(out, sum->bytes[i] + more);
		else
			out_printf(out, " %9s", "-");
	out_char(out, '\n');
}

/* classes NULL: pages cannot be classified. */
static int get_classes(struct engine *e, const struct classes **classes)
{
	*classes = NULL;
	return e->memmap ? engine_classes(e, classes) : 0;
}

static int sample(struct engine *e, const struct pages *ps, struct estimate *est)
{
	const struct classes *classes;
	struct job job;
	int r = get_classes(e, &classes);

	if (r)
		return r;
	job_start(&e->jobs, &job, "compressing a sample of pages");
	r = estimate_run(ps, classes, &job.progress, est);
	job_end(&e->jobs, &job);
	return r;
}

/* The groups whose pages count as this class; CLASSES: those in none. */
static void sum_of_class(const struct estimate *est, unsigned int class, struct estimate_sum *sum)
{
	*sum = (struct estimate_sum){ 0 };
	for (unsigned int g = 0; g < ARRAY_SIZE(est->groups); g++)
		if (classes_first(g) == class)
			estimate_add(&est->groups[g], sum);
}

/* The groups that have none of the left-out classes. */
static void sum_without(const struct estimate *est, unsigned int left_out, struct estimate_sum *sum)
{
	*sum = (struct estimate_sum){ 0 };
	for (unsigned int g = 0; g < ARRAY_SIZE(est->groups); g++)
		if (!(g & left_out))
			estimate_add(&est->groups[g], sum);
}

/* Pages by class, and those of the source that are not stored. */
static int put_classes(struct engine *e, const struct pages *base, const struct estimate *est, struct outbuf *out)
{
	unsigned int shift = e->pages->page_shift;
	const struct classes *classes;
	struct class_counts counts;
	struct estimate_sum sum;
	const uint64_t *states = engine_counts(e);
	uint64_t stored, total;
	int r = get_classes(e, &classes);

	if (r)
		return r;
	stored = states[PAGE_DATA] + states[PAGE_ZERO];
	total = stored + states[PAGE_EXCLUDED];
	put_header(out, "class", "pages", false);
	if (classes)
		classify_count(classes, e->exclude_domu ? base : e->pages, &counts);
	for (unsigned int c = 0; classes && c <= CLASSES; c++) {
		put_pages(out, c < CLASSES ? class_names[c] : "other", c < CLASSES ? counts.pages[c] : counts.other, total, shift);
		sum_of_class(est, c, &sum);
		out_printf(out, " %10.0f", sum.zero);
		put_sizes(out, &sum, 0);
	}
	if (e->exclude_domu)
		put_row(out, "domu", pages_kept(e->ram) - pages_kept(base), total, shift);
	put_row(out, "stored", stored, total, shift);
	put_row(out, "not-stored", states[PAGE_EXCLUDED], total, shift);
	put_row(out, "memory", total, total, shift);
	return 0;
}

/* Stored pages from first on by class. */
static void put_range(const struct pages *ps, const struct classes *classes, const char *name, uint64_t first,
		      uint64_t spanned, uint64_t kernel_free, struct outbuf *out)
{
	uint64_t from = min_u64(first, ps->max_pfn), end = from + min_u64(spanned, ps->max_pfn - from), all;
	struct class_counts n;

	classify_count_in(classes, ps, from, end, &n);
	all = n.other;
	for (unsigned int c = 0; c < CLASSES; c++)
		all += n.pages[c];
	out_printf(out, "%-16s %12llu", name, (unsigned long long)all);
	for (unsigned int c = 0; c < CLASSES; c++)
		out_printf(out, " %13llu", (unsigned long long)n.pages[c]);
	out_printf(out, " %13llu %13llu\n", (unsigned long long)n.other, (unsigned long long)kernel_free);
}

/* What of struct zone is not in VMCOREINFO. -ENOTSUP with *why; passing faults. */
static int zone_layout(const struct engine *e, struct zone_layout *out, const char **why)
{
	const struct types *t;
	int r = facts_types(e->facts, &t, why);

	if (r || !zone_layout_get(e->kernel, t, out))
		return r;
	*why = "the kernel's types do not describe struct zone";
	return -ENOTSUP;
}

/* *why_no_zones: NULL, or why zones have no names and places. */
static int read_nodes(struct engine *e, struct mem_nodes *nodes, const char **why, const char **why_no_zones)
{
	const struct symbols *symbols;
	struct zone_layout layout;
	int r = facts_symbols(e->facts, &symbols, NULL), no_layout;

	if (r && r != -ENOTSUP)
		return r;
	no_layout = zone_layout(e, &layout, why_no_zones);
	if (no_layout && no_layout != -ENOTSUP)
		return no_layout;
	return nodes_read(e->kernel, symbols, no_layout ? NULL : &layout, nodes, why);
}

static int put_nodes(struct engine *e, struct outbuf *out)
{
	const struct pages *ps = e->pages;
	const struct classes *classes;
	const char *why, *why_no_zones = NULL;
	struct mem_nodes nodes;
	int r = get_classes(e, &classes);

	if (r || !classes)
		return r;
	/* their pages have numbers of dom0, those that are counted here are the machine's */
	if (e->kernel->xen)
		r = -ENOTSUP, why = "dom0's memory is anywhere in that of the machine";
	else
		r = read_nodes(e, &nodes, &why, &why_no_zones);
	if (error_is_passing(r))
		return r;
	if (r) {
		out_printf(out, "\nNodes are not known: %s.\n", why);
		return 0;
	}
	out_printf(out, "\n%-16s %12s", "node", "stored");
	for (unsigned int c = 0; c < CLASSES; c++)
		out_printf(out, " %13s", class_names[c]);
	out_printf(out, " %13s %13s\n", "other", "kernel's free");
	for (size_t i = 0; i < nodes.n; i++) {
		const struct mem_node *n = &nodes.list[i];
		uint64_t free = 0;
		char name[48];

		for (unsigned int z = 0; z < n->nzones; z++)
			free += n->zones[z].free;
		snprintf(name, sizeof(name), "node-%u", n->id);
		put_range(ps, classes, name, n->first, n->spanned, free, out);
		for (unsigned int z = 0; z < n->nzones && !why_no_zones; z++) {
			snprintf(name, sizeof(name), "node-%u/%s", n->id, n->zones[z].name);
			put_range(ps, classes, name, n->zones[z].first, n->zones[z].spanned, n->zones[z].free, out);
		}
	}
	if (why_no_zones)
		out_printf(out, "Zones are not known: %s.\n", why_no_zones);
	nodes_free(&nodes);
	return 0;
}

/* What the level keeps, and the sizes of its files. zero: exact, or below 0: as the sample has it. */
static int put_level(struct engine *e, unsigned int sel, const char *name, const struct estimate_sum *sum, double zero,
		     struct outbuf *out)
{
	unsigned int shift = e->pages->page_shift;
	const struct pages *ps;
	const uint64_t *states = engine_counts(e);
	uint64_t kept, more;
	int r = engine_pages(e, sel, false, &ps);

	if (!r)
		r = engine_kdump_overhead(e, sel, &more);
	if (r)
		return r;
	kept = pages_kept(ps);
	if (zero < 0)
		zero = sum->zero;
	put_pages(out, name, kept, states[PAGE_DATA] + states[PAGE_ZERO], shift);
	out_printf(out, " %10.0f", zero);
	put_mib(out, ((double)kept - (selection_level(sel) & LEVEL_ZERO ? zero : 0)) * (double)((uint64_t)1 << shift));
	put_sizes(out, sum, (double)more);
	return 0;
}

static void put_explanation(const struct estimate *est, uint64_t of, struct outbuf *out)
{
	out_printf(out, "\nColumns with ~ are estimates, from %llu of %llu pages: how many are pages of zeroes, and the\n"
		   "MiB that their files would take: elf (a copy with holes), and dump.none to dump.zstd.\n",
		   (unsigned long long)est->sampled, (unsigned long long)of);
	for (size_t i = 0; i < CODECS; i++)
		if (!codec_is_there(codecs[i]))
			out_printf(out, "%s is not known: its library is not installed here.\n", codec_name(codecs[i]));
}

/* NODES_MAX nodes with ZONES_MAX zones each */
uint64_t bound_report(const struct engine *e)
{
	(void)e;
	return 1 << 20;
}

static int render_report(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct pages *base;
	struct estimate est;
	int r = engine_base(e, &base);

	(void)at;
	if (!r)
		r = sample(e, base, &est);
	if (!r)
		r = put_classes(e, base, &est, out);
	if (!r)
		r = put_nodes(e, out);
	if (r)
		return r;
	out_char(out, '\n');
	put_header(out, "level", "kept pages", true);
	for (unsigned int level = 0; level < LEVELS; level++) {
		struct estimate_sum sum;
		char name[16];

		if (!engine_has_selection(e, level))
			continue;
		sum_without(&est, level_classes(&e->rules, level), &sum);
		snprintf(name, sizeof(name), "%u", level);
		r = put_level(e, level, name, &sum, -1, out);
		if (r)
			return r;
	}
	put_explanation(&est, pages_kept(base), out);
	return 0;
}

int render_level_report(struct engine *e, unsigned int sel, struct outbuf *out)
{
	unsigned int shift = e->pages->page_shift;
	uint64_t before = pages_kept(e->pages), kept, zero = 0;
	struct estimate_sum sum;
	struct estimate est;
	const struct pages *ps;
	int r = engine_pages(e, sel, false, &ps);

	if (!r)
		r = sample(e, ps, &est);
	if (r)
		return r;
	kept = pages_kept(ps);
	if (selection_level(sel) & LEVEL_ZERO) {
		r = engine_pages(e, sel, true, &ps);
		if (r)
			return r;
		zero = kept - pages_kept(ps);
	}
	put_header(out, "level", "pages", true);
	put_row(out, "source", before, before, shift);
	put_row(out, "excluded", before - kept, before, shift);
	sum_without(&est, 0, &sum);
	r = put_level(e, sel, "kept", &sum, selection_level(sel) & LEVEL_ZERO ? (double)zero : -1, out);
	if (selection_level(sel) & LEVEL_ZERO)
		put_row(out, "kept-zero", zero, before, shift);
	put_explanation(&est, kept, out);
	return r;
}

static const char *missing_classes(const struct engine *e)
{
	return e->memmap ? NULL : e->why_no_classes;
}

static const struct view_row rows[] = {
	{ .path = "report", .cost = "first open: reads all page structs", .use = "you",
	  .help = "pages by class and node, what each level keeps and would take; reads all page structs",
	  .type = VIEW_COSTLY_TEXT, .render = render_report, .bound = bound_report, .missing = missing_classes },
};

VIEW_FAMILY(report, rows);
