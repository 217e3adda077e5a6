/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/resident.h"

#include "base/bytes.h"

int resident_open(struct kreader *r, const struct knames *names, uint64_t pgd, struct resident *out)
{
	const struct kernel *k = kreader_kernel(r);
	uint64_t vaddr;

	*out = (struct resident){ .zero_pfn = UINT64_MAX, .max_pfn = k->max_pfn, .page_shift = k->page_shift };
	if (!kvariable(names, "zero_pfn", &vaddr))
		out->zero_pfn = kptr(r, vaddr);
	if (kreader_take(r, NULL))
		out->zero_pfn = UINT64_MAX;
	return kernel_user_space(k, pgd, 0, &out->space);
}

struct resident_count {
	const struct resident *p;
	uint64_t pages;
};

static int count(void *arg, const struct mapping *m)
{
	struct resident_count *c = arg;
	uint64_t first = m->paddr >> c->p->page_shift, n = m->len >> c->p->page_shift;

	if (first >= c->p->max_pfn)
		return 0;
	n = min_u64(n, c->p->max_pfn - first);
	c->pages += n - (c->p->zero_pfn - first < n);
	return 0;
}

uint64_t resident_bytes(const struct resident *p, const struct vma *v)
{
	struct resident_count c = { .p = p };

	/* pages of others (the kernel's clock, devices), and those that have counters of their own */
	if (v->flags & (VMA_PFNMAP | VMA_MIXEDMAP | VMA_HUGETLB))
		return 0;
	space_each(&p->space, v->start, v->end - 1, count, &c);
	return c.pages << p->page_shift;
}
