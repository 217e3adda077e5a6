/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of DWARF as they are written: typedefs and qualifiers kept, what a type consists of. */
#include <dwarf.h>
#include <errno.h>

#include "kernel/debuginfo/dwarf_die.h"
#include "kernel/debuginfo/types_dwarf.h"

static bool kind_of_wrapper(Dwarf_Die *die, enum type_kind *out)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_typedef:
		*out = TYPE_TYPEDEF;
		return true;
	case DW_TAG_const_type:
		*out = TYPE_CONST;
		return true;
	case DW_TAG_volatile_type:
		*out = TYPE_VOLATILE;
		return true;
	case DW_TAG_restrict_type:
		*out = TYPE_RESTRICT;
		return true;
	case DW_TAG_atomic_type:
		*out = TYPE_ATOMIC;
		return true;
	default:
		return false;
	}
}

static int describe(struct types_dwarf *d, Dwarf_Die *die, struct type *out)
{
	enum type_kind kind;
	int r;

	if (!kind_of_wrapper(die, &kind))
		return types_dwarf_describe(d, die, out, 0);
	r = types_dwarf_describe_target(d, die, out, 0);
	if (!r)
		*out = (struct type){
			.kind = kind, .bytes = out->bytes, .id = dwarf_dieoffset(die), .scope = TYPES_DWARF_SCOPE,
		};
	return r;
}

/* The type of what has one. */
static int describe_type(struct types_dwarf *d, Dwarf_Die *of, struct type *out)
{
	Dwarf_Attribute attr;
	Dwarf_Die die;

	if (!dwarf_attr_integrate(of, DW_AT_type, &attr)) {
		*out = (struct type){ .kind = TYPE_VOID, .scope = TYPES_DWARF_SCOPE };
		return 0;
	}
	return dwarf_formref_die(&attr, &die) ? describe(d, &die, out) : -EIO;
}

/* --- by name ------------------------------------------------------------------------------------------------------ */

static int get(struct types_dwarf *d, enum name_class class, const char *name, struct type *out)
{
	const struct symtab_entry *e = symtab_find(&d->names[class], name);
	Dwarf_Die die;

	if (!e)
		return -ENOENT;
	return types_dwarf_die(d, e->vaddr, &die) ? describe(d, &die, out) : -EIO;
}

int types_dwarf_get(struct types_dwarf *d, enum type_kind kind, const char *name, struct type *out)
{
	enum name_class class = kind == TYPE_STRUCT ? STRUCTS : kind == TYPE_UNION ? UNIONS : kind == TYPE_ENUM ? ENUMS :
				kind == TYPE_TYPEDEF ? TYPEDEFS : kind == TYPE_INT ? BASE_TYPES : CLASSES;
	int r;

	if (class == CLASSES)
		return -ENOENT;
	types_dwarf_lock(d);
	r = get(d, class, name, out);
	types_dwarf_unlock(d);
	return r;
}

/* *at: the class above, the index in its table below. */
int types_dwarf_next(struct types_dwarf *d, uint64_t *at, struct type *out)
{
	int r = -EIO;

	types_dwarf_lock(d);
	while (r) {
		uint64_t class = *at >> 32;
		uint32_t i = (uint32_t)*at;
		Dwarf_Die die;

		if (class >= TYPE_CLASSES)
			break;
		*at = i < d->names[class].n ? *at + 1 : (class + 1) << 32;
		if (i < d->names[class].n && types_dwarf_die(d, d->names[class].entries[i].vaddr, &die))
			r = describe(d, &die, out);
	}
	types_dwarf_unlock(d);
	return !r;
}

/* --- of a type ---------------------------------------------------------------------------------------------------- */

int types_dwarf_name(struct types_dwarf *d, const struct type *of, const char **out)
{
	const char *name;
	Dwarf_Die die;
	int r = -EIO;

	types_dwarf_lock(d);
	if (types_dwarf_die(d, of->id, &die)) {
		/* of the file's, which stays mapped */
		name = dwarf_diename(&die);
		*out = name ? name : "";
		r = 0;
	}
	types_dwarf_unlock(d);
	return r;
}

static int inner(struct types_dwarf *d, const struct type *of, struct type *out)
{
	Dwarf_Die die;
	int r = types_dwarf_row(d, of, &die, out);

	return r < 0 ? r : r ? 0 : describe_type(d, &die, out);
}

int types_dwarf_inner(struct types_dwarf *d, const struct type *of, struct type *out)
{
	int r;

	types_dwarf_lock(d);
	r = inner(d, of, out);
	types_dwarf_unlock(d);
	return r;
}

int types_dwarf_peel(struct types_dwarf *d, const struct type *of, struct type *out)
{
	Dwarf_Die die;
	int r = -EIO;

	types_dwarf_lock(d);
	if (types_dwarf_die(d, of->id, &die))
		r = types_dwarf_describe_target(d, &die, out, 0);
	types_dwarf_unlock(d);
	return r;
}

/* --- what a type consists of -------------------------------------------------------------------------------------- */

static bool is_item(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_member:
	case DW_TAG_enumerator:
	case DW_TAG_formal_parameter:
	case DW_TAG_unspecified_parameters:
		return true;
	default:
		return false;
	}
}

static int describe_item(struct types_dwarf *d, Dwarf_Die *die, struct type_item *out)
{
	const char *name = dwarf_diename(die);
	struct type peeled;
	int r;

	*out = (struct type_item){ .name = name ? name : "" };
	switch (dwarf_tag(die)) {
	case DW_TAG_enumerator:
		return dwarf_die_enumerator_value(die, (uint64_t *)&out->value) ? 0 : -EIO;
	case DW_TAG_unspecified_parameters:
		out->type.scope = TYPES_DWARF_SCOPE;
		return 0;
	case DW_TAG_formal_parameter:
		return describe_type(d, die, &out->type);
	default:
		r = describe_type(d, die, &out->type);
		if (!r)
			r = types_dwarf_describe_target(d, die, &peeled, 0);
		return r ? r : types_dwarf_member_place(d, die, peeled.bytes, &out->bit_offset, &out->bits);
	}
}

/* next: the place of the child to come, 0: the first. A child comes after the one before it, whatever their DW_AT_sibling
 * say. */
static int next_item(struct types_dwarf *d, struct type_items *items, struct type_item *out)
{
	Dwarf_Die die;
	int r = 0;

	if (items->next == UINT64_MAX)
		return 0;
	if (!types_dwarf_die(d, items->next ? items->next : items->of.id, &die)) {
		items->next = UINT64_MAX;
		return -EIO;
	}
	if (!items->next && (r = dwarf_child(&die, &die)))
		goto out_end;
	for (;;) {
		Dwarf_Die item = die;

		r = dwarf_siblingof(&item, &die);
		if (!r && dwarf_dieoffset(&die) <= dwarf_dieoffset(&item))
			r = -1;
		items->next = r ? UINT64_MAX : dwarf_dieoffset(&die);
		if (is_item(&item)) {
			r = describe_item(d, &item, out);
			return r ? r : 1;
		}
		if (r)
			goto out_end;
	}
out_end:
	items->next = UINT64_MAX;
	return r < 0 ? -EIO : 0;
}

int types_dwarf_next_item(struct types_dwarf *d, struct type_items *items, struct type_item *out)
{
	int r;

	types_dwarf_lock(d);
	r = next_item(d, items, out);
	types_dwarf_unlock(d);
	return r;
}
