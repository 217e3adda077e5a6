/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over all page structs that serves all 32 levels: a bitmap for each class of pages.
 *
 * Immutable once made. Threads: classify_run() uses all cores; the rest: any.
 */
#ifndef VMCOREFS_FILTER_CLASSIFY_H
#define VMCOREFS_FILTER_CLASSIFY_H

#include "base/bitmap.h"
#include "base/pages.h"
#include "base/workers.h"
#include "kernel/pages/memmap.h"
#include "kernel/pages/pageclass.h"

/* Bits of a dump level, as makedumpfile -d has them. */
enum level_bits {
	LEVEL_ZERO = 1,
	LEVEL_CACHE = 2,
	LEVEL_CACHE_PRIVATE = 4,	/* leaves out CLASS_CACHE too */
	LEVEL_USER = 8,
	LEVEL_FREE = 16,
	LEVELS = 32,
};

struct classes {
	struct pageclass rules;
	struct bitmap *maps[CLASSES];	/* by number of the dump's pages: under Xen machine frames */
	uint64_t unreadable;		/* page structs that could not be read: their pages are kept */
};

/* Whether a level needs the pass at all: others keep everything but zero pages. */
bool classify_needed(const struct pageclass *rules, unsigned int level);

/* rules are copied. 0, -ENOMEM. progress may be NULL. */
int classify_run(const struct memmap *m, const struct pageclass *rules, struct progress *progress,
		 struct classes **out);
void classify_free(struct classes *c);		/* NULL is fine */

/* The classes, as bits 1 << enum page_class, that a level leaves out. */
unsigned int level_classes(const struct pageclass *rules, unsigned int level);

/*
 * Walk the pages from to end - 1 that ps keeps, in runs of equal classes (bits 1 << enum page_class), in order. c NULL:
 * none is in a class. fn returns 0 to go on; anything else ends the walk and is returned.
 */
int classes_each(const struct classes *c, const struct pages *ps, uint64_t from, uint64_t end,
		 int (*fn)(void *arg, unsigned int classes, uint64_t first, uint64_t count), void *arg);
/* The one of several classes that a page counts as: the first for which makedumpfile asks. CLASSES: none. */
unsigned int classes_first(unsigned int classes);

/* Counts for people, each page in one class: over pages that ps keeps; of pages from to end - 1. */
struct class_counts {
	uint64_t pages[CLASSES];
	uint64_t other;			/* in no class */
};
void classify_count_in(const struct classes *c, const struct pages *ps, uint64_t from, uint64_t end,
		       struct class_counts *out);
void classify_count(const struct classes *c, const struct pages *ps, struct class_counts *out);

#endif
