/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/classify.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "filter/classify_frames.h"

/* Page structs are read and judged in windows of one bitmap chunk, so that threads never share a chunk. */
#define WINDOW BITMAP_CHUNK_BITS
#define BATCH 2048u

/* A compound page that reaches out of its window: set when the threads are done. */
struct crossing {
	unsigned int classes;
	uint64_t first, count;
};

struct class_window {
	uint64_t first, count;		/* pfns, inside one section and one chunk */
	size_t section;
};

struct class_pass {
	const struct memmap *m;
	struct classes *out;
	struct class_window *windows;
	size_t nwindows, cap;
	pthread_mutex_t lock;		/* for what follows */
	struct crossing *crossings;
	size_t ncrossings, crossings_cap;
};

bool classify_needed(const struct pageclass *rules, unsigned int level)
{
	return (level & (LEVEL_CACHE | LEVEL_CACHE_PRIVATE | LEVEL_USER)) ||
	       ((level & LEVEL_FREE) && (rules->has_buddy || rules->buddy_flag)) || rules->hwpoison;
}

unsigned int level_classes(const struct pageclass *rules, unsigned int level)
{
	unsigned int classes = 0;

	if (!classify_needed(rules, level))
		return 0;
	if (level & (LEVEL_CACHE | LEVEL_CACHE_PRIVATE))
		classes |= 1u << CLASS_CACHE;
	if (level & LEVEL_CACHE_PRIVATE)
		classes |= 1u << CLASS_CACHE_PRIVATE;
	if (level & LEVEL_USER)
		classes |= 1u << CLASS_USER;
	if (level & LEVEL_FREE)
		classes |= 1u << CLASS_FREE;
	return classes | 1u << CLASS_HWPOISON | 1u << CLASS_OFFLINE;
}

/* Each section cut at chunk borders; chunks that two sections share make two windows that must not run side by side,
 * so such neighbours are kept in one item: see run_item(). */
static int plan_windows(struct class_pass *p)
{
	for (size_t s = 0; s < p->m->nsections; s++) {
		uint64_t pfn = p->m->sections[s].first, end = pfn + p->m->sections[s].count;

		while (pfn < end) {
			uint64_t n = min_u64(end - pfn, WINDOW - pfn % WINDOW);
			int r = vector_push(p->windows, p->nwindows, p->cap, (struct class_window){ pfn, n, s });

			if (r)
				return r;
			pfn += n;
		}
	}
	return 0;
}

static int set_classes(struct classes *c, unsigned int classes, uint64_t first, uint64_t count)
{
	uint64_t nbits = bitmap_bits(c->maps[0]);

	if (first >= nbits)
		return 0;
	count = min_u64(count, nbits - first);
	for (unsigned int i = 0; i < CLASSES; i++)
		if ((classes & 1u << i) && bitmap_set_range(c->maps[i], first, count))
			return -ENOMEM;
	return 0;
}

static int add_crossing(struct class_pass *p, unsigned int classes, uint64_t first, uint64_t count)
{
	int r;

	pthread_mutex_lock(&p->lock);
	r = vector_push(p->crossings, p->ncrossings, p->crossings_cap, (struct crossing){ classes, first, count });
	pthread_mutex_unlock(&p->lock);
	return r;
}

/* classes hold for count pages from pfn on, inside the window that ends at end or across it. */
static int mark(struct class_pass *p, unsigned int classes, uint64_t pfn, uint64_t count, uint64_t end)
{
	int r;

	if (!classes)
		return 0;
	r = set_classes(p->out, classes, pfn, min_u64(count, end - pfn));
	if (!r && count > end - pfn)
		r = add_crossing(p, classes, end, count - (end - pfn));
	return r;
}

/* Pages of equal classes, one behind the other: their bits are set together. */
struct streak {
	unsigned int classes;
	uint64_t first, count;
};

static int flush(struct class_pass *p, struct streak *s)
{
	int r = s->classes ? set_classes(p->out, s->classes, s->first, s->count) : 0;

	s->classes = 0;
	return r;
}

/* One page struct that says something. */
static int take_verdict(struct class_pass *p, const struct page_verdict *v, uint64_t pfn, uint64_t end,
			struct streak *s)
{
	unsigned int free = v->classes & 1u << CLASS_FREE;
	int r;

	if (v->pages == 1 && v->free_pages == 1) {
		if (s->classes == v->classes && s->first + s->count == pfn) {
			s->count++;
			return 0;
		}
		r = flush(p, s);
		*s = (struct streak){ v->classes, pfn, 1 };
		return r;
	}
	r = mark(p, v->classes & ~free, pfn, v->pages, end);
	return r ? r : mark(p, free, pfn, v->free_pages, end);
}

static int run_window(struct class_pass *p, const struct class_window *w, uint8_t *buf)
{
	const struct pageclass *rules = &p->out->rules;
	uint64_t bytes = p->m->struct_bytes, window_end = (w->first / WINDOW + 1) * WINDOW, unreadable = 0;
	uint64_t end = w->first + w->count, n;
	struct streak streak = { 0 };
	int r = 0;

	/* the first one may be shorter: FLATMEM may begin with page 1 */
	for (uint64_t pfn = w->first; pfn < end && !r; pfn += n) {
		n = min_u64(BATCH - pfn % BATCH, end - pfn);
		memmap_read(p->m, &p->m->sections[w->section], pfn, n, buf, &unreadable);
		for (uint64_t i = 0; i < n && !r; i++) {
			const uint8_t *page = buf + i * bytes;
			struct page_verdict v;

			/* heads are aligned to their size, so the last struct of a batch, an odd one, is no head */
			pageclass_judge(rules, pfn + i, page, i + 1 < n ? page + bytes : NULL, &v);
			if (!v.classes)
				continue;
			r = take_verdict(p, &v, pfn + i, window_end, &streak);
		}
	}
	if (!r)
		r = flush(p, &streak);
	__atomic_add_fetch(&p->out->unreadable, unreadable, __ATOMIC_RELAXED);
	return r;
}

static bool same_chunk(const struct class_window *a, const struct class_window *b)
{
	return a->first / WINDOW == b->first / WINDOW;
}

/* A window, and those after it in the same chunk; nothing when the one before it is in the same chunk. */
static int run_item(void *arg, void *scratch, uint64_t item)
{
	struct class_pass *p = arg;
	int r;

	if (item && same_chunk(&p->windows[item - 1], &p->windows[item]))
		return 0;
	do {
		r = run_window(p, &p->windows[item], scratch);
		item++;
	} while (!r && item < p->nwindows && same_chunk(&p->windows[item - 1], &p->windows[item]));
	return r;
}

static void *new_scratch(void *arg)
{
	struct class_pass *p = arg;

	return malloc(BATCH * p->m->struct_bytes);
}

int classify_run(const struct memmap *m, const struct pageclass *rules, struct progress *progress, struct classes **out)
{
	struct class_pass p = { .m = m, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct workers_job job = {
		.run = run_item, .scratch_new = new_scratch, .scratch_free = free, .arg = &p, .progress = progress,
	};
	int r = -ENOMEM;

	p.out = calloc(1, sizeof(*p.out));
	if (!p.out)
		return -ENOMEM;
	p.out->rules = *rules;
	for (unsigned int i = 0; i < CLASSES; i++) {
		p.out->maps[i] = bitmap_new(m->kernel->max_pfn);
		if (!p.out->maps[i])
			goto err_free;
	}
	r = plan_windows(&p);
	if (r)
		goto err_free;
	job.items = p.nwindows;
	r = workers_run(&job);
	for (size_t i = 0; i < p.ncrossings && !r; i++)
		r = set_classes(p.out, p.crossings[i].classes, p.crossings[i].first, p.crossings[i].count);
	if (!r && m->kernel->xen)
		r = classify_frames(p.out, m->kernel->xen, m->kernel->pages->max_pfn);
	if (r)
		goto err_free;
	if (p.out->unreadable)
		log_warn("%llu page structs are not in the dump or damaged: their pages are kept",
			 (unsigned long long)p.out->unreadable);
	*out = p.out;
	p.out = NULL;
err_free:
	classify_free(p.out);
	free(p.windows);
	free(p.crossings);
	return r;
}

void classify_free(struct classes *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < CLASSES; i++)
		bitmap_free(c->maps[i]);
	free(c);
}

struct walk_classes {
	const struct classes *c;
	int (*fn)(void *arg, unsigned int classes, uint64_t first, uint64_t count);
	void *arg;
};

static int walk_run(void *arg, uint64_t first, uint64_t count)
{
	struct walk_classes *w = arg;
	int r = 0;

	for (uint64_t len; count && !r; first += len, count -= len) {
		unsigned int classes = 0;

		len = count;
		for (unsigned int i = 0; w->c && i < CLASSES; i++) {
			bool set;
			uint64_t run = bitmap_run(w->c->maps[i], first, &set);

			/* beyond the maps (run 0) is no class */
			if (run)
				len = min_u64(len, run);
			if (run && set)
				classes |= 1u << i;
		}
		r = w->fn(w->arg, classes, first, len);
	}
	return r;
}

int classes_each(const struct classes *c, const struct pages *ps, uint64_t from, uint64_t end,
		 int (*fn)(void *arg, unsigned int classes, uint64_t first, uint64_t count), void *arg)
{
	struct walk_classes w = { c, fn, arg };

	return pages_each_kept_in(ps, from, end, walk_run, &w);
}

unsigned int classes_first(unsigned int classes)
{
	/* free before cache before user before the rest: the order of makedumpfile's questions */
	static const enum page_class order[] = {
		CLASS_FREE, CLASS_CACHE, CLASS_CACHE_PRIVATE, CLASS_USER, CLASS_HWPOISON, CLASS_OFFLINE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (classes & 1u << order[i])
			return order[i];
	return CLASSES;
}

static int count_run(void *arg, unsigned int classes, uint64_t first, uint64_t count)
{
	struct class_counts *n = arg;
	unsigned int class = classes_first(classes);

	(void)first;
	*(class == CLASSES ? &n->other : &n->pages[class]) += count;
	return 0;
}

void classify_count_in(const struct classes *c, const struct pages *ps, uint64_t from, uint64_t end,
		       struct class_counts *out)
{
	*out = (struct class_counts){ 0 };
	classes_each(c, ps, from, end, count_run, out);
}

void classify_count(const struct classes *c, const struct pages *ps, struct class_counts *out)
{
	classify_count_in(c, ps, 0, ps->max_pfn, out);
}
