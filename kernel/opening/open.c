/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/log.h"
#include "base/page_cache.h"
#include "kernel/opening/outside.h"
#include "kernel/opening/search.h"
#include "kernel/opening/space.h"
#include "kernel/opening/texts.h"
#include "kernel/opening/uts.h"
#include "kernel/xen/xen.h"

#define KEPT_BYTES	(8u << 20)	/* page tables, and the kernel's objects */

/* All there is to know of the hypervisor: nothing in it is Linux. */
static void take_hypervisor(struct kernel *k)
{
	const struct xen *x = k->xen;

	k->hypervisor = true;
	k->vmci = x->vmci;
	k->arch = x->space.arch ? x->space.arch : &arch_x86_64;
	k->page_shift = k->pages->page_shift;
	k->word_bytes = 8;
	k->has_space = x->has_space;
	k->space = x->space;
	k->why_no_space = x->why_no_space;
}

static int open_xen(struct kernel *k, const struct kernel_input *in)
{
	int r = xen_open(in, &k->xen);

	if (r)
		return r;
	if (!k->xen && (in->xen != XEN_ANY || in->xen_vmcoreinfo_file))
		return fail(EINVAL, "%s: is no dump of a machine with Xen: it has no note of Xen", in->dump_name);
	if (in->xen != XEN_HYPERVISOR) {
		if (k->xen)
			k->max_pfn = k->xen->dom0_pages;
		return 0;
	}
	if (in->vmlinux || in->vmcoreinfo_file)
		return fail(EINVAL, "%s: is of Linux, but Xen itself is to be seen",
			    in->vmlinux ? in->vmlinux : in->vmcoreinfo_file);
	take_hypervisor(k);
	return 0;
}

int kernel_open(const struct kernel_input *in, struct kernel **out)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct outside given = { 0 };
	int r;

	if (!k)
		return -ENOMEM;
	k->pages = in->pages;
	k->big_endian = in->big_endian;
	k->max_pfn = in->pages->max_pfn;
	r = open_xen(k, in);
	if (!r && !k->hypervisor)
		r = texts_choose(k, in, &given);
	if (r)
		goto err_close;
	if (k->hypervisor) {
		*out = k;
		return 0;
	}
	space_of_text(k, in);
	r = outside_check_version(k, in, &given);
	if (r)
		goto err_close;
	outside_free(&given);
	*out = k;
	return 0;

err_close:
	outside_free(&given);
	kernel_close(k);
	return r;
}

void kernel_keep_pages(struct kernel *k)
{
	page_cache_free(k->kept);
	k->kept = page_cache_new(k->pages, KEPT_BYTES);
	k->space.mem = k->kept ? k->kept : k->pages;
}

void kernel_set_pages(struct kernel *k, const struct pages *pages)
{
	bool has_uts = k->uts[0][0];

	k->pages = pages;
	k->space.mem = pages;
	if (k->kept)
		kernel_keep_pages(k);
	if (!k->xen || k->hypervisor)
		k->max_pfn = pages->max_pfn;
	if (k->xen)
		xen_set_pages(k->xen, pages);
	if (k->has_space && !k->hypervisor && space_check(k)) {
		k->has_space = false;
		k->can_walk = k->arch->user_space;
		k->why_no_space = "the kernel's page tables are erased";
	}
	/* whatever is there now: names from elsewhere would tell what is erased */
	memset(k->uts, 0, sizeof(k->uts));
	if (k->has_space && has_uts)
		uts_read(k, true);
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	space_close(&k->space);
	xen_close(k->xen);
	texts_free(&k->texts);
	free(k->vmci_outside);
	page_cache_free(k->kept);
	free(k);
}
