/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/exports.h"
#include "kernel/debuginfo/image.h"
#include "kernel/debuginfo/kallsyms.h"
#include "kernel/debuginfo/vmlinux_file.h"

struct symbols {
	const struct kernel *k;		/* borrowed */
	const char *source;
	struct symtab kernel;
	bool know_data;			/* as symbols_know_data() */
	size_t told;			/* bytes of names that are from kallsyms; 0: none, a vmlinux */
	uint64_t first, end;		/* what the kernel image has of the address space */
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

/* --- where kallsyms have functions only ---------------------------------------------------------------------------- */

static int append(struct symtab *to, const struct symtab *from)
{
	int r = 0;

	for (size_t i = 0; i < from->n && !r; i++) {
		const struct symtab_entry *e = &from->entries[i];
		const char *name = symtab_name(from, e);

		r = symtab_add(to, e->vaddr, e->bytes, symtab_type(from, e), name, strlen(name));
	}
	return r;
}

/* What VMCOREINFO names in the image, but what is there. Some of its symbols are pointers' values, one is a macro. */
static int add_told(const struct kernel *k, const struct symtab *have, struct symtab *out)
{
	struct mapping image;
	struct vmci_symbol_line line;
	int r = 0;

	if (!have->n || image_range(k, &image, NULL))
		return 0;
	for (size_t pos = 0; !r && vmci_next_symbol(&k->vmci, &pos, &line);)
		if (line.value - image.vaddr < image.len && strcmp(line.name, "node_online_map") && !symtab_find(have, line.name))
			r = symtab_add(out, line.value, 0, 'D', line.name, strlen(line.name));
	return r;
}

/* Other sources for what the table lacks: each row's symbols are those that the rows before do not have. */
static int add_data(struct symbols *s)
{
	static int (*const sources[])(const struct kernel *k, const struct symtab *have, struct symtab *out) = {
		exports_read, add_told,
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sources) && !r; i++) {
		struct symtab more = { 0 };

		r = sources[i](s->k, &s->kernel, &more);
		if (!r && more.n)
			r = append(&s->kernel, &more);
		if (!r && more.n)
			r = symtab_finish(&s->kernel);
		if (!r && more.n && !i)
			s->source = s->kernel.n > more.n ? "kallsyms and exported symbols" : "exported symbols";
		symtab_free(&more);
		if (r == -ENOENT)
			r = 0;
	}
	return r;
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
	if (r == -ENOTSUP && !vmlinux && k->has_space)
		symtab_free(&s->kernel);
	if (!r || (r == -ENOTSUP && !vmlinux && k->has_space)) {
		int failed = symtab_finish(&s->kernel);

		s->told = vmlinux ? 0 : s->kernel.names_len;
		/* every kernel has that variable, and exports it */
		s->know_data = !failed && symtab_find(&s->kernel, "init_task");
		if (!failed && !s->know_data)
			failed = add_data(s);
		if (failed || s->kernel.n)
			r = failed;
	}
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

int symbols_add(struct symbols *s, const struct symtab *more)
{
	int r = append(&s->kernel, more);

	if (!r)
		r = symtab_finish(&s->kernel);
	if (!r)
		find_extent(s);
	return r;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	symtab_free(&s->kernel);
	free(s);
}

const char *symbols_source(const struct symbols *s)
{
	return s->source;
}

bool symbols_know_data(const struct symbols *s)
{
	return s->know_data;
}

int symbols_find(const struct symbols *s, const char *name, struct symbol *out)
{
	const struct symtab_entry *e = symtab_find(&s->kernel, name);

	if (!e)
		return -ENOENT;
	*out = symtab_symbol(&s->kernel, e);
	return 0;
}

int symbols_at(const struct symbols *s, uint64_t vaddr, struct symbol *out)
{
	const struct symtab_entry *e = vaddr >= s->first && vaddr < s->end ? symtab_at(&s->kernel, vaddr) : NULL;

	if (!e || e->vaddr < s->first)
		return -ENOENT;
	*out = symtab_symbol(&s->kernel, e);
	return 0;
}

size_t symbols_count(const struct symbols *s)
{
	return s->kernel.n;
}

struct symbol symbols_get(const struct symbols *s, size_t i)
{
	return symtab_symbol(&s->kernel, &s->kernel.entries[i]);
}

size_t symbols_names(const struct symbols *s, const char **names)
{
	*names = s->kernel.names;
	return s->kernel.names_len;
}

int symbols_each(const struct symbols *s, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	return symtab_each(&s->kernel, fn, arg);
}

int symbols_each_told(const struct symbols *s, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	return s->told ? symtab_each_added(&s->kernel, s->told, fn, arg) : symtab_each(&s->kernel, fn, arg);
}
