/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbols.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/kallsyms.h"
#include "kernel/modules.h"
#include "kernel/vmlinux_file.h"

struct symbols {
	const struct kernel *k;		/* borrowed */
	const char *source;
	struct symtab kernel;
	uint64_t first, end;		/* what the kernel image has of the address space */
	struct modules modules;
};

static int read_kallsyms(const struct kernel *k, struct symtab *out, const char **why)
{
	struct kallsyms tables;
	uint64_t stext;
	int r;

	if (!k->has_space) {
		*why = k->why_no_space;
		return -ENOTSUP;
	}
	if (vmci_symbol(&k->vmci, "_stext", &stext)) {
		*why = "VMCOREINFO lacks SYMBOL(_stext)";
		return -ENOTSUP;
	}
	r = kallsyms_told(k, &tables);
	if (r)
		r = kallsyms_search(k, stext, &tables);
	if (r) {
		*why = "VMCOREINFO does not tell where kallsyms are, and they were not found in the kernel image";
		return r == -ENOMEM ? r : -ENOTSUP;
	}
	r = kallsyms_read(k, &tables, stext, out, why);
	return r == -EIO ? -ENOTSUP : r;
}

/* The image's ends. Symbols below are offsets of per-CPU variables (x86_64 before 6.15), or no addresses at all. */
static void find_extent(struct symbols *s)
{
	const struct symtab_entry *first = symtab_find(&s->kernel, "_text"), *end = symtab_find(&s->kernel, "_end");

	if (!first)
		first = symtab_find(&s->kernel, "_stext");
	if (!first)
		first = &s->kernel.entries[0];
	s->first = first->vaddr;
	s->end = end ? end->vaddr : s->kernel.entries[s->kernel.n - 1].vaddr + 1;
}

int symbols_open(const struct kernel *k, const char *vmlinux, struct symbols **out, const char **why)
{
	struct symbols *s = calloc(1, sizeof(*s));
	int r;

	*why = NULL;
	if (!s)
		return -ENOMEM;
	s->k = k;
	s->source = vmlinux ? "vmlinux" : "kallsyms";
	r = vmlinux ? vmlinux_symbols(vmlinux, &k->vmci, &s->kernel) : read_kallsyms(k, &s->kernel, why);
	if (!r)
		r = symtab_finish(&s->kernel);
	if (!r && !s->kernel.n) {
		*why = "the symbol table is empty";
		r = -ENOTSUP;
	}
	if (r) {
		symbols_close(s);
		return r;
	}
	find_extent(s);
	*out = s;
	return 0;
}

int symbols_add_modules(struct symbols *s, const struct types *t, const char **why)
{
	struct symbol head;

	*why = NULL;
	if (s->modules.list)
		return 0;
	if (symbols_find(s, NULL, "modules", &head)) {
		*why = "the kernel has no symbol modules";
		return -ENOTSUP;
	}
	return modules_read(s->k, t, head.vaddr, &s->modules, why);
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	modules_free(&s->modules);
	symtab_free(&s->kernel);
	free(s);
}

const char *symbols_source(const struct symbols *s)
{
	return s->source;
}

static void take(const struct symtab *t, const struct symtab_entry *e, struct symbol *out)
{
	*out = (struct symbol){ .name = symtab_name(t, e), .vaddr = e->vaddr, .bytes = e->bytes, .type = e->type };
}

/* NULL: no such module. */
static const struct symtab *table_of(const struct symbols *s, const char *module)
{
	const struct module *m = module ? modules_find(&s->modules, module) : NULL;

	return !module ? &s->kernel : m ? &m->symtab : NULL;
}

int symbols_find(const struct symbols *s, const char *module, const char *name, struct symbol *out)
{
	const struct symtab *t = table_of(s, module);
	const struct symtab_entry *e = t ? symtab_find(t, name) : NULL;

	if (!e)
		return t ? -ENOENT : -ENODEV;
	take(t, e, out);
	return 0;
}

int symbols_at(const struct symbols *s, uint64_t vaddr, struct symbol *out, const char **module)
{
	const struct symtab *t = &s->kernel;
	const struct symtab_entry *e;
	const struct module_range *range;
	uint64_t first = s->first;

	*module = NULL;
	if (vaddr < s->first || vaddr >= s->end) {
		const struct module *m = modules_at(&s->modules, vaddr, &range);

		if (!m)
			return -ENOENT;
		t = &m->symtab;
		first = range->vaddr;
		*module = m->name;
	}
	e = symtab_at(t, vaddr);
	if (!e || e->vaddr < first)
		return -ENOENT;
	take(t, e, out);
	return 0;
}

int symbols_each(const struct symbols *s, const char *module, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	const struct symtab *t = table_of(s, module);

	if (!t)
		return -ENODEV;
	for (size_t i = 0; i < t->n; i++) {
		struct symbol symbol;
		int r;

		take(t, &t->entries[i], &symbol);
		r = fn(arg, &symbol);
		if (r)
			return r;
	}
	return 0;
}

const char *symbols_module(const struct symbols *s, unsigned int i)
{
	return i < s->modules.n ? s->modules.list[i].name : NULL;
}
