/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/locate.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/opening/uts.h"

struct locate {
	const struct pages *ps;
	const struct arch *arch;
	const struct vmcoreinfo *linked;
	char uts[3 * UTS_STRING];	/* what must be there: sysname, anything, release */
	uint64_t uts_vaddr, stext;	/* linked */
	struct placement found;
};

/* What the page-table code may ask: the text, but for what is being tried out. */
static int ask_symbol(const void *arg, const char *name, uint64_t *value)
{
	const struct locate *l = arg;

	return vmci_symbol(l->linked, name, value);
}

static int ask_number(const void *arg, const char *name, uint64_t *value)
{
	const struct locate *l = arg;

	if (!strcmp(name, "phys_base"))
		*value = l->found.phys_base;
	else if (!strcmp(name, "pgtable_l5_enabled"))
		*value = l->found.five_levels;
	else
		return vmci_number(l->linked, name, value);
	return 0;
}

static int ask_nothing(const void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	(void)name;
	(void)value;
	return -ENOENT;
}

static int ask_no_config(const void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return -ENOENT;
}

struct wanted_mapping {
	uint64_t paddr, vaddr;
};

static int find_mapping(void *arg, const struct mapping *m)
{
	struct wanted_mapping *w = arg;

	if (w->paddr < m->paddr || w->paddr - m->paddr >= m->len)
		return 0;
	w->vaddr = m->vaddr + (w->paddr - m->paddr);
	return 1;
}

/* The image is phys bytes above its linked place (which is at image_vaddr for physical 0): where is it mapped? */
static bool find_virtual(struct locate *l, uint64_t phys, bool five_levels)
{
	struct arch_query q = {
		.arg = l, .symbol = ask_symbol, .number = ask_number, .size = ask_nothing, .offset = ask_nothing, .plain = ask_nothing, .config = ask_no_config,
		.page_shift = l->ps->page_shift,
	};
	struct space s = { .arch = l->arch, .mem = l->ps };
	struct wanted_mapping w = { .paddr = l->stext - l->arch->image_vaddr + phys };
	const char *why;
	int r;

	l->found.phys_base = phys;
	l->found.five_levels = five_levels;
	if (l->arch->setup(&s, &q, &why))
		return false;
	r = space_each(&s, l->arch->image_vaddr, l->arch->image_vaddr + (l->arch->image_bytes - 1), find_mapping, &w);
	space_close(&s);
	if (r != 1 || w.vaddr < l->stext || (w.vaddr - l->stext) % l->arch->image_align)
		return false;
	l->found.offset = w.vaddr - l->stext;
	l->found.phys_base = phys - l->found.offset;
	return true;
}

static bool is_uts(const struct locate *l, uint64_t paddr)
{
	char raw[sizeof(l->uts)];

	return !pages_read_bytes(l->ps, paddr, sizeof(raw), raw, HOLES_FAIL) && !strcmp(raw, l->uts) &&
	       !memcmp(raw + 2 * UTS_STRING, l->uts + 2 * UTS_STRING, strlen(l->uts + 2 * UTS_STRING) + 1);
}

static int search_run(void *arg, uint64_t first, uint64_t count)
{
	struct locate *l = arg;
	unsigned int shift = l->ps->page_shift;
	uint64_t align = l->arch->image_align, linked = l->uts_vaddr - l->arch->image_vaddr;
	uint64_t start = first << shift, end = (first + count) << shift;

	/* the first address from start on that is linked + n * align */
	for (uint64_t at = start + (linked - start) % align; at >= start && at < end; at += align)
		if (is_uts(l, at) && (find_virtual(l, at - linked, false) || find_virtual(l, at - linked, true)))
			return 1;
	return 0;
}

int locate_kernel(const struct pages *ps, const struct arch *arch, const struct vmcoreinfo *linked,
		  struct placement *out)
{
	struct locate l = { .ps = ps, .arch = arch, .linked = linked, .uts = "Linux" };
	uint64_t offset;
	const char *release;
	size_t len;
	int r;

	if (!arch || !arch->setup || !arch->image_bytes || vmci_symbol(linked, "init_uts_ns", &l.uts_vaddr) ||
	    vmci_symbol(linked, "_stext", &l.stext) || vmci_get(linked, "OSRELEASE", &release, &len) || len >= UTS_STRING)
		return -ENOTSUP;
	if (vmci_offset(linked, "uts_namespace.name", &offset))		/* before 5.11 */
		offset = UTS_OFFSET_UNTOLD;
	l.uts_vaddr += offset;
	memcpy(l.uts + 2 * UTS_STRING, release, len);
	r = pages_each_readable(ps, search_run, &l);
	if (r != 1)
		return r < 0 ? r : -ENOENT;
	*out = l.found;
	return 0;
}
