/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/forms.h"

#include <errno.h>

#include "base/bytes.h"

#define BATCH		64u	/* entries read at once */
#define MAX_TABLES	256u	/* looked at in each form */
#define MIN_ALIGNED	8u	/* addresses that are multiples of a larger page: by chance one in 4^8 */

/* What tables look like in one form. */
struct form_look {
	const struct space *s;
	const struct table_forms *forms;
	uint64_t tables, pages;		/* entries that lead to a table, that map a page of the last level */
	uint64_t larger;		/* entries that map more */
	uint64_t absent;		/* pages that memory does not have */
	bool wrong;
};

/* Pages of devices are not in the dump; tables are nowhere else than in memory. */
static bool is_absent(const struct space *s, uint64_t paddr)
{
	struct page_run run;

	pages_run(s->mem, paddr >> s->mem->page_shift, &run);
	return run.state == PAGE_ABSENT;
}

static void look_at_table(struct form_look *l, uint64_t paddr, unsigned int level);

static void look_at_entry(struct form_look *l, uint64_t entry, unsigned int level)
{
	struct entry_meaning what;

	l->wrong = !l->forms->possible(l->s, level, entry);
	if (l->wrong)
		return;
	l->s->arch->decode(l->s, level, entry, 0, &what);
	if (what.kind == ENTRY_TABLE) {
		l->tables++;
		l->wrong = is_absent(l->s, what.paddr);
		if (!l->wrong && l->tables < MAX_TABLES)
			look_at_table(l, what.paddr, level - 1);
	} else if (what.kind == ENTRY_LEAF) {
		l->pages += !level;
		l->larger += !!level;
		l->absent += is_absent(l->s, what.paddr);
	}
}

/* What is not in the dump says nothing. Depth is bounded by the number of levels. */
static void look_at_table(struct form_look *l, uint64_t paddr, unsigned int level)
{
	const struct radix *t = &l->s->tables;
	unsigned int bytes = level == 0 && t->last_entry_bytes ? t->last_entry_bytes : t->entry_bytes;
	uint64_t n = (uint64_t)1 << t->bits[level];
	uint8_t raw[BATCH * 8];

	for (uint64_t i = 0; i < n && !l->wrong; i += BATCH) {
		uint64_t batch = min_u64(BATCH, n - i);

		if (pages_read_bytes(l->s->mem, paddr + i * bytes, batch * bytes, raw, HOLES_FAIL))
			continue;
		for (uint64_t k = 0; k < batch && !l->wrong; k++) {
			uint64_t entry = get_uint(raw + k * bytes, bytes, t->big_endian);

			if (entry)
				look_at_entry(l, entry, level);
		}
	}
}

static uint64_t entries_of(const struct form_look *l)
{
	return l->tables + l->pages + l->larger;
}

static bool fits(struct form_look *l)
{
	if (is_absent(l->s, l->s->tables.root))
		return false;
	look_at_table(l, l->s->tables.root, l->s->tables.levels - 1);
	return !l->wrong && l->pages + l->larger && l->absent * 2 <= l->pages + l->larger;
}

/* Of two forms that fit: does the first one count? 0: that is not told. */
static int compare(const struct form_look *a, const struct form_look *b)
{
	const struct radix *ta = &a->s->tables, *tb = &b->s->tables;

	if (ta->page_shift != tb->page_shift) {
		const struct form_look *large = ta->page_shift > tb->page_shift ? a : b;

		if (large->tables + large->pages < MIN_ALIGNED)
			return 0;
		return large == a ? 1 : -1;
	}
	if (ta->levels != tb->levels || ta->entry_bytes != tb->entry_bytes)
		return 0;
	/* tops of another length: what is in both is the same */
	return entries_of(b) > entries_of(a) ? -1 : 1;
}

int space_tell_form(const struct space *bare, uint64_t pgd, const struct table_forms *forms, struct space *out)
{
	struct form_look best = { .s = NULL };
	bool told = true;

	for (size_t i = 0; i < forms->n; i++) {
		struct space s;
		struct form_look look = { .s = &s, .forms = forms };
		int order;

		space_with_root(bare, 0, RADIX_LOW, &s);
		if (!forms->set(&s, pgd, i) || !fits(&look))
			continue;
		order = best.s ? compare(&best, &look) : -1;
		told = told && order;
		if (order >= 0)
			continue;
		*out = s;
		best = look;
		best.s = out;
	}
	return !best.s ? -EFAULT : told ? 0 : -ENOTUNIQ;
}
