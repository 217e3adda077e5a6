/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/debuginfo/dwarf_die.h"
#include "kernel/debuginfo/vmlinux.h"

struct dwarf_search {
	struct type_query *queries;
	size_t n;
	bool *seen;			/* one a query: its type was met, or cannot be */
	size_t left;
};

static void answer_member(struct type_query *q, Dwarf_Die *type)
{
	size_t len = strlen(q->member);
	bool array = len > 2 && !strcmp(q->member + len - 2, "[]");
	uint64_t start, at;
	Dwarf_Die member, its;

	if (!dwarf_die_find_member(type, q->member, array ? len - 2 : len, &start, &member))
		return;
	if (array) {
		q->found = dwarf_die_type(&member, &its) && dwarf_tag(&its) == DW_TAG_array_type &&
			   dwarf_die_array_count(&its, 0, &q->value);
		return;
	}
	q->found = dwarf_die_member_start(&member, &at);
	q->value = start + at;
}

static void answer(struct type_query *q, Dwarf_Die *type)
{
	if (!q->member)
		q->found = dwarf_die_number(type, DW_AT_byte_size, &q->value);
	else if (dwarf_tag(type) == DW_TAG_enumeration_type)
		q->found = dwarf_die_find_enumerator(type, q->member, &q->value);
	else
		answer_member(q, type);
}

/* A type at the top of a unit: all queries about it. */
static void consider(struct dwarf_search *s, Dwarf_Die *die)
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
		if (!peeled && !(dwarf_die_peel(&type) && dwarf_die_is_complete(&type)))
			return;
		peeled = true;
		answer(q, &type);
		s->seen[i] = true;
		s->left--;
	}
}

/* 1: all was seen. */
static int consider_unit(void *arg, Dwarf_Die *unit)
{
	struct dwarf_search *s = arg;
	Dwarf_Die die;

	/* Rust has types of the same names */
	if (!s->left || dwarf_srclang(unit) == DW_LANG_Rust || dwarf_child(unit, &die))
		return !s->left;
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
	return !s->left;
}

/*
 * Types whose names are not even among the strings need not be looked for, which would take all units. A string may be
 * the end of another one; those of up to three characters are not kept there.
 */
static void skip_unknown(struct dwarf_search *s, Dwarf *dwarf)
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

int dwarf_answer(const struct vmlinux_file *f, struct type_query *queries, size_t n)
{
	Dwarf *dwarf = dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
	struct dwarf_search s = { queries, n, calloc(n, sizeof(bool)), n };
	int r = !dwarf ? -ENOTSUP : s.seen ? 0 : -ENOMEM;

	if (!r)
		skip_unknown(&s, dwarf);
	dwarf_end(dwarf);
	if (!r)
		r = dwarf_die_each_unit(f, consider_unit, &s);
	free(s.seen);
	return r == 1 ? 0 : r;
}
