/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xen-domu MB: in dom0, make a domain that never runs, with so many MB of memory, and tell its frames: each starts with
 * the text "vmcorefs-rig domu page N".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include <xenctrl.h>

#define BATCH 256u

static int give_up(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	struct xen_domctl_createdomain config = {
		.max_vcpus = 1, .max_evtchn_port = 31, .max_grant_frames = 4, .max_maptrack_frames = 0, .grant_opts = 1,
		.arch = { .emulation_flags = 0 },
	};
	unsigned long pages = argc == 2 ? strtoul(argv[1], NULL, 10) * 256 : 0;
	uint32_t id = 1;
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	xen_pfn_t frames[BATCH];

	if (!xc || !pages)
		return give_up("xc_interface_open");
	if (xc_domain_create(xc, &id, &config))
		return give_up("xc_domain_create");
	if (xc_domain_setmaxmem(xc, id, pages * 4 + 1024))
		return give_up("xc_domain_setmaxmem");
	for (unsigned long at = 0; at < pages; at += BATCH) {
		for (unsigned int i = 0; i < BATCH; i++)
			frames[i] = at + i;
		if (xc_domain_populate_physmap_exact(xc, id, BATCH, 0, 0, frames))
			return give_up("xc_domain_populate_physmap_exact");
		/* now machine frames: what a domain without translation is given */
		for (unsigned int i = 0; i < BATCH; i++) {
			char *page = xc_map_foreign_range(xc, id, XC_PAGE_SIZE, PROT_READ | PROT_WRITE, frames[i]);

			if (!page)
				return give_up("xc_map_foreign_range");
			snprintf(page, XC_PAGE_SIZE, "vmcorefs-rig domu page %lu", at + i);
			munmap(page, XC_PAGE_SIZE);
			if (!((at + i) % 1024))
				printf("truth domu page=%lu mfn=%#lx\n", at + i, (unsigned long)frames[i]);
		}
	}
	printf("truth domu domain=%u pages=%lu\n", id, pages);
	return 0;
}
