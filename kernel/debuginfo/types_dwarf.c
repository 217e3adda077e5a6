/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/types_dwarf.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/dwarf_die.h"

#define FORGET_UNITS	4

static bool open_dwarf(struct types_dwarf *d)
{
	d->dwarf = dwarf_begin_elf(d->file.elf, DWARF_C_READ, NULL);
	if (d->dwarf)
		dwarf_die_know_units(&d->file, d->dwarf);
	memset(d->units, 0, sizeof(d->units));
	d->nunits = 0;
	return d->dwarf;
}

int types_dwarf_open(const char *path, unsigned int pointer_bytes, struct types_dwarf **out)
{
	struct types_dwarf *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	pthread_mutex_init(&d->lock, NULL);
	d->pointer_bytes = pointer_bytes;
	r = vmlinux_file_open(path, &d->file);
	if (r)
		goto err_close;
	r = types_dwarf_index(d, path);
	if (!r && !d->names[STRUCTS].n)
		r = -ENOTSUP;
	if (r)
		goto err_close;
	vmlinux_file_forget(&d->file);
	if (!open_dwarf(d)) {
		r = -ENOMEM;
		goto err_close;
	}
	*out = d;
	return 0;

err_close:
	types_dwarf_close(d);
	return r;
}

void types_dwarf_close(struct types_dwarf *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < CLASSES; i++)
		symtab_free(&d->names[i]);
	dwarf_end(d->dwarf);
	vmlinux_file_close(&d->file);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* --- DIEs --------------------------------------------------------------------------------------------------------- */

/* libdw gives nothing back of the units that it has looked into: now and then it is opened anew. */
void types_dwarf_lock(struct types_dwarf *d)
{
	pthread_mutex_lock(&d->lock);
	if (d->dwarf && d->nunits < TYPES_DWARF_UNITS)
		return;
	dwarf_end(d->dwarf);
	vmlinux_file_forget(&d->file);
	open_dwarf(d);
}

void types_dwarf_unlock(struct types_dwarf *d)
{
	pthread_mutex_unlock(&d->lock);
}

static void remember_unit(struct types_dwarf *d, const void *unit)
{
	size_t i = (uintptr_t)unit / 64;

	while (d->units[i % ARRAY_SIZE(d->units)] && d->units[i % ARRAY_SIZE(d->units)] != unit)
		i++;
	if (d->units[i % ARRAY_SIZE(d->units)] || d->nunits == TYPES_DWARF_UNITS)
		return;
	d->units[i % ARRAY_SIZE(d->units)] = unit;
	/* each has brought in much of what is around it in the file */
	if (++d->nunits % FORGET_UNITS == 0)
		vmlinux_file_forget(&d->file);
}

bool types_dwarf_die(struct types_dwarf *d, uint64_t at, Dwarf_Die *die)
{
	if (!d->dwarf || !dwarf_offdie(d->dwarf, at, die))
		return false;
	remember_unit(d, die->cu);
	return true;
}

/* --- what a DIE says ---------------------------------------------------------------------------------------------- */

unsigned int types_dwarf_dimension(const struct type *t)
{
	return (unsigned int)(t->scope - TYPES_DWARF_SCOPE);
}

static void describe_number(Dwarf_Die *die, struct type *out)
{
	uint64_t encoding = 0;
	Dwarf_Attribute attr;
	Dwarf_Die base = *die;

	/* an enum's is that of its type where it does not tell itself */
	if (dwarf_tag(die) == DW_TAG_enumeration_type && !dwarf_hasattr(die, DW_AT_encoding) &&
	    (!dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attr), &base) || !dwarf_die_peel(&base)))
		return;
	dwarf_die_number(&base, DW_AT_encoding, &encoding);
	out->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
	if (dwarf_tag(die) != DW_TAG_base_type)
		return;
	out->is_char = encoding == DW_ATE_signed_char || encoding == DW_ATE_unsigned_char;
	out->is_bool = encoding == DW_ATE_boolean;
	if (encoding == DW_ATE_float)
		out->kind = TYPE_FLOAT;
}

static void complete(struct types_dwarf *d, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	enum name_class class = dwarf_tag(die) == DW_TAG_enumeration_type ? ENUMS : dwarf_tag(die) == DW_TAG_union_type ? UNIONS :
				STRUCTS;
	const struct symtab_entry *e = name ? symtab_find(&d->names[class], name) : NULL;
	Dwarf_Die other;

	if (e && types_dwarf_die(d, e->vaddr, &other) && dwarf_tag(&other) == dwarf_tag(die))
		*die = other;
}

int types_dwarf_describe_array(struct types_dwarf *d, Dwarf_Die *die, unsigned int dim, struct type *out, int depth)
{
	uint64_t count, bytes;
	struct type element;
	int r = types_dwarf_describe_target(d, die, &element, depth);

	if (r)
		return r;
	*out = (struct type){ .kind = TYPE_ARRAY, .id = dwarf_dieoffset(die), .scope = TYPES_DWARF_SCOPE + dim };
	if (!dwarf_die_array_count(die, dim, &out->count))
		out->count = 0;
	bytes = element.bytes;
	for (unsigned int i = dim; i < DWARF_MAX_DEPTH && dwarf_die_array_count(die, i, &count); i++)
		if (mul_overflows(bytes, count, &bytes))
			return -EIO;
	out->bytes = out->count ? bytes : 0;
	return 0;
}

int types_dwarf_describe(struct types_dwarf *d, Dwarf_Die *die, struct type *out, int depth)
{
	if (depth > DWARF_MAX_DEPTH)
		return -EIO;
	if (!dwarf_die_is_complete(die))
		complete(d, die);
	*out = (struct type){
		.id = dwarf_dieoffset(die), .scope = TYPES_DWARF_SCOPE, .is_declared = !dwarf_die_is_complete(die),
	};
	dwarf_die_number(die, DW_AT_byte_size, &out->bytes);
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		out->kind = TYPE_INT;
		describe_number(die, out);
		return 0;
	case DW_TAG_enumeration_type:
		out->kind = TYPE_ENUM;
		describe_number(die, out);
		return 0;
	case DW_TAG_structure_type:
		out->kind = TYPE_STRUCT;
		return 0;
	case DW_TAG_union_type:
		out->kind = TYPE_UNION;
		return 0;
	case DW_TAG_pointer_type:
		out->kind = TYPE_POINTER;
		if (!out->bytes)
			out->bytes = d->pointer_bytes;
		return 0;
	case DW_TAG_array_type:
		return types_dwarf_describe_array(d, die, 0, out, depth + 1);
	case DW_TAG_subroutine_type:
		out->kind = TYPE_FUNCTION;
		return 0;
	default:
		return -EIO;
	}
}

/* The type of what has one: no DW_AT_type is void, and so is a const void. */
int types_dwarf_describe_target(struct types_dwarf *d, Dwarf_Die *of, struct type *out, int depth)
{
	Dwarf_Attribute attr;
	Dwarf_Die its = *of;

	for (int i = 0; i < DWARF_MAX_DEPTH; i++) {
		if (!dwarf_attr_integrate(&its, DW_AT_type, &attr)) {
			*out = (struct type){ .kind = TYPE_VOID, .scope = TYPES_DWARF_SCOPE };
			return 0;
		}
		if (!dwarf_formref_die(&attr, &its))
			return -EIO;
		switch (dwarf_tag(&its)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			break;
		default:
			return types_dwarf_describe(d, &its, out, depth);
		}
	}
	return -EIO;
}

/* --- questions, under the lock ------------------------------------------------------------------------------------ */

static int find(struct types_dwarf *d, const char *name, struct type *out)
{
	for (size_t i = 0; i < TYPE_CLASSES; i++) {
		const struct symtab_entry *e = symtab_find(&d->names[i], name), *other = NULL;
		Dwarf_Die die;

		if (i == STRUCTS)
			other = symtab_find(&d->names[UNIONS], name);
		if (e && other && other->vaddr < e->vaddr)
			e = other;
		if (e && !types_dwarf_die(d, e->vaddr, &die))
			return -EIO;
		/* a typedef of void has no type itself */
		if (e)
			return i == TYPEDEFS ? types_dwarf_describe_target(d, &die, out, 0) : types_dwarf_describe(d, &die, out, 0);
	}
	return -ENOENT;
}

static int variable(struct types_dwarf *d, const char *name, struct type *out)
{
	for (size_t i = VARIABLES; i < CLASSES; i++) {
		const struct symtab_entry *e = symtab_find(&d->names[i], name);
		Dwarf_Die die;

		if (e)
			return types_dwarf_die(d, e->vaddr, &die) ? types_dwarf_describe_target(d, &die, out, 0) : -EIO;
	}
	return -ENOENT;
}

int types_dwarf_row(struct types_dwarf *d, const struct type *of, Dwarf_Die *die, struct type *out)
{
	unsigned int next = of->kind == TYPE_ARRAY ? types_dwarf_dimension(of) + 1 : 0;
	uint64_t count;
	int r;

	if (!types_dwarf_die(d, of->id, die))
		return -EIO;
	if (!next || next >= DWARF_MAX_DEPTH || !dwarf_die_array_count(die, next, &count))
		return 0;
	r = types_dwarf_describe_array(d, die, next, out, 0);
	return r ? r : 1;
}

static int target(struct types_dwarf *d, const struct type *of, struct type *out)
{
	Dwarf_Die die;
	int r = types_dwarf_row(d, of, &die, out);

	return r < 0 ? r : r ? 0 : types_dwarf_describe_target(d, &die, out, 0);
}

/* Where a bit field is, in bits from the start of the struct; at: its unit, in bytes. DWARF 2 and 3 count from the highest
 * bit of the unit. */
static uint64_t bit_field_offset(struct types_dwarf *d, Dwarf_Die *member, uint64_t at, uint64_t bits,
				 uint64_t unit_bytes)
{
	uint64_t offset = 0;

	if (dwarf_die_number(member, DW_AT_data_bit_offset, &offset))
		return at * 8 + offset;
	dwarf_die_number(member, DW_AT_byte_size, &unit_bytes);
	if (!dwarf_die_number(member, DW_AT_bit_offset, &offset))
		return at * 8;
	return d->file.ehdr.e_ident[EI_DATA] == ELFDATA2MSB ? at * 8 + offset : (at + unit_bytes) * 8 - offset - bits;
}

int types_dwarf_member_place(struct types_dwarf *d, Dwarf_Die *member, uint64_t unit_bytes, uint64_t *at, unsigned int *bits)
{
	uint64_t its;

	if (!dwarf_die_member_start(member, at))
		return -EIO;
	*bits = dwarf_die_number(member, DW_AT_bit_size, &its) ? (unsigned int)its : 0;
	*at = *bits ? bit_field_offset(d, member, *at, *bits, unit_bytes) : *at * 8;
	return 0;
}

static int member(struct types_dwarf *d, const struct type *of, const char *name, struct type_member *out)
{
	uint64_t start, at;
	unsigned int bits;
	Dwarf_Die die, member;
	int r;

	if (!types_dwarf_die(d, of->id, &die))
		return -EIO;
	if (!dwarf_die_find_member(&die, name, strlen(name), &start, &member))
		return -ENOENT;
	r = types_dwarf_describe_target(d, &member, &out->type, 0);
	if (!r)
		r = types_dwarf_member_place(d, &member, out->type.bytes, &at, &bits);
	if (!r)
		types_place_member(out, start * 8 + at, bits);
	return r;
}

static int enumerator(struct types_dwarf *d, const struct type *of, const char *name, int64_t *out)
{
	uint64_t value;
	Dwarf_Die die;

	if (!types_dwarf_die(d, of->id, &die))
		return -EIO;
	if (!dwarf_die_find_enumerator(&die, name, &value))
		return -ENOENT;
	*out = (int64_t)value;
	return 0;
}

/* --- the same with it --------------------------------------------------------------------------------------------- */

int types_dwarf_find(struct types_dwarf *d, const char *name, struct type *out)
{
	int r;

	types_dwarf_lock(d);
	r = find(d, name, out);
	types_dwarf_unlock(d);
	return r;
}

int types_dwarf_variable(struct types_dwarf *d, const char *name, struct type *out)
{
	int r;

	types_dwarf_lock(d);
	r = variable(d, name, out);
	types_dwarf_unlock(d);
	return r;
}

int types_dwarf_target(struct types_dwarf *d, const struct type *of, struct type *out)
{
	int r;

	types_dwarf_lock(d);
	r = target(d, of, out);
	types_dwarf_unlock(d);
	return r;
}

int types_dwarf_member(struct types_dwarf *d, const struct type *of, const char *name, struct type_member *out)
{
	int r;

	types_dwarf_lock(d);
	r = member(d, of, name, out);
	types_dwarf_unlock(d);
	return r;
}

int types_dwarf_enumerator(struct types_dwarf *d, const struct type *of, const char *name, int64_t *out)
{
	int r;

	types_dwarf_lock(d);
	r = enumerator(d, of, name, out);
	types_dwarf_unlock(d);
	return r;
}
