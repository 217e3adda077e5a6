/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classes of dom0's pages as classes of machine frames. Part of classify_run().
 *
 * Threads: any, each with classes of its own.
 */
#ifndef VMCOREFS_FILTER_CLASSIFY_FRAMES_H
#define VMCOREFS_FILTER_CLASSIFY_FRAMES_H

#include "filter/classify.h"
#include "kernel/xen/xen.h"

/* The maps of c, by pfn of dom0, become maps by machine frame, below max_mfn. Pages whose part of the p2m cannot be read
 * are in no class: they are kept. 0, -ENOMEM: c is as before. */
int classify_frames(struct classes *c, const struct xen *x, uint64_t max_mfn);

#endif
