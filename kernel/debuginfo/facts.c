/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/once.h"
#include "kernel/debuginfo/image_task.h"
#include "kernel/debuginfo/percpu_symbols.h"

#define INIT_TASK "init_task"

/* What is opened later. The onces are in the order of their locks: each asks those above it. */
struct opened {
	const struct kernel *k;		/* borrowed */
	const char *vmlinux;		/* borrowed, or NULL */

	struct once symbols_once;
	struct symbols *symbols;	/* owned; NULL: none, for this reason: */
	const char *why_no_symbols;

	struct once types_once;
	struct types *types;		/* owned */
	const char *why_no_types;
	bool types_early;		/* were opened with the symbols, with this result: */
	int early_result;

	struct once modules_once;
	struct modules *modules;	/* owned */
	const char *why_no_modules;
};

struct facts {
	struct opened *opened;		/* owned */
};

/* Of what could not be opened: remembered is only that the dump lacks it. */
static int settle(int r, const char **why)
{
	if (!r || error_is_passing(r))
		return r;
	if (!*why)
		*why = "the vmlinux cannot be read";
	return -ENOTSUP;
}

static int open_types(struct opened *o)
{
	types_close(o->types);
	o->types = NULL;
	o->why_no_types = o->k->hypervisor ? o->why_no_symbols : NULL;
	return o->k->hypervisor ? -ENOTSUP : types_open(o->k, o->symbols, o->vmlinux, &o->types, &o->why_no_types);
}

static int find_init_task(struct opened *o, struct symtab *out)
{
	uint64_t vaddr;
	int r = image_find_task(o->k, o->types, &vaddr);

	return r ? r : symtab_add(out, vaddr, 0, 'D', INIT_TASK, strlen(INIT_TASK));
}

static int find_percpu(struct opened *o, struct symtab *out)
{
	return percpu_symbols(o->types, o->symbols, out);
}

/* Before anybody else has the symbols: what types tell of those that neither kallsyms nor exported symbols name. */
static int add_by_types(struct opened *o)
{
	static const struct {
		const char *lacking;
		int (*find)(struct opened *o, struct symtab *out);
	} rows[] = { { INIT_TASK, find_init_task }, { PERCPU_START, find_percpu } };
	struct symbol there;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && o->k->has_space && !error_is_passing(r); i++) {
		struct symtab more = { 0 };

		if (!symbols_find(o->symbols, rows[i].lacking, &there))
			continue;
		if (!o->types_early)
			o->early_result = open_types(o);
		o->types_early = true;
		r = o->early_result ? o->early_result : rows[i].find(o, &more);
		if (!r)
			r = symbols_add(o->symbols, &more);
		symtab_free(&more);
	}
	return error_is_passing(r) ? r : 0;
}

static void close_all(struct opened *o)
{
	modules_close(o->modules);
	types_close(o->types);
	symbols_close(o->symbols);
	o->modules = NULL;
	o->types = NULL;
	o->symbols = NULL;
	o->types_early = false;
}

static int compute_symbols(void *arg)
{
	struct opened *o = arg;
	int r;

	close_all(o);			/* what was left when a fault passed by */
	if (o->k->hypervisor) {
		o->why_no_symbols = "-o xen=hypervisor shows Xen itself";
		return -ENOTSUP;
	}
	o->why_no_symbols = NULL;
	r = symbols_open(o->k, o->vmlinux, &o->symbols, &o->why_no_symbols);
	if (!r)
		r = add_by_types(o);
	return settle(r, &o->why_no_symbols);
}

static int compute_types(void *arg)
{
	struct opened *o = arg;
	int r = once_run(&o->symbols_once, compute_symbols, o);

	/* those of a vmlinux, and BTF that is found by its header, need no symbols */
	if (r && r != -ENOTSUP)
		return r;
	return settle(o->types_early ? o->early_result : open_types(o), &o->why_no_types);
}

static int compute_modules(void *arg)
{
	struct opened *o = arg;
	int r = once_run(&o->types_once, compute_types, o);

	modules_close(o->modules);
	o->modules = NULL;
	o->why_no_modules = o->why_no_types;
	if (!r) {
		r = once_run(&o->symbols_once, compute_symbols, o);
		o->why_no_modules = o->why_no_symbols;
	}
	if (!r)
		r = modules_open(o->k, o->symbols, o->types, &o->modules, &o->why_no_modules);
	return settle(r, &o->why_no_modules);
}

static void init_onces(struct opened *o)
{
	o->symbols_once = (struct once)ONCE_INIT;
	o->types_once = (struct once)ONCE_INIT;
	o->modules_once = (struct once)ONCE_INIT;
}

struct facts *facts_new(const struct kernel *k, const char *vmlinux)
{
	struct facts *f = calloc(1, sizeof(*f));
	struct opened *o = calloc(1, sizeof(*o));

	if (!f || !o) {
		free(f);
		free(o);
		return NULL;
	}
	o->k = k;
	o->vmlinux = vmlinux;
	init_onces(o);
	f->opened = o;
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	close_all(f->opened);
	free(f->opened);
	free(f);
}

void facts_forget(struct facts *f)
{
	close_all(f->opened);
	init_onces(f->opened);
}

void facts_forget_modules(struct facts *f)
{
	modules_close(f->opened->modules);
	f->opened->modules = NULL;
	f->opened->modules_once = (struct once)ONCE_INIT;
}

const struct kernel *facts_kernel(const struct facts *f)
{
	return f->opened->k;
}

static int told(int r, const char *reason, const char **why)
{
	if (why)
		*why = !r ? NULL : r == -ENOTSUP ? reason : strerror(-r);
	return r;
}

bool facts_symbols_are_asked(const struct facts *f)
{
	return once_done(&f->opened->symbols_once);
}

int facts_symbols(const struct facts *f, const struct symbols **out, const char **why)
{
	struct opened *o = f->opened;
	int r = once_run(&o->symbols_once, compute_symbols, o);

	*out = r ? NULL : o->symbols;
	return told(r, o->why_no_symbols, why);
}

int facts_types(const struct facts *f, const struct types **out, const char **why)
{
	struct opened *o = f->opened;
	int r = once_run(&o->types_once, compute_types, o);

	*out = r ? NULL : o->types;
	return told(r, o->why_no_types, why);
}

int facts_modules(const struct facts *f, const struct modules **out, const char **why)
{
	struct opened *o = f->opened;
	int r = once_run(&o->modules_once, compute_modules, o);

	*out = r ? NULL : o->modules;
	return told(r, o->why_no_modules, why);
}

int facts_find_symbol(const struct facts *f, const char *module, const char *name, struct symbol *out)
{
	const struct symbols *symbols;
	const struct modules *modules;
	const struct module *m;
	int r;

	if (!module) {
		r = facts_symbols(f, &symbols, NULL);
		return r ? r : symbols_find(symbols, name, out);
	}
	r = facts_modules(f, &modules, NULL);
	if (r)
		return r;
	m = modules_find(modules, module);
	return m ? module_find_symbol(m, name, out) : -ENODEV;
}

int facts_symbol_at(const struct facts *f, uint64_t vaddr, struct symbol *out, const struct module **module)
{
	const struct symbols *symbols;
	const struct modules *modules;
	int r = facts_symbols(f, &symbols, NULL);

	*module = NULL;
	if (!r)
		r = symbols_at(symbols, vaddr, out);
	if (r != -ENOENT)
		return r;
	r = facts_modules(f, &modules, NULL);
	if (!r)
		r = modules_symbol_at(modules, vaddr, out, module);
	/* without modules the address is still not the kernel's */
	return r == -ENOTSUP ? -ENOENT : r;
}
