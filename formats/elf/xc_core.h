/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cores of Xen domains: what xc_core.c and xc_core_cpus.c share. Only they include this.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_ELF_XC_CORE_H
#define VMCOREFS_FORMATS_ELF_XC_CORE_H

#include "formats/reader/byte_pages.h"
#include "formats/reader/dump.h"

/* Runs of pages that are believed, and one more for each 64 pages: Xen lists pages by rising numbers. */
#define XC_CORE_RUNS ((uint64_t)1 << 20)

/* d->priv */
struct xc_core {
	struct byte_pages bytes;	/* first member */
	struct extents machine;		/* paravirtualised: machine address -> physical address (as offset); else empty */
};

/* Notes of the CPUs from section .xen_prstatus. Pages are ready, and d->own_address is set where there is one. 0 or
 * -ENOMEM; what cannot be used is told with a warning. */
int xc_core_add_cpus(struct dump *d, uint64_t offset, uint64_t size, uint64_t vcpus);

#endif
