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

static bool has_module_rules(const struct erase_rules *rules)
{
	for (size_t i = 0; i < rules->nrules; i++)
		if (rules->rules[i].module.text)
			return true;
	return false;
}

/* Which memory the rules mean, by symbols and types of the dump as it is. */
static int apply_rules(struct engine *e)
{
	struct kernel *k = e->kernel;
	struct symbols *s = NULL;
	struct types *t = NULL;
	const char *why = k->why_no_space;
	int r = k->has_space ? symbols_open(k, e->vmlinux, &s, &why) : -ENOTSUP;

	if (!r)
		r = types_open(k, s, e->vmlinux, &t, &why);
	if (!r)
		r = symbols_add_init_task(s, t);
	if (!r && has_module_rules(e->erase_rules)) {
		r = symbols_add_modules(s, t, &why);
		if (r == -ENOTSUP) {
			log_warn("the dump's modules are not found, for erase rules of theirs: %s", why);
			r = 0;
		}
	}
	if (!r)
		r = erase_eval(e->erase_rules, k, s, t, &e->erase_list, &e->erase_warnings);
	else if (r == -ENOTSUP)
		r = fail(ENOTSUP, "%s: the rules cannot be applied: %s", e->erase_rules->name, why);
	types_close(t);
	symbols_close(s);
	return r;
}

int engine_setup_erase(struct engine *e)
{
	out_write(&e->eraseinfo, e->dump->eraseinfo, e->dump->eraseinfo_len);
	if (e->erase_rules && e->erase_rules->nrules) {
		int r = apply_rules(e);

		if (r)
			return r;
		e->erased = erase_new(e->pages, &e->erase_list);
		if (!e->erased)
			return -ENOMEM;
		e->pages = e->erased;
		erase_header(e);
		kernel_set_pages(e->kernel, e->pages);
		if (!e->kernel->has_space)
			log_warn("%s: %s: nothing that needs them is served", e->erase_rules->name, e->kernel->why_no_space);
		erase_list_text(&e->erase_list, e->pages, 0, e->pages->max_pfn, &e->eraseinfo);
	}
	return e->eraseinfo.error;
}
