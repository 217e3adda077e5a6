/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bisection of what is in order: where a condition begins to hold.
 *
 * Threads: any. Nothing here allocates.
 */
#ifndef VMCOREFS_BASE_BISECT_H
#define VMCOREFS_BASE_BISECT_H

/*
 * The first i of [from, end) for which holds, an expression in i, is true; end: there is none. It must be false up to there
 * and true from there on. i is declared here, with the type of end, and is looked at some log2(end - from) times:
 *
 *	bisect_first(i, n, list[i].end > pos)		the first that ends behind pos
 *	bisect_first(i, n, list[i].start > pos) - 1	the last that starts at or before pos, where the first one does
 *	bisect_from(i, 1, n, list[i].start > pos) - 1	the same, and the first one where none does
 */
#define bisect_from(i, from, end, holds) ({				\
	__typeof__((end) + 0) low_ = (from), high_ = (end);		\
	while (low_ < high_) {						\
		__typeof__(low_) i = low_ + (high_ - low_) / 2;		\
									\
		if (holds)						\
			high_ = i;					\
		else							\
			low_ = i + 1;					\
	}								\
	low_; })
#define bisect_first(i, end, holds) bisect_from(i, 0, end, holds)

#endif
