/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/vmlinux.h"

#define MAX_DEPTH 16			/* typedefs of typedefs, unnamed members in unnamed members */
#define DW_LANG_Rust 0x1c		/* DW_LANG_Rust: its types may have the same names */

struct search {
	struct type_query *queries;
	size_t n;
	bool *seen;			/* one a query: its type was met, or cannot be */
	size_t left;
};

static bool is_complete(Dwarf_Die *die)
{
	return !dwarf_hasattr(die, DW_AT_declaration);
}

/* What a typedef, const, volatile stands for. */
static bool peel(Dwarf_Die *die)
{
	for (int i = 0; i < MAX_DEPTH; i++) {
		Dwarf_Attribute attr;
		Dwarf_Die inner;

		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
			if (!dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attr), &inner))
				return false;
			*die = inner;
			break;
		default:
			return is_complete(die);
		}
	}
	return false;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attr), type) && peel(type);
}

static bool unsigned_attribute(Dwarf_Die *die, unsigned int name, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &value))
		return false;
	*out = value;
	return true;
}

/* Offset of a member, also inside unnamed structs and unions; *member gets its DIE. */
static bool find_member(Dwarf_Die *type, const char *name, size_t len, int depth, uint64_t *offset, Dwarf_Die *member)
{
	Dwarf_Die child;

	if (depth > MAX_DEPTH || dwarf_child(type, &child))
		return false;
	do {
		const char *child_name;
		uint64_t at = 0, inner = 0;
		Dwarf_Die inner_type;

		if (dwarf_tag(&child) != DW_TAG_member)
			continue;
		unsigned_attribute(&child, DW_AT_data_member_location, &at);
		child_name = dwarf_diename(&child);
		if (child_name && !strncmp(child_name, name, len) && !child_name[len]) {
			*offset = at;
			*member = child;
			return true;
		}
		if (!child_name && type_of(&child, &inner_type) &&
		    find_member(&inner_type, name, len, depth + 1, &inner, member)) {
			*offset = at + inner;
			return true;
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/* Elements of an array, in its first dimension. */
static bool array_length(Dwarf_Die *member, uint64_t *out)
{
	Dwarf_Die type, child;

	if (!type_of(member, &type) || dwarf_tag(&type) != DW_TAG_array_type || dwarf_child(&type, &child))
		return false;
	do {
		uint64_t upper;

		if (dwarf_tag(&child) != DW_TAG_subrange_type)
			continue;
		if (unsigned_attribute(&child, DW_AT_count, out))
			return true;
		if (!unsigned_attribute(&child, DW_AT_upper_bound, &upper))
			return false;
		*out = upper + 1;
		return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

static bool find_enumerator(Dwarf_Die *type, const char *name, uint64_t *out)
{
	Dwarf_Die child;

	if (dwarf_child(type, &child))
		return false;
	do {
		const char *child_name = dwarf_diename(&child);
		Dwarf_Attribute attr;
		Dwarf_Sword value;

		if (!child_name || strcmp(child_name, name))
			continue;
		/* forms of a fixed size are not negative: dwarf_formsdata() would make 0xf0 that */
		if (!dwarf_attr(&child, DW_AT_const_value, &attr))
			return false;
		switch (dwarf_whatform(&attr)) {
		case DW_FORM_sdata:
		case DW_FORM_implicit_const:
			if (dwarf_formsdata(&attr, &value))
				return false;
			*out = (uint64_t)value;
			return true;
		default:
			return unsigned_attribute(&child, DW_AT_const_value, out);
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

static void answer(struct type_query *q, Dwarf_Die *type)
{
	size_t len = q->member ? strlen(q->member) : 0;
	bool array = len > 2 && !strcmp(q->member + len - 2, "[]");
	Dwarf_Die member;

	if (!q->member)
		q->found = unsigned_attribute(type, DW_AT_byte_size, &q->value);
	else if (dwarf_tag(type) == DW_TAG_enumeration_type)
		q->found = find_enumerator(type, q->member, &q->value);
	else
		q->found = find_member(type, q->member, array ? len - 2 : len, 0, &q->value, &member) &&
			   (!array || array_length(&member, &q->value));
}

/* A type at the top of a unit: all queries about it. */
static void consider(struct search *s, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	Dwarf_Die type = *die;
	bool peeled = false;

	if (!name)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct type_query *q = &s->queries[i];

		if (s->seen[i] || q->type[0] != name[0] || strcmp(q->type, name))
			continue;
		if (!peeled && !peel(&type))
			return;
		peeled = true;
		answer(q, &type);
		s->seen[i] = true;
		s->left--;
	}
}

static void consider_unit(struct search *s, Dwarf_Die *unit)
{
	Dwarf_Die die;

	/* Rust has types of the same names */
	if (dwarf_srclang(unit) == DW_LANG_Rust || dwarf_child(unit, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
		case DW_TAG_typedef:
			consider(s, &die);
			break;
		}
	} while (s->left && !dwarf_siblingof(&die, &die));
}

/*
 * Types whose names are not even among the strings need not be looked for, which would take all units. A string may be
 * the end of another one; those of up to three characters are not kept there.
 */
static void skip_unknown(struct search *s, Dwarf *dwarf)
{
	bool *known = calloc(s->n, sizeof(*known));
	const char *string;
	size_t len;

	if (!known)
		return;
	for (Dwarf_Off at = 0; (string = dwarf_getstring(dwarf, at, &len)); at += len + 1) {
		for (size_t i = 0; i < s->n; i++) {
			size_t n = strlen(s->queries[i].type);

			if (!known[i] && n <= len && !memcmp(string + len - n, s->queries[i].type, n))
				known[i] = true;
		}
	}
	for (size_t i = 0; i < s->n; i++) {
		if (known[i] || strlen(s->queries[i].type) < 4)
			continue;
		s->seen[i] = true;
		s->left--;
	}
	free(known);
}

int dwarf_answer(struct Elf *elf, struct type_query *queries, size_t n)
{
	Dwarf *dwarf = dwarf_begin_elf((Elf *)elf, DWARF_C_READ, NULL);
	struct search s = { queries, n, calloc(n, sizeof(bool)), n };
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;
	int r = 0;

	if (!dwarf || !s.seen) {
		r = dwarf ? -ENOMEM : -ENOTSUP;
		goto out_end;
	}
	skip_unknown(&s, dwarf);
	while (s.left && !dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL))
		consider_unit(&s, &unit);
out_end:
	free(s.seen);
	dwarf_end(dwarf);
	return r;
}
