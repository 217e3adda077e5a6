/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/search.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/vector.h"
#include "base/workers.h"

#define BATCH_BYTES (1u << 20)

/* After so many pages in a row that cannot be read, the rest of a truncated file is not tried. */
#define MAX_UNREADABLE 65536

/* Where the text may start, and how long it is at most: a page of the kernel, whatever the dump's pages are. */
#define STEP	4096u
#define MAX_TEXT 65536u

static const char first_key[] = "OSRELEASE=";

/* Work is handed out in pieces of about this much memory. */
#define ITEM_BYTES (64u << 20)

struct memory_search {
	const struct pages *ps;
	uint64_t first, end;		/* pfns */
	uint64_t per_piece;		/* pages */
	uint64_t *pieces;		/* see pages_parts() */
	_Atomic uint64_t unreadable;	/* pages since the last that could be read */
	pthread_mutex_t lock;		/* for what follows */
	struct kernel_texts *found;
};

/* Length of printable lines from the start of a page on. */
static size_t text_length(const char *s, size_t size)
{
	size_t n = 0;

	while (n < size && (s[n] == '\n' || (s[n] >= ' ' && s[n] <= '~')))
		n++;
	while (n && s[n - 1] != '\n')	/* a line that is cut is no line */
		n--;
	return n;
}

/*
 * Tell the kernel's text from remnants; 0: it is none. Of copies of one text that with a CRASHTIME is better, then the
 * longer one; of several kernels too, as long as nothing else tells.
 */
static uint64_t score_text(const char *s, size_t n)
{
	struct vmcoreinfo v = { s, n };
	uint64_t value;

	if (vmci_plain(&v, "PAGESIZE", &value) || vmci_size(&v, "page", &value) || vmci_size(&v, "list_head", &value))
		return 0;
	return n + (vmci_plain(&v, "CRASHTIME", &value) ? 0 : (uint64_t)1 << 32);
}

/* At least one of them must be in both. */
static bool keys_are_equal(const struct vmcoreinfo *a, const struct vmcoreinfo *b, const char *const *keys, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const char *x, *y;
		size_t x_len, y_len;

		if (vmci_get(a, keys[i], &x, &x_len) || vmci_get(b, keys[i], &y, &y_len))
			continue;
		if (x_len != y_len || memcmp(x, y, x_len))
			return false;
		any = true;
	}
	return any;
}

bool texts_same_place(const struct vmcoreinfo *a, const struct vmcoreinfo *b)
{
	static const char *const keys[] = {
		"KERNELOFFSET", "NUMBER(phys_base)", "NUMBER(PHYS_OFFSET)", "NUMBER(kimage_voffset)", "SYMBOL(_stext)",
		"SYMBOL(swapper_pg_dir)",
	};

	return keys_are_equal(a, b, keys, ARRAY_SIZE(keys));
}

bool texts_are_same(const struct vmcoreinfo *a, const struct vmcoreinfo *b)
{
	static const char *const keys[] = { "OSRELEASE", "BUILD-ID", "SYMBOL(init_uts_ns)" };

	return texts_same_place(a, b) && keys_are_equal(a, b, keys, ARRAY_SIZE(keys));
}

static int compare_found(const void *pa, const void *pb)
{
	const struct kernel_text *a = pa, *b = pb;

	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	return a->paddr < b->paddr ? -1 : a->paddr > b->paddr;
}

/* Takes over t->text. The better one of two copies stays, and of more than there is room for the best. */
static void keep_text(struct kernel_texts *found, struct kernel_text *t)
{
	struct kernel_text *place = NULL;

	for (size_t i = 0; i < found->n && !place; i++)
		if (texts_are_same(&found->list[i].vmci, &t->vmci))
			place = &found->list[i];
	if (!place && found->n < ARRAY_SIZE(found->list)) {
		found->list[found->n++] = *t;
		return;
	}
	for (size_t i = 0; i < found->n && !place; i++)
		if (i == found->n - 1 || compare_found(&found->list[i], &found->list[found->n - 1]) > 0)
			place = &found->list[i];
	if (compare_found(t, place) < 0) {
		free(place->text);
		*place = *t;
	} else {
		free(t->text);
	}
}

int text_at(const struct pages *ps, uint64_t paddr, struct kernel_text *out)
{
	size_t room = MAX_TEXT + 1, n = 0;
	char *page = malloc(room);
	uint64_t page_size = STEP;

	if (!page)
		return -ENOMEM;
	if (!pages_read_bytes(ps, paddr, STEP, page, HOLES_ZERO)) {
		n = text_length(page, STEP);
		if (!vmci_plain(&(struct vmcoreinfo){ page, n }, "PAGESIZE", &page_size) && page_size > STEP &&
		    page_size <= MAX_TEXT && !pages_read_bytes(ps, paddr, page_size, page, HOLES_ZERO))
			n = text_length(page, page_size);
	}
	*out = (struct kernel_text){ .paddr = paddr, .score = score_text(page, n) };
	if (!out->score || strncmp(page, first_key, sizeof(first_key) - 1)) {
		free(page);
		return -ENOENT;
	}
	page[n] = '\0';
	vector_trim(page, n + 1, room);
	out->text = page;
	out->vmci = (struct vmcoreinfo){ out->text, n };
	return 0;
}

static int consider(struct memory_search *f, uint64_t paddr)
{
	struct kernel_text t;
	int r = text_at(f->ps, paddr, &t);

	if (r)
		return r == -ENOENT ? 0 : r;
	pthread_mutex_lock(&f->lock);
	keep_text(f->found, &t);
	pthread_mutex_unlock(&f->lock);
	return 0;
}

/* A page of the dump may hold several of the kernel's: QEMU's blocks for arm64 are 64 KiB whatever its pages are. */
static int search_page(struct memory_search *f, const char *page, uint64_t pfn)
{
	uint64_t size = pages_size(f->ps);

	for (uint64_t at = 0; at < size; at += STEP) {
		int r;

		if (memcmp(page + at, first_key, sizeof(first_key) - 1))
			continue;
		r = consider(f, (pfn << f->ps->page_shift) + at);
		if (r)
			return r;
	}
	return 0;
}

/* Stored pages of one run. */
static int search_run(struct memory_search *f, uint64_t first, uint64_t count, void *batch)
{
	uint64_t size = pages_size(f->ps), per_batch = max_u64(BATCH_BYTES / size, 1);

	while (count && f->unreadable < MAX_UNREADABLE) {
		uint64_t n = min_u64(count, per_batch);
		bool whole = !pages_read_bytes(f->ps, first * size, n * size, batch, HOLES_ZERO);

		for (uint64_t i = 0; i < n; i++) {
			char *page = (char *)batch + i * size;

			/* damaged pages among them: one by one */
			if (!whole && pages_read(f->ps, first + i, page)) {
				if (++f->unreadable >= MAX_UNREADABLE)
					return 0;
				continue;
			}
			f->unreadable = 0;
			if (search_page(f, page, first + i))
				return -ENOMEM;
		}
		first += n;
		count -= n;
	}
	return 0;
}

static int search_piece(void *arg, void *batch, uint64_t item)
{
	struct memory_search *f = arg;
	uint64_t first = f->pieces[item] * f->per_piece, end = min_u64(first + f->per_piece, f->end);
	struct page_run run;
	int r = 0;

	for (uint64_t pfn = max_u64(first, f->first); pfn < end && f->unreadable < MAX_UNREADABLE && !r; pfn += run.count) {
		pages_run(f->ps, pfn, &run);
		run.count = min_u64(run.count, end - pfn);
		if (run.state == PAGE_DATA && !run.lost)
			r = search_run(f, pfn, run.count, batch);
	}
	return r;
}

static void *new_batch(void *arg)
{
	const struct memory_search *f = arg;

	return malloc(max_u64(BATCH_BYTES, pages_size(f->ps)));
}

void texts_free(struct kernel_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		free(texts->list[i].text);
	texts->n = 0;
}

int texts_search(const struct pages *ps, uint64_t first, uint64_t end, struct kernel_texts *out)
{
	struct memory_search f = {
		.ps = ps, .lock = PTHREAD_MUTEX_INITIALIZER, .found = out, .first = first, .end = min_u64(end, ps->max_pfn),
		.per_piece = max_u64(ITEM_BYTES / pages_size(ps), 1),
	};
	struct workers_job job = {
		.run = search_piece, .scratch_new = new_batch, .scratch_free = free, .arg = &f,
	};
	size_t pieces = 0;
	int r;

	out->n = 0;
	r = pages_parts(ps, f.per_piece, &f.pieces, &pieces);
	job.items = pieces;
	if (!r)
		r = workers_run(&job);
	free(f.pieces);
	if (r) {
		texts_free(out);
		return r;
	}
	qsort(out->list, out->n, sizeof(out->list[0]), compare_found);
	return out->n ? 0 : -ENOENT;
}
