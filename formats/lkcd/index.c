/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/lkcd/lkcd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/reader/reader.h"

#define WINDOW_BYTES ((size_t)256 << 10)
#define HEADER_WINDOW_BYTES 512u		/* for few records, anywhere */
#define RAW_RUN_PAGES UINT16_MAX
#define OFFSET_MAX ((uint64_t)1 << 47)
#define ADDRESS_MAX ((uint64_t)1 << 60)		/* no machine has more, and no sum wraps */
#define INDEX_BYTES_MAX ((uint64_t)64 << 20)	/* and one for each page */
#define LONG_SCAN_BYTES ((uint64_t)4 << 30)	/* from here on the user is told what is going on */
#define FLAGS_KNOWN (LKCD_RAW | LKCD_COMPRESSED | LKCD_END | LKCD_TRUNCATED | LKCD_TEST_PATTERN | LKCD_NOT_USED | \
		     LKCD_MCLX_V0 | LKCD_MCLX_V1)

const uint8_t *lkcd_window_get(struct lkcd_window *w, uint64_t off, size_t n)
{
	ssize_t r;

	if (off < w->start || off - w->start > w->len || n > w->len - (off - w->start)) {
		w->start = off;
		w->len = 0;
		r = n <= w->size ? source_read_some(w->src, w->bytes, w->size, off) : -EIO;
		if (r < 0 || (size_t)r < n)
			return NULL;
		w->len = (size_t)r;
	}
	return w->bytes + (off - w->start);
}

bool lkcd_record_get(struct lkcd_window *w, uint64_t off, bool big_endian, struct lkcd_record *out)
{
	const uint8_t *b = lkcd_window_get(w, off, LKCD_RECORD);

	if (!b)
		return false;
	out->address = get_u64(b, big_endian);
	out->size = get_u32(b + 8, big_endian);
	out->flags = get_u32(b + 12, big_endian);
	return true;
}

bool lkcd_record_sane(const struct dump *d, const struct lkcd_record *r)
{
	/* Zeroes are none: a file may be sparse. The kernel's buffer for a compressed page is somewhat larger than a page. */
	return (r->flags & (LKCD_RAW | LKCD_COMPRESSED | LKCD_END)) && !(r->flags & ~FLAGS_KNOWN) &&
	       r->size <= 2 * pages_size(&d->pages);
}

bool lkcd_record_pfn(const struct dump *d, const struct lkcd_record *r, uint64_t *pfn)
{
	const struct lkcd *k = d->priv;
	unsigned int shift = d->pages.page_shift;
	uint64_t address = r->address - k->virt_base;

	if (r->address < k->virt_base)
		return false;
	if (r->flags & (LKCD_MCLX_V0 | LKCD_MCLX_V1)) {
		*pfn = address;
		return address < ADDRESS_MAX >> shift;
	}
	*pfn = address >> shift;
	return address < ADDRESS_MAX && !(address & (pages_size(&d->pages) - 1));
}

static uint64_t raw_stride(const struct dump *d)
{
	return LKCD_RECORD + pages_size(&d->pages);
}

int lkcd_run_offset(const struct dump *d, const struct lkcd_run *run, uint64_t n, struct lkcd_window *w, uint64_t *offset)
{
	struct lkcd_record r;
	uint64_t off = run->offset;

	if (run->raw) {
		*offset = off + n * raw_stride(d);
		return 0;
	}
	for (; n; n--, off += LKCD_RECORD + r.size)
		if (!lkcd_record_get(w, off, d->big_endian, &r) || !lkcd_record_sane(d, &r))
			return -EIO;
	*offset = off;
	return 0;
}

/* --- going through the records, in the order of the file */

struct scan {
	struct dump *d;
	struct lkcd_window w;
	uint64_t records;
	uint64_t run_end;		/* file offset behind the last record of the last run */
	uint64_t bad;			/* records with an impossible address */
	uint64_t first_bad;		/* offset of the first one */
};

static bool is_plain(const struct dump *d, const struct lkcd_record *r)
{
	return (r->flags & (LKCD_RAW | LKCD_COMPRESSED)) == LKCD_RAW && r->size == pages_size(&d->pages);
}

static int new_run(struct dump *d, uint64_t pages, const struct lkcd_run *run)
{
	struct lkcd *k = d->priv;
	int r = vector_push_max(k->runs, k->nruns, k->cap, (INDEX_BYTES_MAX + pages) / sizeof(*run), *run);

	if (r == -EOVERFLOW)
		return fail(ENOTSUP, "%s: its pages are in such disorder that a list of them would take more than %llu MiB "
			    "of memory", d->src->name, (unsigned long long)((INDEX_BYTES_MAX + pages) >> 20));
	return r;
}

static int add_page(struct scan *s, uint64_t pfn, uint64_t off, const struct lkcd_record *r)
{
	struct lkcd *k = s->d->priv;
	struct lkcd_run *last = k->nruns ? &k->runs[k->nruns - 1] : NULL;
	bool plain = is_plain(s->d, r);

	if (last && (last->pfn + last->count != pfn || s->run_end != off))
		last = NULL;
	s->run_end = off + LKCD_RECORD + r->size;
	if (last && last->raw && plain && last->count < RAW_RUN_PAGES) {
		last->count++;
		return 0;
	}
	if (last && last->count < LKCD_RUN_PAGES) {
		last->raw = 0;
		last->count++;
		return 0;
	}
	return new_run(s->d, s->records, &(struct lkcd_run){ .pfn = pfn, .offset = off, .raw = plain, .count = 1 });
}

/* Early kernels for i386 wrote addresses of the direct map, which starts with page 0 (crash: lkcd_load_dump_page_header). */
static void find_virt_base(struct dump *d, const struct lkcd_record *first)
{
	struct lkcd *k = d->priv;

	if (k->version == 1 && d->elf_class == 32 && first->address == 0xc0000000)
		k->virt_base = first->address;
}

static void ends_early(struct dump *d, uint64_t off, const char *why)
{
	d->incomplete = true;
	log_warn("%s: %s at offset %#llx: pages behind it are missing", d->src->name, why, (unsigned long long)off);
}

static int scan_records(struct scan *s)
{
	struct dump *d = s->d;
	struct lkcd *k = d->priv;
	struct lkcd_record rec;
	uint64_t off = k->data_offset, pfn;
	int r = 0;

	for (; !r; off += LKCD_RECORD + rec.size) {
		if (!lkcd_record_get(&s->w, off, d->big_endian, &rec)) {
			ends_early(d, off, off + LKCD_RECORD > d->src->size ? "the file ends without an end mark" :
									      "a record cannot be read");
			return 0;
		}
		if (!lkcd_record_sane(d, &rec)) {
			ends_early(d, off, "a damaged record");
			return 0;
		}
		if (rec.flags & LKCD_TRUNCATED) {
			ends_early(d, off, "its writer stopped");
			return 0;
		}
		if (rec.flags & LKCD_END)
			break;
		if (!s->records)
			find_virt_base(d, &rec);
		s->records++;
		if (lkcd_record_pfn(d, &rec, &pfn))
			r = add_page(s, pfn, off, &rec);
		else if (!s->bad++)
			s->first_bad = off;
	}
	if (!r && s->records < k->num_pages) {
		d->incomplete = true;
		log_warn("%s: the header tells of %llu pages, there are %llu", d->src->name,
			 (unsigned long long)k->num_pages, (unsigned long long)s->records);
	}
	return r;
}

/* --- sorting */

static int compare_runs(const void *a, const void *b)
{
	const struct lkcd_run *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static void sort_runs(struct lkcd *k)
{
	for (size_t i = 1; i < k->nruns; i++)
		if (compare_runs(&k->runs[i - 1], &k->runs[i]) > 0) {
			qsort(k->runs, k->nruns, sizeof(*k->runs), compare_runs);
			return;
		}
}

static uint64_t run_end(const struct lkcd_run *run)
{
	return run->pfn + run->count;
}

/* Every page of a run as a run of its own. */
static int split_run(struct scan *s, const struct lkcd_run *run)
{
	struct lkcd_run one = *run;
	uint64_t offset;
	int r = 0;

	one.count = 1;
	for (uint64_t i = 0; i < run->count && !r; i++) {
		r = lkcd_run_offset(s->d, run, i, &s->w, &offset);
		if (r)
			return fail(EIO, "%s: a record that was at offset %#llx is gone", s->d->src->name,
				    (unsigned long long)run->offset);
		one.pfn = run->pfn + i;
		one.offset = offset;
		r = new_run(s->d, s->records, &one);
	}
	return r;
}

/* Sorted runs that overlap, as runs of one page each; the others as they are. */
static int split_overlapping(struct scan *s, const struct lkcd_run *runs, size_t n)
{
	size_t end;
	int r = 0;

	for (size_t i = 0; i < n && !r; i = end) {
		uint64_t pages_end = run_end(&runs[i]);

		for (end = i + 1; end < n && runs[end].pfn < pages_end; end++)
			pages_end = max_u64(pages_end, run_end(&runs[end]));
		if (end == i + 1)
			r = new_run(s->d, s->records, &runs[i]);
		for (size_t j = i; j < end && end > i + 1 && !r; j++)
			r = split_run(s, &runs[j]);
	}
	return r;
}

/* Of pages that are there several times the first one in the file counts, as for crash. Returns how many are dropped. */
static uint64_t join_runs(struct lkcd *k, uint64_t stride)
{
	uint64_t dropped = 0;
	size_t n = 0;

	for (size_t i = 1; i < k->nruns; i++) {
		struct lkcd_run *last = &k->runs[n];
		const struct lkcd_run *run = &k->runs[i];

		if (run->pfn < run_end(last))
			dropped++;
		else if (last->raw && run->raw && run->pfn == run_end(last) && last->count + run->count <= RAW_RUN_PAGES &&
			 run->offset == last->offset + last->count * stride)
			last->count += run->count;
		else
			k->runs[++n] = *run;
	}
	k->nruns = n + 1;
	return dropped;
}

static int resolve_overlaps(struct scan *s)
{
	struct lkcd *k = s->d->priv;
	struct lkcd_run *old = k->runs;
	size_t n = k->nruns;
	bool disjoint = true;
	int r;

	for (size_t i = 1; i < n && disjoint; i++)
		disjoint = run_end(&old[i - 1]) <= old[i].pfn;
	if (disjoint)
		return 0;
	k->runs = NULL;
	k->nruns = k->cap = 0;
	s->w.size = HEADER_WINDOW_BYTES;
	s->w.len = 0;
	r = split_overlapping(s, old, n);
	free(old);
	if (r)
		return r;
	sort_runs(k);
	log_warn("%s: %llu pages are in it several times: the first one counts", s->d->src->name,
		 (unsigned long long)join_runs(k, raw_stride(s->d)));
	return 0;
}

int lkcd_index(struct dump *d)
{
	struct scan s = { .d = d, .w = { .src = d->src, .size = WINDOW_BYTES } };
	struct lkcd *k = d->priv;
	int r;

	if (d->src->size > OFFSET_MAX)
		return fail(EFBIG, "%s: LKCD dumps of more than %llu bytes are not read", d->src->name,
			    (unsigned long long)OFFSET_MAX);
	if (d->src->size >= LONG_SCAN_BYTES)
		log_notice("%s: LKCD dumps have no index: going through %llu MiB to find the pages", d->src->name,
			 (unsigned long long)(d->src->size >> 20));
	s.w.bytes = malloc(WINDOW_BYTES);
	if (!s.w.bytes)
		return -ENOMEM;
	r = scan_records(&s);
	if (!r) {
		sort_runs(k);
		r = resolve_overlaps(&s);
	}
	free(s.w.bytes);
	if (r)
		return r;
	if (s.bad) {
		d->incomplete = true;
		log_warn("%s: %llu records have impossible addresses, the first one at offset %#llx", d->src->name,
			 (unsigned long long)s.bad, (unsigned long long)s.first_bad);
	}
	if (!k->nruns)
		return fail(EIO, "%s: an LKCD dump without pages", d->src->name);
	vector_trim(k->runs, k->nruns, k->cap);
	d->pages.max_pfn = run_end(&k->runs[k->nruns - 1]);
	return 0;
}
