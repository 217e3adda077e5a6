/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source over another one that remembers which pages were read: what an answer was made of.
 *
 * Threads: any. Borrows the source below.
 */
#ifndef VMCOREFS_BASE_RECORDER_H
#define VMCOREFS_BASE_RECORDER_H

#include "base/pages.h"

/* NULL: out of memory. */
struct pages *recorder_new(const struct pages *below);
void recorder_free(struct pages *recorder);		/* NULL is fine */

/* Was it read, or may it have been (memory ran out meanwhile)? Of pages beyond max_pfn: no. */
bool recorder_has(const struct pages *recorder, uint64_t pfn);

#endif
