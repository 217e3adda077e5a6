/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/sections.h"

#include "base/bytes.h"
#include "kernel/debuginfo/facts_names.h"

/* The inner ones first. include/asm-generic/sections.h */
static const struct {
	const char *name, *first, *end;
} sections[] = {
	{ SECTION_PERCPU, "__per_cpu_start", "__per_cpu_end" },
	{ "init text", "_sinittext", "_einittext" },
	{ "text", "_stext", "_etext" },
	{ "init", "__init_begin", "__init_end" },
	{ "rodata", "__start_rodata", "__end_rodata" },
	{ "bss", "__bss_start", "__bss_stop" },
	{ "data", "_sdata", "_edata" },
};

const char *section_at(const struct facts *f, uint64_t vaddr)
{
	struct symbol first, end;

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!facts_find_symbol(f, NULL, sections[i].first, &first) && !facts_find_symbol(f, NULL, sections[i].end, &end) &&
		    end.vaddr > first.vaddr && vaddr - first.vaddr < end.vaddr - first.vaddr)
			return sections[i].name;
	return NULL;
}

/* The place that a module's per-CPU variables have among the kernel's. */
static bool is_percpu_of(const struct facts *f, const struct module *in, uint64_t vaddr)
{
	struct kfield fields[] = { KFIELD("module.percpu"), KFIELD("module.percpu_size") };
	const struct knames names = facts_names(f);
	struct kreader *r;
	uint64_t first, bytes;

	if (kfields_resolve(&names, fields, ARRAY_SIZE(fields)) || kreader_open(facts_kernel(f), &r))
		return false;
	first = kget_ptr(r, in->vaddr, &fields[0]);
	bytes = kget_ptr(r, in->vaddr, &fields[1]);
	kreader_close(r);
	return vaddr - first < bytes;
}

static const char *section_of_letter(char type)
{
	switch (type | 0x20) {
	case 't':
	case 'w':
		return "text";
	case 'r':
		return "rodata";
	case 'd':
		return "data";
	case 'b':
		return "bss";
	default:
		return NULL;
	}
}

struct next {
	uint64_t above, found;
};

static int find_next(void *arg, const struct symbol *sym)
{
	struct next *n = arg;

	if (sym->vaddr <= n->above)
		return 0;
	n->found = sym->vaddr;
	return 1;
}

void section_of(const struct facts *f, const struct module *in, const struct symbol *sym, struct section *out)
{
	struct next next = { .above = sym->vaddr };
	const struct symbols *symbols;

	*out = (struct section){ 0 };
	if (in) {
		module_each_symbol(in, find_next, &next);
		out->name = is_percpu_of(f, in, sym->vaddr) ? SECTION_PERCPU : section_of_letter(sym->type);
	} else if (!facts_symbols(f, &symbols, NULL)) {
		symbols_each(symbols, find_next, &next);
		out->name = section_at(f, sym->vaddr);
	}
	out->bytes_to_next = next.found ? next.found - sym->vaddr : 0;
}
