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
#include "kernel/memmap.h"
#include "kernel/pageclass.h"

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
	struct bitmap *maps[CLASSES];
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

/* Counts for people, each page in one class, in the order in which makedumpfile asks: over pages that ps keeps. */
struct class_counts {
	uint64_t pages[CLASSES];
	uint64_t other;			/* in no class */
};
void classify_count(const struct classes *c, const struct pages *ps, struct class_counts *out);

#endif
