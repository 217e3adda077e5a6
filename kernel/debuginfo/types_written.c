/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as they are written: which source answers. */
#include <errno.h>

#include "base/bytes.h"
#include "kernel/debuginfo/types_internal.h"

static int get_exactly(const struct types *t, enum type_kind kind, const char *name, struct type *out)
{
	const struct types_btf *btf = types_btf_of_kernel(t);
	struct types_dwarf *dwarf = types_dwarf_of_kernel(t);

	return dwarf ? types_dwarf_get(dwarf, kind, name, out) : btf ? types_btf_get(btf, kind, name, out) : -ENOENT;
}

int types_get(const struct types *t, const char *module, enum type_kind kind, const char *name, struct type *out)
{
	const struct types_btf *own = types_btf_of_module(t, module);
	int r = own ? types_btf_get(own, kind, name, out) : -ENOENT;
	char names[2][TYPES_BASE_NAME];

	if (r == -ENOENT)
		r = get_exactly(t, kind, name, out);
	if (r == -ENOENT && kind == TYPE_INT && types_base_names(name, names))
		for (size_t i = 0; i < ARRAY_SIZE(names) && r == -ENOENT; i++)
			r = get_exactly(t, kind, names[i], out);
	return r;
}

int types_next(const struct types *t, const char *module, uint64_t *at, struct type *out)
{
	const struct types_btf *btf = module ? types_btf_of_module(t, module) : types_btf_of_kernel(t);
	struct types_dwarf *dwarf = module ? NULL : types_dwarf_of_kernel(t);

	if (dwarf)
		return types_dwarf_next(dwarf, at, out);
	return btf ? types_btf_next(btf, at, out) : -ENOENT;
}

int types_name(const struct types *t, const struct type *of, const char **out)
{
	const struct types_btf *btf = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (of->kind == TYPE_VOID) {
		*out = "void";
		return 0;
	}
	if (dwarf)
		return types_dwarf_name(dwarf, of, out);
	return btf ? types_btf_name(btf, of, out) : -EIO;
}

int types_inner(const struct types *t, const struct type *of, struct type *out)
{
	const struct types_btf *btf = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (of->kind != TYPE_POINTER && of->kind != TYPE_ARRAY && of->kind != TYPE_FUNCTION && !type_kind_is_wrapper(of->kind))
		return -EINVAL;
	if (dwarf)
		return types_dwarf_inner(dwarf, of, out);
	return btf ? types_btf_inner(btf, of, out) : -EIO;
}

int types_peel(const struct types *t, const struct type *of, struct type *out)
{
	const struct types_btf *btf = types_btf_of(t, of);
	struct types_dwarf *dwarf = types_dwarf_of(t, of);

	if (!type_kind_is_wrapper(of->kind)) {
		*out = *of;
		return 0;
	}
	if (dwarf)
		return types_dwarf_peel(dwarf, of, out);
	return btf ? types_btf_peel(btf, of, out) : -EIO;
}

int types_function(const struct types *t, const char *module, const char *name, struct type *out)
{
	const struct types_btf *btf = module ? types_btf_of_module(t, module) : types_btf_of_kernel(t);

	return btf ? types_btf_function(btf, name, out) : -ENOENT;
}

int types_next_item(const struct types *t, struct type_items *items, struct type_item *out)
{
	const struct types_btf *btf = types_btf_of(t, &items->of);
	struct types_dwarf *dwarf = types_dwarf_of(t, &items->of);

	switch (items->of.kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
	case TYPE_FUNCTION:
		break;
	default:
		return -EINVAL;
	}
	if (dwarf)
		return types_dwarf_next_item(dwarf, items, out);
	return btf ? types_btf_next_item(btf, items, out) : -EIO;
}

int types_next_tag(const struct types *t, const struct type *of, uint64_t *at, struct type_tag *out)
{
	const struct types_btf *btf = types_btf_of(t, of);

	if (types_dwarf_of(t, of))
		return 0;
	return btf ? types_btf_next_tag(btf, of, at, out) : -EIO;
}

void types_place_item(const struct types *t, const struct type_item *item, struct type_member *out)
{
	if (types_peel(t, &item->type, &out->type))
		out->type = item->type;
	types_place_member(out, item->bit_offset, item->bits);
}
