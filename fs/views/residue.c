/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/residue.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/debuginfo/address.h"

static const char *const class_names[CLASSES + 1] = {
	[CLASS_CACHE] = "page cache (not in levels with 2 or 4)",
	[CLASS_CACHE_PRIVATE] = "page cache with private data (not in levels with 4)",
	[CLASS_USER] = "user pages (not in levels with 8)",
	[CLASS_FREE] = "free pages (not in levels with 16)",
	[CLASS_HWPOISON] = "poisoned pages (in no level)",
	[CLASS_OFFLINE] = "offline pages (in no level)",
	[CLASSES] = "kernel data",
};

struct telling {
	struct engine *e;
	const struct classes *classes;	/* NULL: not known */
	struct mapping image;		/* len 0: not known */
	const struct words *words;
	struct outbuf *out;
};

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_word(const void *a, const void *b, void *words)
{
	const struct word_hit *x = a, *y = b;
	const struct words *w = words;
	int c = compare(w->list[x->word].number, w->list[y->word].number);

	return c ? c : compare(x->paddr, y->paddr);
}

static unsigned int class_of(const struct telling *t, uint64_t pfn)
{
	unsigned int classes = 0;

	for (unsigned int c = 0; t->classes && c < CLASSES; c++)
		if (t->classes->maps[c] && bitmap_test(t->classes->maps[c], pfn))
			classes |= 1u << c;
	return classes_first(classes);
}

/* " (symbol+offset)" of what is in the kernel's image. */
static void put_symbol(const struct telling *t, uint64_t paddr)
{
	char name[256];

	if (paddr - t->image.paddr < t->image.len &&
	    !address_format(t->e->facts, t->image.vaddr + (paddr - t->image.paddr), name, sizeof(name)))
		out_printf(t->out, " (%s)", name);
}

/* Hits n from first on are of one word, in pages of one class that follow one another. */
static void put_hits(const struct telling *t, const struct word_hit *first, size_t n, unsigned int class)
{
	unsigned int shift = t->e->pages->page_shift;
	uint64_t from = first->paddr >> shift, to = first[n - 1].paddr >> shift;

	out_printf(t->out, "line %u: page%s %#llx", t->words->list[first->word].number, from == to ? "" : "s",
		   (unsigned long long)from);
	if (from != to)
		out_printf(t->out, "-%#llx", (unsigned long long)to);
	out_printf(t->out, ": %zu cop%s", n, n == 1 ? "y" : "ies");
	if (t->classes)
		out_printf(t->out, ": %s", class_names[class]);
	if (class == CLASSES)
		put_symbol(t, first->paddr);
	out_char(t->out, '\n');
}

static uint64_t put_all(const struct telling *t, struct word_hits *hits)
{
	unsigned int shift = t->e->pages->page_shift;
	uint64_t lines = 0;

	if (hits->n)
		qsort_r(hits->list, hits->n, sizeof(*hits->list), by_word, (void *)(uintptr_t)t->words);
	for (size_t i = 0, n; i < hits->n; i += n, lines++) {
		const struct word_hit *h = &hits->list[i];
		unsigned int class = class_of(t, h->paddr >> shift);

		for (n = 1; i + n < hits->n && h[n].word == h->word && (h[n].paddr >> shift) - (h[n - 1].paddr >> shift) <= 1 &&
			    class_of(t, h[n].paddr >> shift) == class;)
			n++;
		put_hits(t, h, n, class);
	}
	return lines;
}

int residue_put_memory(struct engine *e, const struct words *w, struct outbuf *out, uint64_t *found, uint64_t *unread)
{
	struct telling t = { .e = e, .words = w, .out = out };
	struct word_hits hits;
	int r = words_search(w, e->pages, &hits);

	*unread = hits.unread;
	if (r == -EFBIG)
		fail(EFBIG, "more than %zu copies of the words: they are not told", HITS_MAX);
	if (!r && hits.n) {
		r = engine_classes(e, &t.classes);
		if (r == -ENOTSUP || r == -ENODATA || r == -EIO)
			r = 0;
		if (kernel_image(e->kernel, &t.image))
			t.image.len = 0;
	}
	if (!r)
		*found += put_all(&t, &hits);
	word_hits_free(&hits);
	return r ? r : residue_put_bytes(w, "notes", e->notes.data, e->notes.len, out, found);
}

struct counting {
	uint64_t *copies;
};

static int count(void *arg, uint64_t offset, uint32_t word)
{
	struct counting *c = arg;

	(void)offset;
	c->copies[word]++;
	return 0;
}

int residue_put_bytes(const struct words *w, const char *where, const void *bytes, size_t n, struct outbuf *out,
		      uint64_t *found)
{
	struct counting c = { calloc(w->n + 1, sizeof(*c.copies)) };

	if (!c.copies)
		return -ENOMEM;
	words_in(w, bytes, n, n, count, &c);
	for (size_t i = 0; i < w->n; i++) {
		if (!c.copies[i])
			continue;
		out_printf(out, "line %u: %s: %llu cop%s\n", w->list[i].number, where, (unsigned long long)c.copies[i],
			   c.copies[i] == 1 ? "y" : "ies");
		++*found;
	}
	free(c.copies);
	return out->error;
}
