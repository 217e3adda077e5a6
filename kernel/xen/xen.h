/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine that ran Xen: what the hypervisor tells of itself in the dump's notes, and where it keeps dom0's memory.
 *
 * The dump holds memory of the machine: its pages are machine frames (mfn). dom0, when it is paravirtualised, has numbers
 * of its own for its memory (pfn): the p2m table, which dom0 keeps, tells the machine frame of each. dom0's page tables
 * have machine addresses in them, so that only what starts from a pfn needs the p2m: their top table, and page structs.
 *
 * Immutable after xen_open() but for xen_set_pages(). Threads: xen_open, xen_close, xen_set_pages: before mount only; the
 * rest: any. Borrows the page source.
 */
#ifndef VMCOREFS_KERNEL_XEN_XEN_H
#define VMCOREFS_KERNEL_XEN_XEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/pages.h"
#include "kernel/input.h"
#include "kernel/vmcoreinfo.h"

#define XEN_NO_FRAME UINT64_MAX
/* Entries of a page of the p2m, and pages of it that are read at once. */
#define XEN_P2M_ENTRIES 512u

/* What VMCOREINFO_XEN tells of struct page_info, one for each machine frame, and of domains. */
struct xen_owners {
	uint64_t frame_table;		/* virtual address of that of frame 0 */
	uint64_t info_bytes, count_offset, owner_offset;
	uint64_t dom0;			/* what page_info has for dom0 as owner: its struct domain, pickled */
};

struct xen {
	const struct pages *mem;
	unsigned int major, minor;
	char version[64];		/* "4.17.7", as Xen prints it */
	char changeset[64], compiler[128], compile_date[64];	/* "" unknown */
	bool tainted;
	bool has_phys_start;
	uint64_t phys_start;		/* machine address of the hypervisor's image */
	uint64_t p2m_root;		/* machine frame of the list of lists of frames of the p2m; 0: not told */
	uint64_t dom0_pages;		/* one past the last pfn that has a frame; 0: the p2m cannot be read, for this reason: */
	const char *why_no_p2m;
	struct vmcoreinfo vmci;		/* VMCOREINFO_XEN; text NULL: none */
	char *text;			/* owned: of it */
	bool has_space;			/* the hypervisor's page tables */
	struct space space;
	const char *why_no_space;
	bool has_owners;
	struct xen_owners owners;
	const char *why_no_owners;
};

/* *out NULL: no machine with Xen. -ENOMEM; and, after a message, when a file that the user gave cannot be read. */
int xen_open(const struct kernel_input *in, struct xen **out);
void xen_close(struct xen *x);		/* NULL is fine */
/* The same memory with some contents erased. */
void xen_set_pages(struct xen *x, const struct pages *pages);

/*
 * p2m.c: the machine frames of the XEN_P2M_ENTRIES pfns from pfn, a multiple of it, on. XEN_NO_FRAME: dom0 has no
 * memory there (a hole, ballooned out, or a page of another domain or of a device). -ENODATA, -EIO: cannot be read.
 */
int xen_frames(const struct xen *x, uint64_t pfn, uint64_t *mfns);
/* A machine address of a physical address of dom0. -EFAULT: it has no memory there; -ENODATA, -EIO. */
int xen_machine_address(const struct xen *x, uint64_t paddr, uint64_t *maddr);
/* For xen_open(): sets dom0_pages. */
void xen_p2m_setup(struct xen *x);
/*
 * dom0's memory by its own numbers, to be read once and whole: its run() reads the p2m, and after twice as many pages as
 * the dump has nothing can be read, for a hostile p2m can have one page any number of times. Borrows x and pages_read, a
 * counter that starts at 0.
 */
struct xen_dom0 {
	struct pages pages;		/* first */
	const struct xen *x;
	_Atomic uint64_t *pages_read;
	uint64_t max_reads;
};
void xen_dom0_pages(const struct xen *x, _Atomic uint64_t *pages_read, struct xen_dom0 *out);

/* owner.c: for xen_open(): sets owners. */
void xen_owners_setup(struct xen *x);
/* The n struct page_info of machine frames from mfn on; whose they are. keep[i]: not a page of a domU, nor free, offlined
 * or broken (what makedumpfile -X keeps). *dom0: how many of them dom0 owns. -EFAULT: there are none of some of them. */
int xen_keep_pages(const struct xen *x, uint64_t mfn, uint64_t n, bool *keep, uint64_t *dom0);

#endif
