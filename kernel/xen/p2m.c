/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The p2m of a paravirtualised dom0 (Linux: arch/x86/xen/p2m.c): a page of machine frames of pages of machine frames of
 * pages with the machine frame of each pfn. Where dom0 has no memory all of a part is the same page, "missing".
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/xen/xen.h"

#define PAGE_SHIFT	12
#define PAGE_BYTES	((uint64_t)1 << PAGE_SHIFT)
#define ENTRIES		XEN_P2M_ENTRIES
#define ENTRY_BITS	9
#define MAX_PFN		((uint64_t)1 << 3 * ENTRY_BITS)	/* 512 GiB: dom0s that are larger have no such list */

/* Bits 63 and 62 of an entry: the page belongs to another domain; it is no memory but a device's, at the same address.
 * ~0: nothing. Addresses have 52 bits. */
#define MAX_MFN		((uint64_t)1 << (52 - PAGE_SHIFT))

static int read_list(const struct xen *x, uint64_t mfn, uint64_t *list)
{
	uint8_t raw[PAGE_BYTES];
	int r;

	if (mfn >= x->mem->max_pfn)
		return -EIO;
	r = pages_read_bytes(x->mem, mfn << PAGE_SHIFT, sizeof(raw), raw, HOLES_FAIL);
	if (r)
		return r;
	for (unsigned int i = 0; i < ENTRIES; i++)
		list[i] = get_u64(raw + i * 8, false);
	return 0;
}

static int read_entry(const struct xen *x, uint64_t mfn, uint64_t i, uint64_t *out)
{
	uint8_t raw[8];
	int r;

	if (mfn >= x->mem->max_pfn)
		return -EIO;
	r = pages_read_bytes(x->mem, (mfn << PAGE_SHIFT) + i % ENTRIES * 8, sizeof(raw), raw, HOLES_FAIL);
	if (!r)
		*out = get_u64(raw, false);
	return r;
}

/* The frame of the page of the p2m with this pfn. */
static int find_leaf(const struct xen *x, uint64_t pfn, uint64_t *mfn)
{
	uint64_t middle;
	int r = read_entry(x, x->p2m_root, pfn >> 2 * ENTRY_BITS, &middle);

	/* what builders of dom0 before Linux left at the end of a list */
	if (!r && !middle)
		return -EFAULT;
	return r ? r : read_entry(x, middle, pfn >> ENTRY_BITS, mfn);
}

static uint64_t frame_of(uint64_t entry)
{
	return entry < MAX_MFN ? entry : XEN_NO_FRAME;
}

int xen_frames(const struct xen *x, uint64_t pfn, uint64_t *mfns)
{
	uint64_t leaf = 0;
	int r = pfn < x->dom0_pages ? find_leaf(x, pfn, &leaf) : -EFAULT;

	if (!r && leaf)
		r = read_list(x, leaf, mfns);
	if (r && r != -EFAULT)
		return r;
	for (unsigned int i = 0; i < ENTRIES; i++)
		mfns[i] = r || !leaf ? XEN_NO_FRAME : frame_of(mfns[i]);
	return 0;
}

int xen_machine_address(const struct xen *x, uint64_t paddr, uint64_t *maddr)
{
	uint64_t pfn = paddr >> PAGE_SHIFT, leaf, entry;
	int r = pfn < x->dom0_pages ? find_leaf(x, pfn, &leaf) : -EFAULT;

	if (!r)
		r = leaf ? read_entry(x, leaf, pfn, &entry) : -EFAULT;
	if (r)
		return r;
	if (frame_of(entry) == XEN_NO_FRAME)
		return -EFAULT;
	*maddr = entry << PAGE_SHIFT | (paddr & (PAGE_BYTES - 1));
	return 0;
}

/* The number of entries before those at the end that are all alike: nothing, or the page that stands for nothing. */
static unsigned int used_entries(const uint64_t *list)
{
	unsigned int n = ENTRIES;

	while (n && !list[n - 1])
		n--;
	if (n < ENTRIES || list[n - 2] != list[n - 1])
		return n;
	while (n && list[n - 1] == list[ENTRIES - 1])
		n--;
	return n;
}

/* Not in the dump, or damaged: that page, and no more, is lost. */
static bool is_lost(int r)
{
	return r == -ENODATA || r == -EIO;
}

/* One past the last pfn that can have a frame. Only what is at the ends of the lists is looked at; of a part that is lost
 * all may be used. */
static int find_end(const struct xen *x, uint64_t *end)
{
	uint64_t top[ENTRIES], middle[ENTRIES], leaf[ENTRIES];
	unsigned int t, m, n = ENTRIES;
	int r = read_list(x, x->p2m_root, top);

	*end = 0;
	if (r)
		return r;
	for (t = used_entries(top); t; t--) {
		r = read_list(x, top[t - 1], middle);
		if (is_lost(r)) {
			*end = min_u64((uint64_t)t << 2 * ENTRY_BITS, MAX_PFN);
			return 0;
		}
		if (r)
			return r;
		m = used_entries(middle);
		if (m)
			break;
	}
	if (!t)
		return -ENOENT;
	r = read_list(x, middle[m - 1], leaf);
	if (r && !is_lost(r))
		return r;
	while (!r && n && frame_of(leaf[n - 1]) == XEN_NO_FRAME)
		n--;
	*end = min_u64(((uint64_t)(t - 1) << 2 * ENTRY_BITS) + ((uint64_t)(m - 1) << ENTRY_BITS) + n, MAX_PFN);
	return *end ? 0 : -ENOENT;
}

void xen_p2m_setup(struct xen *x)
{
	int r;

	x->dom0_pages = 0;
	if (!x->p2m_root || x->p2m_root == XEN_NO_FRAME) {
		x->why_no_p2m = "Xen's notes tell of no p2m table: dom0 is not paravirtualised, or larger than 512 GiB";
		return;
	}
	if (x->mem->page_shift != PAGE_SHIFT) {
		x->why_no_p2m = "the pages of the dump are not those of Xen";
		return;
	}
	r = find_end(x, &x->dom0_pages);
	if (r)
		x->why_no_p2m = r == -ENODATA ? "dom0's p2m table is not in the dump" :
				r == -ENOENT ? "dom0's p2m table is empty" : "dom0's p2m table cannot be read";
}

/* --- as a page source --------------------------------------------------------------------------------------------- */

static const struct xen_dom0 *dom0_of(const struct pages *ps)
{
	return (const struct xen_dom0 *)ps;
}

/* Pages of one part of the p2m, those side by side at once. */
static int read_part(const struct xen *x, const uint64_t *mfns, uint64_t count, char *buf)
{
	for (uint64_t i = 0, n; i < count; i += n) {
		int r;

		for (n = 1; i + n < count && mfns[i + n] == mfns[i] + n; n++)
			;
		if (mfns[i] == XEN_NO_FRAME)
			return -EIO;
		r = pages_read_bytes(x->mem, mfns[i] << PAGE_SHIFT, n * PAGE_BYTES, buf + i * PAGE_BYTES, HOLES_FAIL);
		if (r)
			return r == -ENODATA ? -EIO : r;
	}
	return 0;
}

static int dom0_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct xen_dom0 *d = dom0_of(ps);
	uint64_t mfns[ENTRIES], first, n;
	char *at = buf;

	for (; count; pfn += n, count -= n, at += n * PAGE_BYTES) {
		int r = xen_frames(d->x, pfn - pfn % ENTRIES, mfns);

		first = pfn % ENTRIES;
		n = min_u64(count, ENTRIES - first);
		if (atomic_fetch_add(d->pages_read, n) > d->max_reads)
			return -EIO;
		if (!r)
			r = read_part(d->x, mfns + first, n, at);
		if (r)
			return r == -ENODATA ? -EIO : r;
	}
	return 0;
}

static bool frame_is_kept(const struct pages *mem, uint64_t mfn)
{
	struct page_run run;

	if (mfn >= mem->max_pfn)
		return false;
	pages_run(mem, mfn, &run);
	return page_is_kept(run.state);
}

static void dom0_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct xen *x = dom0_of(ps)->x;
	uint64_t mfns[ENTRIES], first = pfn % ENTRIES, end = min_u64(ENTRIES, first + (ps->max_pfn - pfn));
	bool kept;

	if (xen_frames(x, pfn - first, mfns)) {
		*out = (struct page_run){ pfn, end - first, PAGE_ABSENT, false };
		return;
	}
	kept = frame_is_kept(x->mem, mfns[first]);
	*out = (struct page_run){ pfn, 1, kept ? PAGE_DATA : PAGE_ABSENT, false };
	while (first + out->count < end && frame_is_kept(x->mem, mfns[first + out->count]) == kept)
		out->count++;
}

static const struct pages_ops dom0_ops = {
	.read = dom0_read,
	.run = dom0_run,
};

void xen_dom0_pages(const struct xen *x, _Atomic uint64_t *pages_read, struct xen_dom0 *out)
{
	*out = (struct xen_dom0){
		.pages = { &dom0_ops, PAGE_SHIFT, x->dom0_pages }, .x = x,
		.pages_read = pages_read, .max_reads = 2 * pages_kept(x->mem),
	};
}
