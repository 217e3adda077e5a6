/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/module_exports.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define MAX_EXPORTS 65536u		/* of one table; large ones have 1,000 */

void module_exports_fields(const struct knames *names, struct module_exports_fields *out)
{
	struct {
		struct kfield value, name, entry, syms, num_syms, relative;
	} f = {
		KFIELD("kernel_symbol.value_offset|kernel_symbol.value"), KFIELD("kernel_symbol.name_offset|kernel_symbol.name"),
		KFIELD("kernel_symbol"), KFIELD("module.syms"), KFIELD("module.num_syms"), KFIELD("?kernel_symbol.value_offset"),
	};

	*out = (struct module_exports_fields){ 0 };
	if (kfields_resolve(names, (struct kfield *)&f, kfields_count(f)))
		return;
	*out = (struct module_exports_fields){
		.value = f.value, .name = f.name, .entry = f.entry, .syms = f.syms, .num_syms = f.num_syms,
		.known = f.entry.at.bytes, .relative = f.relative.known,
	};
}

/* What a member of an entry refers to. */
static uint64_t target(struct kreader *r, const struct module_exports_fields *f, uint64_t entry, const struct kfield *member)
{
	uint64_t value = (uint64_t)kget(r, entry, member);

	return kernel_wrap(kreader_kernel(r), f->relative ? entry + member->at.offset + value : value);
}

int module_exports_read(struct kreader *r, const struct module_exports_fields *f, uint64_t vaddr, struct symtab *out)
{
	uint64_t table = f->known ? kget_ptr(r, vaddr, &f->syms) : 0, n = f->known ? kget_ptr(r, vaddr, &f->num_syms) : 0;
	char name[SYMTAB_MAX_NAME + 1];
	int error = 0;

	for (uint64_t i = 0; i < min_u64(n, MAX_EXPORTS) && !error && !kreader_take(r, NULL); i++) {
		uint64_t entry = table + i * f->entry.at.bytes, value = target(r, f, entry, &f->value);
		size_t len = kstring(r, target(r, f, entry, &f->name), name, sizeof(name));

		if (!kreader_take(r, NULL))
			error = symtab_add_first(out, value, name, len);
	}
	kreader_take(r, NULL);
	return error;
}

char module_letter(const struct symtab *exported, char type, const char *name, size_t len, uint64_t vaddr)
{
	char text[SYMTAB_MAX_NAME + 1];
	const struct symtab_entry *e = NULL;

	if (exported->n && len <= SYMTAB_MAX_NAME) {
		memcpy(text, name, len);
		text[len] = '\0';
		e = symtab_find(exported, text);
	}
	return (char)(e && e->vaddr == vaddr ? type & ~0x20 : type | 0x20);
}
