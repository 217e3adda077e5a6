/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/types.h"

#include <elf.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/debuginfo/image.h"
#include "kernel/debuginfo/types_internal.h"
#include "kernel/debuginfo/vmlinux_file.h"
#include "kernel/object/list.h"

#define MAX_BTF_BYTES	(64u << 20)	/* kernels of today have 4 to 10 MiB */
#define MAX_ALL_BYTES	(4 * MAX_BTF_BYTES)	/* with the modules' */
#define MAX_MODULES	4096
#define NO_BTF		"the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)"

struct btf_part {
	struct types_btf btf;
	void *bytes;			/* owned */
	uint64_t vaddr, len;		/* in the dump's memory; 0: not from there */
	char module[64];		/* "": the kernel itself */
};

/* The DWARF of a vmlinux that has BTF too: opened when it is asked for what BTF lacks. */
struct late_dwarf {
	pthread_mutex_t lock;		/* for what follows; held while it is opened */
	char *path;			/* owned */
	struct types_dwarf *dwarf;	/* owned; NULL: not opened */
	bool none;			/* it has none */
};

struct types {
	const struct kernel *k;		/* borrowed */
	const struct symbols *symbols;	/* borrowed; NULL: none */
	unsigned int pointer_bytes;
	struct btf_part **sources;	/* owned; by scope; [0]: the kernel, with DWARF maybe none at all */
	size_t nsources, sources_cap;
	uint64_t bytes;			/* of BTF, in all of them */
	struct types_dwarf *dwarf;	/* owned; of a vmlinux without BTF, else NULL */
	struct late_dwarf *late;	/* owned; of one with BTF, else NULL */
};

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* Takes over bytes, also on failure. */
static int add_source(struct types *t, const char *module, void *bytes, size_t len)
{
	struct btf_part *s = calloc(1, sizeof(*s));
	int r = s ? vector_reserve(t->sources, t->nsources, t->sources_cap, 1) : -ENOMEM;

	if (r)
		goto err_free;
	s->bytes = bytes;
	snprintf(s->module, sizeof(s->module), "%s", module);
	s->btf = (struct types_btf){
		.base = t->nsources ? &t->sources[0]->btf : NULL, .scope = t->nsources, .pointer_bytes = t->pointer_bytes,
	};
	r = btf_open(bytes, len, s->btf.base ? s->btf.base->btf : NULL, &s->btf.btf);
	if (r)
		goto err_free;
	t->sources[t->nsources++] = s;
	return 0;

err_free:
	free(bytes);
	free(s);
	return r;
}

static int add_from_memory(struct types *t, const char *module, uint64_t vaddr, uint64_t len)
{
	void *bytes;
	int r;

	if (!len || len > MAX_BTF_BYTES || len > MAX_ALL_BYTES - t->bytes)
		return -EIO;
	bytes = memory_malloc(len);
	if (!bytes)
		return -ENOMEM;
	t->bytes += len;
	r = kernel_read(t->k, vaddr, bytes, len);
	if (r) {
		free(bytes);
		return r;
	}
	r = add_source(t, module, bytes, len);
	if (!r) {
		t->sources[t->nsources - 1]->vaddr = vaddr;
		t->sources[t->nsources - 1]->len = len;
	}
	return r;
}

static void drop_source(struct types *t)
{
	struct btf_part *s = t->sources[--t->nsources];

	btf_close(s->btf.btf);
	free(s->bytes);
	free(s);
}

/* A kernel's, and none of the programs for BPF that it carries? */
static bool has_kernel(const struct types *t)
{
	static const char *const names[] = { "task_struct", "list_head", "super_block" };
	struct type type;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (types_btf_find(&t->sources[0]->btf, names[i], &type) || type.kind != TYPE_STRUCT || !type.bytes)
			return false;
	return true;
}

static int try_found(void *arg, uint64_t vaddr, uint64_t len)
{
	struct types *t = arg;
	int r = add_from_memory(t, "", vaddr, len);

	if (r == -ENOMEM)
		return r;
	if (!r && has_kernel(t))
		return 1;
	if (t->nsources)
		drop_source(t);
	t->bytes = 0;
	return 0;
}

/* By its header: symbols of data are not in every kernel's tables. */
static int search_kernel(struct types *t, const char **why)
{
	bool gaps = false, guess = false;
	struct mapping image;
	struct symbol text = { 0 };
	int r;

	/* it is behind the code, the greater part of what there is */
	if (t->symbols)
		symbols_find(t->symbols, "_etext", &text);
	r = image_find_btf(t->k, text.vaddr, try_found, t, &gaps);
	if (r == 1)
		return 0;
	if (r == -ENOMEM)
		return r;
	image_range(t->k, &image, &guess);
	*why = !t->k->has_space ? t->k->why_no_space :
	       r ? "no symbol tells where the kernel's BTF is, and its image is not found" :
	       guess ? "no BTF was found around the kernel's text (CONFIG_DEBUG_INFO_BTF)" :
	       gaps ? "no BTF was found in the kernel image, of which not all pages are in the dump" :
	       NO_BTF;
	return -ENOTSUP;
}

/* A kernel that has BTF has one of these symbols too: of before 5.5, and of later ones. */
static bool has_none(const struct symbols *s)
{
	struct symbol start;

	return symbols_know_data(s) && symbols_find(s, "_binary__btf_vmlinux_bin_start", &start) && symbols_find(s, "__start_BTF", &start);
}

static int add_kernel(struct types *t, const char **why)
{
	struct symbol start, stop;
	int r;

	if (t->symbols && has_none(t->symbols)) {
		*why = NO_BTF;
		return -ENOTSUP;
	}
	if (!t->symbols || symbols_find(t->symbols, "__start_BTF", &start) ||
	    symbols_find(t->symbols, "__stop_BTF", &stop))
		return search_kernel(t, why);
	r = add_from_memory(t, "", start.vaddr, stop.vaddr - start.vaddr);
	if (!r || r == -ENOMEM)
		return r;
	*why = "the kernel's BTF cannot be read, or is damaged";
	return -ENOTSUP;
}

static int add_copy(struct types *t, const char *module, const void *bytes, size_t len)
{
	void *copy = memory_malloc(len);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, len);
	return add_source(t, module, copy, len);
}

/* -ENOENT: it has none; -EIO: damaged. */
static int add_from_file(struct types *t, const char *path)
{
	struct vmlinux_file f;
	const void *section;
	size_t len;
	int r = vmlinux_file_open(path, &f);

	if (r)
		return r;
	r = vmlinux_file_section(&f, ".BTF", &section, &len);
	if (r)
		goto out_close;
	r = add_copy(t, "", section, len);
out_close:
	vmlinux_file_close(&f);
	return r;
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

const struct types_btf *types_btf_of_module(const struct types *t, const char *module)
{
	for (size_t i = 1; module && i < t->nsources; i++)
		if (!strcmp(t->sources[i]->module, module))
			return &t->sources[i]->btf;
	return NULL;
}

/* Offsets in struct btf_module, struct btf, struct module. */
struct module_layout {
	uint64_t list, module, btf, data, data_size, name;
};

static int member_offset(const struct types *t, const char *type, const char *member, uint64_t *out)
{
	struct type its;
	struct type_member m;

	if (types_find(t, NULL, type, &its) || types_member(t, &its, member, &m))
		return -ENOENT;
	*out = m.offset;
	return 0;
}

static int add_module(struct types *t, struct kreader *r, const struct module_layout *l, uint64_t at)
{
	uint64_t module = kptr(r, at + l->module), btf = kptr(r, at + l->btf), data = kptr(r, btf + l->data);
	uint64_t size = kuint(r, btf + l->data_size, 4);
	char name[64] = "";
	int error;

	kstring(r, module + l->name, name, sizeof(name));
	error = kreader_take(r, NULL);
	if (!error && !types_btf_of_module(t, name))
		error = add_from_memory(t, name, data, size);
	if (error && error != -ENOMEM)
		log_warn("the BTF of module %s cannot be read: %s", name[0] ? name : "?", strerror(-error));
	return error == -ENOMEM ? error : 0;
}

static int add_listed(struct types *t, uint64_t head, const struct module_layout *l)
{
	struct kreader *r;
	int error = kreader_open(t->k, &r);

	if (error)
		return error;
	for (struct klist list = klist_ring(r, head, MAX_MODULES); !error;) {
		if (!klist_next(&list)) {
			if (list.error)
				log_warn("the list of the modules' BTF is damaged: %s", strerror(-list.error));
			break;
		}
		kreader_take(r, NULL);		/* list.error has it */
		error = add_module(t, r, l, list.node - l->list);
	}
	kreader_close(r);
	return error;
}

/* What is missing here is missed when it is asked for. */
static int add_modules(struct types *t)
{
	struct module_layout l;
	struct symbol head;

	if (!t->nsources || !t->symbols || !t->k->has_space || symbols_find(t->symbols, "btf_modules", &head) ||
	    member_offset(t, "btf_module", "list", &l.list) || member_offset(t, "btf_module", "module", &l.module) ||
	    member_offset(t, "btf_module", "btf", &l.btf) || member_offset(t, "btf", "data", &l.data) ||
	    member_offset(t, "btf", "data_size", &l.data_size) || member_offset(t, "module", "name", &l.name))
		return 0;
	return add_listed(t, head.vaddr, &l);
}

/* --- a vmlinux ---------------------------------------------------------------------------------------------------- */

static int prepare_late(struct types *t, const char *path)
{
	t->late = calloc(1, sizeof(*t->late));
	if (!t->late)
		return -ENOMEM;
	pthread_mutex_init(&t->late->lock, NULL);
	t->late->path = strdup(path);
	return t->late->path ? 0 : -ENOMEM;
}

static void close_late(struct late_dwarf *late)
{
	if (!late)
		return;
	types_dwarf_close(late->dwarf);
	free(late->path);
	pthread_mutex_destroy(&late->lock);
	free(late);
}

/* Without BTF of its own; then the dump's BTF serves the modules, if it has any. */
static int open_dwarf(struct types *t, const char *path)
{
	int r = types_dwarf_open(path, t->pointer_bytes, &t->dwarf);
	const char *ignored;

	if (r)
		return r;
	while (t->nsources)
		drop_source(t);
	r = add_kernel(t, &ignored);
	return r == -ENOTSUP ? 0 : r;
}

/* BTF has all types, and is read in a hundredth of the time. */
static int open_vmlinux(struct types *t, const char *path, const char **why)
{
	int from_btf = add_from_file(t, path), r;

	if (!from_btf && has_kernel(t))
		return prepare_late(t, path);
	if (from_btf && from_btf != -ENOENT && from_btf != -EIO)
		return from_btf;
	r = open_dwarf(t, path);
	if (r != -ENOTSUP || !from_btf)
		return r == -ENOTSUP ? 0 : r;
	if (from_btf == -EIO)
		return fail(EIO, "%s: its section .BTF is damaged", path);
	*why = "the vmlinux has no debug information (DWARF, or BTF)";
	return -ENOTSUP;
}

int types_open(const struct kernel *k, const struct symbols *s, const char *vmlinux, struct types **out,
	       const char **why)
{
	struct types *t = calloc(1, sizeof(*t));
	int r;

	*why = NULL;
	if (!t)
		return -ENOMEM;
	t->k = k;
	t->symbols = s;
	t->pointer_bytes = k->arch ? k->arch->elf_class / 8 : 8;
	r = vmlinux ? open_vmlinux(t, vmlinux, why) : add_kernel(t, why);
	if (!r)
		r = add_modules(t);
	if (r) {
		types_close(t);
		return r;
	}
	*out = t;
	return 0;
}

int types_of_bytes(const void *btf, size_t len, const void *split, size_t split_len, unsigned int pointer_bytes,
		   struct types **out)
{
	struct types *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return -ENOMEM;
	t->pointer_bytes = pointer_bytes;
	r = add_copy(t, "", btf, len);
	if (!r && split)
		r = add_copy(t, "module", split, split_len);
	if (r)
		types_close(t);
	else
		*out = t;
	return r;
}

void types_close(struct types *t)
{
	if (!t)
		return;
	/* a module's borrows the kernel's */
	while (t->nsources)
		drop_source(t);
	free(t->sources);
	types_dwarf_close(t->dwarf);
	close_late(t->late);
	free(t);
}

bool types_btf_in_memory(const struct types *t, uint64_t *vaddr, uint64_t *len)
{
	if (!t->nsources)
		return false;
	*vaddr = t->sources[0]->vaddr;
	*len = t->sources[0]->len;
	return *len;
}

const char *types_source(const struct types *t)
{
	return t->dwarf ? "DWARF" : "BTF";
}

unsigned int types_long_align(const struct types *t)
{
	return t->k && t->k->arch && t->k->arch->elf_machine == EM_386 ? 4 : 8;
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

struct types_dwarf *types_dwarf_of(const struct types *t, const struct type *of)
{
	if (of->scope < TYPES_DWARF_SCOPE)
		return NULL;
	return t->dwarf ? t->dwarf : t->late ? t->late->dwarf : NULL;
}

/* -ENOENT: it has no such variable, or no DWARF. What fails otherwise was logged, and is tried again. */
static int late_variable(struct late_dwarf *late, unsigned int pointer_bytes, const char *name, struct type *out)
{
	int r = 0;

	pthread_mutex_lock(&late->lock);
	if (!late->dwarf && !late->none)
		r = types_dwarf_open(late->path, pointer_bytes, &late->dwarf);
	late->none |= r == -ENOTSUP;
	if (late->none)
		r = -ENOENT;
	if (!r)
		r = types_dwarf_variable(late->dwarf, name, out);
	pthread_mutex_unlock(&late->lock);
	return r;
}

bool types_know_variables(const struct types *t)
{
	return t->dwarf || (t->late && t->late->dwarf);
}

const struct types_btf *types_btf_of(const struct types *t, const struct type *of)
{
	return of->scope < t->nsources ? &t->sources[of->scope]->btf : NULL;
}

struct types_dwarf *types_dwarf_of_kernel(const struct types *t)
{
	return t->dwarf;
}

const struct types_btf *types_btf_of_kernel(const struct types *t)
{
	return t->nsources && !t->dwarf ? &t->sources[0]->btf : NULL;
}

static int find_exactly(const struct types *t, const char *name, struct type *out)
{
	return t->dwarf ? types_dwarf_find(t->dwarf, name, out) : types_btf_find(&t->sources[0]->btf, name, out);
}

int types_find(const struct types *t, const char *module, const char *name, struct type *out)
{
	const struct types_btf *own = types_btf_of_module(t, module);
	int r = own ? types_btf_find(own, name, out) : -ENOENT;
	char names[2][TYPES_BASE_NAME];

	if (r == -ENOENT)
		r = find_exactly(t, name, out);
	if (r == -ENOENT && types_base_names(name, names))
		for (size_t i = 0; i < ARRAY_SIZE(names) && r == -ENOENT; i++)
			r = find_exactly(t, names[i], out);
	return r;
}

/* "task_struct", "char *" */
static int find_wellknown(const struct types *t, const char *type, struct type *out)
{
	const char *star = strstr(type, " *");
	struct type to;
	char name[64];
	int r;

	if (!star)
		return types_find(t, NULL, type, out);
	snprintf(name, sizeof(name), "%.*s", (int)(star - type), type);
	r = types_find(t, NULL, name, &to);
	return r ? r : types_btf_pointer_to(&t->sources[0]->btf, &to, out);
}

/* Without DWARF. */
static int kernel_variable(const struct types *t, const char *name, struct type *out)
{
	const char *type = types_wellknown(name);
	struct symbol symbol;
	int r = types_btf_variable(&t->sources[0]->btf, name, out);

	if (r != -ENOENT || !type || (t->symbols && symbols_find(t->symbols, name, &symbol)))
		return r;
	return find_wellknown(t, type, out);
}

int types_variable(const struct types *t, const char *module, const char *name, struct type *out)
{
	const struct types_btf *own = types_btf_of_module(t, module);
	int r;

	if (module)
		return own ? types_btf_variable(own, name, out) : -ENOENT;
	if (t->dwarf)
		return types_dwarf_variable(t->dwarf, name, out);
	r = kernel_variable(t, name, out);
	return r == -ENOENT && t->late ? late_variable(t->late, t->pointer_bytes, name, out) : r;
}

int types_each_percpu(const struct types *t, int (*fn)(void *arg, const char *name, uint64_t offset, uint64_t bytes), void *arg)
{
	return t->nsources ? types_btf_each_percpu(&t->sources[0]->btf, fn, arg) : 0;
}

int types_target(const struct types *t, const struct type *of, struct type *out)
{
	const struct types_btf *source = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (of->kind != TYPE_POINTER && of->kind != TYPE_ARRAY)
		return -EINVAL;
	if (dwarf)
		return types_dwarf_target(dwarf, of, out);
	return source ? types_btf_target(source, of, out) : -EIO;
}

int types_member(const struct types *t, const struct type *of, const char *name, struct type_member *out)
{
	const struct types_btf *source = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (of->kind != TYPE_STRUCT && of->kind != TYPE_UNION)
		return -EINVAL;
	if (dwarf)
		return types_dwarf_member(dwarf, of, name, out);
	return source ? types_btf_member(source, of, name, out) : -EIO;
}

int types_enumerator(const struct types *t, const struct type *of, const char *name, int64_t *out)
{
	const struct types_btf *source = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (of->kind != TYPE_ENUM)
		return -EINVAL;
	if (dwarf)
		return types_dwarf_enumerator(dwarf, of, name, out);
	return source ? types_btf_enumerator(source, of, name, out) : -EIO;
}
