/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/value/walk.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "kernel/debuginfo/address.h"
#include "kernel/value/flags.h"

#define EQUAL_BYTES	1024u		/* of the largest elements that are compared */
#define TARGET_BYTES	64u		/* of a string that a pointer points to */

const char *value_why(int error)
{
	return error == -EFAULT ? "not mapped" : error == -ENODATA ? "not in the dump" : "damaged or unreadable";
}

static void put_nothing(struct value_sink *s, const struct value *at, enum scalar_kind kind, const char *note)
{
	struct scalar x = { .kind = kind, .note = note };

	s->ops->scalar(s, at, &x);
}

/* r: as something was read. Passing faults are returned. */
static int put_lost(struct value_sink *s, const struct value *at, int r)
{
	if (error_is_passing(r))
		return r;
	put_nothing(s, at, SCALAR_LOST, value_why(r));
	return 0;
}

/* --- scalars ------------------------------------------------------------------------------------------------------ */

static int read_bits(struct value_sink *s, const struct value *at, const struct type *type, uint64_t *out)
{
	const struct kfield f = { .known = true, .at = {
		.bytes = type->bytes, .bit_offset = at->bit_offset, .bits = at->bits, .is_signed = type->is_signed,
	} };

	*out = (uint64_t)kget(s->v->reader, at->vaddr, &f);
	return kreader_take(s->v->reader, NULL);
}

static int put_wide(struct value_sink *s, const struct value *at, const struct type *type)
{
	uint8_t bytes[64];
	struct scalar x = { .kind = SCALAR_WIDE, .bytes = bytes, .n = (size_t)type->bytes };
	int r;

	if (!type->bytes || type->bytes > sizeof(bytes)) {
		put_nothing(s, at, SCALAR_NONE, "of a size that no number has");
		return 0;
	}
	r = kread(s->v->reader, at->vaddr, bytes, type->bytes);
	kreader_take(s->v->reader, NULL);
	if (r)
		return put_lost(s, at, r);
	s->ops->scalar(s, at, &x);
	return 0;
}

static const char *enumerator_of(const struct types *t, const struct type *type, int64_t value)
{
	struct type_items items = { .of = *type };
	struct type_item item;

	while (types_next_item(t, &items, &item) == 1) {
		uint64_t differ = (uint64_t)item.value ^ (uint64_t)value;

		/* of an enum of 4 bytes the sign is a matter of taste */
		if (!(type->bytes && type->bytes < 8 ? differ << (64 - 8 * type->bytes) : differ))
			return item.name;
	}
	return NULL;
}

static int put_number(struct value_sink *s, const struct value *at, const struct type *type)
{
	struct outbuf flags = OUTBUF_INIT;
	struct scalar x = { .kind = SCALAR_INTEGER, .is_signed = type->is_signed };
	int r;

	if (type->kind == TYPE_FLOAT || type->bytes > 8)
		return put_wide(s, at, type);
	r = read_bits(s, at, type, &x.bits);
	if (r)
		return put_lost(s, at, r);
	if (type->kind == TYPE_ENUM) {
		x.kind = SCALAR_ENUM;
		x.name = enumerator_of(s->v->types, type, (int64_t)x.bits);
	} else if (type->is_bool) {
		x.kind = SCALAR_BOOL;
	}
	if (x.kind == SCALAR_INTEGER)
		value_flags(s->v, at, x.bits, &flags);
	x.flags = flags.len ? flags.data : NULL;
	s->ops->scalar(s, at, &x);
	if (flags.error)
		s->out->error = flags.error;
	out_free(&flags);
	return 0;
}

/* --- pointers ----------------------------------------------------------------------------------------------------- */

/* A string that looks like one: printable up to its NUL, or as much of it as is shown. */
static size_t read_string(struct value_sink *s, uint64_t vaddr, uint8_t bytes[TARGET_BYTES])
{
	size_t n = (size_t)kread_part(s->v->reader, vaddr, bytes, TARGET_BYTES), len = 0;

	kreader_take(s->v->reader, NULL);
	while (len < n && bytes[len]) {
		if ((bytes[len] < ' ' || bytes[len] > '~') && bytes[len] != '\n' && bytes[len] != '\t')
			return 0;
		len++;
	}
	return n == 0 || (len == n && n < TARGET_BYTES) ? 0 : len;
}

/* What cannot be read where it points to, but can with what is added for CPU 0. */
static bool is_of_cpus(struct value_sink *s, uint64_t vaddr, uint64_t *cpu0)
{
	uint8_t byte;
	bool readable = !kread(s->v->reader, vaddr, &byte, 1);

	if (!readable && !value_of_cpu(s->v, vaddr, 0, cpu0))
		readable = kread(s->v->reader, *cpu0, &byte, 1) != 0;
	else
		readable = true;
	kreader_take(s->v->reader, NULL);
	return !readable;
}

static int put_pointer(struct value_sink *s, const struct value *at, const struct type *type)
{
	char symbol[512];
	uint8_t string[TARGET_BYTES];
	struct scalar x = { .kind = SCALAR_POINTER };
	struct type target;
	int r = read_bits(s, at, type, &x.bits);

	if (r)
		return put_lost(s, at, r);
	x.bits = kernel_wrap(facts_kernel(s->v->facts), x.bits);
	if (x.bits) {
		r = address_format(s->v->facts, x.bits, symbol, sizeof(symbol));
		if (error_is_passing(r))
			return r;
		x.symbol = r ? NULL : symbol;
		if (!types_target(s->v->types, type, &target) && target.is_char) {
			x.target_n = read_string(s, x.bits, string);
			x.target = x.target_n ? string : NULL;
		}
		/* user addresses are none: those of CPUs are small, or the kernel's */
		if (!x.symbol && (x.bits < (1u << 30) || x.bits >> (8 * type->bytes - 1) & 1) && type->bytes)
			x.has_cpu0 = is_of_cpus(s, x.bits, &x.cpu0);
	}
	s->ops->scalar(s, at, &x);
	return 0;
}

/* --- arrays ------------------------------------------------------------------------------------------------------- */

/* char as it is written is text; u8 and the like are numbers. */
static bool is_text(struct value_sink *s, const struct type *element)
{
	struct type type = *element;

	for (int i = 0; i < 8 && type.kind != TYPE_TYPEDEF && type_kind_is_wrapper(type.kind); i++)
		if (types_inner(s->v->types, &type, &type))
			return false;
	return type.kind == TYPE_INT && type.is_char;
}

static int put_string(struct value_sink *s, const struct value *at, uint64_t count)
{
	uint8_t bytes[VALUE_STRING];
	size_t wanted = (size_t)min_u64(count, sizeof(bytes)), n;
	struct scalar x = { .kind = SCALAR_STRING, .bytes = bytes };
	int r;

	n = wanted ? (size_t)kread_part(s->v->reader, at->vaddr, bytes, wanted) : 0;
	r = kreader_take(s->v->reader, NULL);
	while (x.n < n && bytes[x.n])
		x.n++;
	if (error_is_passing(r) || (n < wanted && x.n == n))
		return put_lost(s, at, r);
	s->ops->scalar(s, at, &x);
	return 0;
}

/* Can one element be read, and what is in it? Of a large one: is anything of it there? */
static int read_element(struct value_sink *s, uint64_t vaddr, uint64_t bytes, uint8_t buf[EQUAL_BYTES])
{
	int r = kread(s->v->reader, vaddr, buf, min_u64(bytes, EQUAL_BYTES));

	kreader_take(s->v->reader, NULL);
	return r;
}

/* How many elements from i on are the same: equal, or lost for one reason. */
static uint64_t count_equal(struct value_sink *s, const struct value *at, uint64_t bytes, uint64_t i, uint64_t count)
{
	uint8_t first[EQUAL_BYTES], next[EQUAL_BYTES];
	uint64_t n = 1;
	int r;

	if (bytes > EQUAL_BYTES)
		return 1;
	r = read_element(s, at->vaddr + i * bytes, bytes, first);
	/* what is lost in part is a value of its own */
	if (r && kread_part(s->v->reader, at->vaddr + i * bytes, next, bytes)) {
		kreader_take(s->v->reader, NULL);
		return 1;
	}
	for (; i + n < count && s->steps < VALUE_STEPS; n++, s->steps++) {
		int its = read_element(s, at->vaddr + (i + n) * bytes, bytes, next);

		if (its != r || (!r && memcmp(first, next, bytes)))
			break;
		if (r && kread_part(s->v->reader, at->vaddr + (i + n) * bytes, next, bytes))
			break;
	}
	kreader_take(s->v->reader, NULL);
	return n;
}

static int walk(struct value_sink *s, const struct value *at);

static int put_array(struct value_sink *s, const struct value *at, const struct type *type)
{
	struct value element = { .owner = "", .name = "" };
	struct type peeled;
	uint64_t i = 0, shown = 0, bytes;
	int r = types_inner(s->v->types, type, &element.type);

	if (!r)
		r = types_peel(s->v->types, &element.type, &peeled);
	if (r) {
		put_nothing(s, at, SCALAR_NONE, "the type is damaged");
		return 0;
	}
	if (is_text(s, &element.type))
		return put_string(s, at, type->count);
	bytes = peeled.bytes;
	s->ops->open(s, at, true);
	s->depth++;
	while (i < type->count && shown < VALUE_ELEMENTS && bytes && !r && !s->was_cut) {
		uint64_t n = count_equal(s, at, bytes, i, min_u64(type->count, i + (1u << 20)));

		element.vaddr = kernel_wrap(facts_kernel(s->v->facts), at->vaddr + i * bytes);
		s->ops->element(s, i, n);
		r = walk(s, &element);
		i += n;
		shown++;
	}
	s->depth--;
	s->ops->close(s, true, bytes ? type->count - i : 0);
	return r;
}

/* --- structs ------------------------------------------------------------------------------------------------------ */

static int put_members(struct value_sink *s, const struct value *at, const struct type *type, unsigned int unnamed)
{
	struct type_items items = { .of = *type };
	struct type_item item;
	struct type_member place;
	const char *owner;
	int r;

	if (types_name(s->v->types, type, &owner))
		owner = "";
	while (!s->was_cut && s->steps++ < VALUE_STEPS && (r = types_next_item(s->v->types, &items, &item))) {
		struct value member;

		if (r < 0) {
			if (r != -EIO)
				return r;
			continue;
		}
		types_place_item(s->v->types, &item, &place);
		member = (struct value){
			.type = item.type, .vaddr = kernel_wrap(facts_kernel(s->v->facts), at->vaddr + place.offset),
			.bit_offset = place.bit_offset, .bits = place.bits, .owner = owner, .name = item.name,
		};
		if (*item.name) {
			s->ops->member(s, item.name);
			r = walk(s, &member);
		} else if ((place.type.kind == TYPE_STRUCT || place.type.kind == TYPE_UNION) && unnamed < VALUE_DEPTH / 2) {
			r = put_members(s, &member, &place.type, unnamed + 1);
		} else {
			r = 0;			/* filling between bit fields */
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int walk(struct value_sink *s, const struct value *at)
{
	struct type type;
	int r = types_peel(s->v->types, &at->type, &type);

	if (s->out->error)
		return s->out->error;
	if (!s->was_cut && (s->out->len > VALUE_TEXT_MAX || s->steps >= VALUE_STEPS)) {
		s->was_cut = true;
		s->ops->cut(s);
		return 0;
	}
	if (r == -EIO) {
		put_nothing(s, at, SCALAR_NONE, "the type is damaged");
		return 0;
	}
	if (r)
		return r;
	switch (type.kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ARRAY:
		if (type.is_declared || s->depth >= VALUE_DEPTH) {
			put_nothing(s, at, SCALAR_NONE, type.is_declared ? "of incomplete type" : "too deep");
			return 0;
		}
		if (type.kind == TYPE_ARRAY)
			return put_array(s, at, &type);
		s->ops->open(s, at, false);
		s->depth++;
		r = put_members(s, at, &type, 0);
		s->depth--;
		s->ops->close(s, false, 0);
		return r;
	case TYPE_INT:
	case TYPE_FLOAT:
	case TYPE_ENUM:
		return put_number(s, at, &type);
	case TYPE_POINTER:
		return put_pointer(s, at, &type);
	default:
		put_nothing(s, at, SCALAR_NONE, "of no value");
		return 0;
	}
}

int value_walk(struct value_sink *s, const struct value *at)
{
	int r = walk(s, at);

	return r ? r : s->out->error;
}
