/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/modules.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "kernel/debuginfo/image_modules.h"
#include "kernel/list.h"

#define MAX_MODULES	4096
#define MAX_SYMBOLS	(1u << 18)	/* of one module; large ones have 20,000 */
#define MAX_NAME_BYTES	512		/* KSYM_NAME_LEN since 6.1 */
#define MAX_ALL_NAMES	(256u << 20)	/* of all modules together */

struct module_fields {
	/* struct module */
	uint64_t list, name, name_bytes, state;
	int64_t unformed;
	uint64_t kallsyms;		/* struct mod_kallsyms * */
	struct {
		uint64_t base, size;
		unsigned int size_bytes;
	} ranges[MODULE_MAX_RANGES];
	unsigned int nranges;
	/* struct mod_kallsyms; before 4.5 they are in struct module itself */
	bool has_kallsyms, has_typetab;
	uint64_t symtab, num_symtab, strtab, typetab;
};

struct visit {
	const struct kernel *k;
	const struct module_fields *l;
	struct modules *out;
	unsigned int pointer_bytes;
	size_t cap;
	uint64_t names_left;		/* bytes of names that all modules may still have */
};

/* --- layout ------------------------------------------------------------------------------------------------------- */

static bool member(const struct types *t, const struct type *of, const char *name, uint64_t *offset)
{
	struct type_member m;

	if (types_member(t, of, name, &m))
		return false;
	*offset = m.offset;
	return true;
}

/* base and size, which are members of a member (core_layout), or of module itself. */
static void add_range(const struct types *t, const struct type *of, uint64_t at, const char *base, const char *size,
		      struct module_fields *l)
{
	struct type_member b, s;

	if (l->nranges == MODULE_MAX_RANGES || types_member(t, of, base, &b) || types_member(t, of, size, &s) ||
	    (s.type.bytes != 4 && s.type.bytes != 8))
		return;
	l->ranges[l->nranges].base = at + b.offset;
	l->ranges[l->nranges].size = at + s.offset;
	l->ranges[l->nranges++].size_bytes = (unsigned int)s.type.bytes;
}

static void find_ranges(const struct types *t, const struct type *module, struct module_fields *l)
{
	static const char *const layouts[] = { "core_layout", "data_layout", "init_layout" };
	struct type_member m;
	struct type each;

	/* since 6.4 an array, by type of memory */
	if (!types_member(t, module, "mem", &m) && m.type.kind == TYPE_ARRAY && !types_target(t, &m.type, &each))
		for (uint64_t i = 0; i < min_u64(m.type.count, MODULE_MAX_RANGES); i++)
			add_range(t, &each, m.offset + i * each.bytes, "base", "size", l);
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)	/* 4.5 */
		if (!types_member(t, module, layouts[i], &m))
			add_range(t, &m.type, m.offset, "base", "size", l);
	add_range(t, module, 0, "module_core", "core_size", l);
	add_range(t, module, 0, "module_init", "init_size", l);
}

static int find_layout(const struct types *t, struct module_fields *l)
{
	struct type module, kallsyms, state;
	struct type_member m;

	if (types_find(t, NULL, "module", &module) || !member(t, &module, "list", &l->list) ||
	    types_member(t, &module, "name", &m))
		return -ENOTSUP;
	l->name = m.offset;
	l->name_bytes = min_u64(m.type.bytes, sizeof(((struct module *)0)->name) - 1);
	l->unformed = -1;
	if (!member(t, &module, "state", &l->state) || types_find(t, NULL, "module_state", &state) ||
	    types_enumerator(t, &state, "MODULE_STATE_UNFORMED", &l->unformed))
		l->unformed = -1;
	kallsyms = module;
	if (!types_member(t, &module, "kallsyms", &m)) {
		l->kallsyms = m.offset;
		l->has_kallsyms = true;
		if (types_target(t, &m.type, &kallsyms))
			return -ENOTSUP;
	}
	if (!member(t, &kallsyms, "symtab", &l->symtab) || !member(t, &kallsyms, "num_symtab", &l->num_symtab) ||
	    !member(t, &kallsyms, "strtab", &l->strtab))
		return -ENOTSUP;
	l->has_typetab = member(t, &kallsyms, "typetab", &l->typetab);	/* 5.2 */
	find_ranges(t, &module, l);
	return 0;
}

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

	if (w->pointer_bytes == 8)
		return (Elf64_Sym){
			.st_name = get_u32(at, big), .st_info = at[4], .st_shndx = get_u16(at + 6, big),
			.st_value = get_u64(at + 8, big), .st_size = get_u64(at + 16, big),
		};
	return (Elf64_Sym){
		.st_name = get_u32(at, big), .st_value = get_u32(at + 4, big), .st_size = get_u32(at + 8, big),
		.st_info = at[12], .st_shndx = get_u16(at + 14, big),
	};
}

static int add_symbols(struct visit *w, const struct tables *tables, struct symtab *out)
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
	tables->strtab = malloc(most + MAX_NAME_BYTES);
	if (!tables->strtab)
		return -ENOMEM;
	tables->strtab_len = kernel_read_part(w->k, strtab, tables->strtab, most + MAX_NAME_BYTES);
	return tables->strtab_len > most ? 0 : -EIO;
}

static int read_symbols(struct visit *w, uint64_t module, struct symtab *out)
{
	const struct module_fields *l = w->l;
	struct tables tables = { .entry_bytes = w->pointer_bytes == 8 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym) };
	uint64_t at = module, symtab, strtab, typetab = 0;
	int r = l->has_kallsyms ? kernel_read_uint(w->k, module + l->kallsyms, w->pointer_bytes, &at) : 0;

	if (r || (r = kernel_read_uint(w->k, at + l->symtab, w->pointer_bytes, &symtab)) ||
	    (r = kernel_read_uint(w->k, at + l->num_symtab, 4, &tables.n)) ||
	    (r = kernel_read_uint(w->k, at + l->strtab, w->pointer_bytes, &strtab)) ||
	    (l->has_typetab && (r = kernel_read_uint(w->k, at + l->typetab, w->pointer_bytes, &typetab))))
		return r;
	if (!tables.n)
		return symtab_finish(out);
	if (tables.n > MAX_SYMBOLS)
		return -EIO;
	tables.symtab = malloc(tables.n * tables.entry_bytes);
	tables.typetab = l->has_typetab ? malloc(tables.n) : NULL;
	if (!tables.symtab || (l->has_typetab && !tables.typetab))
		r = -ENOMEM;
	if (!r)
		r = kernel_read(w->k, symtab, tables.symtab, tables.n * tables.entry_bytes);
	if (!r && l->has_typetab)
		r = kernel_read(w->k, typetab, tables.typetab, tables.n);
	if (!r)
		r = read_names(w, strtab, &tables);
	if (!r)
		r = add_symbols(w, &tables, out);
	free(tables.symtab);
	free(tables.strtab);
	free(tables.typetab);
	return r;
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

static int read_ranges(const struct visit *w, struct module *m)
{
	const struct module_fields *l = w->l;

	for (unsigned int i = 0; i < l->nranges; i++) {
		struct module_range *range = &m->ranges[m->nranges];
		int r = kernel_read_uint(w->k, m->vaddr + l->ranges[i].base, w->pointer_bytes, &range->vaddr);

		if (!r)
			r = kernel_read_uint(w->k, m->vaddr + l->ranges[i].size, l->ranges[i].size_bytes, &range->bytes);
		if (r)
			return r;
		if (range->vaddr && range->bytes)
			m->nranges++;
	}
	return 0;
}

static int read_module(struct visit *w, struct module *m)
{
	uint64_t state = 0;
	int r = kernel_read(w->k, m->vaddr + w->l->name, m->name, w->l->name_bytes);

	if (r)
		return r;
	m->name[w->l->name_bytes] = '\0';
	if (!m->name[0])
		return -EIO;
	if (w->l->unformed >= 0 && (r = kernel_read_uint(w->k, m->vaddr + w->l->state, 4, &state)))
		return r;
	if (w->l->unformed >= 0 && state == (uint64_t)w->l->unformed)
		return -EAGAIN;
	r = read_ranges(w, m);
	return r ? r : read_symbols(w, m->vaddr, &m->symtab);
}

static int add_module(void *arg, uint64_t node)
{
	struct visit *w = arg;
	struct module *m;
	int r;

	/* a list that runs in a circle comes here again */
	for (size_t i = 0; i < w->out->n; i++)
		if (w->out->list[i].vaddr == node - w->l->list)
			return 0;
	r = vector_reserve(w->out->list, w->out->n, w->cap, 1);
	if (r)
		return r;
	m = &w->out->list[w->out->n];
	*m = (struct module){ .vaddr = node - w->l->list };
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

int modules_open(const struct kernel *k, const struct symbols *s, const struct types *t, struct modules **out,
		 const char **why)
{
	struct module_fields l = { 0 };
	struct visit w = { .k = k, .l = &l, .names_left = MAX_ALL_NAMES };
	uint64_t head;
	int r;

	w.pointer_bytes = k->arch ? k->arch->elf_class / 8 : 8;
	*why = !k->has_space ? k->why_no_space :
	       find_layout(t, &l) ? "the kernel's struct module is none that is known" : NULL;
	if (*why)
		return -ENOTSUP;
	r = find_head(k, s, t, &head);
	if (r) {
		*why = "no symbol tells where the list of modules is, and it was not found by its contents";
		return r == -ENOMEM ? r : -ENOTSUP;
	}
	w.out = calloc(1, sizeof(*w.out));
	if (!w.out)
		return -ENOMEM;
	r = list_each(k, head, MAX_MODULES, add_module, &w);
	if (r == -ENOMEM) {
		modules_close(w.out);
		return r;
	}
	if (r)
		log_warn("the list of modules is damaged: %s", strerror(-r));
	*out = w.out;
	return 0;
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
