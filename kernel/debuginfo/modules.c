/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/modules.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/debuginfo/image_modules.h"
#include "kernel/debuginfo/module_exports.h"
#include "kernel/debuginfo/names.h"
#include "kernel/object/list.h"

#define MAX_MODULES	4096
#define MAX_SYMBOLS	(1u << 18)	/* of one module; large ones have 20,000 */
#define MAX_NAME_BYTES	512		/* KSYM_NAME_LEN since 6.1 */
#define MAX_ALL_NAMES	(256u << 20)	/* of all modules together */

struct module_fields {
	struct kfield list, name, state, unformed, kallsyms;
	/* of struct mod_kallsyms; before 4.5 they are in struct module itself */
	struct kfield symtab, num_symtab, strtab, typetab;
	/* what it has of the address space: since 6.4 an array, by type of memory; since 4.5 layouts */
	struct kfield mem, mem_base, mem_size;
	struct {
		struct kfield base, size;
	} layouts[5];
};

static const struct module_fields module_fields = {
	.list = KFIELD("module.list"), .name = KFIELD("module.name"), .state = KFIELD("?module.state"),
	.unformed = KFIELD("?module_state.MODULE_STATE_UNFORMED"), .kallsyms = KFIELD("?module.kallsyms"),
	.symtab = KFIELD("mod_kallsyms.symtab|module.symtab"), .num_symtab = KFIELD("mod_kallsyms.num_symtab|module.num_symtab"),
	.strtab = KFIELD("mod_kallsyms.strtab|module.strtab"), .typetab = KFIELD("?mod_kallsyms.typetab"),	/* 5.2 */
	.mem = KFIELD("?module.mem"), .mem_base = KFIELD("?module_memory.base"), .mem_size = KFIELD("?module_memory.size"),
	.layouts = {
		{ KFIELD("?module.core_layout.base"), KFIELD("?module.core_layout.size") },
		{ KFIELD("?module.data_layout.base"), KFIELD("?module.data_layout.size") },
		{ KFIELD("?module.init_layout.base"), KFIELD("?module.init_layout.size") },
		{ KFIELD("?module.module_core"), KFIELD("?module.core_size") },
		{ KFIELD("?module.module_init"), KFIELD("?module.init_size") },
	},
};

struct visit {
	const struct kernel *k;
	struct kreader *r;
	const struct module_fields *f;
	const struct module_exports_fields *exports;
	struct modules *out;
	size_t cap;
	uint64_t names_left;		/* bytes of names that all modules may still have */
};

/* --- symbols ------------------------------------------------------------------------------------------------------ */

/* A module's tables, as bytes. */
struct tables {
	uint8_t *symtab;
	char *strtab, *typetab;
	uint64_t n, strtab_len;
	size_t entry_bytes;
};

static Elf64_Sym symbol_at(const struct visit *w, const struct tables *tables, size_t i)
{
	const uint8_t *at = tables->symtab + i * tables->entry_bytes;
	bool big = w->k->big_endian;

	if (w->k->word_bytes == 8)
		return (Elf64_Sym){
			.st_name = get_u32(at, big), .st_info = at[4], .st_shndx = get_u16(at + 6, big),
			.st_value = get_u64(at + 8, big), .st_size = get_u64(at + 16, big),
		};
	return (Elf64_Sym){
		.st_name = get_u32(at, big), .st_value = get_u32(at + 4, big), .st_size = get_u32(at + 8, big),
		.st_info = at[12], .st_shndx = get_u16(at + 14, big),
	};
}

static int add_symbols(struct visit *w, const struct tables *tables, const struct symtab *exported, struct symtab *out)
{
	int r = 0;

	for (size_t i = 1; i < tables->n && !r; i++) {
		Elf64_Sym sym = symbol_at(w, tables, i);
		const char *name;
		size_t len;
		char type;

		if (sym.st_shndx == SHN_UNDEF || sym.st_name >= tables->strtab_len)
			continue;
		name = tables->strtab + sym.st_name;
		len = strnlen(name, min_u64(tables->strtab_len - sym.st_name, MAX_NAME_BYTES));
		if (!len)
			continue;
		if (len > w->names_left)
			return -EIO;
		w->names_left -= len;
		/* before 5.2 the letter was in place of st_info, or of st_size */
		type = tables->typetab ? tables->typetab[i] : (char)sym.st_info;
		if (!((type | 0x20) >= 'a' && (type | 0x20) <= 'z'))
			type = '?';
		else
			type = module_letter(exported, type, name, len, sym.st_value);
		r = symtab_add(out, sym.st_value, tables->typetab ? sym.st_size : 0, type, name, len);
	}
	return r ? r : symtab_finish(out);
}

/* The length of the table of names is not told: it is what the symbols refer to. */
static int read_names(const struct visit *w, uint64_t strtab, struct tables *tables)
{
	uint64_t most = 0;

	for (size_t i = 0; i < tables->n; i++)
		most = max_u64(most, symbol_at(w, tables, i).st_name);
	if (most > (uint64_t)tables->n * MAX_NAME_BYTES)
		return -EIO;
	tables->strtab = memory_malloc(most + MAX_NAME_BYTES);
	if (!tables->strtab)
		return -ENOMEM;
	tables->strtab_len = kread_part(w->r, strtab, tables->strtab, most + MAX_NAME_BYTES);
	kreader_take(w->r, NULL);	/* there is no telling where it ends */
	return tables->strtab_len > most ? 0 : -EIO;
}

static int read_symbols(struct visit *w, uint64_t module, struct symtab *out)
{
	const struct module_fields *f = w->f;
	struct tables tables = { .entry_bytes = w->k->word_bytes == 8 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym) };
	uint64_t at = f->kallsyms.known ? kget_ptr(w->r, module, &f->kallsyms) : module;
	uint64_t symtab = kget_ptr(w->r, at, &f->symtab), strtab = kget_ptr(w->r, at, &f->strtab);
	uint64_t typetab = kget_ptr(w->r, at, &f->typetab);
	struct symtab exported = { 0 };
	int r;

	tables.n = kget_ptr(w->r, at, &f->num_symtab);
	r = kreader_take(w->r, NULL);
	if (r)
		return r;
	if (!tables.n)
		return symtab_finish(out);
	if (tables.n > MAX_SYMBOLS)
		return -EIO;
	tables.symtab = memory_malloc(tables.n * tables.entry_bytes);
	tables.typetab = f->typetab.known ? malloc(tables.n) : NULL;
	if (!tables.symtab || (f->typetab.known && !tables.typetab))
		r = -ENOMEM;
	if (!r)
		r = kread(w->r, symtab, tables.symtab, tables.n * tables.entry_bytes);
	if (!r && tables.typetab)
		r = kread(w->r, typetab, tables.typetab, tables.n);
	if (!r)
		r = read_names(w, strtab, &tables);
	if (!r)
		r = module_exports_read(w->r, w->exports, module, &exported);
	if (!r)
		r = add_symbols(w, &tables, &exported, out);
	symtab_free(&exported);
	free(tables.symtab);
	free(tables.strtab);
	free(tables.typetab);
	return r;
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

static void add_range(struct module *m, uint64_t vaddr, uint64_t bytes)
{
	if (vaddr && bytes && m->nranges < MODULE_MAX_RANGES)
		m->ranges[m->nranges++] = (struct module_range){ vaddr, bytes };
}

static void read_ranges(const struct visit *w, struct module *m)
{
	const struct module_fields *f = w->f;
	uint64_t at = m->vaddr + f->mem.at.offset, size;

	for (uint64_t i = 0; i < min_u64(f->mem.at.count, MODULE_MAX_RANGES); i++, at += f->mem.at.element_bytes) {
		size = kget_ptr(w->r, at, &f->mem_size);
		add_range(m, kget_ptr(w->r, at, &f->mem_base), size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(f->layouts); i++) {
		size = kget_ptr(w->r, m->vaddr, &f->layouts[i].size);
		add_range(m, kget_ptr(w->r, m->vaddr, &f->layouts[i].base), size);
	}
}

static int read_module(struct visit *w, struct module *m)
{
	const struct module_fields *f = w->f;
	bool unformed;
	int r;

	kget_string(w->r, m->vaddr, &f->name, m->name, sizeof(m->name));
	unformed = f->unformed.known && f->state.known && kget(w->r, m->vaddr, &f->state) == f->unformed.at.value;
	read_ranges(w, m);
	r = kreader_take(w->r, NULL);
	if (r)
		return r;
	if (!m->name[0])
		return -EIO;
	return unformed ? -EAGAIN : read_symbols(w, m->vaddr, &m->symtab);
}

static int add_module(struct visit *w, uint64_t vaddr)
{
	struct module *m;
	int r;

	/* a list that runs in a circle comes here again */
	for (size_t i = 0; i < w->out->n; i++)
		if (w->out->list[i].vaddr == vaddr)
			return 0;
	r = vector_reserve(w->out->list, w->out->n, w->cap, 1);
	if (r)
		return r;
	m = &w->out->list[w->out->n];
	*m = (struct module){ .vaddr = vaddr };
	r = read_module(w, m);
	if (!r) {
		w->out->n++;
		return 0;
	}
	symtab_free(&m->symtab);
	if (r == -ENOMEM)
		return r;
	if (r != -EAGAIN)
		log_warn("module %s at %#llx: cannot be read: %s", m->name[0] ? m->name : "?", (unsigned long long)m->vaddr,
			 strerror(-r));
	return 0;
}

static int find_head(const struct kernel *k, const struct symbols *s, const struct types *t, uint64_t *head)
{
	struct symbol named;

	if (symbols_find(s, "modules", &named))
		return image_find_modules(k, t, head);
	*head = named.vaddr;
	return 0;
}

static int add_modules(struct visit *w, uint64_t head)
{
	struct klist l = klist_ring(w->r, head, MAX_MODULES);
	int r = 0;

	while (!r && klist_next(&l)) {
		kreader_take(w->r, NULL);	/* l.error has it */
		r = add_module(w, l.node - w->f->list.at.offset);
	}
	if (!r && l.error)
		log_warn("the list of modules is damaged: %s", strerror(-l.error));
	return r;
}

int modules_open(const struct kernel *k, const struct symbols *s, const struct types *t, struct modules **out,
		 const char **why)
{
	const struct name_source source = { .symbols = s, .types = t };
	const struct knames names = names_of(&source);
	struct module_fields f = module_fields;
	struct module_exports_fields exports;
	struct visit w = { .k = k, .f = &f, .exports = &exports, .names_left = MAX_ALL_NAMES };
	uint64_t head;
	int r;

	*why = !k->has_space ? k->why_no_space :
	       kfields_resolve(&names, (struct kfield *)&f, kfields_count(f)) ? "the kernel's struct module is none that is known" :
	       NULL;
	if (*why)
		return -ENOTSUP;
	r = find_head(k, s, t, &head);
	if (r) {
		*why = "no symbol tells where the list of modules is, and it was not found by its contents";
		return r == -ENOMEM ? r : -ENOTSUP;
	}
	module_exports_fields(&names, &exports);
	r = kreader_open(k, &w.r);
	if (r)
		return r;
	w.out = calloc(1, sizeof(*w.out));
	r = w.out ? add_modules(&w, head) : -ENOMEM;
	kreader_close(w.r);
	if (r)
		modules_close(w.out);
	else
		*out = w.out;
	return r;
}

void modules_close(struct modules *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		symtab_free(&m->list[i].symtab);
	free(m->list);
	free(m);
}

const struct module *modules_find(const struct modules *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->list[i].name, name))
			return &m->list[i];
	return NULL;
}

const struct module *modules_at(const struct modules *m, uint64_t vaddr, const struct module_range **range)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct module *module = &m->list[i];

		for (unsigned int n = 0; n < module->nranges; n++) {
			*range = &module->ranges[n];
			if (vaddr - (*range)->vaddr < (*range)->bytes)
				return module;
		}
	}
	return NULL;
}

int module_find_symbol(const struct module *m, const char *name, struct symbol *out)
{
	const struct symtab_entry *e = symtab_find(&m->symtab, name);

	if (!e)
		return -ENOENT;
	*out = symtab_symbol(&m->symtab, e);
	return 0;
}

int module_each_symbol(const struct module *m, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	return symtab_each(&m->symtab, fn, arg);
}

int module_each_told(const struct module *m, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	return symtab_each_added(&m->symtab, m->symtab.names_len, fn, arg);
}

int modules_symbol_at(const struct modules *m, uint64_t vaddr, struct symbol *out, const struct module **module)
{
	const struct module_range *range;
	const struct symtab_entry *e;

	*module = modules_at(m, vaddr, &range);
	e = *module ? symtab_at(&(*module)->symtab, vaddr) : NULL;
	if (!e || e->vaddr < range->vaddr)
		return -ENOENT;
	*out = symtab_symbol(&(*module)->symtab, e);
	return 0;
}
