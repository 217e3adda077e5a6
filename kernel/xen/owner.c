/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a machine page is: the hypervisor's struct page_info (xen/include/asm-x86/mm.h), as of 4.0 and later.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "kernel/xen/xen.h"

/* page_info.count_info */
#define PGC_ALLOCATED	((uint64_t)1 << 63)
#define PGC_XEN_HEAP	((uint64_t)1 << 62)
#define PGC_BROKEN	((uint64_t)1 << 57)
#define PGC_STATE	((uint64_t)3 << 55)
#define PGC_OFFLINED	((uint64_t)2 << 55)
#define PGC_FREE	((uint64_t)3 << 55)

/* Owners are addresses of struct domain in the map of all memory, in pages from its start on. */
#define DIRECT_MAP	0xffff830000000000ull
#define FRAME_TABLE	0xffff82e000000000ull	/* since 4.3, where VMCOREINFO_XEN does not tell */
#define MAX_DOMAINS	65536
#define MAX_INFO_BYTES	256
#define MIN_MAJOR	4

static int read_word(const struct xen *x, uint64_t vaddr, unsigned int bytes, uint64_t *out)
{
	uint8_t raw[8];
	int r = space_read(&x->space, vaddr, raw, bytes);

	if (!r)
		*out = get_uint(raw, bytes, false);
	return r;
}

/* The struct domain with number 0. */
static const char *find_dom0(const struct xen *x, uint64_t *out)
{
	uint64_t list, id_at, next_at, domain, id;

	if (vmci_symbol(&x->vmci, "domain_list", &list) || vmci_offset(&x->vmci, "domain.domain_id", &id_at) ||
	    vmci_offset(&x->vmci, "domain.next_in_list", &next_at))
		return "VMCOREINFO_XEN lacks what the list of domains takes";
	if (read_word(x, list, 8, &domain))
		return "Xen's list of domains cannot be read";
	for (unsigned int i = 0; domain && i < MAX_DOMAINS; i++) {
		if (read_word(x, domain + id_at, 2, &id))
			return "Xen's list of domains cannot be read";
		if (!id) {
			*out = domain;
			return NULL;
		}
		if (read_word(x, domain + next_at, 8, &domain))
			return "Xen's list of domains cannot be read";
	}
	return "Xen's list of domains has no dom0";
}

static const char *setup(struct xen *x)
{
	struct xen_owners *o = &x->owners;
	uint64_t symbol, dom0;
	const char *why;

	if (!x->has_space)
		return x->why_no_space;
	if (x->major < MIN_MAJOR)
		return "the page_info of Xen 3 is not known here";
	if (vmci_size(&x->vmci, "page_info", &o->info_bytes) ||
	    vmci_offset(&x->vmci, "page_info.count_info", &o->count_offset) ||
	    vmci_offset(&x->vmci, "page_info._domain", &o->owner_offset))
		return "VMCOREINFO_XEN lacks SIZE or OFFSET of page_info";
	if (o->info_bytes < 8 || o->info_bytes > MAX_INFO_BYTES || o->count_offset > o->info_bytes - 8 ||
	    o->owner_offset > o->info_bytes - 4)
		return "the sizes of page_info in VMCOREINFO_XEN do not fit together";
	o->frame_table = FRAME_TABLE;
	if (!vmci_symbol(&x->vmci, "frame_table", &symbol) && read_word(x, symbol, 8, &o->frame_table))
		return "the address of Xen's frame table cannot be read";
	why = find_dom0(x, &dom0);
	if (why)
		return why;
	if (dom0 < DIRECT_MAP || (dom0 - DIRECT_MAP) >> 12 > UINT32_MAX || dom0 & 4095)
		return "Xen's dom0 is not where a domain can be";
	o->dom0 = (dom0 - DIRECT_MAP) >> 12;
	return NULL;
}

void xen_owners_setup(struct xen *x)
{
	x->why_no_owners = setup(x);
	x->has_owners = !x->why_no_owners;
}

static bool keep_page(uint64_t count, uint64_t owner, uint64_t dom0)
{
	if (count & PGC_XEN_HEAP)
		return true;
	if (count & PGC_BROKEN || (count & PGC_STATE) == PGC_FREE || (count & PGC_STATE) == PGC_OFFLINED)
		return false;
	return !(count & PGC_ALLOCATED) || !owner || owner == dom0;
}

int xen_keep_pages(const struct xen *x, uint64_t mfn, uint64_t n, bool *keep, uint64_t *dom0)
{
	const struct xen_owners *o = &x->owners;
	uint64_t vaddr;
	uint8_t *raw;
	int r;

	*dom0 = 0;
	if (mul_overflows(mfn, o->info_bytes, &vaddr) || vaddr > UINT64_MAX - o->frame_table)
		return -EFAULT;
	raw = memory_malloc(n * o->info_bytes);
	if (!raw)
		return -ENOMEM;
	r = space_read(&x->space, o->frame_table + vaddr, raw, n * o->info_bytes);
	for (uint64_t i = 0; i < n && !r; i++) {
		const uint8_t *info = raw + i * o->info_bytes;
		uint64_t owner = get_u32(info + o->owner_offset, false), count = get_u64(info + o->count_offset, false);

		keep[i] = keep_page(count, owner, o->dom0);
		*dom0 += (count & PGC_ALLOCATED) && owner == o->dom0;
	}
	free(raw);
	return r;
}
