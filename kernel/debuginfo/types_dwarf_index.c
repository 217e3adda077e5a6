/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names there are at the top of units, and where. */
#include "kernel/debuginfo/types_dwarf.h"

#include <dwarf.h>
#include <errno.h>
#include <string.h>

#include "base/workers.h"
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

/* Of the units from an offset on, to another. Two at a time: each has nearly all names there are. What libdw keeps of the units
 * is twice as much then: of larger files it is one after the other. */
#define PARTS 2u
#define BOTH_MAX (192u << 20)		/* bytes of .debug_info */

struct index_part {
	struct vmlinux_file file;	/* owned: libdw takes one thread at a time */
	uint64_t from, to;
	struct symtab *names;		/* of CLASSES */
};

static int index_die(struct index_part *p, Dwarf_Die *die)
{
	enum name_class class = class_of(die);
	const char *name = class < CLASSES ? dwarf_diename(die) : NULL;
	size_t len = name ? strlen(name) : 0;

	if (!len || len > SYMTAB_MAX_NAME)
		return 0;
	return symtab_add_first(&p->names[class], dwarf_dieoffset(die), name, len);
}

/* 1: it is behind the part. */
static int index_unit(void *arg, Dwarf_Die *unit)
{
	struct index_part *p = arg;
	uint64_t at = dwarf_dieoffset(unit);
	Dwarf_Die die;
	int r;

	if (at < p->from || at >= p->to)
		return at >= p->to;
	/* Rust has types of the same names */
	if (dwarf_srclang(unit) == DW_LANG_Rust || dwarf_child(unit, &die))
		return 0;
	do
		r = index_die(p, &die);
	while (!r && !dwarf_siblingof(&die, &die));
	return r;
}

static int index_part(void *arg, uint64_t i)
{
	struct index_part *p = (struct index_part *)arg + i;
	int r = dwarf_die_each_unit(&p->file, index_unit, p);

	return r == 1 ? 0 : r;
}

/* What the parts in front of it do not have. */
static int add_part(struct symtab *names, const struct symtab *more)
{
	int r = 0;

	for (size_t i = 0; i < more->n && !r; i++) {
		const char *name = symtab_name(more, &more->entries[i]);

		r = symtab_add_first(names, more->entries[i].vaddr, name, strlen(name));
	}
	return r;
}

int types_dwarf_index(struct types_dwarf *d, const char *path)
{
	struct symtab second[CLASSES] = { 0 };
	struct index_part parts[PARTS] = {
		{ .file = { .fd = -1 }, .to = UINT64_MAX, .names = d->names }, { .file = { .fd = -1 }, .to = UINT64_MAX, .names = second },
	};
	const void *info;
	size_t len;
	int r = vmlinux_file_section(&d->file, ".debug_info", &info, &len) ? -ENOTSUP : 0;

	if (!r)
		parts[0].to = parts[1].from = len > BOTH_MAX ? UINT64_MAX : len / 2;
	for (size_t i = 0; i < PARTS && !r; i++)
		r = vmlinux_file_open(path, &parts[i].file);
	if (!r)
		r = workers_share(index_part, parts, parts[0].to == UINT64_MAX ? 1 : PARTS);
	for (size_t i = 0; i < CLASSES && !r; i++) {
		r = add_part(&d->names[i], &second[i]);
		if (!r)
			r = symtab_finish(&d->names[i]);
	}
	for (size_t i = 0; i < CLASSES; i++)
		symtab_free(&second[i]);
	for (size_t i = 0; i < PARTS; i++)
		vmlinux_file_close(&parts[i].file);
	return r;
}
