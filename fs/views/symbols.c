/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols/, percpu/ and proc/kallsyms: symbols by their names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "fs/views/engine.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/address.h"
#include "kernel/debuginfo/sections.h"
#include "kernel/object/reader.h"

#define PERCPU_BYTES 4096u	/* of a value are shown */

/* --- symbols/ ----------------------------------------------------------------------------------------------------- */

/* Those of a name, in the kernel and its modules, or in the one module that is named too. */
struct symbol_search {
	struct engine *e;
	const char *module, *name;
	const struct module *in;
	struct outbuf *out;		/* NULL: is there one? */
	unsigned int found;
};

static void put_symbol(struct symbol_search *s, const struct symbol *sym)
{
	struct section section;
	struct outbuf *out = s->out;
	uint64_t bytes = sym->bytes;

	section_of(s->e->facts, s->in, sym, &section);
	if (!bytes)
		bytes = section.bytes_to_next;
	out_printf(out, "%sname: %s\naddress: 0x%0*llx\n", s->found ? "\n" : "", sym->name,
		   (int)s->e->kernel->word_bytes * 2, (unsigned long long)sym->vaddr);
	if (bytes)
		out_printf(out, "size: %#llx%s\n", (unsigned long long)bytes, sym->bytes ? "" : " (up to the next symbol)");
	out_printf(out, "type: %c\n", sym->type);
	if (section.name)
		out_printf(out, "section: %s\n", section.name);
	if (s->in)
		out_printf(out, "module: %s\n", s->in->name);
}

static int match(void *arg, const struct symbol *sym)
{
	struct symbol_search *s = arg;

	if (strcmp(sym->name, s->name))
		return 0;
	if (s->out)
		put_symbol(s, sym);
	s->found++;
	return !s->out;
}

static int find_all(struct symbol_search *s)
{
	const struct symbols *symbols;
	const struct modules *modules = NULL;
	int r = facts_symbols(s->e->facts, &symbols, NULL);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	if (!s->module)
		symbols_each(symbols, match, s);
	if (s->found && !s->out)
		return 0;
	r = facts_modules(s->e->facts, &modules, NULL);
	for (size_t i = 0; modules && i < modules->n; i++) {
		s->in = &modules->list[i];
		if (!s->module || !strcmp(s->module, s->in->name))
			module_each_symbol(s->in, match, s);
	}
	return r && r != -ENOTSUP ? r : s->found ? 0 : -ENOENT;
}

/* buf has the name, and is cut at its colon. */
static int search_name(struct engine *e, char *buf, struct outbuf *out)
{
	char *colon = strchr(buf, ':');
	struct symbol_search s = { .e = e, .name = colon ? colon + 1 : buf, .module = colon ? buf : NULL, .out = out };

	if (colon)
		*colon = '\0';
	return find_all(&s);
}

static int text_of_symbol(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	int r;

	(void)dir;
	snprintf(buf, size, "%s", name);
	r = search_name(e, buf, NULL);
	snprintf(buf, size, "%s", name);
	return r;
}

static int render_symbol(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	char buf[VIEW_NAME_BYTES];

	snprintf(buf, sizeof(buf), "%s", at->text);
	return search_name(e, buf, out);
}

static const char *why_no_symbol(const struct engine *e, const char *name)
{
	return address_why_not(e->facts, name);
}

/* --- proc/kallsyms ------------------------------------------------------------------------------------------------ */

struct kallsyms_text {
	struct outbuf *out;
	const struct module *in;
	int width;
};

static int put_line(void *arg, const struct symbol *sym)
{
	const struct kallsyms_text *t = arg;

	out_printf(t->out, "%0*llx %c %s", t->width, (unsigned long long)sym->vaddr, sym->type, sym->name);
	if (t->in)
		out_printf(t->out, "\t[%s]", t->in->name);
	out_char(t->out, '\n');
	return t->out->error;
}

static int render_kallsyms(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct kallsyms_text t = { .out = out, .width = (int)e->kernel->word_bytes * 2 };
	const struct symbols *symbols;
	const struct modules *modules = NULL;
	int r = facts_symbols(e->facts, &symbols, NULL);

	(void)at;
	if (!r)
		r = symbols_each_told(symbols, put_line, &t);
	if (r)
		return r;
	r = facts_modules(e->facts, &modules, NULL);
	for (size_t i = 0; modules && i < modules->n && !r; i++) {
		t.in = &modules->list[i];
		r = module_each_told(t.in, put_line, &t);
	}
	return r == -ENOTSUP ? 0 : r;
}

/* --- percpu/ ------------------------------------------------------------------------------------------------------ */

/* A per-CPU variable by its name, with its size; module NULL: the kernel's. */
static int find_percpu(struct engine *e, const char *name, struct symbol *sym)
{
	const struct modules *modules;
	const char *colon = strchr(name, ':');
	const struct module *in = NULL;
	char module[VIEW_NAME_BYTES];
	struct section section;
	int r;

	snprintf(module, sizeof(module), "%.*s", colon ? (int)(colon - name) : 0, name);
	r = facts_find_symbol(e->facts, colon ? module : NULL, colon ? colon + 1 : name, sym);
	if (!r && colon && !(r = facts_modules(e->facts, &modules, NULL)))
		in = modules_find(modules, module);
	if (r)
		return r == -ENOTSUP || r == -ENODEV ? -ENOENT : r;
	section_of(e->facts, in, sym, &section);
	if (!sym->bytes)
		sym->bytes = section.bytes_to_next;
	return section.name && !strcmp(section.name, SECTION_PERCPU) ? 0 : -ENOENT;
}

static int text_of_variable(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct symbol sym;
	int r = find_percpu(e, name, &sym);

	(void)dir;
	snprintf(buf, size, "%s", name);
	return r;
}

/* The text of a CPU has the variable too: "runqueues/0". */
static int text_of_cpu(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	struct symbol sym;
	uint64_t cpu, vaddr;
	int r = number_parse(name, strlen(name), &cpu);

	if (!r)
		r = cpu > UINT32_MAX ? -ENOENT : find_percpu(e, dir->text, &sym);
	if (!r)
		r = address_of_cpu(e->facts, sym.vaddr, (unsigned int)cpu, &vaddr);
	if (!r && snprintf(buf, size, "%s/%u", dir->text, (unsigned int)cpu) >= (int)size)
		r = -ENAMETOOLONG;
	return r;
}

/* A word, and what it points to. */
static void put_word(struct engine *e, struct kreader *r, uint64_t vaddr, uint64_t offset, unsigned int bytes, struct outbuf *out)
{
	char symbol[VIEW_NAME_BYTES];
	uint64_t value = kuint(r, vaddr + offset, bytes);
	int error = kreader_take(r, NULL);

	out_printf(out, "+0x%03llx  ", (unsigned long long)offset);
	if (error) {
		out_printf(out, "%s\n", error == -ENODATA ? "not in the dump" : strerror(-error));
		return;
	}
	out_printf(out, "0x%0*llx", (int)bytes * 2, (unsigned long long)value);
	if (bytes == kreader_word(r) && !address_format(e->facts, value, symbol, sizeof(symbol)))
		out_printf(out, "  %s", symbol);
	else if (bytes <= 4 || value >> 32 == 0)
		out_printf(out, "  %llu", (unsigned long long)value);
	out_char(out, '\n');
}

static int render_cpu(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const char *slash = strrchr(at->text, '/');
	char name[VIEW_NAME_BYTES];
	struct symbol sym;
	struct kreader *reader;
	uint64_t vaddr, shown;
	unsigned int cpu = (unsigned int)strtoul(slash + 1, NULL, 10), step;
	int r;

	snprintf(name, sizeof(name), "%.*s", (int)(slash - at->text), at->text);
	r = find_percpu(e, name, &sym);
	if (!r)
		r = address_of_cpu(e->facts, sym.vaddr, cpu, &vaddr);
	if (!r)
		r = kreader_open(e->kernel, &reader);
	if (r)
		return r;
	out_printf(out, "name: %s\ncpu: %u\naddress: 0x%0*llx\nsize: %#llx\n", name, cpu, (int)e->kernel->word_bytes * 2,
		   (unsigned long long)vaddr, (unsigned long long)sym.bytes);
	shown = min_u64(sym.bytes, PERCPU_BYTES);
	for (uint64_t i = 0; i < shown; i += step) {
		step = (unsigned int)min_u64(e->kernel->word_bytes, shown - i);
		while (step & (step - 1))
			step &= step - 1;
		put_word(e, reader, vaddr, i, step, out);
	}
	if (shown < sym.bytes)
		out_printf(out, "... %#llx bytes more: virt/%#llx+%llu has all\n", (unsigned long long)(sym.bytes - shown),
			   (unsigned long long)vaddr, (unsigned long long)sym.bytes);
	kreader_close(reader);
	return 0;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const struct names_ops symbol_names = { .text = text_of_symbol, .why_not = why_no_symbol };
static const struct names_ops variable_names = { .text = text_of_variable, .why_not = why_no_symbol };
static const struct names_ops cpu_names = { .text = text_of_cpu };

static const struct view_row rows[] = {
	{ .path = "symbols", .cost = "none", .use = "you",
	  .help = "symbols/<name>: where a symbol is, and what; a module's also by module:symbol", .type = VIEW_FOLDER,
	  .missing = missing_space },
	{ .path = "symbols/<name>", .type = VIEW_TEXT, .names = &symbol_names, .render = render_symbol },
	{ .path = "percpu", .cost = "none", .use = "you",
	  .help = "percpu/<name>/<cpu>: the copy that a CPU has of a per-CPU variable", .type = VIEW_FOLDER,
	  .missing = missing_space },
	{ .path = "percpu/<name>", .type = VIEW_FOLDER, .names = &variable_names },
	{ .path = "percpu/<name>/<cpu>", .type = VIEW_TEXT, .names = &cpu_names, .render = render_cpu },
	{ .path = "proc/kallsyms", .type = VIEW_PROC_TEXT, .render = render_kallsyms },
};

VIEW_FAMILY(symbols, rows);
