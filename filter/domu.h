/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under Xen: which machine pages are neither dom0's nor the hypervisor's (makedumpfile -X), by the hypervisor's page_info.
 *
 * Threads: domu_find() uses all cores; domu_check(): any.
 */
#ifndef VMCOREFS_FILTER_DOMU_H
#define VMCOREFS_FILTER_DOMU_H

#include "base/bitmap.h"
#include "base/pages.h"
#include "base/workers.h"
#include "kernel/xen/xen.h"

/* The pages that ps keeps and that makedumpfile -X leaves out: those of domUs, free, offlined and broken ones, and those
 * without page_info. x->has_owners. *out is the caller's. 0, -ENOMEM. progress may be NULL. */
int domu_find(const struct xen *x, const struct pages *ps, struct progress *progress, struct bitmap **out);

/*
 * Does page_info tell the truth? A sample of dom0's pages is looked up: all of them should be dom0's. That is not so where
 * frame numbers are squeezed (PDX compression), which VMCOREINFO_XEN does not tell. 0, -EINVAL.
 */
int domu_check(const struct xen *x, uint64_t *wrong, uint64_t *all);

#endif
