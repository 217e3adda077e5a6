/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types that functions of a program define for themselves: nested_types VMLINUX. One line "KIND NAME" each.
 *
 * All of its DWARF is walked, which takes seconds: no index of types looks into functions.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>

static const char *word_of(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
		return "struct";
	case DW_TAG_union_type:
		return "union";
	case DW_TAG_enumeration_type:
		return "enum";
	case DW_TAG_typedef:
		return "typedef";
	default:
		return NULL;
	}
}

static void walk(Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return;
	do {
		const char *word = depth ? word_of(&die) : NULL, *name;

		switch (dwarf_tag(&die)) {
		case DW_TAG_subprogram:
		case DW_TAG_lexical_block:
			walk(&die, depth + 1);
			break;
		default:
			name = word && !dwarf_hasattr(&die, DW_AT_declaration) ? dwarf_diename(&die) : NULL;
			if (name)
				printf("%s %s\n", word, name);
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	Dwarf *dwarf = fd < 0 ? NULL : dwarf_begin(fd, DWARF_C_READ);
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	if (!dwarf) {
		fprintf(stderr, "nested_types: no DWARF\n");
		return 1;
	}
	while (!dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL))
		walk(&unit, 0);
	dwarf_end(dwarf);
	return 0;
}
