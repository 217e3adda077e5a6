/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/engine_erase.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/recorder.h"
#include "filter/erase.h"
#include "filter/erase_eval.h"
#include "kernel/opening/open.h"

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

/* Symbols and types of the dump as it is, which tell what the rules mean. read: from which pages. That there are none is
 * said by who asks for them. */
static int open_facts(struct engine *e, const struct pages *read)
{
	const struct types *types;
	int r;

	kernel_set_pages(e->kernel, read);
	r = facts_types(e->facts, &types, NULL);
	kernel_set_pages(e->kernel, e->pages);
	return r == -ENOTSUP ? 0 : r;
}

static bool touches(const struct erase_list *l, const struct pages *read)
{
	for (size_t i = 0; i < l->nranges; i++) {
		const struct erase_range *range = &l->ranges[i];
		uint64_t last = (range->paddr + range->len - 1) >> read->page_shift;

		for (uint64_t pfn = range->paddr >> read->page_shift; pfn <= last; pfn++)
			if (recorder_has(read, pfn))
				return true;
	}
	return false;
}

/* What facts were made of memory that is another one now is opened anew, so that they cannot tell what is erased. */
static void forget(struct engine *e, const struct pages *read)
{
	if (e->kernel->has_space && !touches(&e->erase_list, read))
		facts_forget_modules(e->facts);
	else
		facts_forget(e->facts);
}

static int apply_rules(struct engine *e)
{
	struct pages *read = recorder_new(e->pages);
	bool had_space = e->kernel->has_space;
	int r = read ? open_facts(e, read) : -ENOMEM;

	if (!r)
		r = erase_eval(e->erase_rules, e->facts, &e->erase_list, &e->erase_warnings);
	if (!r) {
		e->erased = erase_new(e->pages, &e->erase_list);
		r = e->erased ? 0 : -ENOMEM;
	}
	if (r)
		goto out_free;
	e->pages = e->erased;
	erase_header(e);
	kernel_set_pages(e->kernel, e->pages);
	forget(e, read);
	if (had_space && !e->kernel->has_space)
		log_warn("%s: %s: nothing that needs them is served", e->erase_rules->name, e->kernel->why_no_space);
	if (e->erase_list.strings)
		log_info("%s: %llu copies of strings erased", e->erase_rules->name,
			 (unsigned long long)e->erase_list.strings);
	erase_list_text(&e->erase_list, e->pages, 0, e->pages->max_pfn, &e->eraseinfo);
out_free:
	recorder_free(read);
	return r;
}

int engine_setup_erase(struct engine *e)
{
	int r = 0;

	out_write(&e->eraseinfo, e->dump->eraseinfo, e->dump->eraseinfo_len);
	if (e->erase_rules && e->erase_rules->nrules)
		r = apply_rules(e);
	return r ? r : e->eraseinfo.error;
}
