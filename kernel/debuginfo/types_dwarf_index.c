/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names there are at the top of units, and where. */
#include "kernel/debuginfo/types_dwarf.h"

#include <dwarf.h>
#include <string.h>

#include "kernel/debuginfo/dwarf_die.h"

static enum name_class class_of(Dwarf_Die *die)
{
	enum name_class class;

	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
		class = STRUCTS;
		break;
	case DW_TAG_union_type:
		class = UNIONS;
		break;
	case DW_TAG_enumeration_type:
		class = ENUMS;
		break;
	case DW_TAG_typedef:
		return TYPEDEFS;
	case DW_TAG_base_type:
		return BASE_TYPES;
	case DW_TAG_variable:
		return dwarf_die_is_complete(die) ? VARIABLES : EXTERNS;
	default:
		return CLASSES;
	}
	return dwarf_die_is_complete(die) ? class : CLASSES;
}

static int index_die(struct types_dwarf *d, Dwarf_Die *die)
{
	enum name_class class = class_of(die);
	const char *name = class < CLASSES ? dwarf_diename(die) : NULL;
	size_t len = name ? strlen(name) : 0;

	if (!len || len > SYMTAB_MAX_NAME)
		return 0;
	return symtab_add_first(&d->names[class], dwarf_dieoffset(die), name, len);
}

static int index_unit(void *arg, Dwarf_Die *unit)
{
	struct types_dwarf *d = arg;
	Dwarf_Die die;
	int r;

	/* Rust has types of the same names */
	if (dwarf_srclang(unit) == DW_LANG_Rust || dwarf_child(unit, &die))
		return 0;
	do
		r = index_die(d, &die);
	while (!r && !dwarf_siblingof(&die, &die));
	return r;
}

int types_dwarf_index(struct types_dwarf *d)
{
	int r = dwarf_die_each_unit(&d->file, index_unit, d);

	for (size_t i = 0; i < CLASSES && !r; i++)
		r = symtab_finish(&d->names[i]);
	return r;
}
