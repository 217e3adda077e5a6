/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several files as one dump: the parts of a split set (makedumpfile --split). Each part has the headers, notes and bitmaps
 * of the whole dump, and the data of a range of its pages.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "formats/kdump/kdump.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"
#include "formats/source/parts/joined.h"

#define RANGES_NAMED 8			/* missing ranges in one message */

struct split_set {
	struct dump **members;		/* owned; once the set is open, in the order of their pages */
	size_t n;
	size_t knows;			/* while opening: the member whose bitmaps all share */
	const struct dump **of_part;	/* owned array; the member of each of d->parts, or NULL */
	unsigned long missing;		/* for fail_counted() */
};

static const struct kdump *kdump_of(const struct dump *d)
{
	return d->priv;
}

/* Index of the part that a page is in: they cover all pages. */
static size_t find_part(const struct dump *d, uint64_t pfn)
{
	return bisect_first(i, d->nparts - 1, d->parts[i].end > pfn);
}

static int not_here(const struct dump *d, uint64_t pfn)
{
	struct split_set *set = d->priv;

	return fail_counted(&set->missing, EIO, "page 0x%llx: the part of the split set of %s that has it is missing",
			    (unsigned long long)pfn, d->src->name);
}

static int set_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	const struct split_set *set = d->priv;
	uint8_t *out = buf;
	uint64_t n;
	int r = 0;

	for (; count && !r; pfn += n, count -= n, out += n << ps->page_shift) {
		size_t i = find_part(d, pfn);
		const struct dump *m = set->of_part[i];

		n = min_u64(count, d->parts[i].end - pfn);
		r = m ? pages_read_run(&m->pages, pfn, n, out) : not_here(d, pfn);
	}
	return r;
}

/* Every member knows the states of all pages. */
static void set_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct dump *d = (const struct dump *)ps;
	const struct split_set *set = d->priv;
	const struct dump *m = set->members[0];

	pages_run(&m->pages, pfn, out);
	out->count = min_u64(out->count, d->parts[find_part(d, pfn)].end - pfn);
}

static void set_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	const struct dump *d = (const struct dump *)ps;
	const struct split_set *set = d->priv;
	uint64_t n;

	for (; count; pfn += n, count -= n, out += n) {
		size_t i = find_part(d, pfn);

		n = min_u64(count, d->parts[i].end - pfn);
		if (set->of_part[i])
			pages_places(&set->of_part[i]->pages, pfn, n, out);
		else
			memset(out, 0, n * sizeof(*out));
	}
}

static bool set_compressed(const struct pages *ps)
{
	return ((const struct dump *)ps)->codec != CODEC_NONE;
}

static const struct pages_ops set_pages_ops = {
	.read = set_read,
	.run = set_run,
	.places = set_places,
	.compressed = set_compressed,
};

static void set_close(struct dump *d)
{
	struct split_set *set = d->priv;

	if (!set)
		return;
	for (size_t i = 0; i < set->n; i++)
		dump_close(set->members[i]);
	free(set->members);
	free(set->of_part);
	free(set);
	d->priv = NULL;
}

static const struct dump_ops split_set_ops = {
	.name = "kdump-compressed",
	.close = set_close,
};

#define FIELD(what, name) { what, offsetof(struct kdump_header, name), sizeof(((struct kdump_header *)0)->name) }

/* What all parts have in common: the main header, and the sub header but for what tells of the part. */
static const struct {
	const char *what;
	size_t offset, size;
} common[] = {
	FIELD("signature", diskdump), FIELD("byte order", big_endian), FIELD("word size", word),
	FIELD("header version", version), FIELD("name of the machine or its kernel", uts), FIELD("time", timestamp),
	FIELD("block size", block_size), FIELD("size of the sub header", sub_blocks),
	FIELD("size of the bitmaps", bitmap_blocks), FIELD("number of CPUs", nr_cpus),
	FIELD("number of pages", max_mapnr), FIELD("phys_base", phys_base), FIELD("dump level", dump_level),
};

/*
 * All parts have the bitmaps of the whole dump, unless their writer was stopped before they were complete: such a part is
 * like those that know more as far as it goes, and takes theirs.
 */
static bool share_bitmaps(struct split_set *set, struct dump *b)
{
	struct dump *a = set->members[set->knows];

	if (kdump_of(b)->lost_from <= kdump_of(a)->lost_from)
		return kdump_share_bitmaps(b, a);
	/* a last, since it owns what the others share */
	for (size_t i = 0; i < set->n - 1; i++)
		if (i != set->knows && !kdump_share_bitmaps(set->members[i], b))
			return false;
	set->knows = set->n - 1;
	return kdump_share_bitmaps(a, b);
}

/* Is b, the last one, a part of the dump that the first one is a part of? They then share bitmaps. */
static int check_member(struct split_set *set, struct dump *b)
{
	const struct dump *a = set->members[0];
	const char *ha = (const char *)&kdump_of(a)->header, *hb = (const char *)&kdump_of(b)->header;
	const char *what = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(common) && !what; i++)
		if (memcmp(ha + common[i].offset, hb + common[i].offset, common[i].size))
			what = common[i].what;
	if (!what && (a->notes_len != b->notes_len || (a->notes_len && memcmp(a->notes, b->notes, a->notes_len))))
		what = "notes";
	if (!what && !share_bitmaps(set, b))
		what = "list of pages";
	return what ? fail(EIO, "%s: no part of the same dump as %s: another %s", b->src->name, a->src->name, what) : 0;
}

static uint64_t first_pfn(const struct dump *d)
{
	return kdump_of(d)->base_pfn + kdump_of(d)->first_bit;
}

static uint64_t end_pfn(const struct dump *d)
{
	return kdump_of(d)->base_pfn + kdump_of(d)->end_bit;
}

static int compare_members(const void *a, const void *b)
{
	const struct dump *x = *(struct dump *const *)a, *y = *(struct dump *const *)b;

	if (first_pfn(x) != first_pfn(y))
		return first_pfn(x) < first_pfn(y) ? -1 : 1;
	return end_pfn(x) < end_pfn(y) ? -1 : end_pfn(x) > end_pfn(y);
}

/* Of pages first to end - 1: how many were dumped. */
static uint64_t count_stored(const struct dump *m, uint64_t first, uint64_t end)
{
	const struct kdump *k = kdump_of(m);
	uint64_t from = max_u64(first, k->base_pfn) - k->base_pfn;

	return bitmap_rank(k->stored, end - k->base_pfn) - bitmap_rank(k->stored, from);
}

static void add_part(struct dump *d, const struct dump *m, uint64_t first, uint64_t end)
{
	struct split_set *set = d->priv;

	if (first == end)
		return;
	set->of_part[d->nparts] = m;
	d->parts[d->nparts++] = (struct dump_part){
		.path = m ? m->src->name : NULL, .first = first, .end = end,
		.stored = count_stored(set->members[0], first, end),
	};
}

/* The ranges of the members and what is between them. makedumpfile also makes parts without any page. */
static int make_parts(struct dump *d)
{
	struct split_set *set = d->priv;
	const struct dump *last = NULL;
	uint64_t at = 0;

	d->parts = calloc(2 * set->n + 1, sizeof(*d->parts));
	set->of_part = calloc(2 * set->n + 1, sizeof(*set->of_part));
	if (!d->parts || !set->of_part)
		return -ENOMEM;
	for (size_t i = 0; i < set->n; i++) {
		const struct dump *m = set->members[i];
		uint64_t first = first_pfn(m), end = end_pfn(m);

		if (first == end)
			continue;
		if (last && first < at)
			return fail(EIO, "%s: has pages from 0x%llx on, which %s has too", m->src->name, (unsigned long long)first,
				    last->src->name);
		add_part(d, NULL, at, first);
		add_part(d, m, first, end);
		at = end;
		last = m;
	}
	add_part(d, NULL, at, d->pages.max_pfn);
	return 0;
}

static int check_missing(struct dump *d, bool degraded)
{
	char ranges[64 * RANGES_NAMED] = "";
	uint64_t pages = 0;
	size_t used = 0, n = 0;

	for (size_t i = 0; i < d->nparts; i++) {
		const struct dump_part *p = &d->parts[i];

		if (p->path || !p->stored)
			continue;
		pages += p->stored;
		if (n++ < RANGES_NAMED)
			used += (size_t)snprintf(ranges + used, sizeof(ranges) - used, "%s0x%llx-0x%llx", used ? ", " : "",
						 (unsigned long long)p->first, (unsigned long long)p->end - 1);
	}
	if (!n)
		return 0;
	if (!degraded)
		return fail(EIO, "%s: parts of the split set are missing: those with pages %s%s (-o degraded reads the rest)",
			    d->src->name, ranges, n > RANGES_NAMED ? ", ..." : "");
	log_warn("%s: parts of the split set are missing: %llu pages of %s%s cannot be read", d->src->name,
		 (unsigned long long)pages, ranges, n > RANGES_NAMED ? ", ..." : "");
	d->incomplete = true;
	return 0;
}

/* All files one after the other: for those who ask for size and time of the input. */
static int join_sources(struct dump *d, const struct split_set *set)
{
	struct joined_piece *pieces = calloc(set->n, sizeof(*pieces));

	if (!pieces)
		return -ENOMEM;
	for (size_t i = 0; i < set->n; i++)
		pieces[i] = (struct joined_piece){ .src = set->members[i]->src, .len = set->members[i]->src->size };
	d->src = joined_new(pieces, set->n, false);
	free(pieces);
	return d->src ? 0 : -ENOMEM;
}

/* What was erased before is told in parts too: each has what was erased in its pages. */
static int join_eraseinfo(struct dump *d, const struct split_set *set)
{
	int r = 0;

	for (size_t i = 0; i < set->n && !r; i++)
		if (set->members[i]->eraseinfo)
			r = dump_add_eraseinfo(d, set->members[i]->eraseinfo, set->members[i]->eraseinfo_len);
	return r;
}

/* What the dump says of itself, from the first member; the notes move. */
static void take_facts(struct dump *d, struct split_set *set)
{
	struct dump *m = set->members[0];

	*d = *m;
	d->ops = &split_set_ops;
	d->pages.ops = &set_pages_ops;
	d->priv = set;
	d->src = NULL;
	d->eraseinfo = NULL;
	d->eraseinfo_len = d->eraseinfo_cap = 0;
	m->notes = NULL;
	m->notes_len = m->notes_cap = 0;
	m->vmcoreinfo = NULL;
	m->vmcoreinfo_len = 0;
	m->segments = NULL;
	m->nsegments = 0;
	for (size_t i = 1; i < set->n; i++)
		d->incomplete |= set->members[i]->incomplete;
}

/* Takes over set. */
static int set_open(struct split_set *set, bool degraded, struct dump **out)
{
	struct dump *d = calloc(1, sizeof(*d));
	int r = -ENOMEM;

	if (!d) {
		set_close(&(struct dump){ .priv = set });
		return r;
	}
	qsort(set->members, set->n, sizeof(struct dump *), compare_members);
	take_facts(d, set);
	r = join_sources(d, set);
	if (!r)
		r = join_eraseinfo(d, set);
	if (!r)
		r = make_parts(d);
	if (!r)
		r = check_missing(d, degraded);
	if (r) {
		dump_close(d);
		return r;
	}
	*out = d;
	return 0;
}

/* Takes over src. */
static int add_member(struct split_set *set, struct source *src, bool alone, const struct dump_request *req)
{
	struct dump *d;
	int r = kdump_signature(src);

	if (r < 0)
		r = fail(-r, "%s: cannot be read: %s", src->name, strerror(-r));
	else
		r = r ? 0 : fail(EIO, NO_PART_OF_A_SET, src->name);
	if (r) {
		source_close(src);
		return r;
	}
	r = dump_open_as(src, &kdump_dump_ops, req, &d);
	if (r)
		return r;
	set->members[set->n++] = d;
	if (!alone && !kdump_is_part(d))
		return fail(EIO, NO_PART_OF_A_SET, d->src->name);
	return set->n > 1 ? check_member(set, d) : 0;
}

/* A dump alone, or all parts of a split set in any order. */
static int split_set_open(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct split_set *set = calloc(1, sizeof(*set));
	size_t taken = 0;
	int r = 0;

	if (set)
		set->members = calloc(n, sizeof(struct dump *));
	if (!set || !set->members)
		r = -ENOMEM;
	while (taken < n && !r)
		r = add_member(set, srcs[taken++], n == 1, req);
	for (; taken < n; taken++)
		source_close(srcs[taken]);
	if (!r && (n > 1 || kdump_is_part(set->members[0])))
		return set_open(set, req->degraded, out);
	if (!r) {
		*out = set->members[0];
		set->n = 0;
	}
	set_close(&(struct dump){ .priv = set });
	return r;
}

const struct dump_ops kdump_dump_ops = {
	.name = "kdump-compressed",
	.probe = kdump_signature,
	.open = kdump_open,
	.open_set = split_set_open,
	.is_part = kdump_is_part_file,
	.close = kdump_close,
};
