/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large pages would be compressed, told from a sample of them: pages at even distances, the same ones in each run,
 * of each combination of classes.
 *
 * Threads: any; estimate_run() uses all cores.
 */
#ifndef VMCOREFS_FS_VIEWS_ESTIMATE_H
#define VMCOREFS_FS_VIEWS_ESTIMATE_H

#include "base/pages.h"
#include "base/workers.h"
#include "filter/classify.h"

/* Pages of the same classes: index is the classes' bits. Sums are over the sample. */
struct estimate_group {
	uint64_t pages, sampled, zero;
	uint64_t bytes[CODECS];		/* in the order of codecs[]: of those that are not zero, in a kdump-compressed file */
};

struct estimate {
	struct estimate_group groups[1u << CLASSES];
	uint64_t sampled;
};

/* Sample the pages that ps keeps. classes NULL: all pages are one group. progress may be NULL. 0, -ENOMEM. */
int estimate_run(const struct pages *ps, const struct classes *classes, struct progress *progress,
		 struct estimate *out);

/* What is expected of all pages of some groups. */
struct estimate_sum {
	double zero;			/* pages of zeroes */
	double bytes[CODECS];
};
void estimate_add(const struct estimate_group *group, struct estimate_sum *sum);

#endif
