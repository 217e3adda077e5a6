/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/engine_erase.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/log.h"
#include "filter/erase.h"
#include "filter/erase_eval.h"

/* The dump's header has a copy of init_uts_ns.name, which stands in where memory lacks it. */
static void erase_header(struct engine *e)
{
	const struct kernel *k = e->kernel;
	char *names = e->dump->uts[0];
	uint64_t paddr, span;

	if (!k->has_space || !k->uts_vaddr)
		return;
	for (size_t at = 0; at < sizeof(e->dump->uts); at += span) {
		if (space_vtop(&k->space, k->uts_vaddr + at, &paddr, &span))
			return;
		span = min_u64(span, sizeof(e->dump->uts) - at);
		for (uint64_t i = 0; i < span; i++)
			if ((at + i) % sizeof(e->dump->uts[0]) != sizeof(e->dump->uts[0]) - 1 && names[at + i])
				erase_bytes(&e->erase_list, paddr + i, 1, &names[at + i]);
	}
}

int engine_setup_erase(struct engine *e)
{
	out_write(&e->eraseinfo, e->dump->eraseinfo, e->dump->eraseinfo_len);
	if (e->erase_rules && e->erase_rules->nrules) {
		/* which memory they mean, by symbols and types of the dump as it is */
		int r = erase_eval(e->erase_rules, e->facts, &e->erase_list, &e->erase_warnings);

		if (r)
			return r;
		e->erased = erase_new(e->pages, &e->erase_list);
		if (!e->erased)
			return -ENOMEM;
		e->pages = e->erased;
		erase_header(e);
		kernel_set_pages(e->kernel, e->pages);
		facts_forget(e->facts);
		if (!e->kernel->has_space)
			log_warn("%s: %s: nothing that needs them is served", e->erase_rules->name, e->kernel->why_no_space);
		erase_list_text(&e->erase_list, e->pages, 0, e->pages->max_pfn, &e->eraseinfo);
	}
	return e->eraseinfo.error;
}
