/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/dwarf_die.h"

#include <dwarf.h>
#include <errno.h>
#include <string.h>

#define UNITS_AT_ONCE 64		/* whose bytes stay in memory */

int dwarf_die_each_unit(const struct vmlinux_file *f, int (*fn)(void *arg, Dwarf_Die *unit), void *arg)
{
	Dwarf *dwarf = dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;
	int r = 0;

	if (!dwarf)
		return -ENOTSUP;
	for (unsigned int n = 1; !r && !dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL); n++) {
		r = fn(arg, &unit);
		if (n % UNITS_AT_ONCE == 0)
			vmlinux_file_forget(f);
	}
	dwarf_end(dwarf);
	vmlinux_file_forget(f);
	return r;
}

void dwarf_die_know_units(const struct vmlinux_file *f, Dwarf *dwarf)
{
	Dwarf_CU *cu = NULL;

	for (unsigned int n = 1; !dwarf_get_units(dwarf, cu, &cu, NULL, NULL, NULL, NULL); n++)
		if (n % UNITS_AT_ONCE == 0)
			vmlinux_file_forget(f);
}

bool dwarf_die_is_complete(Dwarf_Die *die)
{
	return !dwarf_hasattr(die, DW_AT_declaration);
}

bool dwarf_die_peel(Dwarf_Die *die)
{
	for (int i = 0; i < DWARF_MAX_DEPTH; i++) {
		Dwarf_Attribute attr;
		Dwarf_Die inner;

		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			if (!dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attr), &inner))
				return false;
			*die = inner;
			break;
		default:
			return true;
		}
	}
	return false;
}

bool dwarf_die_type(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attr), type) && dwarf_die_peel(type);
}

bool dwarf_die_number(Dwarf_Die *die, unsigned int name, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &value))
		return false;
	*out = value;
	return true;
}

bool dwarf_die_member_start(Dwarf_Die *member, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t n;

	*out = 0;
	/* those of a union need not have any */
	if (!dwarf_attr(member, DW_AT_data_member_location, &attr) || dwarf_die_number(member, DW_AT_data_member_location, out))
		return true;
	/* DWARF 2: what is to be added */
	if (dwarf_getlocation(&attr, &ops, &n) || n != 1 || ops[0].atom != DW_OP_plus_uconst)
		return false;
	*out = ops[0].number;
	return true;
}

static bool find_member(Dwarf_Die *type, const char *name, size_t len, int depth, uint64_t *start, Dwarf_Die *member)
{
	Dwarf_Die child;

	if (depth > DWARF_MAX_DEPTH || dwarf_child(type, &child))
		return false;
	do {
		const char *child_name;
		uint64_t at;
		Dwarf_Die inner;

		if (dwarf_tag(&child) != DW_TAG_member)
			continue;
		child_name = dwarf_diename(&child);
		if (child_name && !strncmp(child_name, name, len) && !child_name[len]) {
			*start = 0;
			*member = child;
			return true;
		}
		if (!child_name && dwarf_die_type(&child, &inner) && dwarf_die_member_start(&child, &at) &&
		    find_member(&inner, name, len, depth + 1, start, member)) {
			*start += at;
			return true;
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

bool dwarf_die_find_member(Dwarf_Die *type, const char *name, size_t len, uint64_t *start, Dwarf_Die *member)
{
	return len && find_member(type, name, len, 0, start, member);
}

bool dwarf_die_array_count(Dwarf_Die *array, unsigned int dim, uint64_t *out)
{
	Dwarf_Die child;

	if (dwarf_child(array, &child))
		return false;
	do {
		uint64_t upper;

		if (dwarf_tag(&child) != DW_TAG_subrange_type || dim--)
			continue;
		if (dwarf_die_number(&child, DW_AT_count, out))
			return true;
		/* no bound, or that of char x[0]: -1 in 64 bits */
		*out = dwarf_die_number(&child, DW_AT_upper_bound, &upper) ? upper + 1 : 0;
		return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

bool dwarf_die_enumerator_value(Dwarf_Die *enumerator, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Sword value;

	/* forms of a fixed size are not negative: dwarf_formsdata() would make 0xf0 that */
	if (!dwarf_attr(enumerator, DW_AT_const_value, &attr))
		return false;
	switch (dwarf_whatform(&attr)) {
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		if (dwarf_formsdata(&attr, &value))
			return false;
		*out = (uint64_t)value;
		return true;
	default:
		return dwarf_die_number(enumerator, DW_AT_const_value, out);
	}
}

bool dwarf_die_find_enumerator(Dwarf_Die *type, const char *name, uint64_t *out)
{
	Dwarf_Die child;

	if (dwarf_child(type, &child))
		return false;
	do {
		const char *child_name = dwarf_diename(&child);

		if (!child_name || strcmp(child_name, name))
			continue;
		return dwarf_die_enumerator_value(&child, out);
	} while (!dwarf_siblingof(&child, &child));
	return false;
}
